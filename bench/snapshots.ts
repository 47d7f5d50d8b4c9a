import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BenchDemo } from './demo-client.ts';
import type { SnapshotFigures } from './snapshots-process.ts';

export type { SnapshotFigures };

/** The list of all snapshots over 500 guests, read by this Node. */
export async function measureSnapshots(node: string, demo: BenchDemo): Promise<SnapshotFigures> {
  const child = fork(join(import.meta.dirname, 'snapshots-process.ts'), [], {
    execPath: node,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  child.send(demo.info);
  const told = await Promise.race([
    once(child, 'message').then(([figures]) => figures as SnapshotFigures),
    ended.then(([code]) => new Error(`reading snapshots ended with code ${code}`)),
  ]);
  await ended;
  if (told instanceof Error) throw told;
  return told;
}
