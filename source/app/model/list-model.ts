import { sortRows } from '../../components/table/sort.ts';
import { type DetailMap, detailKey } from '../../domain/detail.ts';
import { type Filter, filterTicks, matchesFilter, parseFilter } from '../../domain/filter.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { keepRows } from '../../store/keep-identity.ts';
import type { ListView } from '../../views/types.ts';
import { emptyList, type ListState } from '../ui/state.ts';

/** A list as it is shown: filtered and sorted, with the cursor as an index. */
export interface ListModel<Row> {
  readonly rows: readonly Row[];
  /** Rows before filtering. */
  readonly total: number;
  /** Index of the cursor row; -1 when the list is empty. */
  readonly cursor: number;
  readonly filter: Filter;
  readonly indexOf: (key: string) => number;
}

interface Cached {
  readonly inputs: readonly unknown[];
  readonly rows: readonly object[];
  readonly total: number;
  readonly filter: Filter;
  readonly index: ReadonlyMap<string, number>;
}

/** What rows are made of: as long as none of these changed, neither did the rows. */
function inputsOf(sites: readonly SiteInventory[]): unknown[] {
  return sites.flatMap((site) => [
    site.resources.data,
    site.resources.failure,
    site.tasks.data,
    site.tasks.failure,
    site.cluster.data,
    site.cluster.failure,
    site.permissions.data,
    site.permissions.failure,
    site.version.data,
    site.connection.endpoint,
    site.connection.pausedUntil,
  ]);
}

export type ListModels = <Row extends object>(
  view: ListView<Row>,
  sites: readonly SiteInventory[],
  list: ListState,
  details?: DetailMap,
) => ListModel<Row>;

/** An age in a filter is looked at again after this time, in ms. */
const filterPrecision = 60_000;

/** Makes the memoised list selector: rows are filtered and sorted again only when something they depend on changed. */
export function createListModels(now: () => number): ListModels {
  const caches = new Map<string, Cached>();
  return <Row extends object>(
    view: ListView<Row>,
    sites: readonly SiteInventory[],
    list: ListState,
    details: DetailMap = {},
  ) => {
    const order = list.sort ?? view.defaultSort;
    const filter = parseFilter(list.filter);
    const inputs = [
      filterTicks(filter) ? Math.floor(now() / filterPrecision) : 0,
      ...inputsOf(sites),
      ...(view.sources?.(sites) ?? []).map((request) => details[detailKey(request)]),
      list.filter,
      list.sickOnly,
      order.column,
      order.descending,
    ];
    // The header counts the overview's rows unfiltered, whatever its list shows.
    const slot = list === emptyList ? `${view.id} all` : view.id;
    let cached = caches.get(slot);
    const same =
      cached?.inputs.length === inputs.length &&
      cached.inputs.every((input, index) => Object.is(input, inputs[index]));
    if (!cached || !same) {
      const all = view.rows(sites, details);
      const at = now();
      const passing = all.filter(
        (row) =>
          (!list.sickOnly || view.sick(row)) &&
          (filter.terms.length === 0 || matchesFilter(filter, view.filterFields(row), at)),
      );
      // A row that is made anew but says the same stays the same object, and is not painted again.
      const before = cached?.rows as readonly Row[] | undefined;
      const sorted = sortRows(passing, view.columns, order);
      const rows = view.rowsAreKept ? sorted : keepRows(before, sorted, view.rowKey);
      const index = new Map(rows.map((row, position) => [view.rowKey(row), position]));
      cached = { inputs, rows, total: all.length, filter, index };
      caches.set(slot, cached);
    }
    const { index } = cached;
    const wanted = list.cursor === undefined ? undefined : index.get(list.cursor);
    const lost = Math.min(list.top, cached.rows.length - 1);
    const cursor = wanted ?? (cached.rows.length === 0 ? -1 : Math.max(0, lost));
    return {
      rows: cached.rows as readonly Row[],
      total: cached.total,
      cursor,
      filter: cached.filter,
      indexOf: (key) => index.get(key) ?? -1,
    };
  };
}
