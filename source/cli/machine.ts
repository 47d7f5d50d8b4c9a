import type { ExecuteEnvironment } from '../actions/execute.ts';
import type { Platform } from '../actions/types.ts';
import type { Host } from './host.ts';
import { commandTerminal, terminalProblem } from './terminal-host.ts';

/** What actions use of this machine and, after a call without an answer, of the site. */
export interface Machine {
  readonly platform: Platform;
  readonly findLostTask: (site: ExecuteEnvironment['site']) => ExecuteEnvironment['findLostTask'];
}

/** `stays` = this process outlives its actions: it is the full-screen console. */
export async function machineOf(
  host: Host,
  { ascii = false, stays = false }: { readonly ascii?: boolean; readonly stays?: boolean } = {},
): Promise<Machine> {
  const [{ createPlatform }, { createScreens }, { findLostTask }, { startRecording }] =
    await Promise.all([
      import('../services/viewer/platform.ts'),
      import('../services/vnc/screens.ts'),
      import('../services/index.ts'),
      import('../services/viewer/recording.ts'),
    ]);
  const terminal = commandTerminal(host);
  return {
    platform: {
      ...createPlatform({ env: host.env, now: host.now }),
      terminalProblem: () => terminalProblem(host),
      screens: createScreens({ env: host.env, ascii, endsWithAction: !stays }),
      record: (path, about) => startRecording(path, about, () => performance.now()),
      ...(terminal ? { terminal } : {}),
    },
    findLostTask: (site) => (query, signal) => findLostTask(site, query, { signal }),
  };
}
