import { createHash } from 'node:crypto';
import { isCalendarEvent } from '../../world/pbs/calendar.ts';
import { PbsRefusal } from '../../world/pbs/host.ts';
import type { Job, JobKind } from '../../world/pbs/model.ts';
import type { PbsCall, PbsEndpoint, PbsParameterTable } from '../endpoint.ts';
import { jobTables } from '../job-tables.ts';
import { digest, jobId, maybeList, maybeStore, maybeText, text } from '../kinds.ts';

type Row = Record<string, unknown>;
type Kind = Exclude<JobKind, 'gc'>;

/** What looking at a job of this kind needs on its datastore: any of these. */
const seen: Readonly<Record<Kind, readonly string[]>> = {
  prune: ['Datastore.Audit', 'Datastore.Modify'],
  verify: ['Datastore.Audit', 'Datastore.Verify'],
  sync: ['Datastore.Audit'],
};

/** What running or changing it needs. */
const run: Readonly<Record<Kind, string>> = {
  prune: 'Datastore.Modify',
  verify: 'Datastore.Verify',
  sync: 'Datastore.Backup',
};

const typeNames: Readonly<Record<Kind, string>> = {
  prune: 'prune',
  verify: 'verification',
  sync: 'sync',
};

function place(call: PbsCall, { config }: Job): string {
  return call.place(String(config.store), String(config.ns ?? ''));
}

function remotePlace({ config }: Job): string {
  return config.remote === undefined ? '' : `/remote/${config.remote}/${config['remote-store']}`;
}

/** Sync jobs also need to be seen at their remote: the role `Audit` alone does not show them. */
function maySee(call: PbsCall, job: Job): boolean {
  if (job.kind === 'gc' || !call.mayAny(place(call, job), ...seen[job.kind])) return false;
  const remote = remotePlace(job);
  return remote === '' || call.mayAny(remote, 'Remote.Audit');
}

function needRun(call: PbsCall, job: Job): void {
  if (job.kind === 'gc') return;
  call.needAny(place(call, job), run[job.kind]);
  const remote = remotePlace(job);
  if (remote !== '') call.needAny(remote, 'Remote.Read');
}

/** When it ran last and will run next. */
export function jobTimes(call: PbsCall, job: Job, upid = true): Row {
  const next = call.host.nextRun(job);
  const running = call.host.tasks
    .running()
    .find((task) => call.host.isRunning(job) && task.id === call.host.workerId(job));
  const { last } = job;
  return {
    ...(next === undefined ? {} : { 'next-run': next }),
    // While it runs there is a task, and neither an end nor a state.
    ...(upid && running ? { 'last-run-upid': running.upid } : {}),
    ...(last && !running
      ? {
          ...(upid ? { 'last-run-upid': last.upid } : {}),
          'last-run-endtime': last.endtime,
          'last-run-state': last.state,
        }
      : {}),
  };
}

function configRow({ id, config }: Job): Row {
  return { id, ...config };
}

function jobsOf(call: PbsCall, kind: Kind): Job[] {
  const direction = call.text('sync-direction') ?? (kind === 'sync' ? 'pull' : 'all');
  const store = call.text('store');
  return call.host.jobs.filter(
    (job) =>
      job.kind === kind &&
      (store ?? job.config.store) === job.config.store &&
      (direction === 'all' || (job.config['sync-direction'] ?? 'pull') === direction) &&
      maySee(call, job),
  );
}

function find(call: PbsCall, kind: Kind): Job {
  const id = call.required('id');
  const job = call.host.job(kind, id);
  if (!job) throw new PbsRefusal(`no such ${typeNames[kind]} job '${id}'`, 404);
  return job;
}

function seenJob(call: PbsCall, kind: Kind): Job {
  const job = find(call, kind);
  if (!maySee(call, job)) throw new PbsRefusal('permission check failed', 403);
  return job;
}

function start(call: PbsCall, kind: Kind): string {
  const job = find(call, kind);
  needRun(call, job);
  if (call.host.isRunning(job)) {
    throw new PbsRefusal(
      `Unable to acquire lock "/var/lib/proxmox-backup/jobstates/${kind}job-${job.id}.lck" - Interrupted system call (os error 4)`,
    );
  }
  return call.host.run(job, call.who);
}

/** SHA-256 of the file that all jobs of a kind stand in. */
function digestOf(call: PbsCall, kind: Kind): string {
  const jobs = call.host.jobs.filter((job) => job.kind === kind).map(configRow);
  return createHash('sha256').update(JSON.stringify(jobs)).digest('hex');
}

function checkDigest(call: PbsCall, kind: Kind): void {
  const given = call.text('digest');
  if (given !== undefined && given !== digestOf(call, kind)) {
    throw new PbsRefusal(
      'detected modified configuration - file changed by other user? Try again.',
    );
  }
}

function settings(call: PbsCall): Job['config'] {
  const { id: _id, digest: _digest, delete: _delete, ...config } = call.parameters;
  const { schedule, store, remote } = config;
  if (schedule !== undefined && !isCalendarEvent(String(schedule))) {
    throw new PbsRefusal(
      "parameter verification errors\n\nparameter 'schedule': unable to parse calendar event",
    );
  }
  if (store !== undefined && !call.host.stores.has(String(store))) {
    throw new PbsRefusal(`datastore '${store}' does not exist.`);
  }
  if (remote !== undefined && !call.host.remotes.some(({ name }) => name === remote)) {
    throw new PbsRefusal(`remote '${remote}' does not exist.`);
  }
  return config as Job['config'];
}

function create(call: PbsCall, kind: Kind): null {
  const id = call.required('id');
  const job: Job = { kind, id, config: settings(call) };
  needRun(call, job);
  if (call.host.job(kind, id)) throw new PbsRefusal(`job '${id}' already exists.`);
  call.host.jobs.push(job);
  call.host.schedule(job);
  return null;
}

function update(call: PbsCall, kind: Kind): null {
  const job = find(call, kind);
  needRun(call, job);
  checkDigest(call, kind);
  const gone = new Set(call.list('delete'));
  const kept = Object.entries(job.config).filter(([name]) => !gone.has(name));
  job.config = { ...Object.fromEntries(kept), ...settings(call) };
  call.host.schedule(job);
  return null;
}

function remove(call: PbsCall, kind: Kind): null {
  const job = find(call, kind);
  needRun(call, job);
  checkDigest(call, kind);
  call.host.jobs.splice(call.host.jobs.indexOf(job), 1);
  return null;
}

const id = { id: jobId };

function endpointsOf(kind: Kind): PbsEndpoint[] {
  const { create: forNew, update: forChange, removable } = jobTables[kind];
  const list = { store: maybeStore };
  const sides: PbsParameterTable =
    kind === 'sync' ? { 'sync-direction': maybeText({ enum: ['all', 'push', 'pull'] }) } : {};
  const one = `/config/${kind}/{id}`;
  return [
    {
      method: 'GET',
      path: `/admin/${kind}`,
      permission: 'all',
      parameters: { ...list, ...sides },
      handler: (call) =>
        jobsOf(call, kind).map((job) => ({ ...configRow(job), ...jobTimes(call, job) })),
    },
    {
      method: 'POST',
      path: `/admin/${kind}/{id}/run`,
      permission: 'all',
      parameters: id,
      handler: (call) => start(call, kind),
    },
    {
      method: 'GET',
      path: `/config/${kind}`,
      permission: 'all',
      parameters: sides,
      handler: (call) => jobsOf(call, kind).map(configRow),
    },
    {
      method: 'POST',
      path: `/config/${kind}`,
      permission: 'all',
      parameters: { ...id, ...forNew },
      handler: (call) => create(call, kind),
    },
    {
      method: 'GET',
      path: one,
      permission: 'all',
      parameters: id,
      handler: (call) => configRow(seenJob(call, kind)),
    },
    {
      method: 'PUT',
      path: one,
      permission: 'all',
      parameters: {
        ...id,
        ...forChange,
        digest,
        delete: maybeList(text({ enum: removable })),
      },
      handler: (call) => update(call, kind),
    },
    {
      method: 'DELETE',
      path: one,
      permission: 'all',
      parameters: { ...id, digest },
      handler: (call) => remove(call, kind),
    },
  ];
}

export const jobEndpoints: readonly PbsEndpoint[] = [
  ...endpointsOf('prune'),
  ...endpointsOf('verify'),
  ...endpointsOf('sync'),
];
