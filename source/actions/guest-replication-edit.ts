import { sanitise, say } from '../domain/safe-text.ts';
import { ask, guestLabel } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import {
  chosenJob,
  findJob,
  jobField,
  replicatePrivilege,
  settingFields,
  settingsOf,
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
      off ? [say`Switched off: the copy on ${job.target} gets older from now on.`] : [],
    );
  },
  taskTypes: [],
  touches: ['detail'],
  run: async (_guest, values, { site, facts, signal }) => {
    const id = chosenJob(values, facts);
    const { schedule, rate, comment, ...rest } = settingsOf(values);
    const job = findJob(facts, id);
    // Proxmox refuses to unset what is not set.
    const settings = {
      ...rest,
      ...(schedule ? { schedule } : {}),
      ...(rate === undefined || (rate === 0 && job?.rate === undefined) ? {} : { rate }),
      ...(comment === undefined || (comment === '' && !job?.comment) ? {} : { comment }),
    };
    const changed = await site.replication.change(id, settings, { signal });
    return taskOrDone(changed, say`Replication job ${sanitise(id)} changed`);
  },
});
