import type { Guest } from '../domain/guest.ts';
import { type Property, propertyValue } from '../domain/guest-config.ts';
import { figureProblem, mountpointProblem, wholeProblem } from '../domain/guest-values.ts';
import { sanitise } from '../domain/safe-text.ts';
import { noChoice } from './choices.ts';
import { currentFlag } from './config-plan.ts';
import { findDisk } from './disk-choices.ts';
import { flagChange, flagIn, type PartField } from './property-form.ts';
import type { Choice, Facts, FieldValues } from './types.ts';

const busOf = (guest: Guest, facts: Facts, values: FieldValues) =>
  findDisk(guest, facts, values.disk)?.bus;
/** Only on disks of these buses; a disk that is not known has everything its guest can have. */
const on = (type: Guest['type'], ...buses: string[]): NonNullable<PartField['applies']> => {
  return (guest, facts, values) => {
    const bus = busOf(guest, facts, values);
    return guest.type === type && (bus === undefined || buses.length === 0 || buses.includes(bus));
  };
};

const choices = (none: string, list: readonly (readonly [string, string])[]) => {
  const all: readonly Choice[] = [
    noChoice(sanitise(none)),
    ...list.map(([value, label]) => ({ value, label: sanitise(label) })),
  ];
  return () => all;
};

/** A limit; the one over reading and writing together stands in the way of QEMU's taking it. */
function limit(name: string, label: string, help: string, unit: 'mbps' | 'iops'): PartField {
  const wrong =
    unit === 'mbps'
      ? (value: string | number) => figureProblem(value, 0)
      : (value: string | number) => wholeProblem(value, 0);
  return {
    name: name.replaceAll('_', '-'),
    part: name,
    label,
    help,
    kind: unit === 'iops' ? 'integer' : 'text',
    applies: on('qemu'),
    problem: (value, guest, facts, values) => {
      const disk = findDisk(guest, facts, values.disk);
      const both =
        disk && propertyValue(disk.property, unit + (name.endsWith('_max') ? '_max' : ''));
      if (both !== undefined && value !== undefined && value !== '') {
        return `${unit}=${sanitise(both)} limits both together; take that out first by editing the file`;
      }
      return typeof value === 'boolean' || value === undefined ? undefined : wrong(value);
    },
  };
}

/** What may be changed of a VM's disk. */
export const driveParts: readonly PartField[] = [
  {
    name: 'cache',
    label: 'Cache',
    help: 'Write back is quick and keeps what the guest has flushed; unsafe loses it when the node fails.',
    kind: 'choice',
    choices: choices('none, what Proxmox takes by default', [
      ['none', 'none'],
      ['writethrough', 'writethrough'],
      ['writeback', 'writeback'],
      ['directsync', 'directsync'],
      ['unsafe', 'unsafe: writeback that ignores flushes'],
    ]),
    applies: on('qemu'),
  },
  {
    name: 'discard',
    label: 'Discard',
    help: 'Gives freed blocks back to a thin storage.',
    kind: 'boolean',
    on: 'on',
    applies: on('qemu'),
  },
  {
    name: 'ssd',
    label: 'SSD emulation',
    help: 'The guest sees a solid state disk.',
    kind: 'boolean',
    applies: on('qemu', 'scsi', 'sata', 'ide'),
  },
  {
    name: 'iothread',
    label: 'IO thread',
    help: 'A thread of its own; with SCSI it needs the controller virtio-scsi-single.',
    kind: 'boolean',
    applies: on('qemu', 'scsi', 'virtio'),
  },
  {
    name: 'aio',
    label: 'Asynchronous IO',
    help: 'How QEMU talks to the storage. Native needs a cache that bypasses the page cache.',
    kind: 'choice',
    choices: choices('what fits the storage', [
      ['io_uring', 'io_uring'],
      ['native', 'native'],
      ['threads', 'threads'],
    ]),
    applies: on('qemu'),
  },
  limit('mbps_rd', 'Read limit (MB/s)', 'Megabytes a second. Empty: no limit.', 'mbps'),
  limit('mbps_wr', 'Write limit (MB/s)', 'Megabytes a second. Empty: no limit.', 'mbps'),
  limit('iops_rd', 'Read limit (ops/s)', 'Operations a second. Empty: no limit.', 'iops'),
  limit('iops_wr', 'Write limit (ops/s)', 'Operations a second. Empty: no limit.', 'iops'),
  limit('mbps_rd_max', 'Read burst (MB/s)', 'May be reached for a moment. Empty: none.', 'mbps'),
  limit('mbps_wr_max', 'Write burst (MB/s)', 'May be reached for a moment. Empty: none.', 'mbps'),
  limit('iops_rd_max', 'Read burst (ops/s)', 'May be reached for a moment. Empty: none.', 'iops'),
  limit('iops_wr_max', 'Write burst (ops/s)', 'May be reached for a moment. Empty: none.', 'iops'),
];

const mountOptions = ['discard', 'lazytime', 'noatime', 'nodev', 'noexec', 'nosuid'];

/** What may be changed of a container's mount point; of `rootfs` without its path and without backups. */
export const mountParts: readonly PartField[] = [
  {
    name: 'mp',
    label: 'Mounted at',
    help: 'Path inside the container, for example /srv/data.',
    kind: 'text',
    required: true,
    problem: (value) => mountpointProblem(String(value)),
    applies: on('lxc', 'mp'),
  },
  {
    name: 'acl',
    label: 'ACL',
    help: 'Access control lists of POSIX.',
    kind: 'choice',
    choices: choices('as the file system has it', [
      ['1', 'on'],
      ['0', 'off'],
    ]),
    applies: on('lxc'),
  },
  {
    name: 'quota',
    label: 'Quota',
    help: 'User quotas inside; only a privileged container has them, and not on ZFS.',
    kind: 'boolean',
    applies: on('lxc'),
    problem: (value, _guest, facts) =>
      value === true && facts.config && currentFlag(facts, 'unprivileged')
        ? 'an unprivileged container has no quotas'
        : undefined,
  },
  {
    name: 'mountoptions',
    label: 'Mount options',
    help: 'Options of the mount inside the container.',
    kind: 'many',
    choices: () => mountOptions.map((value) => ({ value, label: sanitise(value) })),
    applies: on('lxc'),
  },
  {
    name: 'shared',
    label: 'Shared',
    help: 'It is there on every node by other means; Proxmox shares nothing by it.',
    kind: 'boolean',
    applies: on('lxc'),
  },
];

/** What both kinds have. */
export const commonParts: readonly PartField[] = [
  {
    name: 'ro',
    label: 'Read-only',
    help: 'The guest cannot write to it.',
    kind: 'boolean',
    applies: (guest, facts, values) =>
      on('qemu', 'scsi', 'virtio')(guest, facts, values) || guest.type === 'lxc',
  },
  {
    name: 'replicate',
    label: 'Replicated',
    help: 'Part of the storage replication of this guest, where there is one.',
    kind: 'boolean',
    unset: true,
  },
];

/** Disks of a VM are in its backups unless they are taken out, mount points only when they are put in. */
const isVmDisk = (property: Property) => propertyValue(property, 'mp') === undefined;

export const backupPart: PartField = {
  name: 'backup',
  label: 'In backups',
  help: 'Part of the backups of this guest.',
  kind: 'boolean',
  read: (property) => flagIn(property, 'backup', isVmDisk(property)),
  write: (value, _values, property) =>
    flagChange(property, 'backup', value === true, isVmDisk(property)),
  // The root of a container is always part of them.
  applies: (guest, facts, values) => guest.type === 'qemu' || on('lxc', 'mp')(guest, facts, values),
};
