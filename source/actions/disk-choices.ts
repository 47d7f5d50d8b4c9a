import { bytes } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import { disksOf, type GuestDisk } from '../domain/guest-config.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { storageChoices } from './choices.ts';
import type { Choice, Facts, Field, FieldValue } from './types.ts';

/** Storage plugins that keep disks as files and so know formats. */
const fileStorages = ['dir', 'nfs', 'cifs', 'btrfs', 'glusterfs', 'cephfs'];

/** The guest's disks that fit, [] while the configuration is not known. */
export function disksWhere(
  guest: Guest,
  facts: Facts,
  fits: (disk: GuestDisk) => boolean,
): readonly GuestDisk[] {
  return facts.config ? disksOf(facts.config, guest.type).filter(fits) : [];
}

export function findDisk(guest: Guest, facts: Facts, key: FieldValue): GuestDisk | undefined {
  return disksWhere(guest, facts, (disk) => disk.key === key)[0];
}

/** `scsi0, local-zfs:vm-101-disk-0, 32 GiB` */
export function diskLabel(disk: GuestDisk): SafeText {
  const where = disk.mountpoint ? [say`at ${disk.mountpoint}`] : [];
  const size = disk.size === undefined ? [] : [bytes(disk.size)];
  return joinSafe([disk.key, ...where, disk.volume, ...size], ', ');
}

export function diskChoices(disks: readonly GuestDisk[]): readonly Choice[] {
  return disks.map((disk) => ({ value: disk.key, label: diskLabel(disk) }));
}

/** The disk an action is about: the one under the cursor, else the first that fits. */
export function diskField(help: string, fits: (disk: GuestDisk) => boolean): Field<Guest> {
  return {
    name: 'disk',
    label: 'Disk',
    help,
    kind: 'choice',
    required: true,
    choices: (guest, facts) => diskChoices(disksWhere(guest, facts, fits)),
    initial: (guest, facts) => {
      const disks = disksWhere(guest, facts, fits);
      return (disks.find(({ key }) => key === facts.configKey) ?? disks[0])?.key;
    },
    problem: (value, guest, facts) =>
      facts.config && !disksWhere(guest, facts, fits).some(({ key }) => key === value)
        ? `${sanitise(value)} is none of its disks that can do this`
        : undefined,
  };
}

/** What storages keep: a VM's images or a container's directories. */
export function contentOf(guest: Guest): 'images' | 'rootdir' {
  return guest.type === 'qemu' ? 'images' : 'rootdir';
}

export function isFileStorage(facts: Facts, storage: FieldValue): boolean {
  const row = facts.site.resources.data?.storages.find((each) => each.storage === storage);
  return fileStorages.includes(row?.plugintype ?? '');
}

export function storageField(help: string, without?: (value: string) => boolean): Field<Guest> {
  return {
    name: 'storage',
    label: 'Storage',
    help,
    kind: 'choice',
    required: true,
    choices: (guest, facts) =>
      storageChoices(facts, guest.node, contentOf(guest)).filter(({ value }) => !without?.(value)),
    initial: (guest, facts) => storageChoices(facts, guest.node, contentOf(guest))[0]?.value,
  };
}

/** The format of a new or moved disk, where the storage keeps files. */
export const formatField: Field<Guest> = {
  name: 'format',
  label: 'Format',
  help: 'How the disk is kept. Snapshots need qcow2 on a storage of files.',
  kind: 'choice',
  choices: () => [
    { value: '', label: say`what the storage prefers` },
    ...['qcow2', 'raw', 'vmdk'].map((value) => ({ value, label: sanitise(value) })),
  ],
  applies: (guest, facts, values) => guest.type === 'qemu' && isFileStorage(facts, values.storage),
};
