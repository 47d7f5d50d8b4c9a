import { bytes } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import {
  freeKey,
  parseSize,
  printProperty,
  type SlotBus,
  withProperty,
} from '../domain/guest-config.ts';
import { diskBuses, mountpointProblem, sizeProblem } from '../domain/guest-values.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { freeOf, storagesFor, textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { type ConfigPlan, currentValue, planOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { contentOf, formatField, storageField } from './disk-choices.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** A bare number is GiB, as everywhere in Proxmox. */
function bytesOf(value: unknown): number | undefined {
  const text = String(value ?? '').trim();
  return parseSize(/^\d+(?:\.\d+)?$/.test(text) ? `${text}G` : text);
}

const isQemu = (guest: Guest) => guest.type === 'qemu';
const ioThreads = (values: FieldValues) => values.bus === 'scsi' || values.bus === 'virtio';

function keyOf(guest: Guest, values: FieldValues, facts: Facts): string | undefined {
  const bus = isQemu(guest) ? textOf(values.bus) || 'scsi' : 'mp';
  return facts.config && freeKey(facts.config, bus as SlotBus);
}

/** `local-lvm:32,discard=on`: the size of a new volume is a number of GiB. */
function plan(guest: Guest, values: FieldValues, facts: Facts): ConfigPlan {
  const size = bytesOf(values.size);
  const key = keyOf(guest, values, facts);
  if (size === undefined || key === undefined) return { set: {}, gone: [] };
  const volume = `${textOf(values.storage)}:${size / 2 ** 30}`;
  const on = (name: string, value: string) => (values[name] === true ? value : undefined);
  const property = withProperty(
    [{ key: '', value: volume }],
    isQemu(guest)
      ? {
          format: textOf(values.format) || undefined,
          discard: on('discard', 'on'),
          ssd: on('ssd', '1'),
          iothread: ioThreads(values) ? on('iothread', '1') : undefined,
          // Disks of a VM are in its backups unless they are taken out, mount points only when they are put in.
          backup: values.backup === false ? '0' : undefined,
        }
      : { mp: textOf(values.mp), backup: on('backup', '1') },
  );
  return planOf(facts, { [key]: printProperty(property) });
}

function room(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const size = bytesOf(values.size);
  const storage = storagesFor(facts, guest.node, contentOf(guest)).find(
    (each) => each.storage === values.storage,
  );
  const free = storage && freeOf(storage);
  if (size === undefined || free === undefined) return [];
  return size > free
    ? [say`${bytes(size)} is more than ${sanitise(values.storage)} has free (${bytes(free)}).`]
    : [say`${sanitise(values.storage)} has ${bytes(free)} free.`];
}

export const guestDiskAdd = defineAction<'guest'>({
  ...editBase,
  id: 'guest.disk-add',
  title: 'Add disk',
  summary: 'Makes a new disk, or a mount point of a container.',
  fields: [
    {
      name: 'bus',
      label: 'Bus',
      help: 'SCSI with the VirtIO controller is the usual one.',
      kind: 'choice',
      choices: (guest, facts) =>
        diskBuses[guest.type]
          .filter((bus) => !facts.config || freeKey(facts.config, bus))
          .map((bus) => ({ value: bus, label: sanitise(bus) })),
      initial: () => 'scsi',
      applies: isQemu,
    },
    storageField('Where the volume is made.'),
    {
      name: 'size',
      label: 'Size',
      help: 'For example 32G or 512M; a number alone is GiB. It can grow later, never shrink.',
      kind: 'text',
      required: true,
      initial: () => '32G',
      problem: (value) =>
        bytesOf(value) === undefined || bytesOf(value) === 0
          ? (sizeProblem(String(value)) ?? 'more than nothing')
          : undefined,
    },
    {
      name: 'mp',
      label: 'Mounted at',
      help: 'Path inside the container, for example /srv/data.',
      kind: 'text',
      required: true,
      problem: (value) => mountpointProblem(String(value)),
      applies: (guest) => guest.type === 'lxc',
    },
    formatField,
    {
      name: 'discard',
      label: 'Discard',
      help: 'Gives freed blocks back to a thin storage.',
      kind: 'boolean',
      initial: () => true,
      applies: isQemu,
    },
    {
      name: 'ssd',
      label: 'SSD emulation',
      help: 'The guest sees a solid state disk.',
      kind: 'boolean',
      initial: () => false,
      applies: (guest, _facts, values) => isQemu(guest) && values.bus !== 'virtio',
    },
    {
      name: 'iothread',
      label: 'IO thread',
      help: 'A thread of its own; with SCSI it needs the controller virtio-scsi-single.',
      kind: 'boolean',
      initial: (_guest, facts) => currentValue(facts, 'scsihw') === 'virtio-scsi-single',
      applies: (guest, _facts, values) => isQemu(guest) && ioThreads(values),
    },
    {
      name: 'backup',
      label: 'In backups',
      help: 'Part of the backups of this guest.',
      kind: 'boolean',
      initial: () => true,
    },
  ],
  privileges: vmPrivilege('VM.Config.Disk'),
  available: editable,
  touches: ['resources', 'detail', 'tasks'],
  ...configChange({
    question: (guest) => say`Add a disk to ${guestLabel(guest)}?`,
    plan,
    lines: room,
    done: (guest, values, facts) =>
      say`Disk ${sanitise(keyOf(guest, values, facts) ?? '')} added to ${guestLabel(guest)}`,
    names: (guest, values, facts) => ({ [keyOf(guest, values, facts) ?? '']: 'storage' }),
  }),
});
