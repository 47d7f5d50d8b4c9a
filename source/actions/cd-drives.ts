import type { Guest } from '../domain/guest.ts';
import { freeKey, type GuestDisk, printProperty, withProperty } from '../domain/guest-config.ts';
import { joinSafe, sanitise, say } from '../domain/safe-text.ts';
import { type ConfigPlan, planOf } from './config-plan.ts';
import { disksWhere, findDisk } from './disk-choices.ts';
import type { Choice, Facts } from './types.ts';

/** CD drives, without the one of cloud-init. */
export function cdDrives(guest: Guest, facts: Facts): readonly GuestDisk[] {
  return disksWhere(guest, facts, (disk) => disk.cdrom && !disk.cloudinit);
}

export const isLoaded = (disk: GuestDisk) => disk.volume !== 'none';

/** The drives, and a new one at the first free IDE or SATA place. */
export function driveChoices(guest: Guest, facts: Facts): readonly Choice[] {
  const drives = cdDrives(guest, facts).map((disk) => ({
    value: disk.key,
    label: joinSafe([disk.key, isLoaded(disk) ? disk.volume : say`empty`], ', '),
  }));
  const { config } = facts;
  if (!config) return drives;
  // ide2 is where Proxmox itself puts it.
  const free = ['ide2', 'ide3', 'ide0', 'ide1'].find((key) => !(key in config.entries));
  const key = free ?? freeKey(config, 'sata');
  return key ? [...drives, { value: key, label: say`${sanitise(key)}, a new drive` }] : drives;
}

/** Puts `volume` (or `none`) into the drive; its other settings stay. */
export function mediumPlan(guest: Guest, facts: Facts, key: string, volume: string): ConfigPlan {
  const drive = findDisk(guest, facts, key);
  if (!drive) return planOf(facts, { [key]: `${volume},media=cdrom` });
  // The size belonged to the old medium.
  const changed = withProperty(drive.property, { file: volume, size: undefined });
  return planOf(facts, { [key]: printProperty(changed) });
}
