import { fail } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { snapnameProblem } from '../domain/snapshot.ts';
import { ask, blocked, guestLabel, hidden, isRunning, vmPrivilege, yes } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { findSnapshot, newestOnlyDisks } from './snapshot-rules.ts';
import { defineAction } from './types.ts';

/** `pre-update-20261121`, and `…-2` when that is taken. */
function proposedName(now: number, taken: (name: string) => boolean): string {
  const date = new Date(now);
  const two = (part: number) => String(part).padStart(2, '0');
  const base = `pre-update-${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  for (let number = 2; taken(base); number += 1) {
    if (!taken(`${base}-${number}`)) return `${base}-${number}`;
  }
  return base;
}

export const guestSnapshot = defineAction<'guest'>({
  id: 'guest.snapshot',
  scope: 'guest',
  key: 's',
  title: 'Take snapshot',
  summary: 'Takes a snapshot of the guest to roll back to.',
  effect: 'change',
  needs: ['snapshots', 'disks'],
  batch: true,
  fields: [
    {
      name: 'snapname',
      label: 'Name',
      help: 'Letters, digits, _ and -, starting with a letter, at most 40.',
      kind: 'text',
      required: true,
      initial: (_guest, facts) =>
        proposedName(facts.now, (name) => findSnapshot(facts, name) !== undefined),
      problem: (value, _guest, facts) =>
        snapnameProblem(String(value ?? '')) ??
        (findSnapshot(facts, value) ? `there is a snapshot ${String(value)} already` : undefined),
    },
    {
      name: 'description',
      label: 'Description',
      help: 'Free text, shown in the snapshot tree.',
      kind: 'text',
    },
    {
      name: 'vmstate',
      label: 'Include RAM',
      help: 'Rolling back then goes on where it was; takes longer and as much space as the VM has memory.',
      kind: 'boolean',
      initial: () => false,
      applies: (guest) => guest.type === 'qemu' && isRunning(guest),
    },
  ],
  privileges: vmPrivilege('VM.Snapshot'),
  // Proxmox takes no snapshots of templates.
  available: (guest, facts) => (guest.template ? hidden : (blocked(guest, facts) ?? yes)),
  confirm: (guest, values, facts) =>
    ask(1, say`Snapshot ${guestLabel(guest)} as ${sanitise(values.snapname)}?`, guest, facts, [
      ...(values.vmstate === true
        ? [say`With RAM: the VM pauses while its memory is written.`]
        : []),
      ...(newestOnlyDisks(facts).length > 0 && (facts.snapshots?.snapshots.length ?? 0) > 0
        ? [say`A disk is on ZFS: older snapshots cannot be rolled back to while this one exists.`]
        : []),
    ]),
  taskTypes: ['qmsnapshot', 'vzsnapshot'],
  touches: ['resources', 'snapshots', 'tasks'],
  run: async (guest, values, context) => {
    const able = await context.site.guests.feature(guest, 'snapshot', { signal: context.signal });
    if (able.ok && !able.value) {
      return fail({
        kind: 'rejected',
        what: say`A disk of this guest cannot be snapshotted`,
        where: say`${guestLabel(guest)} on ${guest.node}`,
        next: say`move it to ZFS, LVM-thin, Ceph or a qcow2 image, or take a backup instead`,
      });
    }
    const description = typeof values.description === 'string' ? values.description : '';
    const started = await context.site.guests.createSnapshot(
      guest,
      {
        snapname: String(values.snapname),
        ...(description === '' ? {} : { description }),
        ...(values.vmstate === true && guest.type === 'qemu' ? { vmstate: true } : {}),
      },
      { signal: context.signal },
    );
    return taskOrDone(started);
  },
});
