import type { Guest } from '../domain/guest.ts';
import { bootOrder } from '../domain/guest-boot.ts';
import type { GuestDisk } from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { editable, editBase } from './config-write.ts';
import { diskField, disksWhere, findDisk } from './disk-choices.ts';
import { disabled, guestLabel, isRunning, vmPrivilege } from './guest-common.ts';
import { stateDiskLines } from './state-disks.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const detaches = (disk: GuestDisk) => !disk.unused && disk.bus !== 'rootfs';

function plan(values: FieldValues) {
  const key = textOf(values.disk);
  return { set: {}, gone: key === '' ? [] : [key] };
}

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const disk = findDisk(guest, facts, values.disk);
  if (!disk) return [];
  const boots = facts.config && bootOrder(facts.config)?.includes(disk.key);
  return [
    disk.cdrom || disk.storage === undefined
      ? say`Nothing is deleted.`
      : say`Nothing is deleted: the volume stays as an unused disk.`,
    ...(boots ? [say`The VM boots from it: the boot order names ${disk.key}.`] : []),
    ...stateDiskLines(guest, disk.key),
    ...(isRunning(guest) && !disk.cdrom
      ? [say`Unmount it inside first, or what was not written yet is lost.`]
      : []),
  ];
}

export const guestDiskDetach = defineAction<'guest'>({
  ...editBase,
  id: 'guest.disk-detach',
  title: 'Detach disk',
  summary: 'Takes a disk or drive out of the guest; its volume is kept.',
  effect: 'disrupt',
  fields: [diskField('What is taken out.', detaches)],
  privileges: vmPrivilege('VM.Config.Disk'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    if (disksWhere(guest, facts, detaches).length > 0) return stop;
    return disabled(say`it has nothing that could be detached`);
  },
  ...configChange({
    question: (guest, values) => say`Detach ${sanitise(values.disk)} from ${guestLabel(guest)}?`,
    plan: (_guest, values) => plan(values),
    lines,
    done: (guest, values) => say`${sanitise(values.disk)} detached from ${guestLabel(guest)}`,
    names: () => ({ delete: 'disk' }),
  }),
});
