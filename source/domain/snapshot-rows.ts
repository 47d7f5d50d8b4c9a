import type { FilterFields } from './filter.ts';
import { type Guest, guestKey } from './guest.ts';
import { sinceServerTime } from './server-time.ts';
import {
  oldSnapshot,
  type SnapshotList,
  type SnapshotRow,
  type SurveyedGuest,
  snapshotKey,
} from './snapshot.ts';

/** What of a guest stays the same for a while: who and where it is, what it is called, what it belongs to. */
export function steadyGuest(guest: Guest): Guest {
  const { site, type, vmid, node, status, name, template, tags, pool, lock } = guest;
  return {
    site,
    type,
    vmid,
    node,
    status,
    ...(name === undefined ? {} : { name }),
    ...(template === undefined ? {} : { template }),
    ...(tags === undefined ? {} : { tags }),
    ...(pool === undefined ? {} : { pool }),
    ...(lock === undefined ? {} : { lock }),
  };
}

/** Rows of the list of all snapshots for one guest, read at `now` (ms) from a server whose clock is `skew` ms ahead. */
export function snapshotRows(
  guest: Guest,
  list: SnapshotList,
  now: number,
  skew: number,
): readonly SnapshotRow[] {
  const key = guestKey(guest);
  const steady = steadyGuest(guest);
  const parents = new Map(list.snapshots.map(({ name, parent }) => [name as string, parent]));
  const depthOf = (name: string) => {
    const seen = new Set<string>([name]);
    let parent = parents.get(name);
    // A cycle is possible in a configuration edited by hand.
    while (parent !== undefined && parents.has(parent) && !seen.has(parent)) {
      seen.add(parent);
      parent = parents.get(parent);
    }
    return seen.size - 1;
  };
  return list.snapshots.map((snapshot) => {
    const passed = sinceServerTime(
      snapshot.snaptime ? snapshot.snaptime * 1000 : undefined,
      now,
      skew,
    );
    return {
      key: snapshotKey(key, snapshot.name),
      site: guest.site,
      node: guest.node,
      guest: steady,
      snapshot,
      depth: depthOf(snapshot.name),
      children: list.snapshots.filter(({ parent }) => parent === snapshot.name).length,
      current: list.currentParent === snapshot.name,
      ...(passed === undefined ? {} : { takenAt: now - passed }),
      old: passed !== undefined && passed > oldSnapshot,
    };
  });
}

/** Has the guest changed in what its rows tell of it? */
function renamed(before: Guest, now: Guest): boolean {
  return (
    before.node !== now.node ||
    before.name !== now.name ||
    before.status !== now.status ||
    before.lock !== now.lock ||
    before.pool !== now.pool ||
    before.tags?.join(' ') !== now.tags?.join(' ')
  );
}

/** The rows of a guest as it is now; the same objects while nothing they tell has changed. */
export function currentRows(surveyed: SurveyedGuest, guest: Guest): readonly SnapshotRow[] {
  if (!renamed(surveyed.guest, guest)) return surveyed.rows;
  const steady = steadyGuest(guest);
  return surveyed.rows.map((row) => ({ ...row, node: guest.node, guest: steady }));
}

/** What a filter can look at in a row. */
export function snapshotFields({
  guest,
  snapshot,
  node,
  site,
  takenAt,
}: SnapshotRow): FilterFields {
  return {
    text: [String(guest.vmid), guest.name ?? '', snapshot.name, snapshot.description ?? ''],
    fields: {
      tag: guest.tags ?? [],
      node: [node],
      status: [guest.status, snapshot.snapstate ?? ''],
      type: [guest.type, snapshot.vmstate ? 'ram' : ''],
      pool: [guest.pool ?? ''],
      site: [site],
    },
    ...(takenAt === undefined ? {} : { at: takenAt }),
  };
}
