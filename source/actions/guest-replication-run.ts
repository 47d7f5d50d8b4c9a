import { sanitise, say } from '../domain/safe-text.ts';
import { ask, guestLabel } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { chosenJob, findJob, jobField, replicatePrivilege, withJobs } from './replication-rules.ts';
import { defineAction, type Facts, type FieldValue } from './types.ts';

/** Why Proxmox would take the request and do nothing. */
function runProblem(value: FieldValue, facts: Facts): string | undefined {
  const job = findJob(facts, value);
  if (job?.removing) return 'it is being removed';
  if (job && !job.enabled) return 'it is switched off';
  if (!job?.state) return undefined;
  // Asking for a run sets the last try to never.
  const { lastTry, lastSync, failCount = 0 } = job.state;
  return lastTry === undefined && lastSync === undefined && failCount === 0
    ? 'it never ran yet; its first run starts by itself'
    : undefined;
}

export const guestReplicationRun = defineAction<'guest'>({
  id: 'guest.replication-run',
  scope: 'guest',
  key: 'J',
  row: 'replication',
  title: 'Run replication job now',
  summary: 'Lets a replication job run as soon as its node can.',
  effect: 'change',
  needs: ['replication'],
  batch: false,
  fields: [
    (() => {
      const field = jobField('It runs within a minute, after others of its node.');
      return {
        ...field,
        problem: (value, guest, facts, values) =>
          field.problem?.(value, guest, facts, values) ?? runProblem(value, facts),
      } satisfies typeof field;
    })(),
  ],
  privileges: replicatePrivilege,
  available: withJobs,
  confirm: (guest, values, facts) =>
    ask(
      1,
      say`Run replication job ${sanitise(chosenJob(values, facts))} of ${guestLabel(guest)} now?`,
      guest,
      facts,
      [say`It copies what changed since its last run.`],
    ),
  taskTypes: [],
  touches: ['detail'],
  run: async (guest, values, { site, facts, signal }) => {
    const id = chosenJob(values, facts);
    const asked = await site.replication.runNow(guest.node, id, { signal });
    return taskOrDone(
      asked,
      say`Replication job ${sanitise(id)} runs as soon as ${guest.node} gets to it; its row tells how it ended`,
    );
  },
});
