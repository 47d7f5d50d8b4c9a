import type { ServiceState } from '../model.ts';
import { TaskBook, type TaskControl, type TaskScript } from '../tasks.ts';
import type { AuthId } from '../upid.ts';
import type { World } from '../world.ts';
import { nextEvent } from './calendar.ts';
import { gcScript } from './gc.ts';
import {
  type BackupGroup,
  type BackupSnapshot,
  type BackupType,
  type Datastore,
  groupKey,
  type Job,
  type JobKind,
  type Remote,
  usedBytes,
} from './model.ts';
import { pruneJobScript } from './prune.ts';
import type { PbsHostSeat, PbsSeat } from './seat.ts';
import { syncScript } from './sync.ts';
import { pbsTaskWords } from './upid.ts';
import { verifyScript } from './verify.ts';

/** What a server refuses in words; 400 when no other code is told. */
export class PbsRefusal extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export type Access = 'look' | 'read' | 'write';

const superuser: AuthId = { user: 'root@pam' };
export const workerTypes: Readonly<Record<JobKind, string>> = {
  gc: 'garbage_collection',
  prune: 'prunejob',
  verify: 'verificationjob',
  sync: 'syncjob',
};

export interface HostParts {
  readonly seat: PbsSeat;
  readonly place: PbsHostSeat;
  readonly stores: readonly Datastore[];
  readonly jobs: readonly Job[];
  readonly remotes: readonly Remote[];
  readonly bootedAt: number;
  readonly firstPid: number;
}

function service(name: string, desc: string, state = 'running', unit = 'enabled'): ServiceState {
  return { service: name, desc, state, activeState: 'active', unitState: unit };
}

/** One backup server: its datastores, jobs and tasks. */
export class PbsHost {
  readonly seat: PbsSeat;
  readonly place: PbsHostSeat;
  readonly stores: Map<string, Datastore>;
  readonly jobs: Job[];
  readonly remotes: readonly Remote[];
  readonly tasks: TaskBook;
  readonly bootedAt: number;
  readonly services: ServiceState[] = [
    service('chrony', 'chrony, an NTP client/server'),
    service('cron', 'Regular background program processing daemon'),
    service('postfix', 'Postfix Mail Transport Agent (main/default instance)'),
    service('proxmox-backup', 'Proxmox Backup API Server'),
    service('proxmox-backup-proxy', 'Proxmox Backup API Proxy Server'),
    service('smartmontools', 'Self Monitoring and Reporting Technology (SMART) Daemon'),
    service('ssh', 'OpenBSD Secure Shell server'),
    service('zfs-zed', 'ZFS Event Daemon (zed)'),
  ];
  #pid: number;
  readonly #scheduled = new Map<Job, object>();

  constructor(parts: HostParts) {
    this.seat = parts.seat;
    this.place = parts.place;
    this.stores = new Map(parts.stores.map((store) => [store.name, store]));
    this.jobs = [...parts.jobs];
    this.remotes = parts.remotes;
    this.bootedAt = parts.bootedAt;
    this.#pid = parts.firstPid;
    const { clock } = this.world;
    const note = () => {
      this.world.revision += 1;
    };
    this.tasks = new TaskBook({
      clock,
      words: pbsTaskWords(() => clock.now),
      worker: () => {
        this.#pid += 3;
        return { pid: this.#pid, bootedAt: this.bootedAt };
      },
      started: note,
      ended: note,
    });
    for (const job of this.jobs) this.schedule(job, this.seat.bornAt);
  }

  get name(): string {
    return this.place.name;
  }

  get world(): World {
    return this.seat.world;
  }

  /** What a storage of PVE is told; undefined when the datastore does not answer. */
  usage(name: string): { total: number; used: number } | undefined {
    const store = this.stores.get(name);
    if (!store || this.unavailable(store, 'read') !== undefined) return undefined;
    return { total: store.total, used: usedBytes(store) };
  }

  /** Why a datastore cannot be used in this way, in PBS's words; undefined = it can. */
  unavailable(store: Datastore, access: Access): string | undefined {
    const { maintenance, name } = store;
    if (access === 'look') return undefined;
    if (maintenance && (maintenance.type === 'offline' || access === 'write')) {
      const why = `${maintenance.type} maintenance mode: ${maintenance.message ?? ''}`;
      return `datastore '${name}' is unavailable: ${why}`;
    }
    return store.mount === 'notmounted' ? `datastore '${name}' is not mounted` : undefined;
  }

  /** @throws PbsRefusal when there is no such datastore, or it is not to be used now */
  store(name: string, access: Access): Datastore {
    const store = this.stores.get(name);
    if (!store) throw new PbsRefusal(`no such datastore '${name}'`, 404);
    const problem = this.unavailable(store, access);
    if (problem !== undefined) throw new PbsRefusal(problem);
    return store;
  }

  /** @throws PbsRefusal */
  group(store: Datastore, ns: string, type: string, id: string): BackupGroup {
    const group = store.groups.get(groupKey(ns, type, id));
    if (!group) throw new PbsRefusal(`group '${type}/${id}' does not exist`, 404);
    return group;
  }

  /** @throws PbsRefusal */
  snapshot(group: BackupGroup, time: number): BackupSnapshot {
    const snapshot = group.snapshots.find((one) => one.time === time);
    if (!snapshot) throw new PbsRefusal('snapshot does not exist', 404);
    return snapshot;
  }

  /** A group's place for a new backup; made when it is the first. */
  groupFor(store: Datastore, ns: string, type: BackupType, id: string, owner: string): BackupGroup {
    const key = groupKey(ns, type, id);
    const group = store.groups.get(key) ?? { ns, type, id, owner, snapshots: [] };
    store.groups.set(key, group);
    return group;
  }

  /** Takes a snapshot off its group, the last one with the group; its chunks stay until they are collected. */
  forget(store: Datastore, group: BackupGroup, snapshot: BackupSnapshot): void {
    group.snapshots = group.snapshots.filter((one) => one !== snapshot);
    store.garbage.push({ bytes: snapshot.unique, since: this.world.clock.seconds });
    if (group.snapshots.length === 0) {
      store.groups.delete(groupKey(group.ns, group.type, group.id));
    }
    this.world.revision += 1;
  }

  job(kind: JobKind, id: string): Job | undefined {
    return this.jobs.find((job) => job.kind === kind && job.id === id);
  }

  /** When a job runs next, seconds. */
  nextRun(job: Job): number | undefined {
    const { schedule, disable } = job.config;
    if (typeof schedule !== 'string' || disable === true) return undefined;
    const last = job.last?.endtime ?? this.seat.bornAt;
    return nextEvent(schedule, Math.max(last, this.seat.bornAt));
  }

  /** Lets a job run when its time has come, and again. Called anew whenever its schedule changed. */
  schedule(job: Job, from = this.world.clock.seconds): void {
    const { clock } = this.world;
    const mark = {};
    this.#scheduled.set(job, mark);
    const { schedule, disable } = job.config;
    const at =
      typeof schedule === 'string' && disable !== true ? nextEvent(schedule, from) : undefined;
    if (at === undefined) return;
    const wait = (at - clock.now / 1000) * clock.speed;
    clock.after(wait, () => {
      if (this.#scheduled.get(job) !== mark || !this.jobs.includes(job)) return;
      if (!this.place.down && !this.isRunning(job)) {
        this.run(job, superuser, String(schedule));
      }
      this.schedule(job);
    });
  }

  isRunning(job: Job): boolean {
    return this.tasks
      .running()
      .some((task) => task.type === workerTypes[job.kind] && task.id === this.workerId(job));
  }

  workerId({ kind, id, config }: Job): string {
    const ns = String(config.ns ?? '');
    if (kind === 'gc') return id;
    if (kind === 'prune') return ns === '' ? String(config.store) : `${config.store}:${ns}`;
    if (kind === 'verify') return `${config.store}:${id}`;
    return [config.remote, config['remote-store'], config.store, ns, id].join(':');
  }

  /** Runs a job now; gives its task's UPID. `schedule` = what triggered it. */
  run(job: Job, auth: AuthId, schedule?: string): string {
    let upid = '';
    const scripts: Readonly<Record<JobKind, (task: TaskControl) => TaskScript>> = {
      gc: (task) => gcScript(this, job.id, task, schedule),
      prune: (task) => pruneJobScript(this, job, task, schedule),
      verify: (task) => verifyScript(this, this.#verifyScope(job), task, schedule, job.id),
      sync: (task) => syncScript(this, job, task, schedule),
    };
    const work = scripts[job.kind];
    const keep = (task: TaskControl) => this.#keepResult(job, task, work(task));
    upid = this.tasks.start(
      { node: this.name, type: workerTypes[job.kind], id: this.workerId(job), auth },
      keep,
    );
    return upid;
  }

  #verifyScope({ config }: Job) {
    const after = config['outdated-after'];
    return {
      store: String(config.store),
      ns: String(config.ns ?? ''),
      depth: typeof config['max-depth'] === 'number' ? config['max-depth'] : 7,
      ignoreVerified: config['ignore-verified'] !== false,
      ...(typeof after === 'number' ? { outdatedAfter: after } : {}),
    };
  }

  /** Notes how a job ended, whichever way. */
  *#keepResult(job: Job, task: TaskControl, script: TaskScript): TaskScript {
    let state = 'abort requested - aborting task';
    try {
      yield* script;
      state = 'OK';
    } catch (error) {
      state = (error as Error).message;
      throw error;
    } finally {
      job.last = { upid: task.upid, endtime: this.world.clock.seconds, state };
    }
  }
}
