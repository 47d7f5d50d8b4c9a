import { type TaskControl, TaskFailure, type TaskScript } from '../tasks.ts';
import type { PbsHost } from './host.ts';
import {
  type BackupGroup,
  type BackupSnapshot,
  backupTimeText,
  isFinished,
  namespaceWithin,
} from './model.ts';

export interface VerifyScope {
  readonly store: string;
  readonly ns: string;
  readonly depth: number;
  readonly ignoreVerified: boolean;
  /** Days after which a good verification counts no more. */
  readonly outdatedAfter?: number;
  /** One group, or one snapshot of it, instead of a namespace. */
  readonly group?: { readonly type: string; readonly id: string; readonly time?: number };
  /** Groups that may be verified; all when absent. */
  readonly mine?: (group: BackupGroup) => boolean;
}

const mib = 2 ** 20;
const day = 86_400;

/** When a verification began: the fifth number of its UPID. */
function verifiedAt(snapshot: BackupSnapshot): number {
  return Number.parseInt(snapshot.verification?.upid.split(':')[5] ?? '0', 16);
}

function mayBeSkipped(snapshot: BackupSnapshot, scope: VerifyScope, now: number): boolean {
  if (!scope.ignoreVerified || snapshot.verification?.state !== 'ok') return false;
  if (scope.outdatedAfter === undefined) return true;
  return now - verifiedAt(snapshot) < scope.outdatedAfter * day;
}

function groupsOf(host: PbsHost, scope: VerifyScope): BackupGroup[] {
  const groups = [...(host.stores.get(scope.store)?.groups.values() ?? [])];
  const { group, ns, depth, mine } = scope;
  return groups.filter((one) => {
    if (mine && !mine(one)) return false;
    if (!group) return namespaceWithin(one.ns, ns, depth);
    return one.ns === ns && one.type === group.type && one.id === group.id;
  });
}

function* verifyOne(
  host: PbsHost,
  name: string,
  snapshot: BackupSnapshot,
  task: TaskControl,
): Generator<number, boolean, void> {
  task.log(`verify ${name}`);
  let good = true;
  for (const { filename, size } of snapshot.files) {
    if (filename === 'index.json.blob') continue;
    task.log(`  check ${filename}`);
    if (!/\.[fd]idx$/.test(filename)) continue;
    const seconds = Math.max(1, Math.min(20, size / (2048 * mib)));
    yield seconds;
    const bad = snapshot.damaged && good;
    if (bad) {
      good = false;
      const digest = host.world.noise.hex(`chunk/${name}`, 64);
      task.log(`chunk ${digest} was marked as corrupt`);
    }
    const read = (size * 0.9) / mib;
    task.log(
      `  verified ${read.toFixed(2)}/${(size / mib).toFixed(2)} MiB in ${seconds.toFixed(2)} seconds, speed ${(read / seconds).toFixed(2)}/${(size / mib / seconds).toFixed(2)} MiB/s (${bad ? 1 : 0} errors)`,
    );
    if (bad) task.log(`verify ${name}/${filename} failed: chunks could not be verified`);
  }
  snapshot.verification = { state: good ? 'ok' : 'failed', upid: task.upid };
  host.world.revision += 1;
  return good;
}

/** Reads every chunk again and notes the result at each snapshot. */
export function* verifyScript(
  host: PbsHost,
  scope: VerifyScope,
  task: TaskControl,
  schedule?: string,
  job?: string,
): TaskScript {
  if (job !== undefined) task.log(`Starting datastore verify job '${scope.store}:${job}'`);
  if (schedule !== undefined) task.log(`task triggered by schedule '${schedule}'`);
  const store = host.stores.get(scope.store);
  const problem = store ? host.unavailable(store, 'read') : 'no such datastore';
  if (problem !== undefined) throw new TaskFailure(problem);
  const failed: string[] = [];
  const groups = groupsOf(host, scope);
  if (!scope.group) {
    task.log(`verify datastore ${scope.store}`);
    task.log(`found ${groups.length} groups`);
  }
  for (const [index, group] of groups.entries()) {
    const place = `${scope.store}:${group.ns === '' ? '' : `${group.ns}/`}${group.type}/${group.id}`;
    const time = scope.group?.time;
    const wanted = group.snapshots.filter((one) => time === undefined || one.time === time);
    if (time === undefined) task.log(`verify group ${place} (${wanted.length} snapshots)`);
    for (const snapshot of [...wanted].reverse()) {
      const name = `${place}/${backupTimeText(snapshot.time)}`;
      if (!isFinished(snapshot)) continue;
      if (mayBeSkipped(snapshot, scope, host.world.clock.seconds)) {
        task.log(`SKIPPED: verify ${name} (recently verified)`);
      } else if (!(yield* verifyOne(host, name, snapshot, task))) {
        failed.push(name.slice(scope.store.length + 1));
      }
    }
    const part = (((index + 1) * 100) / groups.length).toFixed(2);
    task.log(`percentage done: ${part}% (${index + 1}/${groups.length} groups)`);
  }
  if (failed.length === 0) return;
  task.log('Failed to verify the following snapshots/groups:');
  for (const name of failed) task.log(`\t${name}`);
  throw new TaskFailure('verification failed - please check the log for details');
}
