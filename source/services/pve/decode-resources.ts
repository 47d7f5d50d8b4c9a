import { type Guest, type GuestType, guestKey, isVmid } from '../../domain/guest.ts';
import type { Resources } from '../../domain/inventory.ts';
import { type Node, nodeKey } from '../../domain/node.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { SiteId } from '../../domain/site.ts';
import { type Storage, storageKey } from '../../domain/storage.ts';
import { amount, flag, integer, type Row, rowsOf, text, told, words } from '../decode.ts';

/** GET /cluster/resources. Rows of unknown types and rows without an identity are left out, doubles become one. */
export function decodeResources(site: SiteId, data: readonly unknown[]): Resources {
  const nodes = new Map<string, Node>();
  const guests = new Map<string, Guest>();
  const storages = new Map<string, Storage>();
  const pools = new Set<SafeText>();
  for (const row of rowsOf(data)) {
    if (row.type === 'node') {
      const node = decodeNode(site, row);
      if (node) nodes.set(nodeKey(node), node);
    } else if (row.type === 'qemu' || row.type === 'lxc') {
      const guest = decodeGuest(site, row.type, row);
      if (guest) keepKnown(guests, guestKey(guest), guest);
    } else if (row.type === 'storage') {
      const storage = decodeStorage(site, row);
      if (storage) storages.set(storageKey(storage), storage);
    } else if (row.type === 'pool') {
      const pool = text(row.pool);
      if (pool !== undefined) pools.add(pool);
    }
  }
  return {
    nodes: [...nodes.values()],
    guests: [...guests.values()],
    storages: [...storages.values()],
    pools: [...pools],
  };
}

/** Of two rows for one guest, the one whose state is known wins. */
function keepKnown(guests: Map<string, Guest>, key: string, guest: Guest): void {
  const other = guests.get(key);
  if (!other || guest.status !== 'unknown' || other.status === 'unknown') guests.set(key, guest);
}

function decodeNode(site: SiteId, row: Row): Node | undefined {
  const node = text(row.node);
  if (node === undefined) return undefined;
  return told<Node>({
    site,
    node,
    status: text(row.status) ?? ('unknown' as SafeText),
    cpu: amount(row.cpu),
    maxcpu: amount(row.maxcpu),
    mem: amount(row.mem),
    maxmem: positive(row.maxmem),
    disk: amount(row.disk),
    maxdisk: positive(row.maxdisk),
    uptime: amount(row.uptime),
    hastate: text(row.hastate),
    level: row.level === '' ? ('' as SafeText) : text(row.level),
  });
}

function decodeGuest(site: SiteId, type: GuestType, row: Row): Guest | undefined {
  const vmid = integer(row.vmid);
  const node = text(row.node);
  if (vmid === undefined || !isVmid(vmid) || node === undefined) return undefined;
  const tags = words(row.tags);
  return told<Guest>({
    site,
    type,
    vmid,
    node,
    status: text(row.status) ?? ('unknown' as SafeText),
    name: text(row.name),
    template: flag(row.template),
    tags: tags && tags.length > 0 ? [...new Set(tags)] : undefined,
    pool: text(row.pool),
    lock: text(row.lock),
    hastate: text(row.hastate),
    cpu: amount(row.cpu),
    maxcpu: amount(row.maxcpu),
    mem: amount(row.mem),
    maxmem: positive(row.maxmem),
    // Nobody looks into a VM's disks from outside: its 0 means unknown.
    disk: type === 'qemu' ? positive(row.disk) : amount(row.disk),
    maxdisk: positive(row.maxdisk),
    uptime: amount(row.uptime),
    netin: amount(row.netin),
    netout: amount(row.netout),
    diskread: amount(row.diskread),
    diskwrite: amount(row.diskwrite),
  });
}

function decodeStorage(site: SiteId, row: Row): Storage | undefined {
  const node = text(row.node);
  const storage = text(row.storage);
  if (node === undefined || storage === undefined) return undefined;
  // A storage that is not active tells 0 for its size, and then its use is not known either.
  const maxdisk = positive(row.maxdisk);
  return told<Storage>({
    site,
    node,
    storage,
    status: text(row.status) ?? ('unknown' as SafeText),
    plugintype: text(row.plugintype),
    content: words(row.content),
    shared: flag(row.shared),
    disk: maxdisk === undefined ? undefined : amount(row.disk),
    maxdisk,
  });
}

/** Totals of 0 mean that nobody knows: no share of them can be told. */
function positive(value: unknown): number | undefined {
  const parsed = amount(value);
  return parsed === 0 ? undefined : parsed;
}
