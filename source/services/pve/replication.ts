import {
  type GuestReplication,
  type JobWithState,
  jobsOf,
  type ReplicationJob,
} from '../../domain/replication.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { TaskLogPage } from '../../domain/task.ts';
import { rowsOf, text, told } from '../decode.ts';
import type { ReplicationApi, ReplicationSettings } from '../replication-api.ts';
import type { CallOptions, GuestAt } from '../types.ts';
import type { Caller } from './caller.ts';
import { decodeReplicationJob, decodeReplicationState } from './decode-protection.ts';
import { decodeTaskLog } from './decode-task.ts';

/** Lines of a job's log that are read at once; it is started anew by every run. */
const logLines = 500;

export function replicationApi(caller: Caller): ReplicationApi {
  const details = (id: string, options: CallOptions | undefined) => ({
    where: say`${caller.here} · replication job ${sanitise(id)}`,
    options,
  });
  const jobs = (options: CallOptions | undefined) =>
    caller.list('GET /cluster/replication', {}, {}, { where: caller.here, options }, decodeJobs);
  return {
    jobs,
    of: (guest, options) => ofGuest(caller, guest, jobs, options),
    job: (id, options) =>
      caller.row('GET /cluster/replication/{id}', { id }, {}, details(id, options), (row) =>
        told({ job: decodeReplicationJob(row), digest: text(row.digest) }),
      ),
    log: (node, id, options) =>
      endOfLog((start) =>
        caller.list(
          'GET /nodes/{node}/replication/{id}/log',
          { node, id },
          { start, limit: logLines },
          details(id, options),
          // The same reader of log files answers here as for tasks.
          (data, total) => decodeTaskLog(data, start, total),
        ),
      ),
    create: ({ id, target, ...settings }, options) =>
      caller.start(
        'POST /cluster/replication',
        {},
        { id, target, type: 'local', ...written(settings).set },
        details(id, options),
      ),
    change: (id, { digest, ...settings }, options) => {
      const { set, unset } = written(settings);
      return caller.start(
        'PUT /cluster/replication/{id}',
        { id },
        {
          ...set,
          ...(unset.length > 0 ? { delete: unset.join(',') } : {}),
          ...(digest === undefined ? {} : { digest }),
        },
        details(id, options),
      );
    },
    remove: (id, { keep, force }, options) =>
      caller.start(
        'DELETE /cluster/replication/{id}',
        { id },
        { keep, force },
        details(id, options),
      ),
    runNow: (node, id, options) =>
      caller.start(
        'POST /nodes/{node}/replication/{id}/schedule_now',
        { node, id },
        {},
        details(id, options),
      ),
  };
}

/** How a run ended stands last: of a log that is longer than a page the last lines are read. */
async function endOfLog(
  page: (start: number) => Promise<Result<TaskLogPage>>,
): Promise<Result<readonly SafeText[]>> {
  const first = await page(0);
  if (!first.ok) return first;
  const { lines, total = 0 } = first.value;
  if (total <= logLines) return ok(lines);
  const start = total - logLines;
  const last = await page(start);
  if (!last.ok) return last;
  return ok([say`(${start} earlier lines are left out)`, ...last.value.lines]);
}

function decodeJobs(data: readonly unknown[]): ReplicationJob[] {
  return rowsOf(data).flatMap((row) => decodeReplicationJob(row) ?? []);
}

function written({ schedule, rate, comment, enabled }: ReplicationSettings) {
  const unset = [
    ...(schedule === '' ? ['schedule'] : []),
    ...(rate === 0 ? ['rate'] : []),
    ...(comment === '' ? ['comment'] : []),
  ];
  const set = {
    ...(schedule ? { schedule } : {}),
    ...(rate ? { rate } : {}),
    ...(comment ? { comment } : {}),
    ...(enabled === undefined ? {} : { disable: !enabled }),
  };
  return { set, unset };
}

async function ofGuest(
  caller: Caller,
  guest: GuestAt,
  all: (options: CallOptions | undefined) => Promise<Result<readonly ReplicationJob[]>>,
  options: CallOptions | undefined,
): Promise<Result<GuestReplication>> {
  const [configured, states] = await Promise.all([
    all(options),
    caller.list(
      'GET /nodes/{node}/replication',
      { node: guest.node },
      { guest: guest.vmid },
      { where: caller.guest(guest), options },
      (data): readonly JobWithState[] => {
        const now = caller.session.serverNow();
        return rowsOf(data).flatMap((row) => {
          const job = decodeReplicationJob(row);
          return job ? [{ ...job, state: decodeReplicationState(row, now) }] : [];
        });
      },
    ),
  ]);
  if (!configured.ok) {
    return states.ok ? ok({ jobs: jobsOf(states.value, guest.vmid) }) : fail(configured.failure);
  }
  const told = states.ok ? states.value : [];
  const jobs = jobsOf(configured.value, guest.vmid).map(
    (job): JobWithState => told.find(({ id }) => id === job.id) ?? job,
  );
  return ok({ jobs, ...(states.ok ? {} : { failure: states.failure }) });
}
