import type { Failure } from '../domain/failure.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { SiteId } from '../domain/site.ts';
import type { Sourced } from '../domain/sourced.ts';
import { sameValue } from './keep-identity.ts';
import type { DataState } from './state.ts';
import type { Store } from './store.ts';

/** A source begins to fetch; keeps data and failure. */
export function fetching<T>(before: Sourced<T> | undefined): Sourced<T> {
  return { ...before, fetching: true };
}

/** A source answered: data replace, unless equal, and the failure goes. */
export function arrived<T>(before: Sourced<T> | undefined, data: T, now: number): Sourced<T> {
  const kept = before?.data !== undefined && sameValue(before.data, data) ? before.data : data;
  return { data: kept, fetchedAt: now, fetching: false };
}

/** A source failed: the last good data stay with their age. */
export function failed<T>(before: Sourced<T> | undefined, failure: Failure): Sourced<T> {
  const kept = before?.failure && sameValue(before.failure, failure) ? before.failure : failure;
  return {
    ...(before?.data === undefined ? {} : { data: before.data }),
    ...(before?.fetchedAt === undefined ? {} : { fetchedAt: before.fetchedAt }),
    failure: kept,
    fetching: false,
  };
}

export function updateSite(
  store: Store,
  id: SiteId,
  change: (site: SiteInventory) => SiteInventory,
): void {
  store.setState((state) => {
    let changed = false;
    const sites = state.sites.map((site) => {
      if (site.site !== id) return site;
      const next = change(site);
      if (next !== site) changed = true;
      return next;
    });
    return changed ? { sites } : state;
  });
}

export function updateDetail(
  store: Store,
  key: string,
  change: (before: Sourced<unknown> | undefined) => Sourced<unknown>,
): void {
  store.setState((state: DataState) => ({
    details: { ...state.details, [key]: change(state.details[key]) },
  }));
}
