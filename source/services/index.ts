import type { PbsId } from '../domain/pbs.ts';
import type { SiteId } from '../domain/site.ts';
import { defaultTimings, type Timings } from './http/timings.ts';
import { createPbsServer } from './pbs/client.ts';
import { createPveSite } from './pve/client.ts';
import type { ServiceEnvironment, Services } from './types.ts';

export { findLostPbsTask } from './pbs/find-lost-task.ts';
export { findLostTask } from './pve/find-lost-task.ts';

/** The services over the configured sites. Nothing is sent before the first call. Tests may shorten the waits. */
export function createServices(
  environment: ServiceEnvironment,
  timings: Timings = defaultTimings,
): Services {
  let calls = 0;
  const nextCallId = () => {
    calls += 1;
    return calls;
  };
  const sites = environment.sites.map((config) =>
    createPveSite({ config, environment, timings, nextCallId }),
  );
  const pbs = environment.sites.flatMap((site) =>
    (site.pbs ?? []).map((config) => createPbsServer({ config, environment, timings, nextCallId })),
  );
  return {
    sites,
    site: (id: SiteId) => sites.find((site) => site.id === id),
    pbs,
    pbsServer: (id: PbsId) => pbs.find((server) => server.id === id),
    close: async () => {
      for (const each of [...sites, ...pbs]) each.close();
    },
  };
}
