import type { Bridge, ClusterOptions, ResourceMapping } from '../domain/cluster.ts';
import type { Failure } from '../domain/failure.ts';
import type { DirectoryMapping, MdevType, PciDevice, UsbDevice } from '../domain/hardware.ts';
import type { ApiOwner, PveSiteConfig } from '../domain/homelab.ts';
import type { CallRecord, Connection, Resources } from '../domain/inventory.ts';
import type {
  AptUpdate,
  ClusterStatus,
  DiskSmart,
  JournalPage,
  NodeCertificate,
  NodeDisk,
  NodeService,
  NodeStatus,
} from '../domain/node.ts';
import type { PbsId } from '../domain/pbs.ts';
import type { Permissions } from '../domain/permission.ts';
import type { Result } from '../domain/result.ts';
import type { RrdPoint, Timeframe } from '../domain/rrd.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { Secret } from '../domain/secret.ts';
import type { Product, SiteId } from '../domain/site.ts';
import type { Volume } from '../domain/storage.ts';
import type { Task, TaskLogPage, TaskStatus } from '../domain/task.ts';
import type { AccessApi } from './access-api.ts';
import type { BackupApi } from './backup-api.ts';
import type { FirewallApi } from './firewall-api.ts';
import type { GuestApi, GuestAt } from './guest-api.ts';
import type { PbsServer } from './pbs-api.ts';
import type { ReplicationApi } from './replication-api.ts';

export type { FirewallApi, FirewallChange, FirewallPlace, FirewallValues } from './firewall-api.ts';
export type {
  CloneRequest,
  ConfigChange,
  DiskMove,
  GuestApi,
  GuestAt,
  GuestPower,
  MigrateRequest,
  SpiceSettings,
} from './guest-api.ts';

/** What a write answered: the UPID of the task it started, or none (PVE answers null, "OK" …). */
export type Started = { readonly upid?: string };

/** `wait` = this call's deadline in ms; every call has one of its own when absent. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly wait?: number;
}

/** A console's bytes as they are; ends when either side closes. */
export interface ConsoleStream {
  /** Told for every piece that arrives; before a listener is set, pieces wait. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Told once: `undefined` = closed in order, else why. */
  onClose(listener: (failure: Failure | undefined) => void): void;
  write(bytes: Uint8Array | string): void;
  /** Reads nothing more until `resume`: whoever takes the bytes is slower than the other side. */
  pause?(): void;
  resume?(): void;
  close(): void;
}

export interface TextConsole extends ConsoleStream {
  resize(columns: number, rows: number): void;
}

export interface VncConsole extends ConsoleStream {
  /** The VNC password of this one session. */
  readonly password: Secret;
}

/** Consoles over the API's websocket (api.md section 7). */
export interface ConsoleApi {
  /** The text console of a guest (`serial` names a VM's port) or a node; resolves once the server let us in. */
  text(
    target:
      | { readonly guest: GuestAt; readonly serial?: string }
      | { readonly node: string; readonly command?: 'login' | 'upgrade' },
    options?: CallOptions,
  ): Promise<Result<TextConsole>>;
  /** The RFB stream of a VM's (or a container's) screen. */
  vnc(guest: GuestAt, options?: CallOptions): Promise<Result<VncConsole>>;
}

/** Calls of the cluster as a whole and of nodes that forms choose from. */
export interface ClusterApi {
  /** GET /cluster/nextid, or whether a wished one is free (its failure says that it is taken). */
  nextid(wanted?: number, options?: CallOptions): Promise<Result<number>>;
  options(options?: CallOptions): Promise<Result<ClusterOptions>>;
  bridges(node: string, options?: CallOptions): Promise<Result<readonly Bridge[]>>;
  pools(options?: CallOptions): Promise<Result<readonly SafeText[]>>;
  /** PCI and USB resource mappings: id and what it stands for. [] where the version has none. */
  mappings(options?: CallOptions): Promise<Result<readonly ResourceMapping[]>>;
  /** Directories that VMs may share by virtiofs. [] where the version has none. */
  directories(options?: CallOptions): Promise<Result<readonly DirectoryMapping[]>>;
}

export interface NodeApi {
  status(node: string, options?: CallOptions): Promise<Result<NodeStatus>>;
  rrd(
    node: string,
    timeframe: Timeframe,
    options?: CallOptions,
  ): Promise<Result<readonly RrdPoint[]>>;
  services(node: string, options?: CallOptions): Promise<Result<readonly NodeService[]>>;
  serviceCommand(
    node: string,
    service: string,
    command: 'start' | 'stop' | 'restart' | 'reload',
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** PCI devices that could be passed through; bridges, memory controllers and processors are left out by the server. */
  pci(node: string, options?: CallOptions): Promise<Result<readonly PciDevice[]>>;
  /** Kinds of mediated devices of a PCI device, by its address or its mapping's name. */
  mdev(node: string, device: string, options?: CallOptions): Promise<Result<readonly MdevType[]>>;
  usb(node: string, options?: CallOptions): Promise<Result<readonly UsbDevice[]>>;
  disks(node: string, options?: CallOptions): Promise<Result<readonly NodeDisk[]>>;
  smart(node: string, devpath: string, options?: CallOptions): Promise<Result<DiskSmart>>;
  updates(node: string, options?: CallOptions): Promise<Result<readonly AptUpdate[]>>;
  certificates(node: string, options?: CallOptions): Promise<Result<readonly NodeCertificate[]>>;
  /** The last lines, or what came after `cursor`. */
  journal(
    node: string,
    from: { lastentries: number } | { cursor: string },
    options?: CallOptions,
  ): Promise<Result<JournalPage>>;
  /** POST /nodes/{node}/status command=…; acts about 2 s later and starts no task. */
  command(
    node: string,
    command: 'reboot' | 'shutdown',
    options?: CallOptions,
  ): Promise<Result<Started>>;
  wake(node: string, options?: CallOptions): Promise<Result<Started>>;
  startAll(
    node: string,
    parameters?: { vms?: readonly number[]; force?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  stopAll(
    node: string,
    parameters?: { vms?: readonly number[]; timeout?: number; forceStop?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
}

export interface StorageApi {
  content(node: string, storage: string, options?: CallOptions): Promise<Result<readonly Volume[]>>;
  /** GET /storage: which plugin type each storage has, by storage id. */
  types(options?: CallOptions): Promise<Result<Readonly<Record<string, SafeText>>>>;
}

export interface TaskApi {
  /** GET /cluster/tasks: about 25 finished tasks per node and all running ones. */
  cluster(options?: CallOptions): Promise<Result<readonly Task[]>>;
  /** GET /nodes/{node}/tasks with source=all. */
  node(
    node: string,
    filter?: {
      limit?: number;
      start?: number;
      errors?: boolean;
      vmid?: number;
      since?: number;
      typefilter?: string;
    },
    options?: CallOptions,
  ): Promise<Result<readonly Task[]>>;
  status(upid: string, options?: CallOptions): Promise<Result<TaskStatus>>;
  /** At most `limit` lines from line `start` on (lines to skip). */
  log(
    upid: string,
    page: { start: number; limit: number },
    options?: CallOptions,
  ): Promise<Result<TaskLogPage>>;
  stop(upid: string, options?: CallOptions): Promise<Result<Started>>;
}

/** One site's Proxmox VE. Every call resolves to a {@link Result}; none throws for an expected failure. */
export interface PveSite {
  readonly id: SiteId;
  readonly config: PveSiteConfig;
  readonly guests: GuestApi;
  readonly nodes: NodeApi;
  readonly storage: StorageApi;
  readonly tasks: TaskApi;
  readonly cluster: ClusterApi;
  readonly consoles: ConsoleApi;
  readonly firewall: FirewallApi;
  readonly backups: BackupApi;
  readonly replication: ReplicationApi;
  readonly access: AccessApi;
  resources(options?: CallOptions): Promise<Result<Resources>>;
  clusterStatus(options?: CallOptions): Promise<Result<ClusterStatus>>;
  permissions(options?: CallOptions): Promise<Result<Permissions>>;
  version(options?: CallOptions): Promise<Result<{ version: SafeText; release?: SafeText }>>;
  connection(): Connection;
  /** The same site, but its writes are only told to `planned` and answered as cancelled; reads go through. */
  dryRun(planned: (call: PlannedCall) => void): PveSite;
  /** Lets a refused credential, a paused endpoint or a refused certificate be tried again, because a person asked for it. */
  reset(): void;
  /** The host name or address of the endpoint in use, as SPICE's `proxy=` needs it. */
  currentHost(): string;
}

/** A write as it would be sent. */
export interface PlannedCall {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: SafeText;
  /** `snapname=pre-update`, decoded for reading. */
  readonly parameters: readonly SafeText[];
}

/** Questions that only a person can answer; without a terminal the asker refuses. */
export interface Asker {
  /** Trust this certificate? `once` = for this run only. The default is no. */
  trustCertificate(question: {
    /** The site, or the Proxmox Backup Server. */
    site: SiteId;
    /** Absent = Proxmox VE. */
    product?: Product;
    endpoint: string;
    fingerprint: string;
    subject?: SafeText;
    issuer?: SafeText;
    notAfter?: SafeText;
  }): Promise<'no' | 'yes' | 'once'>;
  /** A one-time code for the login; undefined = given up. */
  secondFactor(question: {
    site: SiteId;
    user: string;
    offered: readonly ('totp' | 'recovery' | 'yubico' | 'webauthn' | 'u2f')[];
    /** Why it is asked again, when a code was refused. */
    refused?: SafeText;
  }): Promise<{ kind: 'totp' | 'recovery' | 'yubico'; code: Secret } | undefined>;
}

/** Remembered fingerprints, by `host:port` (lower case). */
export interface TrustStore {
  get(endpoint: string): string | undefined;
  /** Rejects when it cannot be written; the caller says so and trusts for this run only. */
  set(endpoint: string, fingerprint: string): Promise<void>;
}

/** Everything the services need from outside; nothing is read from the environment by them. */
export interface ServiceEnvironment {
  readonly sites: readonly PveSiteConfig[];
  readonly asker: Asker;
  readonly trust: TrustStore;
  resolveSecret(owner: ApiOwner): Promise<Result<Secret>>;
  readCa(path: string): Promise<Result<string>>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** 0 ≤ x < 1, for jitter. */
  random(): number;
  /** No request but GET, the login and what is marked as only reading may leave the process. */
  readonly readOnly: boolean;
  onCall?(record: CallRecord): void;
}

/** The only door to the network. */
export interface Services {
  readonly sites: readonly PveSite[];
  site(id: SiteId): PveSite | undefined;
  /** The Proxmox Backup Servers of all sites. */
  readonly pbs: readonly PbsServer[];
  pbsServer(id: PbsId): PbsServer | undefined;
  /** Closes every connection; calls under way end as `cancelled`. */
  close(): Promise<void>;
}

export type { Failure };
