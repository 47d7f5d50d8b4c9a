import type { Failure } from '../../../source/domain/failure.ts';
import { type Guest, guestKey } from '../../../source/domain/guest.ts';
import type { ClusterStatus, Node } from '../../../source/domain/node.ts';
import type { Permissions } from '../../../source/domain/permission.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import type { SnapshotList } from '../../../source/domain/snapshot.ts';
import type { Storage } from '../../../source/domain/storage.ts';
import type { Task } from '../../../source/domain/task.ts';
import type { AccessApi } from '../../../source/services/access-api.ts';
import type { BackupApi } from '../../../source/services/backup-api.ts';
import type { ReplicationApi } from '../../../source/services/replication-api.ts';
import type {
  ClusterApi,
  ConsoleApi,
  FirewallApi,
  GuestApi,
  GuestAt,
  NodeApi,
  PlannedCall,
  PveSite,
  Started,
  StorageApi,
  TaskApi,
} from '../../../source/services/types.ts';

/** 2026-11-21 12:00 UTC, ms since the epoch. */
export const noon = Date.UTC(2026, 10, 21, 12);

/** Every privilege the console asks about. */
const all = [
  'Sys.Audit',
  'Sys.PowerMgmt',
  'Sys.Modify',
  'VM.Audit',
  'VM.PowerMgmt',
  'VM.Snapshot',
  'VM.Snapshot.Rollback',
  'VM.Console',
  'VM.Config.Options',
  'VM.Config.Memory',
  'VM.Config.Network',
  'VM.Config.Cloudinit',
  'Datastore.Audit',
];

/** One site's state, which a test may change at will, and what was sent to it. */
export interface FakeWorld {
  readonly id: SiteId;
  nodes: Node[];
  guests: Guest[];
  storages: Storage[];
  tasks: Task[];
  cluster: ClusterStatus;
  permissions: Permissions;
  snapshots: Record<number, SnapshotList>;
  /** Configurations as Proxmox has them; `revision` is their digest. */
  configs: Record<number, Record<string, string>>;
  revision: number;
  /** What the readers answer instead of their data. */
  failing: { all?: Failure; snapshots?: Failure };
  /** Why a write to this guest is refused. */
  refuse: (vmid: number) => Failure | undefined;
  /** A write is not answered before this. */
  gate: () => Promise<unknown>;
  /** Writes as they were sent: `POST /nodes/pve1/qemu/101/status/start`. */
  readonly writes: string[];
  /** Writes that wait for their answer now, and the most there ever were. */
  waiting: number;
  mostWaiting: number;
}

export function fakeWorld(id: string, change: Partial<FakeWorld> = {}): FakeWorld {
  const site = id as SiteId;
  return {
    id: site,
    nodes: [node(site, 'pve1'), node(site, 'pve2')],
    guests: [],
    storages: [],
    tasks: [],
    cluster: { name: say`lab`, quorate: true, members: [] },
    permissions: new Map([['/', new Map(all.map((name) => [name, true]))]]),
    snapshots: {},
    configs: {},
    revision: 1,
    failing: {},
    refuse: () => undefined,
    gate: async () => undefined,
    writes: [],
    waiting: 0,
    mostWaiting: 0,
    ...change,
  };
}

export function node(site: SiteId, name: string, change: Partial<Node> = {}): Node {
  return {
    site,
    node: sanitise(name),
    status: say`online`,
    cpu: 0.2,
    maxcpu: 8,
    mem: 8e9,
    maxmem: 32e9,
    uptime: 86_400,
    ...change,
  };
}

export function guest(
  site: string,
  vmid: number,
  name: string,
  change: Partial<Guest> = {},
): Guest {
  return {
    site: site as SiteId,
    type: 'qemu',
    vmid,
    node: say`pve1`,
    name: sanitise(name),
    status: say`running`,
    cpu: 0.1,
    maxcpu: 4,
    mem: 2e9,
    maxmem: 4e9,
    uptime: 7200,
    ...change,
  };
}

type Send = (call: PlannedCall, vmid: number | undefined, type: string) => Promise<Result<Started>>;

/** Sends a write into the world: waits at the gate, may be refused, starts a task that is over at once. */
function sender(world: FakeWorld): Send {
  return async ({ method, path, parameters }, vmid, type) => {
    world.writes.push([`${method} ${path}`, ...parameters].join(' '));
    world.waiting += 1;
    world.mostWaiting = Math.max(world.mostWaiting, world.waiting);
    await world.gate();
    world.waiting -= 1;
    const refused = vmid === undefined ? undefined : world.refuse(vmid);
    if (refused) return fail(refused);
    const serial = (0x0bcdef01 + world.writes.length).toString(16).toUpperCase().padStart(8, '0');
    return ok({
      upid: `UPID:pve1:000A1B2C:${serial}:691F2A3B:${type}:${vmid ?? ''}:root@pam!tui:`,
    });
  };
}

function planner(planned: (call: PlannedCall) => void): Send {
  return async (call) => {
    planned(call);
    return fail({ kind: 'cancelled', what: say`only planned` });
  };
}

function guestPath(at: GuestAt, rest: string) {
  return sanitise(`/nodes/${at.node}/${at.type}/${at.vmid}/${rest}`);
}

function guestsOf(world: FakeWorld, send: Send): GuestApi {
  const find = (at: GuestAt) => world.guests.find((each) => guestKey(each) === guestKey(at));
  const post = (at: GuestAt, rest: string, parameters: readonly string[], type: string) =>
    send(
      { method: 'POST', path: guestPath(at, rest), parameters: parameters.map(sanitise) },
      at.vmid,
      type,
    );
  const kind = (at: GuestAt) => (at.type === 'qemu' ? 'qm' : 'vz');
  return only<GuestApi>('guests', {
    status: async (at) => {
      const found = find(at);
      if (world.failing.all) return fail(world.failing.all);
      return found
        ? ok({ status: found.status, ...(found.lock ? { lock: found.lock } : {}) })
        : fail({ kind: 'not-found', what: say`It does not exist` });
    },
    pending: async () => ok([]),
    config: async ({ vmid }) => {
      const raw = { ...world.configs[vmid] };
      const entries = Object.entries(raw).map(([key, value]) => [key, sanitise(value)]);
      return ok({
        entries: Object.fromEntries(entries),
        raw,
        digest: String(world.revision),
      });
    },
    setConfig: async (at, { set = {}, delete: gone = [], digest }) => {
      const parameters = [
        ...Object.entries(set).map(([key, value]) => `${key}=${value}`),
        ...(gone.length > 0 ? [`delete=${gone.join(',')}`] : []),
        `digest=${digest}`,
      ].map(sanitise);
      const sent = await send(
        { method: 'PUT', path: guestPath(at, 'config'), parameters },
        at.vmid,
        'qmconfig',
      );
      if (!sent.ok) return sent;
      const kept = Object.entries({ ...world.configs[at.vmid], ...set }).map(([key, value]) => [
        key,
        String(value),
      ]);
      world.configs[at.vmid] = Object.fromEntries(kept.filter(([key = '']) => !gone.includes(key)));
      world.revision += 1;
      return ok({});
    },
    interfaces: async () => ok([]),
    cloudinit: async () => ok([]),
    agentInfo: async () => ok({}),
    migrateCheck: async () => ok(undefined),
    rrd: async () => ok([]),
    feature: async () => ok(true),
    snapshots: async ({ vmid }) =>
      world.failing.snapshots
        ? fail(world.failing.snapshots)
        : ok(world.snapshots[vmid] ?? { snapshots: [] }),
    power: (at, verb) => post(at, `status/${verb}`, [], `${kind(at)}${verb}`),
    createSnapshot: (at, { snapname, vmstate }) => {
      const ram = vmstate ? ['vmstate=1'] : [];
      return post(at, 'snapshot', [`snapname=${snapname}`, ...ram], `${kind(at)}snapshot`);
    },
    rollback: (at, snapname, { start } = {}) =>
      post(at, `snapshot/${snapname}/rollback`, start ? ['start=1'] : [], `${kind(at)}rollback`),
  });
}

function nodesOf(): NodeApi {
  return only<NodeApi>('nodes', {
    status: async () => ok({}),
    rrd: async () => ok([]),
    services: async () => ok([]),
    disks: async () => ok([]),
    updates: async () => ok([]),
    certificates: async () => ok([]),
  });
}

function clusterOf(): ClusterApi {
  return only<ClusterApi>('cluster', {
    nextid: async (wanted) => ok(wanted ?? 900),
    options: async () => ok({ tagColours: {}, registeredTags: [] }),
    bridges: async () => ok([]),
    pools: async () => ok([]),
    mappings: async () => ok([]),
  });
}

/** Rules that are on, with a comment as people write them. */
function firewallOf(): FirewallApi {
  const raw = { type: 'in', action: 'ACCEPT', macro: 'SSH', enable: '1', comment: 'shell' };
  const words = { type: say`in`, action: say`ACCEPT`, macro: say`SSH`, comment: say`shell` };
  const enabled = { values: { enable: say`1` } };
  return only<FirewallApi>('firewall', {
    rules: async () => ok({ rules: [{ pos: 0, enable: true, ...words, raw }], digest: 'd' }),
    options: async () => ok(enabled),
    cluster: async () => ok(enabled),
    names: async () => ok({ aliases: [{ name: say`router`, cidr: say`10.0.0.1` }], sets: [] }),
    log: async (_place, { start }) => ok({ lines: [], next: start, total: 0 }),
  });
}

function tasksOf(world: FakeWorld): TaskApi {
  const answer = async () => (world.failing.all ? fail(world.failing.all) : ok(world.tasks));
  return only<TaskApi>('tasks', {
    cluster: answer,
    node: answer,
    status: async () => ok({ running: false, outcome: 'ok', exitstatus: say`OK` }),
    log: async (_upid, { start }) =>
      ok(start === 0 ? { lines: [say`TASK OK`], next: 1 } : { lines: [], next: start }),
  });
}

/** A site whose services answer from the world. Calls nobody wrote here fail the test that made them. */
export function fakeSite(world: FakeWorld, send: Send = sender(world)): PveSite {
  const read = async <T>(data: T): Promise<Result<T>> =>
    world.failing.all ? fail(world.failing.all) : ok(data);
  return only<PveSite>(`site ${world.id}`, {
    id: world.id,
    config: {
      id: world.id,
      endpoints: ['https://192.0.2.10:8006'],
      auth: { kind: 'token', token: 'root@pam!tui', secret: { from: 'env', name: 'X' } },
      tls: { kind: 'ask' },
    },
    guests: guestsOf(world, send),
    nodes: nodesOf(),
    tasks: tasksOf(world),
    cluster: clusterOf(),
    consoles: only<ConsoleApi>('consoles', {}),
    firewall: firewallOf(),
    backups: only<BackupApi>('backups', {
      list: async () => ok({ backups: [], sources: [] }),
      notes: async () => ok(''),
      retention: async () => ok(say`keep-all=1`),
      jobs: async () => ok([]),
    }),
    replication: only<ReplicationApi>('replication', {
      jobs: async () => ok([]),
      of: async () => ok({ jobs: [] }),
    }),
    access: only<AccessApi>('access', {
      acl: async () => ok([]),
      own: async () => ok([]),
      choices: async () => ok({}),
    }),
    storage: only<StorageApi>('storage', {
      types: async () => ok({}),
      content: async () => ok([]),
    }),
    resources: () =>
      read({ nodes: world.nodes, guests: world.guests, storages: world.storages, pools: [] }),
    clusterStatus: () => read(world.cluster),
    permissions: () => read(world.permissions),
    version: () => read({ version: say`9.2.3` }),
    connection: () => ({ trust: 'pinned', requestsLastMinute: 0, latency: 4 }),
    dryRun: (planned) => fakeSite(world, planner(planned)),
    reset: () => undefined,
    currentHost: () => '192.0.2.10',
  });
}

function only<T extends object>(name: string, parts: Partial<T>): T {
  return new Proxy(parts, {
    get: (target, key) => {
      if (key in target) return target[key as keyof typeof target];
      // Looked for by inspection, not by the console.
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON') return undefined;
      throw new Error(`not expected: ${name}.${key}`);
    },
  }) as T;
}
