import { fail, ok } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { ask, guestLabel, readable, vmPrivilege } from './guest-common.ts';
import { chosenJob, jobField, replicates } from './replication-rules.ts';
import { defineAction } from './types.ts';

export const guestReplicationLog = defineAction<'guest'>({
  id: 'guest.replication-log',
  scope: 'guest',
  key: 'o',
  row: 'replication',
  title: 'Show log of replication job',
  summary: 'Shows what the last run of a replication job said.',
  effect: 'read',
  needs: ['replication'],
  batch: false,
  fields: [{ ...jobField('The first one when none is named.'), required: false, aside: true }],
  privileges: vmPrivilege('VM.Audit'),
  available: (guest, facts) => {
    const offered = replicates(guest, facts);
    return offered.state === 'hidden' ? offered : readable(guest);
  },
  confirm: (guest, _values, facts) =>
    ask(0, say`Show the replication log of ${guestLabel(guest)}?`, guest, facts),
  taskTypes: [],
  touches: [],
  run: async (guest, values, { site, facts, signal }) => {
    const id = chosenJob(values, facts);
    if (id === '') {
      const what = say`It has no replication jobs`;
      return fail({ kind: 'not-found', what, where: guestLabel(guest) });
    }
    const read = await site.replication.log(guest.node, id, { signal });
    if (!read.ok) return read;
    const none = say`There is no log yet: the job has not run.`;
    return ok({
      kind: 'done',
      message: say`Log of replication job ${sanitise(id)}`,
      output: read.value.length === 0 ? [none] : read.value,
    });
  },
});
