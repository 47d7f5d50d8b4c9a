import type { Guest, GuestRef, GuestType } from '../domain/guest.ts';
import type { AgentInfo } from '../domain/guest-agent.ts';
import type {
  ConfigEntry,
  GuestConfig,
  GuestInterface,
  GuestStatus,
} from '../domain/guest-detail.ts';
import type { MigrateCheck } from '../domain/migrate-check.ts';
import type { Result } from '../domain/result.ts';
import type { RrdPoint, Timeframe } from '../domain/rrd.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { Secret } from '../domain/secret.ts';
import type { SnapshotList } from '../domain/snapshot.ts';
import type { CallOptions, Started } from './types.ts';

export type GuestPower =
  | 'start'
  | 'shutdown'
  | 'stop'
  | 'reboot'
  | 'reset'
  | 'suspend'
  | 'hibernate'
  | 'resume';

/** Guest calls: the ref names the guest, `node` where it is now. */
export interface GuestApi {
  status(guest: GuestAt, options?: CallOptions): Promise<Result<GuestStatus>>;
  config(guest: GuestAt, options?: CallOptions): Promise<Result<GuestConfig>>;
  pending(guest: GuestAt, options?: CallOptions): Promise<Result<readonly ConfigEntry[]>>;
  snapshots(guest: GuestAt, options?: CallOptions): Promise<Result<SnapshotList>>;
  /** Configuration stored in one snapshot. */
  snapshotConfig(
    guest: GuestAt,
    snapname: string,
    options?: CallOptions,
  ): Promise<Result<GuestConfig>>;
  rrd(
    guest: GuestAt,
    timeframe: Timeframe,
    options?: CallOptions,
  ): Promise<Result<readonly RrdPoint[]>>;
  /** Addresses told by the guest agent (qemu) or read from the container (lxc). */
  interfaces(guest: GuestAt, options?: CallOptions): Promise<Result<readonly GuestInterface[]>>;
  /** Can the guest's disks do this (`snapshot`, `clone`, `copy`)? */
  feature(
    guest: GuestAt,
    feature: 'snapshot' | 'clone' | 'copy',
    options?: CallOptions,
  ): Promise<Result<boolean>>;
  /**
   * Power verbs as the API has them. `timeout` in seconds, `forceStop` only for shutdown, `overruleShutdown` only for stop.
   * hibernate = suspend with todisk.
   */
  power(
    guest: GuestAt,
    verb: GuestPower,
    parameters?: { timeout?: number; forceStop?: boolean; overruleShutdown?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  createSnapshot(
    guest: GuestAt,
    snapshot: { snapname: string; description?: string; vmstate?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  rollback(
    guest: GuestAt,
    snapname: string,
    parameters?: { start?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  deleteSnapshot(
    guest: GuestAt,
    snapname: string,
    parameters?: { force?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  describeSnapshot(
    guest: GuestAt,
    snapname: string,
    description: string,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /**
   * Writes configuration keys. `set` in Proxmox's own notation, `delete` unsets keys, `revert` drops pending changes. qemu
   * answers null or (when disks are allocated, changed or erased) a UPID, lxc null. Always with the digest the values were
   * read with: PVE then refuses to overwrite somebody else's change.
   */
  setConfig(guest: GuestAt, change: ConfigChange, options?: CallOptions): Promise<Result<Started>>;
  /** Grows a disk or mount point: `+10G` or an absolute size; Proxmox never shrinks. */
  resize(
    guest: GuestAt,
    parameters: { disk: string; size: string; digest?: string },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** Moves a disk to another storage, or (with `targetVmid`) to another guest. `deleteOriginal` removes the source copy. */
  moveDisk(guest: GuestAt, move: DiskMove, options?: CallOptions): Promise<Result<Started>>;
  /** Removes unused disks for good (qemu: `PUT …/unlink`; containers: their `unusedN` keys are deleted). */
  unlinkDisks(
    guest: GuestAt,
    keys: readonly string[],
    parameters?: { force?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  clone(guest: GuestAt, clone: CloneRequest, options?: CallOptions): Promise<Result<Started>>;
  /** Converts into a template, for good. qemu answers a UPID, lxc null. */
  template(guest: GuestAt, options?: CallOptions): Promise<Result<Started>>;
  /** What a migration would meet. undefined = this version does not tell (lxc before 9.x). */
  migrateCheck(
    guest: GuestAt,
    target: string | undefined,
    options?: CallOptions,
  ): Promise<Result<MigrateCheck | undefined>>;
  migrate(guest: GuestAt, request: MigrateRequest, options?: CallOptions): Promise<Result<Started>>;
  destroy(
    guest: GuestAt,
    parameters?: { purge?: boolean; destroyUnreferencedDisks?: boolean; force?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /**
   * POST /nodes/{node}/qemu or /lxc, `parameters` in Proxmox's own notation, `sshkeys` as plain lines. A `Secret` is written
   * to the wire only.
   */
  create(
    node: string,
    type: GuestType,
    parameters: Readonly<Record<string, string | number | boolean | Secret>>,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** What cloud-init has and what it will have after a regeneration (qemu). */
  cloudinit(guest: GuestAt, options?: CallOptions): Promise<Result<readonly ConfigEntry[]>>;
  cloudinitDump(
    guest: GuestAt,
    type: 'user' | 'network' | 'meta',
    options?: CallOptions,
  ): Promise<Result<readonly SafeText[]>>;
  regenerateCloudinit(guest: GuestAt, options?: CallOptions): Promise<Result<Started>>;
  /** What the guest agent tells; each part may be missing. Fails with Proxmox's words when no agent answers. */
  agentInfo(guest: GuestAt, options?: CallOptions): Promise<Result<AgentInfo>>;
  /** PUT …/sendkey (qemu): `ctrl-alt-delete`. */
  sendKey(guest: GuestAt, key: string, options?: CallOptions): Promise<Result<Started>>;
  /**
   * POST …/monitor (qemu): what QEMU's human monitor answers, line by line. `info …` and `help` go out in read-only mode too.
   */
  monitor(
    guest: GuestAt,
    command: string,
    options?: CallOptions,
  ): Promise<Result<readonly SafeText[]>>;
  /** POST …/spiceproxy: the remote-viewer settings in the server's own keys, values as strings. Valid for 30 s: never keep them. */
  spiceproxy(guest: GuestAt, proxy: string, options?: CallOptions): Promise<Result<SpiceSettings>>;
}

/** One write to a guest's configuration. */
export interface ConfigChange {
  /** `sshkeys` as plain lines in OpenSSH's form: PVE's extra encoding of it is done here. */
  readonly set?: Readonly<Record<string, string | number | boolean | Secret>>;
  readonly delete?: readonly string[];
  readonly revert?: readonly string[];
  readonly digest?: string;
  /** qemu: removes the volumes of deleted disks as well. Containers have no such parameter: delete the `unusedN` key. */
  readonly force?: boolean;
}

export interface DiskMove {
  readonly disk: string;
  readonly storage?: string;
  /** raw, qcow2, vmdk; qemu only */
  readonly format?: string;
  readonly deleteOriginal?: boolean;
  /** KiB/s */
  readonly bwlimit?: number;
  readonly targetVmid?: number;
  readonly targetDisk?: string;
  readonly digest?: string;
}

export interface CloneRequest {
  readonly newid: number;
  readonly name?: string;
  readonly description?: string;
  readonly full?: boolean;
  readonly storage?: string;
  readonly format?: string;
  readonly snapname?: string;
  readonly pool?: string;
  readonly target?: string;
  readonly bwlimit?: number;
}

export interface MigrateRequest {
  readonly target: string;
  /** qemu: needed for a running VM. */
  readonly online?: boolean;
  /** lxc: stop, move, start again; needed for a running container. */
  readonly restart?: boolean;
  readonly withLocalDisks?: boolean;
  readonly targetStorage?: string;
  /** KiB/s */
  readonly bwlimit?: number;
  /** lxc: seconds to wait for the shutdown. */
  readonly timeout?: number;
}

/** A guest and the node that has it now. A full {@link Guest} is one. */
export type GuestAt = GuestRef & Pick<Guest, 'node'> & { readonly name?: SafeText };

/** The answer of spiceproxy, as it stands on the wire (`ca` with literal backslash-n); the password inside is a {@link Secret}. */
export interface SpiceSettings {
  readonly values: Readonly<Record<string, string>>;
  readonly password: Secret;
}
