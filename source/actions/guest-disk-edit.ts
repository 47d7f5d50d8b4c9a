import type { Guest } from '../domain/guest.ts';
import { type GuestDisk, printProperty, propertyValue } from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { type ConfigPlan, currentValue, planOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { diskField, disksWhere, findDisk } from './disk-choices.ts';
import { backupPart, commonParts, driveParts, mountParts } from './disk-flags.ts';
import { disabled, guestLabel, vmPrivilege } from './guest-common.ts';
import { partFields, withFields } from './property-form.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const parts = [...mountParts, ...driveParts, backupPart, ...commonParts];

/** State disks and CD drives have nothing of it. */
const describes = (disk: GuestDisk) =>
  !disk.unused && !disk.cdrom && !disk.cloudinit && !/^(?:efidisk|tpmstate)$/.test(disk.bus);

function plan(guest: Guest, values: FieldValues, facts: Facts): ConfigPlan {
  const disk = findDisk(guest, facts, values.disk);
  if (!disk) return { set: {}, gone: [] };
  const after = withFields(parts, disk.property, values);
  // The volume can be written in several ways, which is no change.
  if (printProperty(after) === printProperty(disk.property)) return { set: {}, gone: [] };
  return planOf(facts, { [disk.key]: printProperty(after) });
}

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const disk = findDisk(guest, facts, values.disk);
  if (!disk) return [];
  const after = withFields(parts, disk.property, values);
  const now = (name: string) => propertyValue(after, name);
  const changed = (name: string) => now(name) !== propertyValue(disk.property, name);
  const controller = currentValue(facts, 'scsihw') ?? 'lsi';
  return [
    ...(changed('backup') && values.backup === false
      ? [say`New backups of the guest do not hold it.`]
      : []),
    ...(changed('cache') && now('cache') === 'unsafe'
      ? [
          say`With the cache unsafe, what the guest believes to be written is lost when the node fails.`,
        ]
      : []),
    ...(changed('iothread') &&
    now('iothread') === '1' &&
    disk.bus === 'scsi' &&
    controller !== 'virtio-scsi-single'
      ? [say`Its controller is ${sanitise(controller)}; the thread needs virtio-scsi-single.`]
      : []),
    ...(changed('mp') ? [say`Nothing is at ${disk.mountpoint ?? say`the old path`} then.`] : []),
    ...(changed('ro') && values.ro === true
      ? [say`The guest cannot write to it then; a system disk would not start.`]
      : []),
  ];
}

export const guestDiskEdit = defineAction<'guest'>({
  ...editBase,
  id: 'guest.disk-edit',
  title: 'Disk options',
  summary: 'Changes cache, discard, limits and other options of a disk or mount point.',
  fields: [
    diskField('The disk that is changed; its volume stays as it is.', describes),
    ...partFields(
      parts,
      (guest, facts, values) => findDisk(guest, facts, values.disk)?.property,
      'disk',
    ),
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    return disksWhere(guest, facts, describes).length > 0
      ? stop
      : disabled(say`it has no disk with options`);
  },
  ...configChange({
    follow: true,
    question: (guest, values) => say`Change ${sanitise(values.disk)} of ${guestLabel(guest)}?`,
    plan,
    lines,
    done: (guest, values) => say`${sanitise(values.disk)} of ${guestLabel(guest)} changed`,
    names: (_guest, values) => ({ [textOf(values.disk)]: 'disk' }),
  }),
});
