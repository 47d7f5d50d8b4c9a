import { bytes } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import type { GuestDisk } from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { editable, editBase, writeConfig } from './config-write.ts';
import { diskField, disksWhere, findDisk } from './disk-choices.ts';
import { ask, disabled, guestLabel, isRunning, vmPrivilege } from './guest-common.ts';
import { stateDiskLines } from './state-disks.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** A container's mount point is detached first: only its unused volumes can be destroyed. */
const removes = (guest: Guest) => (disk: GuestDisk) =>
  disk.storage !== undefined &&
  !disk.cdrom &&
  (disk.unused || (guest.type === 'qemu' && !disk.cloudinit));

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const disk = findDisk(guest, facts, values.disk);
  if (!disk) return [];
  return [
    say`${disk.volume}${disk.size === undefined ? say`` : say`, ${bytes(disk.size)}`}: everything on it is lost for good.`,
    ...stateDiskLines(guest, disk.key),
    say`Backups that hold it stay; its snapshots do not.`,
    ...(disk.unused ? [] : [say`The guest uses it as ${disk.key}.`]),
    ...(!disk.unused && isRunning(guest)
      ? [say`It runs: the disk is pulled out at once, or at the next start if it cannot be.`]
      : []),
  ];
}

const base = diskField('The volume that is destroyed.', () => true);

export const guestDiskRemove = defineAction<'guest'>({
  ...editBase,
  id: 'guest.disk-remove',
  title: 'Destroy disk',
  summary: 'Destroys a volume of the guest; a container has to have it detached first.',
  effect: 'destroy',
  fields: [
    {
      ...base,
      choices: (guest, facts) =>
        (base.choices?.(guest, facts, {}) ?? []).filter(({ value }) =>
          disksWhere(guest, facts, removes(guest)).some(({ key }) => key === value),
        ),
      initial: (guest, facts) => {
        const disks = disksWhere(guest, facts, removes(guest));
        const unused = disks.find((disk) => disk.unused);
        return (disks.find(({ key }) => key === facts.configKey) ?? unused ?? disks[0])?.key;
      },
    },
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    if (disksWhere(guest, facts, removes(guest)).length > 0) return stop;
    return disabled(
      guest.type === 'lxc'
        ? say`it has no unused volume; detach a mount point first`
        : say`it has no disk`,
    );
  },
  confirm: (guest, values, facts) =>
    ask(
      3,
      say`Destroy ${sanitise(values.disk)} of ${guestLabel(guest)}?`,
      guest,
      facts,
      lines(guest, values, facts),
    ),
  run: (guest, values, context) => {
    const key = textOf(values.disk);
    const unused = findDisk(guest, context.facts, key)?.unused === true;
    return writeConfig(
      guest,
      { set: {}, gone: [key] },
      context,
      say`${sanitise(key)} of ${guestLabel(guest)} destroyed`,
      // Without force an attached disk would only become an unused one.
      { names: { delete: 'disk' }, force: !unused && guest.type === 'qemu' },
    );
  },
});
