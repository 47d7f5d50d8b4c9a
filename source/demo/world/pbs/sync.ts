import { type TaskControl, TaskFailure, type TaskScript } from '../tasks.ts';
import type { PbsHost } from './host.ts';
import {
  type BackupGroup,
  backupTimeText,
  type Datastore,
  isFinished,
  type Job,
  namespaceWithin,
} from './model.ts';

function source(host: PbsHost, job: Job): { from: PbsHost; store: Datastore } {
  const remote = host.remotes.find(({ name }) => name === job.config.remote);
  const place = host.seat.hostAt(remote?.host);
  const from = place && host.seat.realm?.hosts.get(place.name);
  if (!remote || !from) throw new TaskFailure(`no such remote '${job.config.remote}'`);
  if (from.place.down) {
    throw new TaskFailure(
      `error trying to connect: error connecting to https://${remote.host}:8007/ - tcp connect error: Connection refused (os error 111)`,
    );
  }
  const store = from.stores.get(String(job.config['remote-store']));
  const problem = store ? from.unavailable(store, 'read') : 'no such datastore';
  if (!store || problem !== undefined) throw new TaskFailure(problem ?? '');
  return { from, store };
}

/** `ns` of the source below the job's own namespace here. */
function targetNs(job: Job, ns: string): string {
  const top = String(job.config['remote-ns'] ?? '');
  const rest = top === '' ? ns : ns.slice(top.length + 1);
  return [String(job.config.ns ?? ''), rest].filter((part) => part !== '').join('/');
}

function addNamespace(store: Datastore, ns: string): void {
  const parts = ns.split('/').filter(Boolean);
  for (const index of parts.keys()) store.namespaces.add(parts.slice(0, index + 1).join('/'));
}

function* syncGroup(
  host: PbsHost,
  store: Datastore,
  job: Job,
  group: BackupGroup,
  task: TaskControl,
): TaskScript {
  const { type, id } = group;
  const ns = targetNs(job, group.ns);
  addNamespace(store, ns);
  const owner = String(job.config.owner ?? 'root@pam');
  const target = host.groupFor(store, ns, type, id, owner);
  const newest = target.snapshots.at(-1)?.time ?? 0;
  const finished = group.snapshots.filter(isFinished);
  const last = job.config['transfer-last'];
  const wanted = finished
    .filter(({ time }) => time > newest)
    .slice(typeof last === 'number' ? -last : 0);
  for (const snapshot of wanted) {
    const name = `${type}/${id}/${backupTimeText(snapshot.time)}`;
    task.log(`sync snapshot ${name}`);
    for (const { filename } of snapshot.files) {
      if (filename !== 'index.json.blob') task.log(`sync archive ${filename}`);
    }
    yield 2;
    // The manifest is copied whole, the source's verification in it; protection stays behind.
    target.snapshots.push({ ...snapshot, protected: false });
    store.chunkBytes += snapshot.unique;
    task.log('got backup log file client.log.blob');
    task.log(`sync snapshot ${name} done`);
  }
  if (finished.length > wanted.length) task.log(`skipped: ${finished.length - wanted.length}`);
  if (target.snapshots.length === 0) store.groups.delete(`${ns}/${type}/${id}`);
  host.world.revision += 1;
}

/** Pulls what is newer than the newest here, group by group. */
export function* syncScript(
  host: PbsHost,
  job: Job,
  task: TaskControl,
  schedule?: string,
): TaskScript {
  const { config } = job;
  task.log(`Starting datastore sync job '${host.workerId(job)}'`);
  if (schedule !== undefined) task.log(`task triggered by schedule '${schedule}'`);
  const store = host.stores.get(String(config.store));
  const problem = store ? host.unavailable(store, 'write') : 'no such datastore';
  if (!store || problem !== undefined) throw new TaskFailure(problem ?? '');
  task.log(`sync datastore '${config.store}' from '${config.remote}/${config['remote-store']}'`);
  yield 1;
  const { store: remote } = source(host, job);
  const top = String(config['remote-ns'] ?? '');
  const depth = typeof config['max-depth'] === 'number' ? config['max-depth'] : 7;
  const groups = [...remote.groups.values()].filter((one) => namespaceWithin(one.ns, top, depth));
  task.log(`found ${groups.length} groups to sync (out of ${groups.length} total)`);
  for (const [index, group] of groups.entries()) {
    source(host, job);
    yield* syncGroup(host, store, job, group, task);
    const part = (((index + 1) * 100) / groups.length).toFixed(2);
    task.log(`percentage done: ${part}% (${index + 1}/${groups.length} groups)`);
  }
  if (config['remove-vanished'] === true) removeVanished(host, store, job, groups, task);
  task.log(`sync job '${job.id}' end`);
}

function removeVanished(
  host: PbsHost,
  store: Datastore,
  job: Job,
  groups: readonly BackupGroup[],
  task: TaskControl,
): void {
  const there = new Set(
    groups.map((group) => `${targetNs(job, group.ns)}/${group.type}/${group.id}`),
  );
  for (const [key, group] of [...store.groups]) {
    if (there.has(key) || !namespaceWithin(group.ns, String(job.config.ns ?? ''))) continue;
    task.log(`delete vanished group '${group.type}/${group.id}'`);
    for (const snapshot of group.snapshots.filter((one) => !one.protected)) {
      host.forget(store, group, snapshot);
    }
  }
}
