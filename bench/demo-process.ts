// The demo homelab in a process of its own, so that its work is not counted as the console's. Talks to bench by IPC.
import { type DemoRequestRecord, startDemo } from '../source/demo/index.ts';

/** What the benchmark asks; each is answered by one message. */
export type DemoQuestion =
  /** The cluster's figures stand still from now on; its clock goes on. */
  | { readonly ask: 'freeze' }
  /** Changes every hundredth guest in a way that its row shows. */
  | { readonly ask: 'change' }
  | { readonly ask: 'requests' }
  | { readonly ask: 'close' };

export interface DemoReady {
  readonly info: Awaited<ReturnType<typeof startDemo>>['info'];
}
export interface DemoCounts {
  /** Requests so far, by the node whose endpoint was asked. */
  readonly byNode: Readonly<Record<string, number>>;
  readonly resources: number;
  readonly writes: number;
}

/** Seconds; long enough that a new period hardly ever begins while something is measured. */
const stillPeriod = 3_600;
const demo = await startDemo({ scenario: process.argv[2] ?? 'healthy' });

function counts(records: readonly DemoRequestRecord[]): DemoCounts {
  const byNode: Record<string, number> = {};
  for (const { node } of records) byNode[node] = (byNode[node] ?? 0) + 1;
  return {
    byNode,
    resources: records.filter(({ path }) => path === '/cluster/resources').length,
    writes: records.filter(({ method }) => method !== 'GET').length,
  };
}

function changeOnePercent(): number {
  const { world } = demo;
  const chosen = [...world.guests.values()].filter((_, index) => index % 100 === 0);
  for (const guest of chosen) {
    const stop = guest.status === 'running';
    guest.status = stop ? 'stopped' : 'running';
    guest.qmpstatus = guest.status;
    guest.startedAt = stop ? undefined : world.clock.seconds - 60;
  }
  world.revision += 1;
  return chosen.length;
}

process.on('message', async (question: DemoQuestion) => {
  if (question.ask === 'freeze') demo.world.settings.statusPeriod = stillPeriod;
  if (question.ask === 'close') await demo.close();
  const answer =
    question.ask === 'change' ? { changed: changeOnePercent() } : counts(demo.requests());
  process.send?.(answer);
  if (question.ask === 'close') process.disconnect();
});
process.send?.({ info: demo.info } satisfies DemoReady);
