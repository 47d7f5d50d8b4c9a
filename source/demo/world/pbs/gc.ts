import { type TaskControl, TaskFailure, type TaskScript } from '../tasks.ts';
import { humanSize } from '../volumes.ts';
import type { PbsHost } from './host.ts';
import { chunkSize, type Datastore, isFinished } from './model.ts';

/** Chunks are safe for a day and five minutes after their last use. */
export const gcGrace = 86_400 + 300;
const steps = 10;

/** Sum and number of all index files. */
export function indexFigures(store: Datastore): { bytes: number; files: number } {
  let bytes = 0;
  let files = 0;
  for (const group of store.groups.values()) {
    for (const snapshot of group.snapshots) {
      if (!isFinished(snapshot)) continue;
      for (const file of snapshot.files) {
        if (!/\.[fd]idx$/.test(file.filename)) continue;
        bytes += file.size;
        files += 1;
      }
    }
  }
  return { bytes, files };
}

function chunks(bytes: number): number {
  return Math.round(bytes / chunkSize);
}

/** What a garbage collection at this time (seconds) finds, without removing anything. */
export function gcFigures(store: Datastore, now: number) {
  const free = store.garbage.filter(({ since }) => now - since >= gcGrace);
  const sum = (list: readonly { readonly bytes: number }[]) =>
    list.reduce((total, { bytes }) => total + bytes, 0);
  const removed = sum(free);
  const pending = sum(store.garbage) - removed;
  const index = indexFigures(store);
  const disk = store.chunkBytes - removed - pending;
  return { removed, pending, index, disk };
}

export function gcStatus(store: Datastore, now: number, upid: string | undefined) {
  const { removed, pending, index, disk } = gcFigures(store, now);
  return {
    ...(upid === undefined ? {} : { upid }),
    'disk-bytes': disk,
    'disk-chunks': chunks(disk),
    'index-data-bytes': index.bytes,
    'index-file-count': index.files,
    'pending-bytes': pending,
    'pending-chunks': chunks(pending),
    'removed-bad': 0,
    'removed-bytes': removed,
    'removed-chunks': chunks(removed),
    'still-bad': store.gc['still-bad'],
  };
}

/** The garbage collection of a datastore: what nothing has used for a day is removed from the disk. */
export function* gcScript(
  host: PbsHost,
  name: string,
  task: TaskControl,
  schedule?: string,
): TaskScript {
  task.log(`starting garbage collection on store ${name}`);
  if (schedule !== undefined) task.log(`task triggered by schedule '${schedule}'`);
  const store = host.stores.get(name);
  const problem = store ? host.unavailable(store, 'write') : `no such datastore '${name}'`;
  if (!store || problem !== undefined) throw new TaskFailure(problem ?? '');
  task.log('Start GC phase1 (mark used chunks)');
  const { index } = gcFigures(store, host.world.clock.seconds);
  for (let step = 1; step <= steps; step += 1) {
    yield 1;
    const at = Math.round((index.files * step) / steps);
    task.log(`marked ${step * 10}% (${at} of ${index.files} index files)`);
  }
  task.log('Start GC phase2 (sweep unused chunks)');
  for (let step = 1; step <= steps; step += 1) {
    yield 1;
    task.log(`processed ${step * 10}% (${chunks((store.chunkBytes * step) / steps)} chunks)`);
  }
  const now = host.world.clock.seconds;
  const status = gcStatus(store, now, task.upid);
  store.gc = status;
  store.garbage = store.garbage.filter(({ since }) => now - since < gcGrace);
  store.chunkBytes -= status['removed-bytes'];
  host.world.revision += 1;
  const disk = status['disk-bytes'];
  const part = status['index-data-bytes'] === 0 ? 0 : disk / status['index-data-bytes'];
  task.log(`Removed garbage: ${humanSize(status['removed-bytes'])}`);
  task.log(`Removed chunks: ${status['removed-chunks']}`);
  if (status['pending-bytes'] > 0) {
    task.log(
      `Pending removals: ${humanSize(status['pending-bytes'])} (in ${status['pending-chunks']} chunks)`,
    );
  }
  task.log(`Original data usage: ${humanSize(status['index-data-bytes'])}`);
  task.log(`On-Disk usage: ${humanSize(disk)} (${(part * 100).toFixed(2)}%)`);
  task.log(`On-Disk chunks: ${status['disk-chunks']}`);
  task.log(`Deduplication factor: ${(part === 0 ? 1 : 1 / part).toFixed(2)}`);
  task.log(`Average chunk size: ${humanSize(chunkSize)}`);
}
