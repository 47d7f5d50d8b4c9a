import type { Guest } from '../domain/guest.ts';
import type { GuestDisk } from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { editable, editBase, finished } from './config-write.ts';
import { diskField, disksWhere, findDisk, formatField, storageField } from './disk-choices.ts';
import { ask, disabled, guestLabel, isRunning, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const moves = (disk: GuestDisk) => !disk.cdrom && !disk.cloudinit && disk.storage !== undefined;

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const disk = findDisk(guest, facts, values.disk);
  if (!disk) return [];
  return [
    say`${disk.key}: ${disk.volume} → ${sanitise(values.storage)}`,
    values.delete === true
      ? say`The old volume is deleted when the copy is complete.`
      : say`The old volume stays as an unused disk and keeps its space.`,
    ...(guest.type === 'qemu' && isRunning(guest)
      ? [say`It runs on while its disk is copied; that takes time and bandwidth.`]
      : []),
    say`Snapshots of the disk do not come along; with some of them Proxmox refuses.`,
  ];
}

export const guestDiskMove = defineAction<'guest'>({
  ...editBase,
  id: 'guest.disk-move',
  title: 'Move disk',
  summary: 'Moves a disk or mount point to another storage.',
  taskTypes: ['qmmove', 'vzmove', 'move_volume'],
  fields: [
    diskField('The disk that moves.', moves),
    {
      ...storageField('Where it goes.'),
      problem: (value, guest, facts, values) =>
        findDisk(guest, facts, values.disk)?.storage === value && textOf(values.format) === ''
          ? 'it is there already'
          : undefined,
    },
    formatField,
    {
      name: 'delete',
      label: 'Delete the old volume',
      help: 'Off: it stays as an unused disk, to go back to.',
      kind: 'boolean',
      initial: () => true,
    },
    {
      name: 'bwlimit',
      label: 'Bandwidth limit (KiB/s)',
      help: 'Slows the copy down so that others keep working. Empty: what the storage allows.',
      kind: 'integer',
      problem: (value) =>
        typeof value === 'number' && value < 0 ? 'must be 0 or more' : undefined,
    },
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes') return stop;
    if (guest.type === 'lxc' && isRunning(guest)) {
      return disabled(say`running: a container's volumes are moved while it is stopped`);
    }
    if (!facts.config || disksWhere(guest, facts, moves).length > 0) return stop;
    return disabled(say`it has no disk`);
  },
  confirm: (guest, values, facts) =>
    ask(
      2,
      say`Move ${sanitise(values.disk)} of ${guestLabel(guest)} to ${sanitise(values.storage)}?`,
      guest,
      facts,
      lines(guest, values, facts),
    ),
  run: async (guest, values, context) => {
    const { digest } = context.facts.config ?? {};
    const format = textOf(values.format);
    const started = await context.site.guests.moveDisk(
      guest,
      {
        disk: String(values.disk),
        storage: String(values.storage),
        ...(format === '' ? {} : { format }),
        ...(values.delete === true ? { deleteOriginal: true } : {}),
        ...(typeof values.bwlimit === 'number' ? { bwlimit: values.bwlimit } : {}),
        ...(digest === undefined ? {} : { digest }),
      },
      { signal: context.signal },
    );
    const done = say`Disk ${sanitise(values.disk)} of ${guestLabel(guest)} moved`;
    const names = { volume: 'disk', 'target-storage': 'storage' };
    return finished(guest, started, context, { set: {}, gone: [] }, done, names);
  },
});
