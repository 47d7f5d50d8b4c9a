import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import type { Terminal } from '../actions/types.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { resetSequence, restoreTitle, ScreenFollower, saveTitle } from './terminal-modes.ts';

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** For the programs that are run on it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const signalled = 128;
const numbers = constants.signals as Readonly<Record<string, number>>;

/**
 * Runs `stty` on this terminal. Node's raw mode leaves the translation of line feeds on, and a program that was killed may
 * leave the modes broken; Node has no call for either. Answers nothing when there is no `stty`.
 */
function stty(stdin: NodeJS.ReadStream, ...args: string[]): string | undefined {
  const fd = (stdin as { fd?: number }).fd ?? 0;
  const run = spawnSync('stty', args, { stdio: [fd, 'pipe', 'ignore'], encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim() : undefined;
}

/** The terminal while a job owns it. {@link OwnedTerminal.release} puts everything back, whatever the job did. */
export class OwnedTerminal implements Terminal {
  readonly #streams: TerminalStreams;
  #screen = new ScreenFollower();
  readonly #inputs = new Set<(bytes: Uint8Array) => void>();
  readonly #resizes = new Set<() => void>();
  #written = false;
  #titled = false;
  #released = false;

  constructor(streams: TerminalStreams) {
    this.#streams = streams;
  }

  readonly size = () => {
    const { columns, rows } = this.#streams.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  };

  onInput(listener: (bytes: Uint8Array) => void): () => void {
    if (this.#released) return () => {};
    this.#inputs.add(listener);
    if (this.#inputs.size === 1) this.#listen();
    return () => {
      if (this.#inputs.delete(listener) && this.#inputs.size === 0) this.#deafen();
    };
  }

  onResize(listener: () => void): () => void {
    const { stdout } = this.#streams;
    this.#resizes.add(listener);
    stdout.on('resize', listener);
    return () => {
      this.#resizes.delete(listener);
      stdout.off('resize', listener);
    };
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.#released) return true;
    const { stdout } = this.#streams;
    this.#written = true;
    if (!this.#titled) {
      this.#titled = true;
      stdout.write(saveTitle);
    }
    this.#screen.follow(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    return stdout.write(bytes);
  }

  drained(): Promise<void> {
    const { stdout } = this.#streams;
    if (!stdout.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        stdout.off('drain', done);
        stdout.off('close', done);
        resolve();
      };
      stdout.on('drain', done);
      stdout.on('close', done);
    });
  }

  async runProgram(
    argv: readonly string[],
    options: { readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Result<number>> {
    const [file = '', ...args] = argv;
    const { stdin, env } = this.#streams;
    const before = stty(stdin, '-g');
    // The keyboard's ctrl-c and ctrl-\ are meant for the program; the terminal sends them to us as well.
    const ignore = () => {};
    process.on('SIGINT', ignore);
    process.on('SIGQUIT', ignore);
    try {
      return await new Promise<Result<number>>((resolve) => {
        const child = spawn(file, args, { stdio: 'inherit', env: { ...env, ...options.env } });
        child.once('error', (error: NodeJS.ErrnoException) => {
          const missing = error.code === 'ENOENT';
          resolve(
            fail({
              kind: 'local',
              what: missing
                ? say`There is no program ${sanitise(file)} on this machine`
                : say`${sanitise(file)} could not be started`,
              where: sanitise(argv.join(' ')),
              ...(missing ? { next: say`install it, or name another one` } : {}),
              detail: sanitise(error.message),
            }),
          );
        });
        child.once('exit', (code, signal) =>
          resolve(ok(code ?? signalled + (numbers[signal ?? ''] ?? 0))),
        );
      });
    } finally {
      process.off('SIGINT', ignore);
      process.off('SIGQUIT', ignore);
      this.#written = true;
      if (before !== undefined) stty(stdin, before);
    }
  }

  reset(): void {
    if (this.#released || !this.#written) return;
    this.#streams.stdout.write(resetSequence(this.#screen));
    this.#screen = new ScreenFollower();
  }

  /** Takes the terminal back: listeners off, raw mode off, every mode as a shell expects it. Safe to call again. */
  release(): void {
    if (this.#released) return;
    this.#inputs.clear();
    this.#deafen();
    for (const listener of this.#resizes) this.#streams.stdout.off('resize', listener);
    this.#resizes.clear();
    this.reset();
    this.#released = true;
    if (this.#titled) this.#streams.stdout.write(restoreTitle);
  }

  readonly #pump = (data: Buffer | string) => {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    for (const listener of [...this.#inputs]) listener(bytes);
  };

  #listen(): void {
    const { stdin } = this.#streams;
    // Whoever reads text set an encoding, which cannot be taken back; in this one every byte is a character.
    if (stdin.readableEncoding !== null) stdin.setEncoding('latin1');
    stdin.setRawMode(true);
    stty(stdin, '-opost');
    stdin.on('data', this.#pump);
    stdin.ref?.();
    stdin.resume();
  }

  #deafen(): void {
    const { stdin } = this.#streams;
    stdin.off('data', this.#pump);
    if (stdin.isRaw) stdin.setRawMode(false);
    stdin.pause();
  }
}

/** Longer than anybody works; keeps the event loop alive while nothing else does. */
const forever = 1e8;

/**
 * Puts the terminal back when the process ends while a job owns it: by a bug, an exit or one of the signals. Answers how to
 * stop watching. A signal is raised again once that is done, for whoever else has to tidy up.
 */
function onSuddenEnd(signals: readonly NodeJS.Signals[], restore: () => void): () => void {
  const stop = () => {
    process.off('exit', restore);
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    restore();
    stop();
    process.kill(process.pid, signal);
  };
  process.on('exit', restore);
  for (const signal of signals) process.on(signal, onSignal);
  return stop;
}

/**
 * Gives the terminal to a job. Its streams must not be read by anybody else any more. `signals` = those that end the process
 * by themselves; the others end the job, in its own way.
 */
export async function ownTerminal<T>(
  streams: TerminalStreams,
  job: (terminal: Terminal) => Promise<T>,
  signals: readonly NodeJS.Signals[] = [],
): Promise<T> {
  const { stdin, stdout } = streams;
  // Without a turn before and after, the handle goes on reading and takes the first key from the job.
  await nextImmediate();
  stdin.pause();
  await nextImmediate();
  const terminal = new OwnedTerminal(streams);
  const watched = onSuddenEnd(signals, () => terminal.release());
  const keep = setInterval(() => {}, forever);
  try {
    return await job(terminal);
  } finally {
    clearInterval(keep);
    watched();
    terminal.release();
    // Else the next frame begins in the job's column.
    stdout.write('\r');
    // A program in a process group of its own had the signal that tells of a new size.
    (stdout as { _refreshSize?: () => void })._refreshSize?.();
    // Pausing takes effect in a later turn; whoever listens before it would never hear anything.
    await nextImmediate();
  }
}
