import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../source/cli/main.ts', import.meta.url));
const loader = import.meta.resolve('tsx');
/** The built program is used instead of the sources when this variable names it: quicker, and what is published. */
const built = process.env.HOMELAB_TUI_TEST_MAIN;
const start = built ? [built] : ['--import', loader, main];

export interface Finished {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each piece of standard output. */
  readonly onOut?: (text: string, stop: (signal: NodeJS.Signals) => void) => void;
  /** Called with each piece of standard error. */
  readonly onErr?: (text: string, stop: (signal: NodeJS.Signals) => void) => void;
  /** Closes the reading end of standard output at once. */
  readonly deaf?: boolean;
}

/** Runs the program with an environment of its own; standard input is empty. */
export function runProgram(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...start, ...argv], {
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', ...options.env },
      cwd: options.cwd ?? tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    const stop = (signal: NodeJS.Signals) => void child.kill(signal);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      options.onOut?.(text, stop);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      options.onErr?.(text, stop);
    });
    if (options.deaf) child.stdout.destroy();
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
  });
}

/** A directory of its own for one test file, removed by the returned function. */
export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'homelab-cli-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
