import { age } from '../domain/format.ts';
import { fail } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import {
  ask,
  blocked,
  disabled,
  guestLabel,
  hidden,
  isRunning,
  vmPrivilege,
  yes,
} from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import {
  existingSnapshotProblem,
  findSnapshot,
  initialSnapshot,
  newerThan,
  newestOnlyDisks,
  rollbackProblem,
  snapshotAge,
  snapshotChoices,
} from './snapshot-rules.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** What the dialog says is lost, and what cannot be had (operations.md R11 and 0.4). */
function consequences(running: boolean, values: FieldValues, facts: Facts): SafeText[] {
  const lines: SafeText[] = [];
  const snapshot = findSnapshot(facts, values.snapname);
  const old = snapshot ? snapshotAge(snapshot, facts) : undefined;
  const since =
    old !== undefined ? say`in the last ${age(old)}` : say`since then (its time is not known)`;
  lines.push(
    say`Everything written to its disks ${since} is lost, its configuration goes back too.`,
  );
  if (running) {
    lines.push(
      snapshot?.vmstate
        ? say`It runs and is reset to the memory of the snapshot.`
        : say`It runs and is stopped first; the snapshot holds no RAM.`,
    );
  }
  if (newestOnlyDisks(facts).length > 0) {
    lines.push(
      say`On ZFS a safety snapshot first would block this rollback: take a backup instead if in doubt.`,
    );
  } else if (snapshot && newerThan(facts, snapshot).length > 0) {
    lines.push(say`${newerThan(facts, snapshot).length} newer snapshot(s) stay.`);
  }
  if (!facts.disks)
    lines.push(say`Which storages hold its disks is not known; Proxmox may refuse.`);
  return lines;
}

export const guestRollback = defineAction<'guest'>({
  id: 'guest.rollback',
  scope: 'guest',
  key: 'R',
  title: 'Roll back',
  summary: 'Sets the guest back to a snapshot; what was written since is lost.',
  effect: 'destroy',
  needs: ['snapshots', 'disks'],
  batch: false,
  fields: [
    {
      name: 'snapname',
      label: 'Snapshot',
      help: 'The state to go back to.',
      kind: 'choice',
      required: true,
      choices: snapshotChoices,
      initial: initialSnapshot,
      problem: (value, guest, facts) => {
        const missing = existingSnapshotProblem(value, guest, facts);
        if (missing) return missing;
        const snapshot = findSnapshot(facts, value);
        return snapshot ? rollbackProblem(facts, snapshot) : undefined;
      },
    },
    {
      name: 'start',
      label: 'Start it afterwards',
      help: 'Starts the guest when the rollback is done. A snapshot with RAM always runs afterwards.',
      kind: 'boolean',
      initial: (guest) => isRunning(guest),
    },
  ],
  privileges: vmPrivilege('VM.Snapshot', 'VM.Snapshot.Rollback'),
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
      say`Roll back ${guestLabel(guest)} to ${sanitise(values.snapname)}?`,
      guest,
      facts,
      consequences(isRunning(guest), values, facts),
    ),
  taskTypes: ['qmrollback', 'vzrollback'],
  touches: ['resources', 'detail', 'snapshots', 'tasks'],
  run: async (guest, values, context) => {
    const snapshot = findSnapshot(context.facts, values.snapname);
    const problem = snapshot && rollbackProblem(context.facts, snapshot);
    if (problem) {
      return fail({ kind: 'rejected', what: problem, where: guestLabel(guest) });
    }
    const started = await context.site.guests.rollback(
      guest,
      String(values.snapname),
      values.start === true ? { start: true } : {},
      { signal: context.signal },
    );
    return taskOrDone(started);
  },
});
