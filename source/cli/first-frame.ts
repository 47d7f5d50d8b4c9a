import type { AppStart, Remembered } from '../app/start.ts';
import type { LastSite, LastState } from '../config/last-state.ts';
import type { PreferenceValues } from '../config/preference-values.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { Sourced } from '../domain/sourced.ts';
import { themeChoices } from './flags.ts';

const viewIds: readonly string[] = ['overview', 'nodes', 'guests', 'storage', 'tasks'];

function remembered<T>(data: T | undefined, fetchedAt: number | undefined): Sourced<T> {
  return data === undefined
    ? { fetching: false }
    : { data, fetching: false, ...(fetchedAt === undefined ? {} : { fetchedAt }) };
}

function inventoryOf(last: LastSite): SiteInventory {
  return {
    site: last.site,
    resources: remembered(last.resources, last.fetchedAt),
    cluster: remembered(last.cluster, last.clusterAt),
    tasks: { fetching: false },
    permissions: { fetching: false },
    version: remembered(last.version, last.fetchedAt),
    connection: { trust: 'unknown', requestsLastMinute: 0 },
  };
}

/** What the first frame shows: the last known state with its own ages, and the person's choices. */
export function firstFrame(
  last: LastState | undefined,
  preferences: PreferenceValues,
  site: string | undefined,
): AppStart['initial'] {
  const {
    lastView: view = last?.view,
    theme = last?.theme,
    mouse,
    sorts = last?.sorts,
  } = preferences;
  return {
    sites: (last?.sites ?? [])
      .filter((each) => site === undefined || each.site === site)
      .map(inventoryOf),
    remembered: {
      ...(view !== undefined && viewIds.includes(view) ? { view: view as Remembered['view'] } : {}),
      ...(theme !== undefined && themeChoices.includes(theme)
        ? { theme: theme as Remembered['theme'] }
        : {}),
      ...(mouse === undefined ? {} : { mouse }),
      ...(sorts === undefined
        ? {}
        : {
            sorts: Object.fromEntries(
              Object.entries(sorts).filter(([id]) => viewIds.includes(id)),
            ) as Remembered['sorts'],
          }),
    },
  };
}

/** What is worth keeping for the next first frame. Permissions and tasks are always asked for anew. */
export function lastStateOf(sites: readonly SiteInventory[], savedAt: number): LastState {
  return {
    savedAt,
    sites: sites.map(({ site, resources, cluster, version }) => ({
      site,
      ...(resources.data ? { resources: resources.data } : {}),
      ...(resources.fetchedAt === undefined ? {} : { fetchedAt: resources.fetchedAt }),
      ...(cluster.data ? { cluster: cluster.data } : {}),
      ...(cluster.fetchedAt === undefined ? {} : { clusterAt: cluster.fetchedAt }),
      ...(version.data ? { version: version.data } : {}),
    })),
  };
}
