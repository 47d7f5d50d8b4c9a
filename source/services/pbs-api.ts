import type { PbsServerConfig } from '../domain/homelab.ts';
import type { Connection } from '../domain/inventory.ts';
import type { BackupType, GroupAt, NamespaceAt, PbsId, SnapshotAt } from '../domain/pbs.ts';
import type {
  KeepOptions,
  PbsGroup,
  PbsNamespace,
  PbsSnapshot,
  PruneMark,
  SnapshotFile,
} from '../domain/pbs-content.ts';
import type {
  ActiveOperations,
  DatastoreEntry,
  DatastorePoint,
  DatastoreStatus,
  DatastoreUsage,
} from '../domain/pbs-datastore.ts';
import type { PbsGcJob, PbsPruneJob, PbsSyncJob, PbsVerifyJob } from '../domain/pbs-job.ts';
import type { PbsNodePoint, PbsNodeStatus, PbsService, PbsTime } from '../domain/pbs-node.ts';
import type { PbsTask, PbsTaskFilter, PbsTaskLogPage, PbsTaskStatus } from '../domain/pbs-task.ts';
import type { Permissions } from '../domain/permission.ts';
import type { Result } from '../domain/result.ts';
import type { Timeframe } from '../domain/rrd.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { CallOptions, PlannedCall, Started } from './types.ts';

/** Datastores as a whole. Lists hold only what the login may see: see `domain/pbs-access.ts`. */
export interface PbsDatastoreApi {
  /** GET /status/datastore-usage: one request for all of them; the place to take figures from. */
  usage(options?: CallOptions): Promise<Result<readonly DatastoreUsage[]>>;
  /** GET /admin/datastore: names, comments and maintenance modes. */
  list(options?: CallOptions): Promise<Result<readonly DatastoreEntry[]>>;
  /** With counts, for which the server walks through all groups. */
  status(store: string, options?: CallOptions): Promise<Result<DatastoreStatus>>;
  rrd(
    store: string,
    timeframe: Timeframe,
    options?: CallOptions,
  ): Promise<Result<readonly DatastorePoint[]>>;
  activeOperations(store: string, options?: CallOptions): Promise<Result<ActiveOperations>>;
  /** GET /admin/gc: figures, schedule and last run of every datastore in one request. */
  gc(options?: CallOptions): Promise<Result<readonly PbsGcJob[]>>;
  startGc(store: string, options?: CallOptions): Promise<Result<Started>>;
  /** Of a removable datastore, since PBS 3.3. */
  mount(store: string, options?: CallOptions): Promise<Result<Started>>;
  unmount(store: string, options?: CallOptions): Promise<Result<Started>>;
}

/** What is in a datastore, and changes of it. Deletions are carried out at once and start no task. */
export interface PbsContentApi {
  /** The root is among them when it may be seen. One walk through the folders of the datastore. */
  namespaces(
    store: string,
    range?: { parent?: string; maxDepth?: number },
    options?: CallOptions,
  ): Promise<Result<readonly PbsNamespace[]>>;
  /** Of one namespace, those below not included. */
  groups(at: NamespaceAt, options?: CallOptions): Promise<Result<readonly PbsGroup[]>>;
  /**
   * All snapshots of one namespace in one request, those below not included; of one type or one group when given. The server
   * opens a manifest for each. A snapshot of a VM with one disk is some 560 bytes of the answer, each further disk 90 more;
   * decoded, it takes some 400 bytes of memory and 20 µs, in pieces that let keys through (measured with 20,000). So one answer
   * of at most 16 MiB holds 20,000 to 30,000. When there are more, it is asked again for each type, and where that is still
   * too much for each group, four at a time.
   */
  snapshots(
    at: NamespaceAt & { readonly type?: BackupType; readonly id?: string },
    options?: CallOptions,
  ): Promise<Result<readonly PbsSnapshot[]>>;
  files(at: SnapshotAt, options?: CallOptions): Promise<Result<readonly SnapshotFile[]>>;
  /** All lines. */
  notes(at: SnapshotAt, options?: CallOptions): Promise<Result<readonly SafeText[]>>;
  setNotes(at: SnapshotAt, notes: string, options?: CallOptions): Promise<Result<Started>>;
  protection(at: SnapshotAt, options?: CallOptions): Promise<Result<boolean>>;
  setProtected(at: SnapshotAt, on: boolean, options?: CallOptions): Promise<Result<Started>>;
  /** Removes a snapshot; refused while it is protected. */
  forget(at: SnapshotAt, options?: CallOptions): Promise<Result<Started>>;
  /** Removes a group with all its snapshots; refused while one is protected. */
  forgetGroup(at: GroupAt, options?: CallOptions): Promise<Result<Started>>;
  groupNotes(at: GroupAt, options?: CallOptions): Promise<Result<readonly SafeText[]>>;
  setGroupNotes(at: GroupAt, notes: string, options?: CallOptions): Promise<Result<Started>>;
  changeOwner(at: GroupAt, owner: string, options?: CallOptions): Promise<Result<Started>>;
  /**
   * What pruning would do, by the server itself. It changes nothing, but it is a POST: refused in read-only mode, and it needs
   * Datastore.Modify, or Datastore.Prune for groups of one's own. Without them only a simulation of our own is left.
   */
  pruneDryRun(
    at: GroupAt,
    keep: KeepOptions,
    options?: CallOptions,
  ): Promise<Result<readonly PruneMark[]>>;
  /** As a task. */
  prune(at: GroupAt, keep: KeepOptions, options?: CallOptions): Promise<Result<Started>>;
  /** All groups of a namespace and, unless `maxDepth` is 0, of those below; a dry run tells its result in the task's log. */
  pruneDatastore(
    at: NamespaceAt,
    keep: KeepOptions,
    range?: { maxDepth?: number; dryRun?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** A namespace with those below, a group, or one snapshot. `ignoreVerified` is what the server does when it is left out. */
  verify(
    at: NamespaceAt | GroupAt | SnapshotAt,
    range?: { ignoreVerified?: boolean; outdatedAfter?: number; maxDepth?: number },
    options?: CallOptions,
  ): Promise<Result<Started>>;
}

/** Scheduled jobs with their last and next run. A job of a datastore that the login may not see is left out by the server. */
export interface PbsJobApi {
  prune(options?: CallOptions): Promise<Result<readonly PbsPruneJob[]>>;
  /** Pull and push jobs; servers before 3.3 know only the former. */
  sync(options?: CallOptions): Promise<Result<readonly PbsSyncJob[]>>;
  verify(options?: CallOptions): Promise<Result<readonly PbsVerifyJob[]>>;
  run(
    kind: 'prune' | 'sync' | 'verify',
    id: string,
    options?: CallOptions,
  ): Promise<Result<Started>>;
}

export interface PbsTaskApi {
  /** Newest first, running ones before them. Without Sys.Audit on /system/tasks only the login's own. */
  list(filter?: PbsTaskFilter, options?: CallOptions): Promise<Result<readonly PbsTask[]>>;
  status(upid: string, options?: CallOptions): Promise<Result<PbsTaskStatus>>;
  /** At most `limit` lines from line `start` on (lines to skip), as for Proxmox VE. */
  log(
    upid: string,
    page: { start: number; limit: number },
    options?: CallOptions,
  ): Promise<Result<PbsTaskLogPage>>;
  stop(upid: string, options?: CallOptions): Promise<Result<Started>>;
}

export interface PbsNodeApi {
  status(options?: CallOptions): Promise<Result<PbsNodeStatus>>;
  rrd(timeframe: Timeframe, options?: CallOptions): Promise<Result<readonly PbsNodePoint[]>>;
  /** The zone its schedules are in. */
  time(options?: CallOptions): Promise<Result<PbsTime>>;
  services(options?: CallOptions): Promise<Result<readonly PbsService[]>>;
  serviceCommand(
    service: string,
    command: 'start' | 'stop' | 'restart' | 'reload',
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** Acts at once and starts no task. */
  command(command: 'reboot' | 'shutdown', options?: CallOptions): Promise<Result<Started>>;
  /**
   * The server's own name, as UPIDs carry it: told by its newest task, asked once. Undefined when no task could be seen. Needed
   * to tell whether a verify state was made here.
   */
  name(options?: CallOptions): Promise<Result<SafeText | undefined>>;
}

/** All areas of one server's API. */
export interface PbsApi {
  readonly datastores: PbsDatastoreApi;
  readonly content: PbsContentApi;
  readonly jobs: PbsJobApi;
  readonly tasks: PbsTaskApi;
  readonly node: PbsNodeApi;
  /**
   * The login's effective privileges. Each of `paths` is asked by name beside the list, because the list leaves out paths on
   * which the login has nothing: they would look as if they inherited. To be asked first; `knows` reads it.
   */
  permissions(paths?: readonly string[], options?: CallOptions): Promise<Result<Permissions>>;
  version(options?: CallOptions): Promise<Result<{ version: SafeText; release?: SafeText }>>;
}

/**
 * One Proxmox Backup Server. Every call resolves to a {@link Result}; none throws for an expected failure. At most four
 * requests are under way at a time. After a walk through a datastore got no answer in time, walks through it are refused for a
 * while without being sent: the server goes on with the one that was given up.
 */
export interface PbsServer extends PbsApi {
  readonly id: PbsId;
  readonly config: PbsServerConfig;
  connection(): Connection;
  /** The server's time in ms, as far as its last answer told it. */
  serverNow(): number;
  /** The same server, but its writes are only told to `planned` and answered as cancelled; reads go through. */
  dryRun(planned: (call: PlannedCall) => void): PbsServer;
  /** Lets what was given up be tried again, because a person asked for it. */
  reset(): void;
}
