import type { Connection, Resources, SiteInventory } from '../domain/inventory.ts';
import type { Result } from '../domain/result.ts';
import type { Sourced } from '../domain/sourced.ts';
import { neverFetched } from '../domain/sourced.ts';
import type { PveSite } from '../services/types.ts';
import { sameValue } from './keep-identity.ts';
import { mergeResources } from './merge-resources.ts';
import { type Poller, startPoller, type Timers } from './poller.ts';
import type { Store } from './store.ts';
import { arrived, failed, fetching, updateSite } from './updates.ts';

/** ms between calls. pvestatd renews its figures every 10 s, so asking more often learns nothing. */
const cadence = {
  resources: 10_000,
  tasks: 30_000,
  tasksBusy: 3_000,
  cluster: 60_000,
  permissions: 600_000,
  version: 3_600_000,
} as const;

/** Rows one refresh may bring before refreshes become rarer: a site of 5,000 guests sends 2.5 MB each time. */
const largeSite = 2_500;
const rarest = 2.5;

/** ms until the resources are asked for again: longer the more rows there are, so that a large site costs no more work. */
export function resourcesEvery(known: Resources | undefined): number {
  const rows = known ? known.guests.length + known.nodes.length + known.storages.length : 0;
  return cadence.resources * Math.min(rarest, Math.max(1, rows / largeSite));
}

type Sources = Pick<SiteInventory, 'resources' | 'cluster' | 'tasks' | 'permissions' | 'version'>;

export interface SiteSources {
  /** Polls everything now. */
  refresh(): void;
  /** Polls resources and tasks now, after an action touched them. */
  touch(): void;
  stop(): void;
}

export const unknownConnection: Connection = { trust: 'unknown', requestsLastMinute: 0 };

export function emptySite(site: SiteInventory['site']): SiteInventory {
  return {
    site,
    resources: neverFetched,
    cluster: neverFetched,
    tasks: neverFetched,
    permissions: neverFetched,
    version: neverFetched,
    connection: unknownConnection,
  };
}

/** Starts the pollers of one site. `busy` = somebody looks at tasks or an action runs. */
export function startSiteSources(
  site: PveSite,
  store: Store,
  timers: Timers,
  busy: () => boolean,
): SiteSources {
  const source = <K extends keyof Sources, T extends NonNullable<Sources[K]['data']>>(
    name: K,
    every: () => number,
    call: (signal: AbortSignal) => Promise<Result<T>>,
    merge: (before: T | undefined, answer: T, readAt: number) => T = (_before, answer) => answer,
  ): Poller => {
    const put = (change: (before: Sourced<T>) => Sourced<T>) =>
      updateSite(store, site.id, (inventory) => ({
        ...inventory,
        [name]: change(inventory[name] as unknown as Sourced<T>),
        connection: sameConnection(inventory.connection, site.connection()),
      }));
    let last: T | undefined;
    const merged = (before: Sourced<T>, answer: T): T => {
      // The client hands out the very same object when the server said nothing new.
      const same = answer === last && before.data !== undefined;
      last = answer;
      if (same) return before.data as T;
      return merge(before.data, answer, before.fetchedAt ?? timers.now());
    };
    return startPoller({
      every,
      timers,
      waits: (retryAt) => put((before) => (before.failure ? { ...before, retryAt } : before)),
      poll: async (signal) => {
        put((before) => (before.fetchedAt === undefined ? fetching(before) : before));
        const result = await call(signal);
        // A key pressed while the answer was decoded comes before the answer is put in.
        await new Promise((resolve) => setImmediate(resolve));
        if (signal.aborted) return true;
        put((before) =>
          result.ok
            ? arrived(before, merged(before, result.value), timers.now())
            : failed(before, result.failure),
        );
        return result.ok;
      },
    });
  };

  const resources = source(
    'resources',
    () =>
      resourcesEvery(store.getState().sites.find((each) => each.site === site.id)?.resources.data),
    (signal) => site.resources({ signal }),
    mergeResources,
  );
  const tasks = source(
    'tasks',
    () => (busy() ? cadence.tasksBusy : cadence.tasks),
    (signal) => site.tasks.cluster({ signal }),
  );
  const rest = [
    source(
      'cluster',
      () => cadence.cluster,
      (signal) => site.clusterStatus({ signal }),
    ),
    source(
      'permissions',
      () => cadence.permissions,
      (signal) => site.permissions({ signal }),
    ),
    source(
      'version',
      () => cadence.version,
      (signal) => site.version({ signal }),
    ),
  ];
  const all = [resources, tasks, ...rest];
  return {
    refresh: () => {
      for (const poller of all) poller.kick();
    },
    touch: () => {
      resources.kick();
      tasks.kick();
    },
    stop: () => {
      for (const poller of all) poller.stop();
    },
  };
}

function sameConnection(before: Connection, after: Connection): Connection {
  return sameValue(before, after) ? before : after;
}
