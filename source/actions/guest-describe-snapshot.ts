import { sanitise, say } from '../domain/safe-text.ts';
import { ask, blocked, disabled, guestLabel, hidden, vmPrivilege, yes } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import {
  existingSnapshotProblem,
  findSnapshot,
  initialSnapshot,
  snapshotChoices,
} from './snapshot-rules.ts';
import { defineAction } from './types.ts';

export const guestDescribeSnapshot = defineAction<'guest'>({
  id: 'guest.describe-snapshot',
  scope: 'guest',
  key: 'n',
  row: 'snapshot',
  title: 'Edit snapshot description',
  summary: "Changes a snapshot's description.",
  effect: 'change',
  needs: ['snapshots'],
  batch: false,
  fields: [
    {
      name: 'snapname',
      label: 'Snapshot',
      help: 'The snapshot to describe.',
      kind: 'choice',
      required: true,
      choices: snapshotChoices,
      initial: initialSnapshot,
      problem: existingSnapshotProblem,
    },
    {
      name: 'description',
      label: 'Description',
      help: 'Replaces the old text. Empty removes it.',
      kind: 'text',
      initial: (guest, facts) =>
        (
          facts.snapshot ?? findSnapshot(facts, initialSnapshot(guest, facts))
        )?.description?.replace(/⏎+$/, ''),
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
      1,
      say`Change the description of ${sanitise(values.snapname)} of ${guestLabel(guest)}?`,
      guest,
      facts,
    ),
  taskTypes: [],
  touches: ['snapshots'],
  run: async (guest, values, context) => {
    const changed = await context.site.guests.describeSnapshot(
      guest,
      String(values.snapname),
      String(values.description ?? ''),
      { signal: context.signal },
    );
    return taskOrDone(changed, say`Description of ${sanitise(values.snapname)} changed`);
  },
});
