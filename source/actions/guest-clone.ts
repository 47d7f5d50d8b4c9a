import type { Guest } from '../domain/guest.ts';
import { guestNameProblem, vmidProblem } from '../domain/guest-values.ts';
import { fail } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { CloneRequest } from '../services/types.ts';
import { newVmidProblem, noChoice, poolChoices, storageChoices, textOf } from './choices.ts';
import { followed } from './followed.ts';
import { ask, blocked, disabled, guestLabel, isRunning, yes } from './guest-common.ts';
import { fieldsNamed } from './refused-fields.ts';
import { existingSnapshotProblem, snapshotChoices } from './snapshot-rules.ts';
import { type Choice, defineAction, type Facts, type Field, type FieldValues } from './types.ts';

/** Storage plugins that keep disks as files and so know formats. */
const fileStorages = ['dir', 'nfs', 'cifs', 'btrfs', 'glusterfs', 'cephfs'];

/** A running container can only be copied from a snapshot. */
const onlySnapshots = (guest: Guest) => guest.type === 'lxc' && isRunning(guest);

/** Linked copies exist of templates only, and only where the storage can. */
const canLink = (guest: Guest, facts: Facts) =>
  guest.template === true && facts.linkedClone !== false;

const isFull = (guest: Guest, facts: Facts, values: FieldValues) =>
  !canLink(guest, facts) || values.full === true;

/** Do all disks lie on storages that every node has? Only then may the copy be made on another node. */
function allShared(facts: Facts): boolean {
  const storages = facts.site.resources.data?.storages ?? [];
  return (
    facts.disks?.every(({ storage }) =>
      storages.some((each) => each.storage === storage && each.shared === true),
    ) ?? false
  );
}

function targetChoices(guest: Guest, facts: Facts): readonly Choice[] {
  const nodes = facts.site.resources.data?.nodes ?? [];
  const others = nodes.filter((node) => node.node !== guest.node && node.status === 'online');
  return [
    noChoice(say`${guest.node} (where it is)`),
    ...others.map(({ node }) => ({ value: node, label: node })),
  ];
}

const nodeOf = (guest: Guest, values: FieldValues) => textOf(values.target) || guest.node;

const fields: readonly Field<Guest>[] = [
  {
    name: 'newid',
    label: 'New VMID',
    help: 'A free id from 100 to 999999999.',
    kind: 'integer',
    required: true,
    initial: (_guest, facts) => facts.choices?.nextid,
    problem: (value, _guest, facts) => newVmidProblem(value, facts, vmidProblem),
  },
  {
    name: 'name',
    label: 'Name',
    help: 'Name of the copy, as a host name. Empty: Proxmox makes one.',
    kind: 'text',
    problem: (value, guest) => guestNameProblem(textOf(value), guest.type),
  },
  {
    name: 'full',
    label: 'Full copy',
    help: 'Copies every block. Off: a linked copy, quick and small, that needs the template as long as it lives.',
    kind: 'boolean',
    initial: () => false,
    applies: canLink,
  },
  {
    name: 'snapname',
    label: 'From',
    help: 'The state that is copied.',
    kind: 'choice',
    initial: (guest, facts) =>
      onlySnapshots(guest) ? snapshotChoices(guest, facts)[0]?.value : facts.snapshot?.name,
    choices: (guest, facts) => [
      ...(onlySnapshots(guest) ? [] : [noChoice(say`its current state`)]),
      ...snapshotChoices(guest, facts),
    ],
    applies: (guest) => guest.template !== true,
    problem: existingSnapshotProblem,
  },
  {
    name: 'target',
    label: 'Node',
    help: 'Where the copy is made; another node only because all disks are on shared storages.',
    kind: 'choice',
    choices: targetChoices,
    applies: (_guest, facts) => allShared(facts),
  },
  {
    name: 'storage',
    label: 'Storage',
    help: 'Where the copied disks go.',
    kind: 'choice',
    choices: (guest, facts, values) => [
      noChoice(say`same as the original`),
      ...storageChoices(facts, nodeOf(guest, values), guest.type === 'qemu' ? 'images' : 'rootdir'),
    ],
    applies: isFull,
  },
  {
    name: 'format',
    label: 'Format',
    help: 'How the disks are kept on a storage of files.',
    kind: 'choice',
    choices: () => [
      noChoice(say`what the storage prefers`),
      ...['qcow2', 'raw', 'vmdk'].map((value) => ({ value, label: sanitise(value) })),
    ],
    applies: (guest, facts, values) => {
      const row = facts.site.resources.data?.storages.find(
        ({ storage }) => storage === values.storage,
      );
      const file = fileStorages.includes(row?.plugintype ?? '');
      return guest.type === 'qemu' && isFull(guest, facts, values) && file;
    },
  },
  {
    name: 'pool',
    label: 'Pool',
    help: 'The pool that the copy joins.',
    kind: 'choice',
    free: true,
    choices: (_guest, facts) => poolChoices(facts),
  },
  { name: 'description', label: 'Notes', help: 'Free text of the copy.', kind: 'text' },
  {
    name: 'bwlimit',
    label: 'Bandwidth limit (KiB/s)',
    help: 'Slows the copy down so that others keep working. Empty: what the storage allows.',
    kind: 'integer',
    problem: (value) => (typeof value === 'number' && value < 0 ? 'must be 0 or more' : undefined),
    applies: isFull,
  },
];

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const full = isFull(guest, facts, values);
  const from = textOf(values.snapname);
  return [
    full
      ? say`Full copy: takes as much space as its disks and stands on its own.`
      : say`Linked copy: it shares the blocks of the template, which most storages keep from being destroyed meanwhile.`,
    ...(from === '' ? [] : [say`Copied as it was at snapshot ${sanitise(from)}.`]),
    ...(from === '' && isRunning(guest)
      ? [
          say`It runs: the copy is like after a power cut, unless its agent quiets the file systems.`,
        ]
      : []),
    ...(facts.linkedClone === false && guest.template
      ? [say`Its storage knows no linked copies, so it is a full one.`]
      : []),
    say`Its addresses and keys inside stay those of the original; MAC addresses are new.`,
  ];
}

function request(guest: Guest, values: FieldValues, facts: Facts): CloneRequest {
  const text = (name: string) => {
    const value = textOf(values[name]);
    return value === '' ? {} : { [name]: value };
  };
  return {
    newid: Number(values.newid),
    ...text('name'),
    ...text('description'),
    ...text('snapname'),
    ...text('storage'),
    ...text('format'),
    ...text('pool'),
    ...text('target'),
    // Proxmox's own default is a linked copy of a template and a full one of everything else.
    ...(guest.template ? { full: isFull(guest, facts, values) } : {}),
    ...(typeof values.bwlimit === 'number' ? { bwlimit: values.bwlimit } : {}),
  };
}

export const guestClone = defineAction<'guest'>({
  id: 'guest.clone',
  scope: 'guest',
  key: 'C',
  title: 'Clone',
  summary: 'Copies the guest to a new VMID, in full or linked to its template.',
  effect: 'change',
  needs: ['clone', 'snapshots', 'disks'],
  batch: false,
  fields,
  privileges: (guest) => [
    { path: `/vms/${guest.vmid}`, anyOf: ['VM.Clone'] },
    { path: '/vms', anyOf: ['VM.Allocate'], orPool: true },
  ],
  available: (guest, facts) => {
    const stop = blocked(guest, facts);
    if (stop) return stop;
    return onlySnapshots(guest) && facts.snapshots?.snapshots.length === 0
      ? disabled(say`a running container is cloned from a snapshot only; take one or shut it down`)
      : yes;
  },
  confirm: (guest, values, facts) => {
    const to = values.newid === undefined ? say`a new guest` : say`${sanitise(values.newid)}`;
    const name = textOf(values.name);
    const named = name === '' ? say`` : say` ${sanitise(name)}`;
    return ask(1, say`Clone ${guestLabel(guest)} to ${to}${named}?`, guest, facts, [
      ...lines(guest, values, facts),
    ]);
  },
  taskTypes: ['qmclone', 'vzclone'],
  touches: ['resources', 'tasks'],
  run: async (guest, values, context) => {
    if (onlySnapshots(guest) && textOf(values.snapname) === '') {
      return fail({
        kind: 'invalid',
        what: say`A running container can only be cloned from a snapshot`,
        where: guestLabel(guest),
        fields: { snapname: say`is needed while it runs` },
      });
    }
    const started = await context.site.guests.clone(guest, request(guest, values, context.facts), {
      signal: context.signal,
    });
    const named = fieldsNamed(started, { vmid: 'newid', hostname: 'name' });
    const name = textOf(values.name);
    const copy = say`${Number(values.newid)}${name === '' ? say`` : say` ${sanitise(name)}`}`;
    const message = say`${guestLabel(guest)} is copied to ${copy}`;
    return followed(named, guest.node, message, context);
  },
});
