import type { ExecuteEnvironment } from '../actions/execute.ts';
import type { Platform } from '../actions/types.ts';
import type { Host } from './host.ts';

/** What actions use of this machine and, after a call without an answer, of the site. */
export interface Machine {
  readonly platform: Platform;
  readonly findLostTask: (site: ExecuteEnvironment['site']) => ExecuteEnvironment['findLostTask'];
}

export async function machineOf(host: Host): Promise<Machine> {
  const [{ createPlatform }, { findLostTask }] = await Promise.all([
    import('../services/viewer/platform.ts'),
    import('../services/index.ts'),
  ]);
  return {
    platform: createPlatform({ env: host.env, now: host.now }),
    findLostTask: (site) => (query, signal) => findLostTask(site, query, { signal }),
  };
}
