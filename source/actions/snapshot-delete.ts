import { age } from '../domain/format.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { GuestSnapshot } from '../domain/snapshot.ts';
import { blocked, guestLabel, hidden, targetLine, yes } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { newestOnlyDisks, snapshotAge } from './snapshot-rules.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** What is lost and what is left, in sentences that read the same for many as for one. */
function consequences({ snapshot }: GuestSnapshot, values: FieldValues, facts: Facts): SafeText[] {
  const lines = [
    say`Nobody can go back to a deleted snapshot. The guests stay as they are, children hang on the parent.`,
  ];
  if (newestOnlyDisks(facts).length > 0) {
    lines.push(
      say`ZFS goes back to the newest snapshot only: once newer ones are gone, the next older one can be rolled back to.`,
    );
  } else if (!facts.disks) {
    lines.push(say`Which storages hold the disks is not known; Proxmox may refuse.`);
  }
  if (snapshot.vmstate) lines.push(say`RAM saved with a snapshot is deleted with it.`);
  if (values.force === true) lines.push(say`Forced: a disk may keep its part of the snapshot.`);
  return lines;
}

function question({ guest, snapshot }: GuestSnapshot, facts: Facts): SafeText {
  const passed = snapshotAge(snapshot, facts);
  const old = passed === undefined ? say`` : say`, ${age(passed)} old`;
  return say`Delete snapshot ${snapshot.name} of ${guestLabel(guest)}${old}?`;
}

export const snapshotDelete = defineAction<'snapshot'>({
  id: 'snapshot.delete',
  scope: 'snapshot',
  key: 'D',
  title: 'Delete',
  summary: 'Deletes snapshots; the guests and their other snapshots stay.',
  effect: 'destroy',
  needs: ['snapshots', 'disks'],
  batch: true,
  // Proxmox locks a guest while one of its snapshots is deleted.
  apart: ({ guest }) => `${guest.site}/${guest.vmid}`,
  fields: [
    {
      name: 'force',
      label: 'Remove it from the configuration even if a disk refuses',
      help: 'Only for a snapshot that is broken; the disk may keep its part.',
      kind: 'boolean',
      initial: () => false,
      applies: ({ snapshot }) => snapshot.snapstate !== undefined,
    },
  ],
  privileges: ({ guest }) => [{ path: `/vms/${guest.vmid}`, anyOf: ['VM.Snapshot'] }],
  available: ({ guest }, facts) => (guest.template ? hidden : (blocked(guest, facts) ?? yes)),
  confirm: (target, values, facts) => ({
    level: 2,
    question: question(target, facts),
    lines: [
      targetLine(target.guest),
      ...(facts.movedFrom
        ? [say`It has moved from ${facts.movedFrom} to ${target.node} since the screen was drawn.`]
        : []),
      ...consequences(target, values, facts),
    ],
  }),
  taskTypes: ['qmdelsnapshot', 'vzdelsnapshot'],
  touches: ['resources', 'snapshots', 'tasks'],
  run: async ({ guest, snapshot }, values, context) => {
    // A value for broken ones is not meant for the others of a batch.
    const force = values.force === true && snapshot.snapstate !== undefined;
    const started = await context.site.guests.deleteSnapshot(
      guest,
      snapshot.name,
      force ? { force: true } : {},
      { signal: context.signal },
    );
    return taskOrDone(started);
  },
});
