import type { Mode } from '../../../source/actions/availability.ts';
import type { ExecuteEnvironment, ExecuteEvent } from '../../../source/actions/execute.ts';
import type { Prepared } from '../../../source/actions/prepare.ts';
import type { Action, Facts, Platform, Scope, Targets } from '../../../source/actions/types.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import type { SiteInventory } from '../../../source/domain/inventory.ts';
import type { Node, NodeService } from '../../../source/domain/node.ts';
import { ok } from '../../../source/domain/result.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import type { Snapshot, SnapshotList } from '../../../source/domain/snapshot.ts';
import type { Task } from '../../../source/domain/task.ts';
import type { AccessApi } from '../../../source/services/access-api.ts';
import type { BackupApi } from '../../../source/services/backup-api.ts';
import type { ReplicationApi } from '../../../source/services/replication-api.ts';
import type {
  ClusterApi,
  ConsoleApi,
  FirewallApi,
  GuestApi,
  NodeApi,
  PveSite,
  StorageApi,
  TaskApi,
} from '../../../source/services/types.ts';

export const safe = sanitise;
export const home = 'home' as SiteId;
/** 2026-11-21 12:00 in the local zone, ms since the epoch. */
export const noon = new Date(2026, 10, 21, 12).getTime();

export function guest(change: Partial<Guest> = {}): Guest {
  return {
    site: home,
    type: 'qemu',
    vmid: 101,
    node: safe('pve1'),
    name: safe('web-server'),
    status: safe('running'),
    ...change,
  };
}

export function node(change: Partial<Node> = {}): Node {
  return { site: home, node: safe('pve1'), status: safe('online'), ...change };
}

export function service(name: string, state: string, unitState = 'enabled'): NodeService {
  return {
    site: home,
    node: safe('pve1'),
    service: safe(name),
    name: safe(name),
    description: safe(`The ${name} daemon`),
    state: safe(state),
    unitState: safe(unitState),
  };
}

export function task(change: Partial<Task> = {}): Task {
  return {
    site: home,
    upid: upid('vzdump', '101'),
    node: safe('pve1'),
    type: safe('vzdump'),
    id: safe('101'),
    user: safe('root@pam'),
    starttime: Math.floor(noon / 1000),
    outcome: 'running',
    ...change,
  };
}

export function upid(type: string, id = '101', on = 'pve1'): string {
  return `UPID:${on}:000A1B2C:0BCDEF01:691F2A3B:${type}:${id}:root@pam!tui:`;
}

export function snapshot(name: string, snaptime: number, change: Partial<Snapshot> = {}): Snapshot {
  return { name: safe(name), snaptime, ...change };
}

export function snapshots(...list: readonly Snapshot[]): SnapshotList {
  return { snapshots: list };
}

export function inventory(change: Partial<SiteInventory> = {}): SiteInventory {
  return {
    site: home,
    resources: {
      data: { nodes: [node()], guests: [guest()], storages: [], pools: [] },
      fetching: false,
    },
    cluster: { data: { quorate: true, members: [] }, fetching: false },
    tasks: { fetching: false },
    permissions: { fetching: false },
    version: { fetching: false },
    connection: { trust: 'pinned', requestsLastMinute: 0 },
    ...change,
  };
}

export function facts(change: Partial<Facts> = {}): Facts {
  return { site: inventory(), now: noon, ...change };
}

/** The parts of a site that one test needs. Any other call fails the test that made it. */
export interface SiteParts {
  readonly guests?: Partial<GuestApi>;
  readonly nodes?: Partial<NodeApi>;
  readonly storage?: Partial<StorageApi>;
  readonly tasks?: Partial<TaskApi>;
  readonly cluster?: Partial<ClusterApi>;
  readonly consoles?: Partial<ConsoleApi>;
  readonly firewall?: Partial<FirewallApi>;
  readonly backups?: Partial<BackupApi>;
  /** No jobs unless told otherwise. */
  readonly replication?: Partial<ReplicationApi>;
  readonly access?: Partial<AccessApi>;
  readonly resources?: PveSite['resources'];
  readonly skew?: number;
  readonly spiceProxy?: string;
  readonly currentHost?: string;
}

export function fakeSite(parts: SiteParts = {}): PveSite {
  return only<PveSite>('site', {
    id: home,
    config: {
      id: home,
      endpoints: ['https://192.168.1.10:8006'],
      auth: { kind: 'token', token: 'root@pam!tui', secret: { from: 'env', name: 'X' } },
      tls: { kind: 'ask' },
      ...(parts.spiceProxy ? { spiceProxy: parts.spiceProxy } : {}),
    },
    guests: only<GuestApi>('guests', parts.guests ?? {}),
    nodes: only<NodeApi>('nodes', parts.nodes ?? {}),
    storage: only<StorageApi>('storage', parts.storage ?? {}),
    tasks: only<TaskApi>('tasks', parts.tasks ?? {}),
    cluster: only<ClusterApi>('cluster', parts.cluster ?? {}),
    consoles: only<ConsoleApi>('consoles', parts.consoles ?? {}),
    firewall: only<FirewallApi>('firewall', parts.firewall ?? {}),
    backups: only<BackupApi>('backups', parts.backups ?? {}),
    replication: only<ReplicationApi>('replication', {
      jobs: async () => ok([]),
      ...parts.replication,
    }),
    access: only<AccessApi>('access', parts.access ?? {}),
    connection: () => ({
      trust: 'pinned',
      requestsLastMinute: 0,
      ...(parts.skew === undefined ? {} : { skew: parts.skew }),
    }),
    currentHost: () => parts.currentHost ?? '192.168.1.10',
    ...(parts.resources ? { resources: parts.resources } : {}),
  });
}

function only<T extends object>(name: string, parts: Partial<T>): T {
  return new Proxy(parts, {
    get: (target, key) => {
      if (key in target) return target[key as keyof typeof target];
      throw new Error(`not expected: ${name}.${String(key)}`);
    },
  }) as T;
}

/** A clock that only sleeping moves; what was slept is kept in `naps`. */
export function virtualTime(start = noon) {
  let now = start;
  const naps: number[] = [];
  return {
    now: () => now,
    naps,
    sleep: async (ms: number) => {
      naps.push(ms);
      now += ms;
    },
  };
}

export function platform(change: Partial<Platform> = {}): Platform {
  return {
    viewerProblem: () => undefined,
    probeTcp: async () => ok(4),
    openViewer: async () => ok({ pid: 1 }),
    sleep: async () => undefined,
    ...change,
  };
}

export const free: Mode = { readOnly: false, allow: [] };

/** An environment that keeps a diary of what happened in which order. */
export function environment(site: PveSite, change: Partial<ExecuteEnvironment> = {}) {
  const diary: string[] = [];
  const results: Parameters<ExecuteEnvironment['audit']['result']>[] = [];
  const time = virtualTime();
  const made: ExecuteEnvironment = {
    site,
    mode: free,
    audit: {
      intent: async (entry) => {
        diary.push(`intent ${entry.action} ${entry.target}`);
        return ok('intent-1');
      },
      result: async (id, entry) => {
        diary.push(`result ${entry.outcome}`);
        results.push([id, entry]);
      },
    },
    platform: platform({ sleep: time.sleep }),
    now: time.now,
    findLostTask: async () => {
      throw new Error('not expected: findLostTask');
    },
    ...change,
  };
  return { environment: made, diary, results, time };
}

export function prepared<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  known: Facts = facts(),
): Prepared<S> {
  return { action, target, facts: known, availability: { state: 'yes' } };
}

export function options(change: { reread?: boolean; signal?: AbortSignal } = {}) {
  const events: ExecuteEvent[] = [];
  return {
    events,
    options: {
      signal: change.signal ?? new AbortController().signal,
      reread: change.reread ?? false,
      onEvent: (event: ExecuteEvent) => {
        events.push(event);
      },
    },
  };
}
