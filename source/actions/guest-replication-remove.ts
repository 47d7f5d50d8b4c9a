import { sanitise, say } from '../domain/safe-text.ts';
import { ask, guestLabel } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { chosenJob, findJob, jobField, replicatePrivilege, withJobs } from './replication-rules.ts';
import { defineAction, type FieldValues } from './types.ts';

function lines(target: string, { keep, force }: FieldValues) {
  if (force === true) {
    return [
      say`Forced: only the entry goes. Its snapshots here and the copy on ${sanitise(target)} stay, and nobody takes them away.`,
    ];
  }
  return keep === true
    ? [say`The copy on ${sanitise(target)} stays as it is; its snapshots here are removed.`]
    : [
        say`Lost: the copy of its disks on ${sanitise(target)}, and the snapshots it was made from.`,
      ];
}

export const guestReplicationRemove = defineAction<'guest'>({
  id: 'guest.replication-remove',
  scope: 'guest',
  key: 'D',
  row: 'replication',
  title: 'Remove replication job',
  summary: 'Removes a replication job, with its copy or without.',
  effect: 'disrupt',
  needs: ['replication'],
  batch: false,
  fields: [
    jobField('The guest itself stays as it is.'),
    {
      name: 'keep',
      label: 'Keep the copy',
      help: 'The disks on the other node stay.',
      kind: 'boolean',
      initial: () => false,
    },
    {
      name: 'force',
      label: 'Only drop the entry',
      help: 'For a node that is gone for good: nothing is cleaned up.',
      kind: 'boolean',
      initial: () => false,
      problem: (value, _guest, _facts, { keep }) =>
        value === true && keep === true ? 'it keeps the copy anyway; choose one' : undefined,
    },
  ],
  privileges: replicatePrivilege,
  available: withJobs,
  confirm: (guest, values, facts) => {
    const id = chosenJob(values, facts);
    const target = findJob(facts, id)?.target ?? '?';
    return ask(
      2,
      say`Remove replication job ${sanitise(id)} of ${guestLabel(guest)}?`,
      guest,
      facts,
      lines(target, values),
    );
  },
  taskTypes: [],
  touches: ['detail'],
  run: async (_guest, values, { site, facts, signal }) => {
    const id = chosenJob(values, facts);
    const force = values.force === true;
    const removed = await site.replication.remove(
      id,
      { ...(values.keep === true ? { keep: true } : {}), ...(force ? { force } : {}) },
      { signal },
    );
    return taskOrDone(
      removed,
      force
        ? say`Replication job ${sanitise(id)} is dropped`
        : say`Replication job ${sanitise(id)} is marked for removal; its node takes it away within minutes`,
    );
  },
});
