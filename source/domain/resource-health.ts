import { count, percent } from './format.ts';
import { type Guest, guestKey } from './guest.ts';
import type { Finding } from './health.ts';
import type { Resources } from './inventory.ts';
import { fullness } from './limits.ts';
import { type Node, nodeKey } from './node.ts';
import { joinSafe, type SafeText, sanitise, say } from './safe-text.ts';
import type { SiteId } from './site.ts';
import { type Storage, storageRowKey } from './storage.ts';

/** Run states in which QEMU has stopped the guest's processors because of an error. */
export const brokenStates: ReadonlySet<string> = new Set([
  'io-error',
  'internal-error',
  'guest-panicked',
]);
const brokenHa: ReadonlySet<string> = new Set(['error', 'fence', 'recovery']);
/** Storage plugins that have no capacity of their own to tell. */
const withoutCapacity: ReadonlySet<string> = new Set(['iscsi', 'iscsidirect', 'esxi', 'zfs']);

/** Its node does not answer, or Proxmox itself does not know: nothing is known of its present state. */
export function guestUnknown(guest: Guest): boolean {
  return guest.stale === true || guest.status === 'unknown';
}

/** What is wrong with a guest whose state is known, in words; undefined when nothing is. */
export function guestTrouble(guest: Guest): SafeText | undefined {
  if (brokenStates.has(guest.status)) return say`guest stands still: ${guest.status}`;
  if (guest.hastate !== undefined && brokenHa.has(guest.hastate)) {
    return say`HA state is ${guest.hastate}`;
  }
  return undefined;
}

export function nodeOnline(node: Node): boolean {
  return node.status === 'online' && node.stale !== true;
}

/** What is not well among nodes, guests and storages. What a silent node hides is told with the node, once. */
export function resourceFindings(resources: Resources, site: SiteId): Finding[] {
  const { nodes, guests, storages } = resources;
  const silent = new Set<string>();
  for (const node of nodes) if (!nodeOnline(node)) silent.add(node.node);
  const none: Finding = {
    id: `${site}/nodes`,
    level: 'unknown',
    what: say`no node was told`,
    where: say`site ${sanitise(site)}`,
    site,
  };
  return [
    ...(nodes.length === 0 ? [none] : []),
    ...nodes.filter((node) => silent.has(node.node)).map((node) => nodeFinding(node, guests)),
    ...guests.flatMap((guest) => guestFinding(guest, silent) ?? []),
    ...storageFindings(storages, silent),
  ];
}

function nodeFinding(node: Node, guests: readonly Guest[]): Finding {
  const lost = guests.filter((guest) => guest.node === node.node && guestUnknown(guest)).length;
  const state = node.status === 'offline' ? say`offline` : say`unknown`;
  const key = nodeKey(node);
  return {
    id: key,
    level: node.status === 'offline' ? 'critical' : 'unknown',
    what:
      lost === 0
        ? say`node is ${state}`
        : say`node is ${state}, the state of ${count(lost, 'guest')} is not known`,
    where: say`node ${node.node}`,
    site: node.site,
    target: key,
    view: 'nodes',
    ...(node.seenAt === undefined ? {} : { since: node.seenAt }),
  };
}

function guestFinding(guest: Guest, silent: ReadonlySet<string>): Finding | undefined {
  const unknown = guestUnknown(guest);
  if (unknown && silent.has(guest.node)) return undefined;
  const what = unknown ? say`guest's state is not known` : guestTrouble(guest);
  if (what === undefined) return undefined;
  const key = guestKey(guest);
  return {
    id: key,
    level: unknown ? 'unknown' : 'critical',
    what,
    where: guest.name ? say`guest ${guest.vmid} ${guest.name}` : say`guest ${guest.vmid}`,
    site: guest.site,
    target: key,
    view: 'guests',
    ...(unknown && guest.seenAt !== undefined ? { since: guest.seenAt } : {}),
  };
}

/** A shared storage has a row for each node and is told once. */
function storageFindings(storages: readonly Storage[], silent: ReadonlySet<string>): Finding[] {
  const groups = new Map<string, Storage[]>();
  for (const storage of storages) {
    if (silent.has(storage.node)) continue;
    const key = storageRowKey(storage);
    const group = groups.get(key);
    if (group) group.push(storage);
    else groups.set(key, [storage]);
  }
  return [...groups].flatMap(([key, members]) => [
    ...awayFinding(key, members),
    ...fullFinding(key, members),
  ]);
}

function storageBase(key: string, storage: Storage) {
  const where = storage.shared
    ? say`storage ${storage.storage}`
    : say`storage ${storage.storage} on ${storage.node}`;
  return { where, site: storage.site, target: key, view: 'storage' } as const;
}

function awayFinding(key: string, members: readonly Storage[]): Finding[] {
  const away = members.filter(({ status }) => status !== 'available');
  const [first] = away;
  if (!first) return [];
  const where = joinSafe(
    away.map(({ node }) => node),
    ', ',
  );
  const what =
    away.length === members.length
      ? say`storage is ${first.status}`
      : say`storage is ${first.status} on ${where}`;
  return [{ id: `${key}/away`, level: 'unknown', what, ...storageBase(key, first) }];
}

function fullFinding(key: string, members: readonly Storage[]): Finding[] {
  const here = members.filter(({ status }) => status === 'available');
  const [first] = here;
  if (!first) return [];
  const told = here.flatMap(({ disk, maxdisk }) =>
    disk !== undefined && maxdisk !== undefined && maxdisk > 0 ? [disk / maxdisk] : [],
  );
  const base = { id: `${key}/full`, ...storageBase(key, first) };
  if (told.length === 0) {
    const none = first.maxdisk === 0 || withoutCapacity.has(first.plugintype ?? '');
    return none ? [] : [{ ...base, level: 'unknown', what: say`how full it is was not told` }];
  }
  const full = Math.max(...told);
  if (full < fullness.warn) return [];
  const level = full >= fullness.bad ? 'critical' : 'warning';
  return [{ ...base, level, what: say`storage is ${percent(full)} full` }];
}
