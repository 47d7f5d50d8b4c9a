/** A guest configuration as it stands on disk: numbers where PVE's schema says integer, else text. */
export type ConfigValue = string | number;
export type ConfigRecord = Record<string, ConfigValue>;

export type GuestType = 'qemu' | 'lxc';

export interface SnapshotState {
  readonly name: string;
  /** The snapshot this one was taken from. */
  parent?: string;
  description: string;
  /** seconds since the epoch */
  readonly snaptime: number;
  /** Volume with the RAM, when it was saved (qemu). */
  readonly vmstate?: string;
  /** `prepare` or `delete` while a task works on it, or after one broke off. */
  snapstate?: 'prepare' | 'delete';
  /** The configuration at that time. */
  readonly config: ConfigRecord;
}

/** How busy a guest is when it runs: `cpu` and `mem` are fractions, `net` and `disk` bytes per second. */
export interface Load {
  readonly cpu: number;
  readonly mem: number;
  readonly net: number;
  readonly disk: number;
}

export interface Address {
  readonly iface: string;
  readonly mac: string;
  /** `192.168.1.100/24`, `fe80::1/64` */
  readonly cidrs: readonly string[];
}

/** How the guest agent behaves when it is configured: answers, or is not there. */
export type AgentBehaviour = 'answers' | 'silent';

/** What pvestatd last told about a guest: `/cluster/resources` keeps it until the next period. */
export interface PublishedGuest {
  readonly status: 'running' | 'stopped';
  readonly qmpstatus: string;
  readonly startedAt?: number | undefined;
  readonly config: ConfigRecord;
}

export interface GuestState {
  readonly vmid: number;
  readonly type: GuestType;
  node: string;
  /** Replaced, never edited, so that earlier holders keep what they saw. */
  config: ConfigRecord;
  /** Waiting for the next start; null = will be removed. */
  pending: Readonly<Record<string, ConfigValue | null>>;
  /** Disks among the pending removals whose volumes go with them. */
  pendingForce?: ReadonlySet<string> | undefined;
  status: 'running' | 'stopped';
  /** `running`, `paused`, `io-error`, `stopped` …; for lxc the same as `status`. */
  qmpstatus: string;
  lock?: string;
  /** seconds since the epoch */
  startedAt?: number;
  pid?: number;
  snapshots: SnapshotState[];
  /** The snapshot that the current state descends from. */
  parent?: string;
  pool?: string;
  /** Managed by HA: the requested state. */
  ha?: { request: 'started' | 'stopped'; state: string };
  readonly agent: AgentBehaviour;
  /** False: the system inside ignores a shutdown request. */
  readonly obeysShutdown: boolean;
  readonly load: Load;
  /** Used part of its disks, 0..1. */
  readonly diskUsed: number;
  addresses: readonly Address[];
  /** A task holds the lock on the configuration file; others wait for it in vain. */
  held?: { readonly mode: 'exclusive' | 'shared'; readonly count: number } | undefined;
  /** The cloud-init keys that the current image was made from; undefined = those of the configuration. */
  cloudinit?: ConfigRecord;
  /** Set when the state changed within this period: what pvestatd told at the period's beginning. */
  published?: { readonly period: number; readonly guest: PublishedGuest };
}

export type StorageType = 'dir' | 'zfspool' | 'lvmthin' | 'nfs' | 'pbs';

/** One entry of storage.cfg; it exists on each of `nodes`. */
export interface StorageState {
  readonly storage: string;
  readonly type: StorageType;
  readonly content: string;
  readonly nodes: readonly string[];
  readonly shared: boolean;
  /** bytes, by node */
  readonly total: Readonly<Record<string, number>>;
  /** Used by things that are no guest disk, bytes by node. */
  readonly otherUsed: Record<string, number>;
  /** Further keys of storage.cfg: path, thinpool, pool, server, export. */
  readonly settings: Readonly<Record<string, string>>;
  /** False: it does not answer on this node (an NFS server that is gone). */
  readonly inactiveOn: Set<string>;
}

/** A file on a storage that belongs to no running guest: image, container template, backup. */
export interface FileVolume {
  readonly volid: string;
  /** The node that has it; undefined on a shared storage. */
  readonly node?: string;
  readonly storage: string;
  readonly content: 'iso' | 'vztmpl' | 'backup' | 'snippets';
  readonly format: string;
  readonly size: number;
  readonly ctime: number;
  readonly vmid?: number;
  readonly subtype?: GuestType;
  notes?: string;
  protected?: boolean;
  /** Of a backup: the guest's configuration at that time. */
  readonly config?: ConfigRecord;
  /** On a backup server: the fingerprint of its key. */
  readonly encrypted?: string;
  readonly verification?: { readonly state: string; readonly upid: string };
}

export interface DiskState {
  readonly devpath: string;
  readonly type: 'nvme' | 'ssd' | 'hdd';
  readonly size: number;
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  readonly rpm: number;
  readonly health: string;
  /** Percent of life left; undefined for a spinning disk. */
  readonly wearout?: number;
  readonly used?: string;
  readonly mounted: boolean;
  readonly hours: number;
  readonly temperature: number;
}

export interface ServiceState {
  readonly service: string;
  readonly desc: string;
  state: string;
  activeState: string;
  unitState: string;
}

export interface NodeState {
  readonly node: string;
  readonly nodeid: number;
  readonly ip: string;
  readonly mac: string;
  readonly model: string;
  readonly sockets: number;
  readonly cores: number;
  readonly cpus: number;
  readonly memory: number;
  readonly rootTotal: number;
  readonly rootUsed: number;
  readonly disks: readonly DiskState[];
  readonly zpool?: {
    readonly name: string;
    readonly size: number;
    readonly devices: readonly string[];
  };
  readonly services: ServiceState[];
  updates: PackageUpdate[];
  /** seconds since the epoch */
  bootedAt: number;
  /** Since when it is off, seconds; undefined = online. */
  downSince?: number;
  /** Shut down on purpose: only then does a wake-up packet start it. */
  poweredOff?: boolean;
  nextPid: number;
}

/** A PCI or USB device, or a directory, under a name that holds for the whole cluster. */
export interface ResourceMapping {
  readonly kind: 'pci' | 'usb' | 'dir';
  readonly id: string;
  readonly description: string;
  /** `node=pve1,path=0000:01:00.0,id=10de:2504,iommugroup=12`, one for each node that has it. */
  readonly map: readonly string[];
}

export interface PackageUpdate {
  readonly name: string;
  readonly title: string;
  readonly oldVersion: string;
  readonly version: string;
  readonly section: string;
  readonly origin: string;
}

/** The guest's own name: `name` of a VM, `hostname` of a container. */
export function guestName(guest: {
  readonly type: GuestType;
  readonly config: ConfigRecord;
}): string {
  const name = guest.type === 'qemu' ? guest.config.name : guest.config.hostname;
  return name === undefined ? '' : String(name);
}

export function isTemplate(guest: { readonly config: ConfigRecord }): boolean {
  return guest.config.template === 1;
}
