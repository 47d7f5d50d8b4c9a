import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { root } from './pty.ts';
import { tempDir } from './temp.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/** A tmux of its own with one pane, in which a shell with the prompt `here$ ` runs. */
export interface Tmux {
  /** Keys by tmux's own names: `C-]`, `Enter`, `q`. */
  keys(...keys: string[]): Promise<void>;
  /** Text as it is, and Enter. */
  line(text: string): Promise<void>;
  screen(): Promise<string[]>;
  waitFor(wanted: string | RegExp): Promise<string>;
  /** A format of tmux: `#{alternate_on}`. */
  ask(format: string): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
}

/** Starts a tmux server on a socket of its own; it ends with the test. */
export async function startTmux(
  t: TestContext,
  size: { readonly columns: number; readonly rows: number },
  env: Readonly<Record<string, string>>,
): Promise<Tmux> {
  const socket = join(tempDir(t, 'tmux'), 'socket');
  const tmux = async (...args: string[]) => {
    const { stdout } = await run('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
      env: { PATH: process.env.PATH, HOME: '/', LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
    });
    return stdout;
  };
  const dimensions = ['-x', String(size.columns), '-y', String(size.rows)];
  await tmux('new-session', '-d', ...dimensions, '-c', root, "PS1='here$ ' bash --norc -i");
  t.after(() => tmux('kill-server').catch(() => undefined));
  const screen = async () => (await tmux('capture-pane', '-p')).replace(/\n$/, '').split('\n');
  const waitFor = async (wanted: string | RegExp) => {
    let shown = '';
    return until(
      () => `${wanted}\n--- tmux ---\n${shown}\n---`,
      async () => {
        shown = (await screen()).join('\n');
        const found = typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown);
        return found && shown;
      },
    );
  };
  await waitFor('here$');
  return {
    keys: async (...keys) => void (await tmux('send-keys', ...keys)),
    line: async (text) => {
      await tmux('send-keys', '-l', text);
      await tmux('send-keys', 'Enter');
    },
    screen,
    waitFor,
    ask: async (format) => (await tmux('display-message', '-p', format)).trim(),
    resize: async (columns, rows) =>
      void (await tmux('resize-window', '-x', String(columns), '-y', String(rows))),
  };
}
