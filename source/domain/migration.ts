import type { ResourceMapping } from './cluster.ts';
import type { Guest } from './guest.ts';
import { disksOf, propertyFlag } from './guest-config.ts';
import type { GuestConfig } from './guest-detail.ts';
import type { Resources } from './inventory.ts';
import type { LocalDisk, MigrateCheck } from './migrate-check.ts';
import type { Node } from './node.ts';
import { boundDevices, usedMappings } from './passthrough.ts';
import { copiesOn, type ReplicationJob, replicaBlockers } from './replication.ts';
import { joinSafe, type SafeText, sanitise, say } from './safe-text.ts';
import type { Storage } from './storage.ts';

/**
 * How it moves: `live` a VM without a stop · `restart` a container that is shut down, moved and started · `offline` it does
 * not run.
 */
export type MigrationKind = 'live' | 'restart' | 'offline';

export function migrationKind(guest: Pick<Guest, 'type' | 'status'>): MigrationKind {
  if (guest.status === 'stopped') return 'offline';
  return guest.type === 'qemu' ? 'live' : 'restart';
}

/** What is known of one guest before it is moved; absent parts could not be read. */
export interface MigrationKnowledge {
  readonly config?: GuestConfig;
  readonly check?: MigrateCheck;
  /** Its replication jobs. */
  readonly replication?: readonly ReplicationJob[];
}

/** How local disks may be treated. */
export interface MigrationWish {
  readonly withLocalDisks: boolean;
  /** Where local disks go; undefined = to the storage of the same name. */
  readonly targetStorage?: string;
}

/**
 * Disks that would be copied because they lie on the node's own storage. Proxmox tells them for VMs; for containers, and
 * where it does not tell, the configuration does. undefined = neither is known.
 */
export function localDisks(
  { config, check }: MigrationKnowledge,
  guest: Pick<Guest, 'type'>,
  resources: Resources | undefined,
): readonly LocalDisk[] | undefined {
  if (guest.type === 'qemu' && check) return check.localDisks.filter((disk) => !isIso(disk));
  if (!config) return undefined;
  return disksOf(config, guest.type)
    .filter(({ storage, cdrom, cloudinit }) => storage !== undefined && (!cdrom || cloudinit))
    .filter(({ storage }) => isSharedStorage(resources, storage ?? '') !== true)
    .map(({ volume, size, unused }) => ({
      volid: volume,
      ...(size === undefined ? {} : { size }),
      ...(unused ? { unused: true } : {}),
    }));
}

/** Is the storage the same one on every node? undefined = nobody told. */
function isSharedStorage(resources: Resources | undefined, storage: string): boolean | undefined {
  const rows = resources?.storages.filter((each) => each.storage === storage) ?? [];
  return rows.find((each) => each.shared !== undefined)?.shared;
}

/** An image in a CD drive. The cloud-init drive looks like one, but is a volume that moves along. */
const isIso = (disk: LocalDisk) => disk.cdrom === true && !/vm-\d+-cloudinit/.test(disk.volid);

/** The storages that the local disks lie on. */
function storagesOf(disks: readonly LocalDisk[]): readonly string[] {
  return [...new Set(disks.map((disk) => disk.volid.slice(0, disk.volid.indexOf(':'))))];
}

/** Bytes to copy; undefined as soon as one size is unknown. */
export function bytesOf(disks: readonly LocalDisk[]): number | undefined {
  return disks.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
}

/** What keeps the guest from going anywhere: devices of the node, an image of the node's own in the CD drive, bind mounts. */
export function migrationBlockers(
  knowledge: MigrationKnowledge,
  guest: Pick<Guest, 'type'>,
  resources: Resources | undefined,
): readonly SafeText[] {
  const { config, check } = knowledge;
  const found: SafeText[] = [];
  const devices = new Set<SafeText>([
    ...(check?.localResources ?? []),
    ...(config ? boundDevices(config) : []),
  ]);
  // Proxmox lists mapped devices apart; some versions name them in both lists.
  for (const mapped of check?.mappedResources ?? []) devices.delete(mapped);
  if (devices.size > 0) {
    found.push(say`device of this node passed through: ${joinSafe([...devices], ', ')}`);
  }
  const disks = config ? disksOf(config, guest.type) : [];
  const images = disks.filter(
    (disk) =>
      disk.cdrom &&
      !disk.cloudinit &&
      disk.volume !== 'none' &&
      isSharedStorage(resources, disk.storage ?? '') !== true,
  );
  const inDrive = new Set<SafeText>([
    ...(check?.localDisks ?? []).filter(isIso).map((disk) => disk.volid),
    ...images.map((disk) => disk.volume),
  ]);
  for (const volid of inDrive) found.push(say`CD image of this node in its drive: ${volid}`);
  if (guest.type === 'lxc') {
    for (const { key, volume, storage, property } of disks) {
      if (storage === undefined && !propertyFlag(property, 'shared')) {
        found.push(say`bind mount ${key} of this node: ${volume}`);
      }
    }
  }
  return found;
}

/** What a migration to one node would meet. */
export interface MigrationSetting {
  readonly guest: Guest;
  readonly knowledge: MigrationKnowledge;
  readonly resources: Resources | undefined;
  /** PCI and USB mappings of the cluster; undefined = not read. */
  readonly mappings?: readonly ResourceMapping[];
  readonly wish: MigrationWish;
}

/** Is it marked for maintenance by HA? Such a node takes nothing. */
export function inMaintenance(node: Pick<Node, 'hastate'>): boolean {
  return node.hastate === 'maintenance';
}

/** Why this node cannot take the guest; [] = nothing known stands in the way. Memory is judged by the packing. */
export function nodeBlockers(
  node: Node,
  setting: MigrationSetting,
  room: (storage: string) => number | undefined = (storage) => freeOn(setting, node, storage),
): readonly SafeText[] {
  const { guest, knowledge, wish, resources, mappings } = setting;
  const { check, config } = knowledge;
  if (node.node === guest.node) return [say`it is there already`];
  if (node.status !== 'online' || node.stale) return [say`node ${node.node} is ${node.status}`];
  if (inMaintenance(node)) return [say`node ${node.node} is in maintenance`];
  const refused = check?.notAllowedNodes?.[node.node] ?? [];
  const found: SafeText[] = [
    ...replicaBlockers(
      knowledge.replication,
      guest.type,
      migrationKind(guest) === 'live',
      node.node,
    ),
  ];
  const disks = localDisks(knowledge, guest, resources) ?? [];
  // A missing storage of the same name does not matter when the disks go to another one.
  const movedStorages = wish.targetStorage === undefined ? [] : storagesOf(disks);
  for (const reason of refused) {
    if (!movedStorages.some((storage) => reason.split(' ').includes(storage))) found.push(reason);
  }
  if (found.length === 0 && check?.allowedNodes && refused.length === 0) {
    const allowed = check.allowedNodes.includes(node.node);
    if (!allowed && disks.length === 0) found.push(say`Proxmox does not allow ${node.node}`);
  }
  for (const id of config ? usedMappings(config) : (check?.mappedResources ?? [])) {
    const mapping = mappings?.find((each) => each.id === id);
    if (mapping && !mapping.nodes.includes(node.node)) {
      found.push(say`mapping ${id} does not exist on ${node.node}`);
    }
  }
  if (found.length === 0) found.push(...diskBlockers(node, disks, setting, room));
  return found;
}

function diskBlockers(
  node: Node,
  disks: readonly LocalDisk[],
  setting: MigrationSetting,
  room: (storage: string) => number | undefined,
): readonly SafeText[] {
  const { wish, resources } = setting;
  if (disks.length === 0) return [];
  if (!wish.withLocalDisks) {
    return [
      say`disk on this node's own storage: ${joinSafe(
        disks.map(({ volid }) => volid),
        ', ',
      )}`,
    ];
  }
  const there = new Set<string>(copiesOn(node.node, setting.knowledge, setting.guest, resources));
  const sent = disks.filter(({ volid }) => !there.has(volid));
  const pinned = formatBlocker(node, sent, setting);
  if (pinned) return [pinned];
  const found: SafeText[] = [];
  const wanted = new Map<string, number>();
  for (const disk of sent) {
    const own = disk.volid.slice(0, disk.volid.indexOf(':'));
    const storage = wish.targetStorage ?? own;
    wanted.set(storage, (wanted.get(storage) ?? 0) + (disk.size ?? 0));
  }
  for (const [storage, size] of wanted) {
    const row = resources && storageOn(resources, node.node, storage);
    if (resources && !row) {
      found.push(say`there is no storage ${sanitise(storage)} on ${node.node}`);
      continue;
    }
    if (row && row.status !== 'available') {
      found.push(say`storage ${sanitise(storage)} on ${node.node} is ${row.status}`);
      continue;
    }
    const free = room(storage);
    if (free !== undefined && free < size) {
      found.push(say`storage ${sanitise(storage)} on ${node.node} is too full`);
    }
  }
  return found;
}

/** Files may be qcow2, which keep their snapshots inside; Proxmox decides by the format. */
const keepSnapshots = ['btrfs', 'dir', 'nfs', 'cifs', 'glusterfs', 'cephfs'];

/**
 * Snapshots of local disks: PVE mirrors disks of a running VM without them and so refuses; else only ZFS sends them to
 * ZFS, and files keep them inside. Without snapshots only containers on ZFS are bound to it.
 */
function formatBlocker(
  node: Node,
  disks: readonly LocalDisk[],
  { wish, resources, guest, knowledge }: MigrationSetting,
): SafeText | undefined {
  // `parent`: the guest's state descends from a snapshot, so there is one.
  const snapshots = knowledge.config?.entries.parent !== undefined;
  if (snapshots && disks.length > 0 && migrationKind(guest) === 'live') {
    return say`local disks with snapshots do not move while it runs`;
  }
  const typeOn = (where: string, storage: string) =>
    resources && storageOn(resources, where, storage)?.plugintype;
  for (const own of storagesOf(disks)) {
    const from = typeOn(guest.node, own);
    const to = typeOn(node.node, wish.targetStorage ?? own);
    // ZFS sends what containers keep there to ZFS only.
    if (guest.type === 'lxc' && from === 'zfspool' && to !== undefined && to !== from) {
      return say`container disks on ${from} cannot move to ${to}`;
    }
    if (!snapshots || from === undefined || keepSnapshots.includes(from)) continue;
    if (from !== 'zfspool' || (to !== undefined && to !== 'zfspool')) {
      return say`snapshots on ${from} cannot move${to ? say` to ${to}` : say``}`;
    }
  }
  return undefined;
}

export function storageOn(
  resources: Resources,
  node: string,
  storage: string,
): Storage | undefined {
  return resources.storages.find((each) => each.node === node && each.storage === storage);
}

/** Bytes free on a storage of a node; undefined = not told. */
function freeOn({ resources }: MigrationSetting, node: Node, storage: string): number | undefined {
  const row = resources && storageOn(resources, node.node, storage);
  return row?.maxdisk === undefined || row.disk === undefined
    ? undefined
    : Math.max(0, row.maxdisk - row.disk);
}

/** Bytes by storage that the guest's local disks take on its new node. */
export function diskDemand(
  disks: readonly LocalDisk[],
  wish: MigrationWish,
): ReadonlyMap<string, number> {
  const demand = new Map<string, number>();
  for (const disk of disks) {
    const storage = wish.targetStorage ?? disk.volid.slice(0, disk.volid.indexOf(':'));
    demand.set(storage, (demand.get(storage) ?? 0) + (disk.size ?? 0));
  }
  return demand;
}
