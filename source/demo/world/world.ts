import type { Accounts } from './accounts.ts';
import type { BackupJob } from './backup-jobs.ts';
import { VirtualClock } from './clock.ts';
import { ClusterLog } from './cluster-log.ts';
import { Faults } from './faults.ts';
import { type FirewallParts, Firewalls } from './firewall.ts';
import { Journal } from './journal.ts';
import { Meter } from './meter.ts';
import type {
  FileVolume,
  GuestState,
  NodeState,
  PublishedGuest,
  ResourceMapping,
  StorageState,
} from './model.ts';
import { Noise } from './noise.ts';
import { type PbsPlan, PbsSeat } from './pbs/seat.ts';
import type { ReplicationJob } from './replication.ts';
import { TaskBook, type TaskRecord } from './tasks.ts';
import { authIdText } from './upid.ts';

/** What tests may change while the demo runs. */
export interface WorldSettings {
  /** How long an answer 401 is held back, ms of real time. PVE: 3000. */
  unauthorizedDelay: number;
  /** How often pvestatd tells new figures, seconds. PVE: 10. */
  statusPeriod: number;
  /** Versions of packages that clients look at, the same on every node. */
  versions: Record<string, string>;
}

export interface WorldParts {
  readonly clusterName: string | undefined;
  readonly nodes: readonly NodeState[];
  readonly guests: readonly GuestState[];
  readonly storages: readonly StorageState[];
  readonly files: readonly FileVolume[];
  readonly pools: ReadonlyMap<string, string>;
  readonly accounts: Accounts;
  readonly mappings?: readonly ResourceMapping[];
  readonly replication?: readonly ReplicationJob[];
  readonly backupJobs?: readonly BackupJob[];
  readonly firewall?: FirewallParts;
  /** Backup servers; none when absent. */
  readonly pbs?: PbsPlan;
}

export interface WorldOptions {
  readonly now: () => number;
  readonly speed: number;
  readonly seed: number;
}

/** How much journal a new world already has, seconds. */
const journalPast = 6 * 3600;

/** The one mutable state behind every protocol face. Call {@link World.settle} before looking. */
export class World {
  readonly clock: VirtualClock;
  readonly noise: Noise;
  readonly seed: number;
  readonly clusterName: string | undefined;
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly guests = new Map<number, GuestState>();
  readonly storages: ReadonlyMap<string, StorageState>;
  readonly files: FileVolume[];
  /** Pool → its comment. */
  readonly pools: ReadonlyMap<string, string>;
  readonly accounts: Accounts;
  readonly mappings: readonly ResourceMapping[];
  readonly firewalls: Firewalls;
  /** Volumes whose configuration line does not tell their size (`unusedN`), by volume id, bytes. */
  readonly volumeSizes = new Map<string, number>();
  readonly backupJobs: BackupJob[];
  /** Storage replication jobs by id. */
  readonly replication: Map<string, ReplicationJob>;
  /** Nodes on which a backup runs: the next one waits for it. */
  readonly backupLocks = new Set<string>();
  /** Keys that were sent to machines, oldest first. */
  readonly sentKeys: { readonly vmid: number; readonly key: string }[] = [];
  readonly tasks: TaskBook;
  readonly pbs: PbsSeat;
  readonly journals: ReadonlyMap<string, Journal>;
  readonly clusterLog = new ClusterLog();
  readonly settings: WorldSettings = {
    unauthorizedDelay: 3000,
    statusPeriod: 10,
    versions: { 'pve-manager': '9.2.3', 'qemu-server': '9.1.8', 'pve-container': '6.1.4' },
  };
  readonly faults: Faults;
  readonly meter: Meter;
  /** Every request that got 501 because the demo does not have it: `GET /nodes/pve1/ceph`. */
  readonly unimplemented: string[] = [];
  /** Bugs of the demo itself that a request ran into: stack traces. Tests expect it empty. */
  readonly failures: string[] = [];
  /** Costly answers, kept by those who made them for as long as they are still true. */
  readonly keptAnswers = new Map<string, unknown>();
  /** Counts every change, so that answers may be kept while it stays the same. */
  revision = 0;

  constructor(parts: WorldParts, options: WorldOptions) {
    this.clock = new VirtualClock(options);
    this.noise = new Noise(options.seed);
    this.seed = options.seed;
    this.clusterName = parts.clusterName;
    this.nodes = new Map(parts.nodes.map((node) => [node.node, node]));
    for (const guest of parts.guests) this.guests.set(guest.vmid, guest);
    this.storages = new Map(parts.storages.map((storage) => [storage.storage, storage]));
    this.files = [...parts.files];
    this.pools = parts.pools;
    this.accounts = parts.accounts;
    this.mappings = parts.mappings ?? [];
    this.replication = new Map((parts.replication ?? []).map((job) => [job.id, { ...job }]));
    this.backupJobs = (parts.backupJobs ?? []).map((job) => ({ ...job }));
    this.firewalls = new Firewalls(parts.firewall);
    this.faults = new Faults(this);
    this.meter = new Meter(this);
    this.pbs = new PbsSeat(this, parts.guests, parts.pbs);
    this.journals = new Map(
      parts.nodes.map(({ node }) => [
        node,
        new Journal(node, this.noise, this.clock.now - journalPast * 1000),
      ]),
    );
    this.tasks = new TaskBook({
      clock: this.clock,
      worker: (name) => {
        const node = this.node(name);
        node.nextPid += 1 + this.noise.integer('pid', 0, 40, node.nextPid);
        return { pid: node.nextPid, bootedAt: node.bootedAt };
      },
      started: (task) => this.#note(task, `starting task ${task.upid}`),
      ended: (task) => this.#note(task, `end task ${task.upid} ${task.status}`),
    });
  }

  #note(task: TaskRecord, text: string): void {
    this.revision += 1;
    const { user, tokenid } = task;
    const who = authIdText(tokenid === undefined ? { user } : { user, token: tokenid });
    const state = this.node(task.node);
    if (state.downSince === undefined) {
      this.journals.get(task.node)?.add(this.clock.now, 'pvedaemon', task.pid, `<${who}> ${text}`);
    }
    this.clusterLog.add({
      node: task.node,
      time: this.clock.seconds,
      tag: 'pvedaemon',
      pid: task.pid,
      user: who,
      msg: text,
      pri: text.startsWith('end') && task.status !== 'OK' ? 3 : 6,
    });
  }

  /** Lets everything happen that is due by now. */
  settle(): void {
    this.clock.settle();
    this.pbs.reconcile();
    for (const [name, journal] of this.journals) {
      journal.grow(this.clock.now, this.nodes.get(name)?.downSince === undefined);
    }
  }

  /** A node that must exist; for names from outside look into `nodes`. */
  node(name: string): NodeState {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`the demo homelab has no node ${name}`);
    return node;
  }

  isOnline(name: string): boolean {
    const node = this.nodes.get(name);
    return node !== undefined && node.downSince === undefined;
  }

  /** More than half of the nodes are there; a single node is always quorate. */
  get quorate(): boolean {
    const all = [...this.nodes.values()];
    return all.filter((node) => node.downSince === undefined).length * 2 > all.length;
  }

  /** The number of pvestatd's period that now belongs to. */
  get period(): number {
    return Math.floor(this.clock.now / (this.settings.statusPeriod * 1000));
  }

  /** Changes a guest and keeps, for the rest of this period, what pvestatd has told before. */
  change(guest: GuestState, edit: (guest: GuestState) => void): void {
    if (guest.published?.period !== this.period) {
      const { status, qmpstatus, startedAt, config } = guest;
      guest.published = { period: this.period, guest: { status, qmpstatus, startedAt, config } };
    }
    edit(guest);
    this.revision += 1;
  }

  addGuest(guest: GuestState): void {
    this.guests.set(guest.vmid, guest);
    this.revision += 1;
  }

  removeGuest(guest: GuestState): void {
    this.guests.delete(guest.vmid);
    this.firewalls.forget(guest.vmid);
    this.revision += 1;
  }

  /** What pvestatd told about a guest at the beginning of this period. */
  published(guest: GuestState): PublishedGuest {
    return guest.published?.period === this.period ? guest.published.guest : guest;
  }

  guestsOf(node: string): GuestState[] {
    return [...this.guests.values()].filter((guest) => guest.node === node);
  }
}
