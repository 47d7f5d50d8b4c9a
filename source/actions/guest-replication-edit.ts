import { fail, ok } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { changedMeanwhile, toldConflict } from './config-write.ts';
import { ask, guestLabel } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { jobChange, jobChangeLines, sameSettings } from './replication-change.ts';
import {
  chosenJob,
  findJob,
  jobField,
  replicatePrivilege,
  settingFields,
  withJobs,
} from './replication-rules.ts';
import { defineAction } from './types.ts';

export const guestReplicationEdit = defineAction<'guest'>({
  id: 'guest.replication-edit',
  scope: 'guest',
  key: 'e',
  row: 'replication',
  title: 'Edit replication job',
  summary: 'Changes schedule, rate and comment of a replication job, or switches it off or on.',
  effect: 'change',
  needs: ['replication'],
  batch: false,
  fields: [
    jobField('Its target cannot be changed.'),
    ...settingFields((facts, { id }) => findJob(facts, id), 'id'),
  ],
  privileges: replicatePrivilege,
  available: withJobs,
  confirm: (guest, values, facts) => {
    const id = chosenJob(values, facts);
    const job = findJob(facts, id);
    const off = values.disable === true && job?.enabled;
    return ask(
      1,
      say`Change replication job ${sanitise(id)} of ${guestLabel(guest)}?`,
      guest,
      facts,
      [
        ...(job ? jobChangeLines(job, jobChange(job, values)) : []),
        ...(off ? [say`Switched off: the copy on ${job.target} gets older from now on.`] : []),
      ],
    );
  },
  taskTypes: [],
  touches: ['detail'],
  run: async (guest, values, { site, facts, signal }) => {
    const id = chosenJob(values, facts);
    const job = findJob(facts, id);
    if (!job) {
      const what = say`There is no replication job ${sanitise(id)}`;
      return fail({ kind: 'not-found', what, where: guestLabel(guest) });
    }
    const change = jobChange(job, values);
    if (Object.keys(change).length === 0) {
      return ok({ kind: 'done', message: say`Nothing to change at replication job ${job.id}` });
    }
    // Lists have no digest: the job alone tells it, and has to be the one that the question showed.
    const now = await site.replication.job(id, { signal });
    if (!now.ok) return now;
    const { digest } = now.value;
    if (!now.value.job || !sameSettings(now.value.job, job)) return fail(changedMeanwhile(guest));
    const settings = { ...change, ...(digest === undefined ? {} : { digest }) };
    const changed = await site.replication.change(id, settings, { signal });
    return taskOrDone(toldConflict(changed, guest), say`Replication job ${job.id} changed`);
  },
});
