import { type Guest, guestKey } from '../domain/guest.ts';
import type { Resources } from '../domain/inventory.ts';
import { type Node, nodeKey } from '../domain/node.ts';
import { type Storage, storageKey } from '../domain/storage.ts';
import { keepRows, sameValue } from './keep-identity.ts';

/**
 * Puts a new answer of /cluster/resources over the last known one. A node that is down is told without figures and its
 * guests without a name, and after five minutes not at all (api.md 4.1): their last values stay, marked stale with the time
 * they were seen, so that one dead node never hides its guests. `readAt` = when `before` was read, ms since the epoch.
 */
export function mergeResources(
  before: Resources | undefined,
  answer: Resources,
  readAt: number,
): Resources {
  const down = new Set(
    answer.nodes.filter((node) => node.status !== 'online').map((node) => node.node as string),
  );
  const alive = down.size === 0 && answer.guests.every((guest) => guest.status !== 'unknown');
  return kept(before, alive ? answer : withLastKnown(before, answer, down, readAt));
}

/** The answer with the last known values of everything on the nodes that are down. */
function withLastKnown(
  before: Resources | undefined,
  answer: Resources,
  down: ReadonlySet<string>,
  readAt: number,
): Resources {
  const oldNodes = new Map(before?.nodes.map((node) => [nodeKey(node), node]));
  const oldGuests = new Map(before?.guests.map((guest) => [guestKey(guest) as string, guest]));
  const oldStorages = new Map(before?.storages.map((row) => [storageKey(row), row]));

  const nodes = answer.nodes.map((node): Node => {
    if (!down.has(node.node)) return node;
    const old = oldNodes.get(nodeKey(node));
    const seenAt = old && lastSeen(old, old.status === 'online', readAt);
    if (!old || seenAt === undefined) return node;
    return { ...old, status: node.status, stale: true, seenAt };
  });
  const guests = answer.guests.map((guest): Guest => {
    if (!down.has(guest.node) && guest.status !== 'unknown') return guest;
    return staleGuest(oldGuests.get(guestKey(guest)), guest, readAt);
  });
  const told = new Set(answer.guests.map((guest) => guestKey(guest) as string));
  for (const [key, old] of oldGuests) {
    if (!told.has(key) && down.has(old.node)) guests.push(staleGuest(old, old, readAt));
  }
  const storages = answer.storages.map((row): Storage => {
    if (!down.has(row.node)) return row;
    const old = oldStorages.get(storageKey(row));
    const seenAt = old && lastSeen(old, old.status !== 'unknown', readAt);
    if (!old || seenAt === undefined) return row;
    return { ...old, status: row.status, stale: true, seenAt };
  });
  return { nodes, guests, storages, pools: answer.pools };
}

/** The new rows, but the very same objects wherever nothing changed. */
function kept(before: Resources | undefined, after: Resources): Resources {
  if (!before) return after;
  const merged: Resources = {
    nodes: keepRows(before.nodes, after.nodes, nodeKey),
    guests: keepRows(before.guests, after.guests, guestKey),
    storages: keepRows(before.storages, after.storages, storageKey),
    pools: sameValue(before.pools, after.pools) ? before.pools : after.pools,
  };
  const same =
    merged.nodes === before.nodes &&
    merged.guests === before.guests &&
    merged.storages === before.storages &&
    merged.pools === before.pools;
  return same ? before : merged;
}

/** When it last was alive: known from before, or the time of the last answer if it was alive in that one. */
function lastSeen(
  old: { readonly seenAt?: number; readonly stale?: boolean },
  alive: boolean,
  readAt: number,
): number | undefined {
  return old.seenAt ?? (alive && !old.stale ? readAt : undefined);
}

function staleGuest(old: Guest | undefined, told: Guest, readAt: number): Guest {
  const base = old ?? told;
  const seenAt = old && lastSeen(old, old.status !== 'unknown', readAt);
  return {
    ...base,
    node: told.node,
    status: 'unknown' as Guest['status'],
    stale: true,
    // What was never seen alive has no such time.
    ...(seenAt === undefined ? {} : { seenAt }),
  };
}
