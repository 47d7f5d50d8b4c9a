import { guestDisks, volumeStorage } from './disks.ts';
import type { GuestState, GuestType, StorageState } from './model.ts';
import { ParameterFailure, TaskFailure } from './tasks.ts';
import type { World } from './world.ts';

const gib = 2 ** 30;
/** A storage with less than this counts as full, bytes. */
const nothingLeft = 16 * 2 ** 20;
/** What is written when a copy runs out of space. */
export const noSpace = 'No space left on device';

export type VolumeFeature = 'snapshot' | 'clone' | 'copy' | 'template';

/** `8589934592` → `8G`: the largest unit that keeps the number whole, as PVE writes sizes. */
export function sizeText(bytes: number): string {
  let size = Math.ceil(bytes / 1024);
  let unit = 0;
  while (size >= 1024 && size % 1024 === 0 && unit < 3) {
    size /= 1024;
    unit += 1;
  }
  return `${size}${'KMGT'[unit]}`;
}

/** `1.50 GiB` for logs. */
export function humanSize(bytes: number): string {
  return bytes >= gib ? `${(bytes / gib).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/**
 * The storage, when it can hold disks of this kind of guest on this node.
 * @throws TaskFailure in the storage layer's words, naming the parameter `storage` when it is of the wrong kind
 */
export function diskStorage(
  world: World,
  node: string,
  name: string,
  type: GuestType,
): StorageState {
  const storage = storageOn(world, node, name);
  const wanted = type === 'qemu' ? 'images' : 'rootdir';
  if (!storage.content.split(',').includes(wanted)) {
    const what = type === 'qemu' ? 'vm images' : 'container directories';
    throw new ParameterFailure('storage', `storage '${name}' does not support ${what}`);
  }
  if (storage.inactiveOn.has(node)) throw new TaskFailure(`storage '${name}' is not online`);
  return storage;
}

/** @throws TaskFailure when there is no such storage, or not on this node */
export function storageOn(world: World, node: string, name: string): StorageState {
  const storage = world.storages.get(name);
  if (!storage) throw new TaskFailure(`storage '${name}' does not exist`);
  if (!storage.nodes.includes(node)) {
    throw new TaskFailure(`storage '${name}' is not available on node '${node}'`);
  }
  return storage;
}

/** Bytes that are free now; 0 when it does not answer. */
export function freeBytes(world: World, storage: StorageState, node: string): number {
  const usage = world.meter.storage(storage, node, [...world.guests.values()]);
  return usage ? usage.total - usage.used : 0;
}

/** Formats that a storage's disks may have; the first is the usual one. */
export function formatsOf(storage: StorageState, type: GuestType): readonly string[] {
  const files = storage.type === 'dir' || storage.type === 'nfs';
  if (files) return type === 'qemu' ? ['qcow2', 'raw', 'vmdk'] : ['raw', 'subvol'];
  return storage.type === 'zfspool' && type === 'lxc' ? ['subvol'] : ['raw'];
}

/** The format of a volume that is there. */
export function formatOf(storage: StorageState | undefined, volname: string): string {
  const ending = /\.(qcow2|raw|vmdk)$/.exec(volname)?.[1];
  if (ending !== undefined) return ending;
  if (/(?:^|\/)(?:sub|base)vol-/.test(volname)) return 'subvol';
  return storage?.type === 'dir' ? 'qcow2' : 'raw';
}

/** Every volume id on one storage that a configuration of a guest on this node names. */
function namesInUse(world: World, storage: StorageState, node: string): Set<string> {
  const names = new Set<string>();
  for (const guest of world.guests.values()) {
    if (!storage.shared && guest.node !== node) continue;
    const pending = Object.fromEntries(
      Object.entries(guest.pending).flatMap(([key, value]) =>
        value === null ? [] : [[key, value]],
      ),
    );
    const configs = [guest.config, pending, ...guest.snapshots.map((one) => one.config)];
    for (const disk of configs.flatMap((config) => guestDisks(config))) {
      if (disk.storage === storage.storage) names.add(disk.volname);
    }
  }
  for (const volid of world.volumeSizes.keys()) {
    if (volumeStorage(volid) === storage.storage) names.add(volid.slice(volid.indexOf(':') + 1));
  }
  return names;
}

function volumeName(vmid: number, part: string, storage: StorageState, format: string): string {
  const files = storage.type === 'dir' || storage.type === 'nfs';
  const name = `${format === 'subvol' ? 'subvol' : 'vm'}-${vmid}-${part}`;
  return files ? `${vmid}/${name}.${format}` : name;
}

export interface VolumeRequest {
  readonly node: string;
  readonly vmid: number;
  readonly type: GuestType;
  readonly storage: string;
  /** bytes */
  readonly size: number;
  readonly format?: string | undefined;
  /** Instead of the next `disk-N`. */
  readonly part?: string;
}

function fullMessage(storage: StorageState, volname: string): string {
  const { pool = '', vgname = '', thinpool = '', path = '' } = storage.settings;
  switch (storage.type) {
    case 'zfspool':
      return `zfs error: cannot create '${pool}/${volname}': out of space`;
    case 'lvmthin':
      return `lvcreate '${vgname}/${volname}' error:   Cannot create new thin volume, free space in thin pool ${vgname}/${thinpool} reached threshold.`;
    default:
      return `unable to create image: qemu-img: ${path}/images/${volname}: Could not create file: ${noSpace}`;
  }
}

/**
 * Makes a new volume; gives back its id. Thin storages take more than they have, until nothing is left.
 * @throws TaskFailure in the storage's words
 */
export function allocateVolume(world: World, request: VolumeRequest): string {
  const { node, vmid, type, size } = request;
  const storage = diskStorage(world, node, request.storage, type);
  const allowed = formatsOf(storage, type);
  const format = request.format ?? allowed[0] ?? 'raw';
  if (!allowed.includes(format)) throw new TaskFailure(`unsupported format '${format}'`);
  const used = namesInUse(world, storage, node);
  let index = 0;
  const name = (at: number) => volumeName(vmid, request.part ?? `disk-${at}`, storage, format);
  const taken = (at: number) =>
    used.has(name(at)) || [...used].some((one) => one.includes(`-${vmid}-disk-${at}`));
  if (request.part === undefined) while (taken(index)) index += 1;
  const volname = name(index);
  const free = freeBytes(world, storage, node);
  const thick = storage.type === 'zfspool' && type === 'qemu' && storage.settings.sparse !== '1';
  if (free < nothingLeft || (thick && size > free)) {
    throw new TaskFailure(fullMessage(storage, volname));
  }
  world.revision += 1;
  return `${storage.storage}:${volname}`;
}

/** Could so many bytes be written there now? */
export function fits(world: World, node: string, storage: string, bytes: number): boolean {
  const state = world.storages.get(storage);
  return state !== undefined && bytes <= freeBytes(world, state, node);
}

/** What a guest's disk really takes of its size, bytes. */
export function usedBytes(guest: GuestState, size: number): number {
  return Math.round(size * guest.diskUsed);
}

/** What storage types can do with a volume: now, at a snapshot, or when it is a base image. */
export function volumeCan(
  storage: StorageState | undefined,
  volname: string,
  feature: VolumeFeature,
  snapshot: boolean,
): boolean {
  if (!storage) return false;
  const base = /(?:^|\/)base(?:vol)?-/.test(volname);
  const state = snapshot ? 'snap' : base ? 'base' : 'current';
  const qcow2 = formatOf(storage, volname) === 'qcow2';
  const files = storage.type === 'dir' || storage.type === 'nfs';
  const able: Readonly<Record<VolumeFeature, readonly string[]>> = files
    ? {
        snapshot: qcow2 ? ['current', 'snap'] : [],
        clone: ['base'],
        template: ['current'],
        copy: qcow2 ? ['base', 'current', 'snap'] : ['base', 'current'],
      }
    : storage.type === 'zfspool'
      ? {
          snapshot: ['current', 'snap'],
          clone: ['base'],
          template: ['current'],
          copy: ['base', 'current'],
        }
      : {
          snapshot: ['current'],
          clone: ['base', 'snap'],
          template: ['current'],
          copy: ['base', 'current', 'snap'],
        };
  return able[feature].includes(state);
}

/** Logs that a volume is gone, where the storage's tool says so. */
export function removalLine(world: World, volid: string): string[] {
  const storage = world.storages.get(volumeStorage(volid));
  const name = volid.slice(volid.indexOf(':') + 1);
  return storage?.type === 'lvmthin' ? [`  Logical volume "${name}" successfully removed.`] : [];
}

/** Logs that a volume was made. */
export function creationLine(world: World, volid: string): string[] {
  const storage = world.storages.get(volumeStorage(volid));
  const name = volid.slice(volid.indexOf(':') + 1);
  if (storage?.type === 'lvmthin') return [`  Logical volume "${name}" created.`];
  if (!name.includes('/')) return [];
  const format = name.split('.').at(-1);
  return [`Formatting '${storage?.settings.path}/images/${name}', fmt=${format}`];
}

/** Is a volume named by a snapshot of its guest? */
export function inSnapshot(guest: GuestState, volid: string): boolean {
  return guest.snapshots.some((one) =>
    guestDisks(one.config).some((disk) => `${disk.storage}:${disk.volname}` === volid),
  );
}

/** Guests whose disks are linked clones of this base image. */
export function linkedTo(world: World, storage: string, volname: string): GuestState[] {
  return [...world.guests.values()].filter((guest) =>
    guestDisks(guest.config).some(
      (disk) => disk.storage === storage && disk.volname.startsWith(`${volname}/`),
    ),
  );
}
