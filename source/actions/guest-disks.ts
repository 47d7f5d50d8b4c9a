import type { GuestConfig } from '../domain/guest-detail.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { type SafeText, sanitise } from '../domain/safe-text.ts';
import type { GuestDisk } from './types.ts';

const diskKey = /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate|mp)\d+|rootfs)$/;

/** The disks and mount points a configuration names, CD drives and bind mounts left out, with the storage plugin below each. */
export function guestDisks(
  config: GuestConfig,
  node: string,
  inventory: SiteInventory,
  types: Readonly<Record<string, SafeText>> = {},
): GuestDisk[] {
  const storages = inventory.resources.data?.storages ?? [];
  const disks: GuestDisk[] = [];
  for (const [key, value] of Object.entries(config.entries)) {
    if (!diskKey.test(key) || /(^|,)media=cdrom(,|$)/.test(value)) continue;
    const [first = ''] = value.split(',');
    const [storage, volume] = first.replace(/^(?:file|volume)=/, '').split(':');
    if (!storage || volume === undefined) continue;
    const row =
      storages.find((each) => each.storage === storage && each.node === node) ??
      storages.find((each) => each.storage === storage);
    const plugintype = row?.plugintype ?? types[storage];
    const backup = /(^|,)backup=([01])(,|$)/.exec(value)?.[2];
    disks.push({
      key,
      volume: sanitise(volume),
      storage: sanitise(storage),
      ...(plugintype ? { plugintype } : {}),
      ...(backup ? { backup: backup === '1' } : {}),
    });
  }
  return disks;
}

/** Displays that can speak SPICE (api.md section 6). */
const spiceDisplays = ['qxl', 'qxl2', 'qxl3', 'qxl4', 'virtio', 'virtio-gl'];

/** Could the VM speak SPICE by its configuration, and what its display is. Containers always can (spiceterm). */
export function spiceDisplay(config: GuestConfig): { spice: boolean; display: SafeText } {
  const vga = config.entries.vga;
  const type = /(?:^|,)type=([^,]+)/.exec(vga ?? '')?.[1] ?? vga?.split(',')[0] ?? 'std';
  return { spice: spiceDisplays.includes(type), display: sanitise(type) };
}
