import {
  type GuestReplication,
  type JobWithState,
  jobsOf,
  type ReplicationJob,
} from '../../domain/replication.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { rowsOf, text } from '../decode.ts';
import type { ReplicationApi, ReplicationSettings } from '../replication-api.ts';
import type { CallOptions, GuestAt } from '../types.ts';
import type { Caller } from './caller.ts';
import { decodeReplicationJob, decodeReplicationState } from './decode-protection.ts';

/** Lines of a job's log that are read; it is started anew by every run. */
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
    log: (node, id, options) =>
      caller.list(
        'GET /nodes/{node}/replication/{id}/log',
        { node, id },
        { limit: logLines },
        details(id, options),
        (data): readonly SafeText[] => rowsOf(data).map(({ t }) => text(t) ?? say``),
      ),
    create: ({ id, target, ...settings }, options) =>
      caller.start(
        'POST /cluster/replication',
        {},
        { id, target, type: 'local', ...written(settings).set },
        details(id, options),
      ),
    change: (id, settings, options) => {
      const { set, unset } = written(settings);
      return caller.start(
        'PUT /cluster/replication/{id}',
        { id },
        { ...set, ...(unset.length > 0 ? { delete: unset.join(',') } : {}) },
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
