import { bytes } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import { type GuestDisk, parseSize } from '../domain/guest-config.ts';
import { growProblem } from '../domain/guest-values.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { freeOf } from './choices.ts';
import { editable, editBase, finished } from './config-write.ts';
import { diskField, disksWhere, findDisk } from './disk-choices.ts';
import { ask, disabled, guestLabel, isRunning, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const grows = (disk: GuestDisk) =>
  !disk.cdrom &&
  !disk.cloudinit &&
  !disk.unused &&
  disk.bus !== 'tpmstate' &&
  disk.bus !== 'efidisk';

/** Bytes after growing; undefined while the size is not known. */
function grown(disk: GuestDisk, size: string): number | undefined {
  const wanted = parseSize(size.replace(/^\+/, ''));
  if (wanted === undefined) return undefined;
  if (!size.startsWith('+')) return wanted;
  return disk.size === undefined ? undefined : disk.size + wanted;
}

const by = ({ size }: FieldValues): SafeText =>
  String(size).startsWith('+')
    ? say`by ${sanitise(String(size).slice(1))}`
    : say`to ${sanitise(size)}`;

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const disk = findDisk(guest, facts, values.disk);
  if (!disk) return [];
  const after = grown(disk, String(values.size ?? ''));
  const storage = facts.site.resources.data?.storages.find(
    (each) => each.storage === disk.storage && each.node === guest.node,
  );
  const free = storage && freeOf(storage);
  const more = after === undefined || disk.size === undefined ? undefined : after - disk.size;
  const short = more !== undefined && free !== undefined && more > free;
  return [
    say`${disk.key} ${disk.volume}: ${bytes(disk.size)} → ${bytes(after)}`,
    say`It cannot be made smaller again.`,
    ...(guest.type === 'qemu'
      ? [say`The partition and file system inside have to be grown there.`]
      : [say`Its file system grows with it.`]),
    ...(short ? [say`${disk.storage ?? say`Its storage`} has ${bytes(free)} free only.`] : []),
    ...(isRunning(guest) ? [say`At once, while it runs.`] : []),
  ];
}

export const guestDiskGrow = defineAction<'guest'>({
  ...editBase,
  id: 'guest.disk-grow',
  title: 'Grow disk',
  summary: 'Makes a disk or mount point larger; Proxmox never shrinks one.',
  taskTypes: ['resize'],
  fields: [
    diskField('The disk that grows.', grows),
    {
      name: 'size',
      label: 'Size',
      help: 'How much more (+10G), or the new size (64G).',
      kind: 'text',
      required: true,
      initial: () => '+10G',
      problem: (value, guest, facts, values) =>
        // A number alone would be bytes.
        /\d$/.test(String(value).trim())
          ? 'needs a unit, like +10G or 64G'
          : growProblem(String(value).trim(), findDisk(guest, facts, values.disk)?.size),
    },
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    return disksWhere(guest, facts, grows).length > 0 ? stop : disabled(say`it has no disk`);
  },
  confirm: (guest, values, facts) =>
    ask(
      2,
      say`Grow ${sanitise(values.disk)} of ${guestLabel(guest)} ${by(values)}?`,
      guest,
      facts,
      lines(guest, values, facts),
    ),
  run: async (guest, values, context) => {
    const { digest } = context.facts.config ?? {};
    const started = await context.site.guests.resize(
      guest,
      {
        disk: String(values.disk),
        size: String(values.size).trim(),
        ...(digest === undefined ? {} : { digest }),
      },
      { signal: context.signal },
    );
    const done = say`Disk ${sanitise(values.disk)} of ${guestLabel(guest)} has grown`;
    return finished(guest, started, context, { set: {}, gone: [] }, done);
  },
});
