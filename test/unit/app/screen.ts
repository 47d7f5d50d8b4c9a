import { PassThrough, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import xterm from '@xterm/headless';
import { render } from 'ink';
import { createElement } from 'react';
import { App } from '../../../source/app/app.tsx';
import type { Console } from '../../../source/app/controller/console.ts';
import { createConsole } from '../../../source/app/create-console.ts';
import {
  connectConsole,
  inkOptions,
  knowActions,
  stopPolling,
} from '../../../source/app/run-app.tsx';
import type { AppStart, Connected, Remembered } from '../../../source/app/start.ts';
import { ok } from '../../../source/domain/result.ts';
import type { SshAsker } from '../../../source/services/ssh/types.ts';
import type { Asker } from '../../../source/services/types.ts';
import { until } from '../../support/until.ts';
import { type FakeWorld, fakeSite, noon } from './fake-site.ts';

export interface ScreenOptions extends Partial<Pick<AppStart, 'ascii' | 'plain' | 'readOnly'>> {
  readonly columns?: number;
  readonly rows?: number;
  readonly view?: Remembered['view'];
  readonly colourLevel?: AppStart['colourLevel'];
  readonly allow?: readonly string[];
  /** Asked before the services are there, as a first connection would. */
  readonly ask?: (asker: Asker & SshAsker) => Promise<unknown>;
}

/** The console on a terminal of its own: keys go in, the screen can be read. */
export interface TestScreen {
  readonly app: Console;
  readonly clock: { now: number };
  /** One key after the other, by name or character; waits for the screen to come to rest after each. */
  press(...keys: string[]): Promise<void>;
  /** Bytes as they are, in one piece. */
  send(bytes: string): void;
  /** Rows of the screen without trailing blanks. */
  rows(): string[];
  text(): string;
  /** The row under the cursor. */
  cursorRow(): string;
  /** Is this cell drawn dim? */
  dim(row: number, column: number): boolean;
  waitFor(wanted: string | RegExp): Promise<string>;
  /** Waits until nothing is left to write and nothing more comes. */
  idle(): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Bytes written so far. */
  bytes(): number;
  /** Everything written, escape sequences included. */
  output(): string;
  /** How the console ended; undefined while it runs. */
  exitCode(): number | undefined;
}

const named: Readonly<Record<string, string>> = {
  enter: '\r',
  esc: '\u001b',
  tab: '\t',
  space: ' ',
  backspace: '\u007f',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  end: '\u001b[F',
  'ctrl-a': '\u0001',
  'ctrl-l': '\u000c',
  'ctrl-u': '\u0015',
  'ctrl-z': '\u001a',
};

/** A paste as a terminal with bracketed paste sends it. */
export const paste = (text: string) => `\u001b[200~${text}\u001b[201~`;
/** Ink waits 20 ms for the rest of an escape sequence; nothing else of ours waits shorter than this. */
const quiet = 45;

type Terminal = InstanceType<typeof xterm.Terminal>;

function fakeStdout(term: Terminal) {
  const chunks: string[] = [];
  const state = { bytes: 0, pending: 0 };
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const text = String(chunk);
      chunks.push(text);
      state.bytes += Buffer.byteLength(text);
      state.pending += 1;
      term.write(text, () => {
        state.pending -= 1;
        done();
      });
    },
  });
  const stdout = Object.assign(stream, { isTTY: true, columns: term.cols, rows: term.rows });
  return { stdout, state, chunks };
}

function fakeStdin() {
  const stream = new PassThrough();
  return Object.assign(stream, {
    isTTY: true,
    isRaw: false,
    setRawMode: () => stream,
    ref: () => stream,
    unref: () => stream,
  });
}

function connected(worlds: readonly FakeWorld[], options: ScreenOptions): Connected {
  const sites = worlds.map((world) => fakeSite(world));
  return {
    services: {
      sites,
      site: (id) => sites.find((each) => each.id === id),
      pbs: [],
      pbsServer: () => undefined,
      close: async () => undefined,
    },
    audit: { intent: async () => ok('intent'), result: async () => undefined },
    platform: {
      viewerProblem: () => undefined,
      probeTcp: async () => ok(4),
      openViewer: async () => ok({ pid: 1 }),
      sleep: async () => undefined,
    },
    findLostTask: () => async () => ok(undefined),
    allow: options.allow ?? [],
    readOnly: false,
    keymap: {},
    notices: [],
    close: async () => undefined,
  };
}

function visible(term: Terminal): string[] {
  const { active } = term.buffer;
  return Array.from(
    { length: term.rows },
    (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
  );
}

/** Draws the console for these sites and waits until their data are on the screen. */
export async function startScreen(
  t: Pick<TestContext, 'after'>,
  worlds: readonly FakeWorld[],
  options: ScreenOptions = {},
): Promise<TestScreen> {
  const { columns = 80, rows = 24, view = 'guests' } = options;
  // A terminal driver turns line feeds into new lines, in raw mode too.
  const term = new xterm.Terminal({
    cols: columns,
    rows,
    convertEol: true,
    allowProposedApi: true,
  });
  const { stdout, state, chunks } = fakeStdout(term);
  const stdin = fakeStdin();
  const clock = { now: noon };
  let code: number | undefined;
  const start: AppStart = {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: new PassThrough(),
    ascii: options.ascii ?? false,
    plain: options.plain ?? false,
    colourLevel: options.colourLevel ?? 1,
    readOnly: options.readOnly ?? false,
    initial: { sites: [], remembered: { view } },
    now: () => clock.now,
    connect: async ({ asker }) => {
      await options.ask?.(asker);
      return ok(connected(worlds, options));
    },
    saveState: () => undefined,
  };
  const running = createConsole(start);
  knowActions(running);
  const { app, questions } = running;
  const instance = render(createElement(App, { app, questions }), inkOptions(start));
  running.onExit = () => {
    code = running.state.code;
    instance.unmount();
  };
  let crash: unknown;
  instance.waitUntilExit().catch((error: unknown) => {
    crash = error;
  });
  t.after(() => {
    stopPolling(running);
    app.exit(0);
    term.dispose();
  });
  const idle = async () => {
    for (;;) {
      const before = state.bytes;
      await instance.waitUntilRenderFlush();
      await delay(quiet);
      if (crash !== undefined) throw crash;
      const rest = state.pending === 0 && stdin.readableLength === 0;
      if (rest && state.bytes === before) return;
    }
  };
  const text = () => visible(term).join('\n');
  const screen: TestScreen = {
    app,
    clock,
    press: async (...keys) => {
      for (const key of keys) {
        stdin.write(named[key] ?? key);
        await idle();
      }
    },
    send: (bytes) => void stdin.write(bytes),
    rows: () => visible(term),
    text,
    cursorRow: () => visible(term).find((row) => row.startsWith('>')) ?? '',
    dim: (row, column) => Boolean(term.buffer.active.getLine(row)?.getCell(column)?.isDim()),
    waitFor: async (wanted) => {
      await until(
        () => `${wanted}\n--- screen ---\n${text()}\n---`,
        () => (typeof wanted === 'string' ? text().includes(wanted) : wanted.test(text())),
        10_000,
      );
      return text();
    },
    idle,
    resize: (wide, high) => {
      term.resize(wide, high);
      Object.assign(stdout, { columns: wide, rows: high });
      stdout.emit('resize');
    },
    bytes: () => state.bytes,
    output: () => chunks.join(''),
    exitCode: () => code,
  };
  const connecting = connectConsole(start, running);
  if (options.ask === undefined) {
    await connecting;
    await idle();
  }
  return screen;
}
