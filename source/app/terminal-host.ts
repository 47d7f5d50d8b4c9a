import type { Terminal, TerminalHost } from '../actions/types.ts';
import type { TerminalStreams } from './owned-terminal.ts';

/** Ink's own way to step aside: erases its frame, leaves its screen, and comes back when the callback is done. */
export type Suspend = (callback: () => Promise<void>) => Promise<void>;

export interface AppTerminalHost extends TerminalHost {
  /** The frame is mounted and can step aside from now on. Answers how to take that back. */
  attach(suspend: Suspend): () => void;
  /** Somebody else has the terminal: nothing may be read from it or written to it. */
  busy(): boolean;
}

/**
 * The full-screen console's terminal, given to one job at a time. `mouse` switches the console's own mouse reports while
 * somebody else has it.
 */
export function createTerminalHost(
  streams: TerminalStreams,
  mouse: (on: boolean) => void,
): AppTerminalHost {
  let suspend: Suspend | undefined;
  let busy = false;
  let last: Promise<unknown> = Promise.resolve();

  async function own<T>(job: (terminal: Terminal) => Promise<T>): Promise<T> {
    if (!suspend) throw new Error('the terminal cannot be handed over: no frame is mounted');
    // Loaded when it is needed: the first frame does without it.
    const { ownTerminal } = await import('./owned-terminal.ts');
    const done: { value?: { readonly of: T } } = {};
    busy = true;
    mouse(false);
    try {
      await suspend(async () => {
        try {
          done.value = { of: await ownTerminal(streams, job, ['SIGTERM', 'SIGHUP']) };
        } finally {
          busy = false;
          mouse(true);
        }
      });
    } finally {
      busy = false;
    }
    if (!done.value) throw new Error('the terminal was not handed over');
    return done.value.of;
  }

  return {
    attach: (next) => {
      suspend = next;
      return () => {
        if (suspend === next) suspend = undefined;
      };
    },
    busy: () => busy,
    handOver: (job) => {
      const run = last.then(() => own(job));
      last = run.catch(() => undefined);
      return run;
    },
  };
}
