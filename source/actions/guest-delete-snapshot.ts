import { sanitise, say } from '../domain/safe-text.ts';
import { ask, blocked, disabled, guestLabel, hidden, vmPrivilege, yes } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { existingSnapshotProblem, initialSnapshot, snapshotChoices } from './snapshot-rules.ts';
import { defineAction } from './types.ts';

export const guestDeleteSnapshot = defineAction<'guest'>({
  id: 'guest.delete-snapshot',
  scope: 'guest',
  key: 'D',
  row: 'snapshot',
  title: 'Delete snapshot',
  summary: 'Deletes one snapshot; the current state and other snapshots stay.',
  effect: 'destroy',
  needs: ['snapshots'],
  batch: false,
  fields: [
    {
      name: 'snapname',
      label: 'Snapshot',
      help: 'Its children hang on its parent afterwards.',
      kind: 'choice',
      required: true,
      choices: snapshotChoices,
      initial: initialSnapshot,
      problem: existingSnapshotProblem,
    },
    {
      name: 'force',
      label: 'Remove it from the configuration even if a disk refuses',
      help: 'Only for a snapshot that is broken; the disk may keep its part.',
      kind: 'boolean',
      initial: () => false,
    },
  ],
  privileges: vmPrivilege('VM.Snapshot'),
  available: (guest, facts) => {
    // Proxmox keeps no snapshots of templates and refuses to touch any.
    if (guest.template) return hidden;
    const stop = blocked(guest, facts);
    if (stop) return stop;
    return facts.snapshots?.snapshots.length === 0 ? disabled(say`it has no snapshots`) : yes;
  },
  confirm: (guest, values, facts) =>
    ask(
      3,
      say`Delete snapshot ${sanitise(values.snapname)} of ${guestLabel(guest)}?`,
      guest,
      facts,
      [
        say`Nobody can go back to it afterwards. The guest itself stays as it is.`,
        ...(values.force === true ? [say`Forced: a disk may keep its part of the snapshot.`] : []),
      ],
    ),
  taskTypes: ['qmdelsnapshot', 'vzdelsnapshot'],
  touches: ['resources', 'snapshots', 'tasks'],
  run: async (guest, values, context) => {
    const started = await context.site.guests.deleteSnapshot(
      guest,
      String(values.snapname),
      values.force === true ? { force: true } : {},
      { signal: context.signal },
    );
    return taskOrDone(started);
  },
});
