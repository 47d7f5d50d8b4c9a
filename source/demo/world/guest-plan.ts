import type {
  Address,
  AgentBehaviour,
  ConfigRecord,
  GuestState,
  GuestType,
  Load,
  SnapshotState,
} from './model.ts';

/** What a guest is described by; the rest follows. Times in seconds before now. */
export interface GuestPlan {
  readonly vmid: number;
  readonly type: GuestType;
  readonly name: string;
  readonly node: string;
  readonly cores: number;
  /** MiB */
  readonly memory: number;
  /** `scsi0: 'local-lvm:vm-101-disk-0,size=32G'` */
  readonly disks: Readonly<Record<string, string>>;
  readonly tags?: string;
  readonly pool?: string;
  /** Running since so long; absent = stopped. */
  readonly up?: number;
  readonly qmpstatus?: string;
  readonly lock?: string;
  readonly ip?: string;
  readonly agent?: AgentBehaviour;
  readonly obeysShutdown?: boolean;
  readonly load?: Partial<Load>;
  readonly diskUsed?: number;
  readonly ha?: boolean;
  readonly config?: ConfigRecord;
  readonly pending?: Readonly<Record<string, string | number | null>>;
  readonly snapshots?: readonly SnapshotPlan[];
  /** Name of the snapshot the current state descends from; the last one when absent. */
  readonly parent?: string;
}

export interface SnapshotPlan {
  readonly name: string;
  readonly ago: number;
  readonly parent?: string;
  readonly description?: string;
  readonly vmstate?: boolean;
}

export const day = 86_400;

/** The MAC address of a guest's first network card, in Proxmox's own range. */
export function guestMac(vmid: number, index = 0): string {
  const hex = (vmid % 0xffff).toString(16).padStart(4, '0').toUpperCase();
  return `BC:24:11:${hex.slice(0, 2)}:${hex.slice(2)}:${index.toString(16).padStart(2, '0').toUpperCase()}`;
}

function addresses(plan: GuestPlan): Address[] {
  const loopback = { iface: 'lo', mac: '00:00:00:00:00:00', cidrs: ['127.0.0.1/8', '::1/128'] };
  if (plan.ip === undefined) return [loopback];
  const iface = plan.type === 'lxc' ? 'eth0' : 'ens18';
  const mac = guestMac(plan.vmid).toLowerCase();
  const tail = (plan.vmid % 0xffff).toString(16);
  return [loopback, { iface, mac, cidrs: [`${plan.ip}/24`, `fe80::be24:11ff:fe00:${tail}/64`] }];
}

function baseConfig(plan: GuestPlan): ConfigRecord {
  const tags: ConfigRecord = plan.tags === undefined ? {} : { tags: plan.tags };
  const net = `bridge=vmbr0,firewall=1`;
  if (plan.type === 'lxc') {
    return {
      arch: 'amd64',
      cores: plan.cores,
      features: 'nesting=1',
      hostname: plan.name,
      memory: plan.memory,
      net0: `name=eth0,${net},gw=192.168.1.1,hwaddr=${guestMac(plan.vmid)},ip=${plan.ip === undefined ? 'dhcp' : `${plan.ip}/24`},type=veth`,
      ostype: 'debian',
      ...plan.disks,
      swap: 512,
      unprivileged: 1,
      ...tags,
      ...plan.config,
    };
  }
  return {
    boot: 'order=scsi0;net0',
    cores: plan.cores,
    cpu: 'x86-64-v2-AES',
    memory: String(plan.memory),
    meta: 'creation-qemu=10.1.2,ctime=1767225600',
    name: plan.name,
    net0: `virtio=${guestMac(plan.vmid)},${net}`,
    numa: 0,
    ostype: 'l26',
    ...(plan.agent === undefined ? {} : { agent: '1,fstrim_cloned_disks=1' }),
    ...plan.disks,
    scsihw: 'virtio-scsi-single',
    smbios1: `uuid=5e3c0d2a-0000-4000-8000-${String(plan.vmid).padStart(12, '0')}`,
    sockets: 1,
    ...tags,
    ...plan.config,
  };
}

function snapshots(plan: GuestPlan, now: number, config: ConfigRecord): SnapshotState[] {
  const storage = Object.values(plan.disks)[0]?.split(':')[0] ?? 'local';
  return (plan.snapshots ?? []).map((one) => ({
    name: one.name,
    description: one.description ?? '',
    snaptime: now - one.ago,
    config,
    ...(one.parent === undefined ? {} : { parent: one.parent }),
    ...(one.vmstate ? { vmstate: `${storage}:vm-${plan.vmid}-state-${one.name}` } : {}),
  }));
}

/** `now` in seconds since the epoch. */
export function makeGuest(plan: GuestPlan, now: number): GuestState {
  const config = baseConfig(plan);
  const taken = snapshots(plan, now, config);
  const running = plan.up !== undefined;
  const parent = plan.parent ?? taken.at(-1)?.name;
  return {
    vmid: plan.vmid,
    type: plan.type,
    node: plan.node,
    config,
    pending: plan.pending ?? {},
    status: running ? 'running' : 'stopped',
    qmpstatus: plan.qmpstatus ?? (running ? 'running' : 'stopped'),
    ...(plan.lock === undefined ? {} : { lock: plan.lock }),
    ...(plan.up === undefined
      ? {}
      : { startedAt: now - plan.up, pid: 2000 + (plan.vmid % 30_000) }),
    snapshots: taken,
    ...(parent === undefined ? {} : { parent }),
    ...(plan.pool === undefined ? {} : { pool: plan.pool }),
    ...(plan.ha
      ? { ha: { request: 'started' as const, state: running ? 'started' : 'stopped' } }
      : {}),
    agent: plan.agent ?? 'silent',
    obeysShutdown: plan.obeysShutdown ?? true,
    load: { cpu: 0.04, mem: 0.45, net: 20_000, disk: 30_000, ...plan.load },
    diskUsed: plan.diskUsed ?? 0.35,
    addresses: addresses(plan),
  };
}
