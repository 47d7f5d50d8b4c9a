import { guestDisks } from './disks.ts';
import { volumeSize } from './guest-config.ts';
import type { GuestState } from './model.ts';
import { property } from './property-string.ts';
import type { World } from './world.ts';

export interface LocalVolume {
  readonly key: string;
  readonly volid: string;
  readonly storage: string;
  readonly size: number;
  readonly cdrom: boolean;
  readonly unused: boolean;
}

/** Volumes that lie on storages of this node alone. */
export function localVolumes(world: World, guest: GuestState): LocalVolume[] {
  return guestDisks(guest.config)
    .filter((disk) => world.storages.get(disk.storage)?.shared === false)
    .map((disk) => {
      const volid = `${disk.storage}:${disk.volname}`;
      return {
        key: disk.key,
        volid,
        storage: disk.storage,
        size: disk.size || volumeSize(world, guest, volid),
        cdrom: disk.cdrom,
        unused: disk.key.startsWith('unused'),
      };
    });
}

/** Passed-through devices: those of this node, and those that are mapped (key → mapping). */
export function localDevices(guest: GuestState): {
  readonly bound: readonly string[];
  readonly mapped: ReadonlyMap<string, string>;
  /** What the check before a migration lists: mapped ones count too where they do not move along. */
  readonly listed: readonly string[];
} {
  const bound: string[] = [];
  const mapped = new Map<string, string>();
  const listed: string[] = [];
  for (const [key, raw] of Object.entries(guest.config)) {
    const value = String(raw);
    if (/^(?:hostpci|usb)\d+$/.test(key)) {
      const mapping = property(value, 'mapping');
      const spice = key.startsWith('usb') && /^(?:host=)?spice/i.test(value);
      if (spice) continue;
      if (mapping === undefined) bound.push(key);
      else mapped.set(key, mapping);
      const offline = guest.status !== 'running' && key.startsWith('hostpci');
      if (mapping === undefined || !offline) listed.push(key);
    } else if (/^(?:serial|parallel)\d+$/.test(key) && value !== 'socket') {
      bound.push(key);
      listed.push(key);
    }
  }
  return { bound: bound.sort(), mapped, listed: listed.sort() };
}

/** Storages of the guest's disks that a node does not have. */
export function missingStorages(world: World, guest: GuestState, node: string): string[] {
  const missing = guestDisks(guest.config)
    .filter((disk) => !(disk.cdrom && disk.volname.startsWith('iso/')))
    .map((disk) => disk.storage)
    .filter((name) => !world.storages.get(name)?.nodes.includes(node));
  return [...new Set(missing)].sort();
}

/** Keys of the guest's mapped devices that a node has nothing for. */
export function missingMappings(world: World, guest: GuestState, node: string): string[] {
  return [...localDevices(guest).mapped].flatMap(([key, id]) => {
    const mapping = world.mappings.find((one) => one.id === id);
    const there = mapping?.map.some((entry) => property(entry, 'node') === node);
    return there ? [] : [key];
  });
}
