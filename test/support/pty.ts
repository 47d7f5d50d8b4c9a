import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { PATIENCE } from './until.ts';

export const root = join(import.meta.dirname, '..', '..');
/** The command as it is installed; needs a build. */
export const bin = join(root, 'bin', 'homelab-tui.js');

export interface TerminalOptions {
  /** Ends the program with the test. */
  readonly t?: Pick<TestContext, 'after'>;
  readonly args?: readonly string[];
  readonly cols?: number;
  readonly rows?: number;
  /** Added to a small environment of its own; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Questions of the program (what the terminal is, where the cursor is) are left to the test to answer. */
  readonly silent?: boolean;
  /** Path of another node to run it with. */
  readonly node?: string;
  /** Another program than the built command. */
  readonly program?: { readonly file: string; readonly args: readonly string[] };
}

/** A program on a terminal: keys go in, the screen can be read. */
export interface TestTerminal {
  /** One key after the other, by name (`enter`, `down`, `ctrl-a`, `/`); waits for the screen to come to rest after each. */
  press(...keys: string[]): Promise<void>;
  /** Text as one types it: every character on its own. */
  type(text: string): Promise<void>;
  /** Bytes as they are: a paste, a mouse report. */
  send(bytes: string): void;
  /** The rows of the screen, without trailing blanks. */
  screen(): string[];
  text(): string;
  /** Rows drawn in reverse video at their first visible character: the cursor row, the open tab. */
  reversed(): string[];
  /** Waits until the screen's text has it; fails with the screen. Gives the text of the screen. */
  waitFor(wanted: string | RegExp | ((text: string) => boolean), what?: string): Promise<string>;
  /** Waits until nothing was written for `quiet` ms (120). */
  waitIdle(quiet?: number): Promise<void>;
  resize(cols: number, rows: number): void;
  /** Bytes the program wrote so far. */
  bytesWritten(): number;
  /** Everything it wrote, undecoded, to look for secrets and escape sequences. */
  output(): string;
  /** performance.now() when it was started, and of the last byte it wrote. */
  readonly startedAt: number;
  lastOutputAt(): number;
  readonly pid: number;
  /** Its exit code; 128 and more: ended by a signal. */
  readonly exit: Promise<number>;
  /** The same, but fails with the screen when it does not come. */
  waitExit(): Promise<number>;
  kill(signal?: string): void;
}

const NAMED: Readonly<Record<string, string>> = {
  enter: '\r',
  esc: '\u001b',
  tab: '\t',
  'shift-tab': '\u001b[Z',
  space: ' ',
  backspace: '\u007f',
  delete: '\u001b[3~',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  end: '\u001b[F',
  pgup: '\u001b[5~',
  pgdn: '\u001b[6~',
};

/** No output for so long, ms: what was being written is whole. */
const wholeFrame = 20;

/** The bytes a terminal sends for a key. */
export function keyBytes(key: string): string {
  const named = NAMED[key];
  if (named !== undefined) return named;
  const control = /^ctrl-([a-z])$/.exec(key)?.[1];
  if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) - 96);
  if ([...key].length !== 1) throw new Error(`No such key: ${key}`);
  return key;
}

/** Starts `bin/homelab-tui.js` (or another program) on a terminal of 120×40 unless told otherwise. */
export function startTerminal(options: TerminalOptions = {}): TestTerminal {
  const { cols = 120, rows = 40 } = options;
  const { file, args } = options.program ?? {
    file: options.node ?? process.execPath,
    args: [bin, ...(options.args ?? [])],
  };
  const screen = new xterm.Terminal({ cols, rows, scrollback: 1000, allowProposedApi: true });
  // Before the fork: it waits for the program's exec, which is a part of the start.
  const startedAt = performance.now();
  const pty = spawn(file, [...args], {
    name: 'xterm-256color',
    cols,
    rows,
    cwd: options.cwd ?? root,
    env: environment(options.env),
    encoding: null,
  });
  const chunks: Buffer[] = [];
  const state = {
    bytes: 0,
    last: performance.now(),
    pending: 0,
    exited: undefined as number | undefined,
    exitedAt: 0,
  };
  const watchers = new Set<() => void>();
  const wake = () => {
    for (const watcher of [...watchers]) watcher();
  };
  // With `encoding: null` the data are bytes, whatever the type says.
  pty.onData((data: string | Buffer) => {
    const chunk = Buffer.from(data);
    chunks.push(chunk);
    state.bytes += chunk.length;
    state.last = performance.now();
    state.pending += 1;
    screen.write(chunk, () => {
      state.pending -= 1;
      wake();
    });
  });
  screen.onData((answer) => {
    if (state.exited === undefined && !options.silent) pty.write(answer);
  });
  const exit = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      state.exited = signal ? 128 + signal : exitCode;
      state.exitedAt = performance.now();
      wake();
      resolve(state.exited);
    });
  });
  const kill = (signal = 'SIGKILL') => {
    if (state.exited === undefined) pty.kill(signal);
  };
  options.t?.after(() => kill());
  const visible = () => visibleRows(screen).map((line) => line.translateToString(true));
  const text = () => visible().join('\n');
  // The foot comes first: a report that is cut short still has what the console said last.
  const shown = () => {
    const exited = state.exited === undefined ? '' : `(it has exited with code ${state.exited})\n`;
    const foot = visible()
      .filter((row) => row !== '')
      .slice(-2);
    return `${exited}${foot.join('\n')}\n--- whole ---\n${text().trimEnd()}`;
  };
  // The last output may still be on its way when the exit is known.
  const over = () =>
    state.exited !== undefined &&
    state.pending === 0 &&
    performance.now() - Math.max(state.last, state.exitedAt) > 200;
  const wait = (what: string, test: () => boolean, patience = PATIENCE) =>
    waitUntil({ watchers, what, test, shown, patience, over });
  const terminal: TestTerminal = {
    press: async (...keys) => {
      for (const key of keys) {
        pty.write(keyBytes(key));
        await terminal.waitIdle();
      }
    },
    type: async (typed) =>
      terminal.press(...[...typed].map((each) => (each === ' ' ? 'space' : each))),
    send: (bytes) => pty.write(bytes),
    screen: visible,
    text,
    reversed: () =>
      visibleRows(screen)
        .filter((line) => startsReversed(line, cols))
        .map((line) => line.translateToString(true)),
    waitFor: async (wanted, what) => {
      const test = () => {
        if (typeof wanted === 'string') return text().includes(wanted);
        return wanted instanceof RegExp ? wanted.test(text()) : wanted(text());
      };
      await wait(what ?? String(wanted), test);
      // A frame may come in pieces: the rest of it is on its way. What never rests is taken as it is.
      const from = performance.now();
      await wait('the rest of the frame', () => {
        const now = performance.now();
        const rests = now - Math.max(from, state.last) >= wholeFrame;
        return rests || now - from >= 25 * wholeFrame || over();
      });
      return text();
    },
    waitIdle: (quiet = 120) => {
      const from = performance.now();
      const still = () =>
        state.pending === 0 && performance.now() - Math.max(from, state.last) >= quiet;
      return wait('the screen to come to rest', () => still() || over());
    },
    resize: (wide, high) => {
      pty.resize(wide, high);
      screen.resize(wide, high);
    },
    bytesWritten: () => state.bytes,
    output: () => Buffer.concat(chunks).toString('utf8'),
    startedAt,
    lastOutputAt: () => state.last,
    pid: pty.pid,
    exit,
    waitExit: async () => {
      // With everything it said last.
      await wait('its end', over);
      return exit;
    },
    kill,
  };
  return terminal;
}

function environment(more: TerminalOptions['env'] = {}): Record<string, string> {
  const env: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TMPDIR: process.env.TMPDIR,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TZ: 'UTC',
    ...more,
  };
  for (const kind of ['CONFIG', 'STATE', 'CACHE', 'DATA']) {
    const key = `XDG_${kind}_HOME`;
    if (!(key in more)) env[key] = process.env[key];
  }
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

type Screen = InstanceType<typeof xterm.Terminal>;
type Row = NonNullable<ReturnType<Screen['buffer']['active']['getLine']>>;

function visibleRows({ buffer: { active }, rows }: Screen): Row[] {
  return Array.from({ length: rows }, (_, row) => active.getLine(active.viewportY + row)).flatMap(
    (line) => (line === undefined ? [] : [line]),
  );
}

function startsReversed(line: Row, cols: number): boolean {
  for (let column = 0; column < cols; column += 1) {
    const cell = line.getCell(column);
    if (cell === undefined) return false;
    if (cell.isInverse()) return true;
    if (cell.getChars().trim() !== '') return false;
  }
  return false;
}

/** Tests on every piece of output, and now and then for what depends on time; one deadline over all. */
function waitUntil(wait: {
  watchers: Set<() => void>;
  what: string;
  test: () => boolean;
  shown: () => string;
  patience: number;
  over: () => boolean;
}): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = performance.now() + wait.patience;
    const finish = (error?: Error) => {
      clearInterval(timer);
      wait.watchers.delete(look);
      if (error) reject(error);
      else resolve();
    };
    const look = () => {
      if (wait.test()) return finish();
      const late = performance.now() > deadline;
      if (!late && !wait.over()) return undefined;
      const why = late ? `Waited ${wait.patience} ms in vain for` : 'It ended before';
      return finish(new Error(`${why}: ${wait.what}\n--- screen ---\n${wait.shown()}\n---`));
    };
    const timer = setInterval(look, 20);
    wait.watchers.add(look);
    look();
  });
}
