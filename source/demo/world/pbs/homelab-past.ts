import { nextEvent } from './calendar.ts';
import { type PbsHost, workerTypes } from './host.ts';
import { collected, day } from './make.ts';
import {
  type BackupGroup,
  type BackupSnapshot,
  backupTimeText,
  type Datastore,
  type Job,
} from './model.ts';
import { addPast, authOf, type PastTask, pastUpid } from './past.ts';

/** How far back the task list reaches, days. */
const days = 12;

/** Every time in the past weeks that a job's schedule meant, oldest first. */
function runsOf(job: Job, now: number): number[] {
  const { schedule, disable } = job.config;
  if (typeof schedule !== 'string' || disable === true) return [];
  const runs: number[] = [];
  let at = nextEvent(schedule, now - days * day);
  while (at !== undefined && at < now - 900) {
    runs.push(at);
    at = nextEvent(schedule, at);
  }
  return runs;
}

const logs: Readonly<Record<Job['kind'], readonly string[]>> = {
  gc: ['Start GC phase1 (mark used chunks)', 'Start GC phase2 (sweep unused chunks)'],
  prune: ['Starting datastore prune'],
  verify: ['verify datastore'],
  sync: ['sync group vm/101', 'sync group vm/103'],
};

/** Marks what a verification found at its time: everything older is verified by it, if nothing before it did. */
function verified(store: Datastore, run: number, upid: string): boolean {
  let good = true;
  for (const group of store.groups.values()) {
    for (const snapshot of group.snapshots) {
      if (snapshot.time > run || snapshot.size === undefined || snapshot.verification) continue;
      snapshot.verification = { state: snapshot.damaged ? 'failed' : 'ok', upid };
      if (snapshot.damaged) good = false;
    }
  }
  return good;
}

function failedBy(store: Datastore, upid: string): string[] {
  return [...store.groups.values()].flatMap(({ type, id, snapshots }) =>
    snapshots
      .filter(({ verification }) => verification?.state === 'failed' && verification.upid === upid)
      .map(({ time }) => `\t${type}/${id}/${backupTimeText(time)}`),
  );
}

function runOf(host: PbsHost, job: Job, start: number): PastTask {
  const task = {
    type: workerTypes[job.kind],
    id: host.workerId(job),
    auth: { user: 'root@pam' },
    start,
  };
  const upid = pastUpid(host.name, host.bootedAt, task);
  const store = host.stores.get(String(job.config.store));
  const lost = store && host.unavailable(store, 'write');
  const good = job.kind !== 'verify' || !store || verified(store, start, upid);
  const took = 40 + host.world.noise.integer(`pbs/${job.kind}/${job.id}`, 0, 900, start);
  const failure = good ? 'OK' : 'verification failed - please check the log for details';
  const status = lost ?? failure;
  const failed = good || !store ? [] : failedBy(store, upid);
  return {
    ...task,
    took,
    status,
    log: [
      `task triggered by schedule '${job.config.schedule}'`,
      ...logs[job.kind].map((line) =>
        line.endsWith('datastore') ? `${line} ${job.config.store}` : line,
      ),
      ...(good ? [] : ['Failed to verify the following snapshots/groups:', ...failed]),
    ],
  };
}

/** A server keeps some hundred finished tasks at hand. */
const keptBackups = 600;

function backups(host: PbsHost, store: Datastore, from: number): PastTask[] {
  const wanted = [...store.groups.values()]
    .flatMap((group) =>
      group.snapshots.filter(({ time }) => time >= from).map((snapshot) => ({ group, snapshot })),
    )
    .sort((a, b) => b.snapshot.time - a.snapshot.time)
    .slice(0, keptBackups);
  return wanted.map(({ group, snapshot }) => backupTask(host, store, group, snapshot));
}

function backupTask(
  host: PbsHost,
  store: Datastore,
  group: BackupGroup,
  snapshot: BackupSnapshot,
): PastTask {
  const place = group.ns === '' ? '' : `${group.ns}/`;
  const name = `${group.type}/${group.id}/${backupTimeText(snapshot.time)}`;
  const whole = snapshot.size !== undefined;
  return {
    type: 'backup',
    id: `${store.name}:${place}${group.type}/${group.id}`,
    auth: authOf(group.owner),
    start: snapshot.time,
    took: 20 + host.world.noise.integer(`pbs/backup/${group.id}`, 0, 200, snapshot.time),
    status: whole ? 'OK' : 'backup ended but finished flag is not set.',
    log: [
      `starting new backup on datastore '${store.name}' from ::ffff:192.168.1.10: "${name}"`,
      ...(whole
        ? ['successfully finished backup', 'backup finished successfully']
        : ['backup failed: backup ended but finished flag is not set.']),
    ],
  };
}

/** Gives a new server the tasks of the last days, and its jobs and datastores what those left. */
export function writePast(host: PbsHost): void {
  const now = host.seat.bornAt;
  const past: PastTask[] = [];
  for (const job of host.jobs) {
    const runs = runsOf(job, now);
    for (const start of runs) {
      const task = runOf(host, job, start);
      past.push(task);
      if (start + task.took >= now) continue;
      const upid = pastUpid(host.name, host.bootedAt, task);
      job.last = { upid, endtime: start + task.took, state: task.status };
    }
    const store = host.stores.get(job.id);
    const usable = store && host.unavailable(store, 'write') === undefined;
    if (job.kind === 'gc' && usable) collected(store, job.last?.endtime ?? now, job.last?.upid);
  }
  for (const store of host.stores.values()) {
    if (host.name === 'pbs1' && store.mount === 'nonremovable') {
      past.push(...backups(host, store, now - days * day));
    }
  }
  addPast(host, past);
}
