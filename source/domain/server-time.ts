import type { Connection, SiteInventory } from './inventory.ts';

/** A smaller difference between the clocks is within what can be measured: the server tells whole seconds. */
const measurable = 5_000;
/** The nodes of a cluster may differ by this much; a moment further ahead cannot be right. */
const tolerance = 60_000;

/**
 * Server clock minus ours in ms, in steps of 5 s, so that it does not change with every answer; 0 while nothing is known
 * or the difference is too small to matter.
 */
export function clockSkew(connection: Pick<Connection, 'skew'> | undefined): number {
  const skew = connection?.skew ?? 0;
  return Math.abs(skew) < measurable ? 0 : Math.round(skew / measurable) * measurable;
}

/** Each site's {@link clockSkew}, without those whose clock agrees with ours. */
export function clockSkews(sites: readonly SiteInventory[]): Readonly<Record<string, number>> {
  const told = sites.map(({ site, connection }) => [site, clockSkew(connection)] as const);
  return Object.fromEntries(told.filter(([, skew]) => skew !== 0));
}

/**
 * ms since a moment that a server dated (ms), when our clock shows `now`. Unknown when nobody told the moment, and when it
 * lies in the server's own future.
 */
export function sinceServerTime(
  at: number | undefined,
  now: number,
  skew: number,
): number | undefined {
  if (at === undefined) return undefined;
  const passed = now + skew - at;
  return passed < -tolerance ? undefined : Math.max(0, passed);
}
