import type { ExecuteEnvironment } from '../actions/execute.ts';
import type { Platform } from '../actions/types.ts';
import type { ScreenMemory } from '../services/vnc/screens.ts';
import type { Host } from './host.ts';
import { commandTerminal, terminalProblem } from './terminal-host.ts';

/** How screens are drawn is remembered with the other preferences. */
function screenMemory(directory: string, host: Host): ScreenMemory {
  return {
    draw: async () => {
      const { peekPreferences } = await import('../config/preference-values.ts');
      return peekPreferences(directory).draw;
    },
    remember: async (draw) => {
      const { openPreferences } = await import('../config/preferences.ts');
      openPreferences(directory, host.now).set({ draw });
    },
  };
}

/** What actions use of this machine and, after a call without an answer, of the site. */
export interface Machine {
  readonly platform: Platform;
  readonly findLostTask: (site: ExecuteEnvironment['site']) => ExecuteEnvironment['findLostTask'];
}

export interface MachineOptions {
  readonly ascii?: boolean;
  /** This process outlives its actions: it is the full-screen console. */
  readonly stays?: boolean;
  /** Where preferences are kept; absent = none are. */
  readonly configDir?: string;
}

export async function machineOf(
  host: Host,
  { ascii = false, stays = false, configDir }: MachineOptions = {},
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
      screens: createScreens({
        ...{ env: host.env, ascii, endsWithAction: !stays },
        ...(configDir === undefined ? {} : { memory: screenMemory(configDir, host) }),
      }),
      record: (path, about) => startRecording(path, about, () => performance.now()),
      ...(terminal ? { terminal } : {}),
    },
    findLostTask: (site) => (query, signal) => findLostTask(site, query, { signal }),
  };
}
