import { type TaskControl, TaskFailure, type TaskScript } from '../tasks.ts';
import type { PbsHost } from './host.ts';
import {
  type BackupGroup,
  backupTimeText,
  type Datastore,
  type Job,
  type KeepOptions,
  keepNames,
  namespaceWithin,
} from './model.ts';
import { keepsSomething, keepText, pruneInfo, survives } from './retention.ts';

export interface PruneScope {
  readonly store: Datastore;
  readonly ns: string;
  readonly depth: number;
  readonly keep: KeepOptions;
  readonly dryRun: boolean;
  /** Groups that may be pruned. */
  readonly mine: (group: BackupGroup) => boolean;
}

/** The keep rules among a job's or a request's values. */
export function keepOf(values: Readonly<Record<string, unknown>>): KeepOptions {
  return Object.fromEntries(
    keepNames.flatMap((name) => (typeof values[name] === 'number' ? [[name, values[name]]] : [])),
  );
}

function intro(task: TaskControl, keep: KeepOptions): void {
  task.log(
    keepsSomething(keep)
      ? `retention options: ${keepText(keep)}`
      : 'No prune selection - keeping all files.',
  );
}

/** Prunes all groups of a datastore, or of some of its namespaces. */
export function* pruneScript(host: PbsHost, scope: PruneScope, task: TaskControl): TaskScript {
  const { store, ns, depth, keep, dryRun, mine } = scope;
  if (dryRun) task.log('(dry test run)');
  intro(task, keep);
  const place = ns === '' ? 'root namespace' : `namespace '${ns}'`;
  task.log(`Starting datastore prune on datastore '${store.name}', ${place}, down to ${depth}`);
  const groups = [...store.groups.values()].filter(
    (group) => namespaceWithin(group.ns, ns, depth) && mine(group),
  );
  for (const group of groups) {
    yield 0.2;
    const { type, id } = group;
    task.log(`Pruning group ${group.ns === '' ? '' : group.ns}:"${type}/${id}"`);
    for (const { snapshot, mark } of pruneInfo(group.snapshots, keep)) {
      const word = dryRun && !survives(mark) ? `would ${mark}` : mark;
      task.log(`${word} ${type}/${id}/${backupTimeText(snapshot.time)}`);
      if (!dryRun && !survives(mark)) host.forget(store, group, snapshot);
    }
  }
}

/** Prunes one group as a task of its own. */
export function* pruneGroupScript(
  host: PbsHost,
  store: Datastore,
  group: BackupGroup,
  keep: KeepOptions,
  task: TaskControl,
): TaskScript {
  intro(task, keep);
  const { type, id } = group;
  task.log(`Starting prune on datastore '${store.name}' group "${type}/${id}"`);
  yield 1;
  for (const { snapshot, mark } of pruneInfo(group.snapshots, keep)) {
    task.log(`${type}/${id}/${backupTimeText(snapshot.time)} ${mark}`);
    if (!survives(mark)) host.forget(store, group, snapshot);
  }
}

export function* pruneJobScript(
  host: PbsHost,
  { config, id }: Job,
  task: TaskControl,
  schedule?: string,
): TaskScript {
  task.log(`prune job '${id}'`);
  if (schedule !== undefined) task.log(`task triggered by schedule '${schedule}'`);
  const store = host.stores.get(String(config.store));
  const problem = store ? host.unavailable(store, 'write') : 'no such datastore';
  if (!store || problem !== undefined) throw new TaskFailure(problem ?? '');
  yield* pruneScript(
    host,
    {
      store,
      ns: String(config.ns ?? ''),
      depth: typeof config['max-depth'] === 'number' ? config['max-depth'] : 7,
      keep: keepOf(config),
      dryRun: false,
      mine: () => true,
    },
    task,
  );
}
