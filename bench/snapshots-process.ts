// Reads the snapshots of 500 guests as the console does, in a process of its own. Talks to bench by IPC.

import type { PveSite } from '../source/services/types.ts';
import { emptySite } from '../source/store/site-sources.ts';
import { createSnapshotSurveys } from '../source/store/snapshot-survey.ts';
import { connectServices } from '../test/support/services.ts';
import type { DemoReady } from './demo-process.ts';

export interface SnapshotFigures {
  readonly guests: number;
  /** Requests for snapshots that were under way at the same time, at most. */
  readonly mostInFlight: number;
  /** ms until the first rows were told, and until all guests were read. */
  readonly firstRows: number;
  readonly all: number;
  /** Requests that were still sent after it was given up half-way. */
  readonly afterAbort: number;
}

/** A site that counts what is under way. */
function counting(site: PveSite) {
  const counts = { asked: 0, inFlight: 0, most: 0 };
  const guests = new Proxy(site.guests, {
    get: (target, key) => {
      if (key !== 'snapshots') return Reflect.get(target, key);
      return async (...rest: Parameters<PveSite['guests']['snapshots']>) => {
        counts.asked += 1;
        counts.inFlight += 1;
        counts.most = Math.max(counts.most, counts.inFlight);
        try {
          return await target.snapshots(...rest);
        } finally {
          counts.inFlight -= 1;
        }
      };
    },
  });
  const counted = new Proxy(site, {
    get: (target, key) => (key === 'guests' ? guests : Reflect.get(target, key)),
  });
  return { site: counted, counts };
}

async function measure(info: DemoReady['info'], wanted: number): Promise<SnapshotFigures> {
  const ends: (() => unknown)[] = [];
  const own = connectServices({ after: (end) => void ends.push(end as () => unknown) }, { info });
  const resources = await own.resources();
  if (!resources.ok) throw new Error(resources.failure.what);
  const data = { ...resources.value, guests: resources.value.guests.slice(0, wanted) };
  const inventory = {
    ...emptySite(own.id),
    resources: { data, fetchedAt: Date.now(), fetching: false },
  };
  const { site, counts } = counting(own);
  const start = performance.now();
  let firstRows: number | undefined;
  await createSnapshotSurveys(Date.now).read({
    site,
    inventory,
    signal: new AbortController().signal,
    publish: ({ guests }) => {
      if (guests.some(({ rows }) => rows.length > 0)) firstRows ??= performance.now() - start;
    },
  });
  const all = performance.now() - start;
  const given = new AbortController();
  let askedAtAbort = 0;
  counts.asked = 0;
  await createSnapshotSurveys(Date.now).read({
    site,
    inventory,
    signal: given.signal,
    publish: ({ read, of }) => {
      if (read < of / 4 || given.signal.aborted) return;
      given.abort();
      askedAtAbort = counts.asked;
    },
  });
  const afterAbort = counts.asked - askedAtAbort;
  for (const end of ends) await end();
  const { most } = counts;
  return {
    guests: data.guests.length,
    mostInFlight: most,
    firstRows: firstRows ?? all,
    all,
    afterAbort,
  };
}

process.on('message', async (info: DemoReady['info']) => {
  process.send?.(await measure(info, 500));
  process.disconnect();
});
