import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { type Draw, questionFor } from './capabilities.ts';
import { depthOf } from './inks.ts';
import type { ScreenDoor } from './types.ts';
import type { Clock } from './typist.ts';

export interface ScreensEnvironment {
  /** TERM, COLORTERM, NO_COLOR and FORCE_COLOR say what the terminal can show. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Draw with ASCII characters only. */
  readonly ascii: boolean;
  readonly endsWithAction: boolean;
  readonly memory?: ScreenMemory;
}

/** Keeps how a person wants screens to be drawn. */
export interface ScreenMemory {
  draw(): Promise<Draw | undefined>;
  remember(draw: Draw): Promise<void>;
}

/** What this machine can do with VNC consoles. The client is loaded when the first one is opened. */
export function createScreens(environment: ScreensEnvironment): ScreenDoor {
  const { env, ascii, endsWithAction, memory } = environment;
  const depth = depthOf(env, ascii);
  const colourful = depth !== 'ascii' && depth !== 'none';
  return {
    open: async (console, about) => {
      const { openScreen } = await import('./screen.ts');
      const opened = await openScreen(console, about, {
        ...{ depth, clock: realClock, question: questionFor(env) },
      });
      if (!opened.ok) return opened;
      const { value: screen } = opened;
      return ok({
        ...screen,
        show: async (terminal, options = {}) => {
          if (options.draw) await memory?.remember(options.draw);
          const draw = options.draw ?? (await memory?.draw()) ?? 'auto';
          // Without colours, pixels would be the only thing on the terminal that has any.
          const fitting = draw === 'auto' && !colourful ? 'blocks' : draw;
          return screen.show(terminal, { ...options, draw: fitting });
        },
      });
    },
    bridge: async (console, about) => {
      const { startBridge } = await import('./bridge.ts');
      return startBridge(console, about);
    },
    save,
    endsWithAction,
  };
}

const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A screen may show anything, so the file is its owner's alone. */
async function save(file: string, bytes: Uint8Array): Promise<Result<SafeText>> {
  const path = resolve(file);
  const where = sanitise(path);
  try {
    await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
    return ok(where);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      const next = say`name another file, or remove this one first`;
      return fail({ kind: 'local', what: say`The file exists already`, where, next });
    }
    const detail = sanitise(code ?? message);
    const next = say`check the folder and its permissions`;
    return fail({ kind: 'local', what: say`The file cannot be written`, where, next, detail });
  }
}
