import assert from 'node:assert/strict';
import test from 'node:test';
import { runConsoleSession } from '../../../source/actions/console-session.ts';
import type { Recording } from '../../../source/actions/types.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import { say } from '../../../source/domain/safe-text.ts';
import type { TextConsole } from '../../../source/services/types.ts';
import { until } from '../../support/until.ts';
import { FakeTerminal } from './fake-terminal.ts';

const text = (bytes: Uint8Array | string) =>
  typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');

class FakeConsole implements TextConsole {
  typed = '';
  sizes: string[] = [];
  paused = false;
  closed = 0;
  data: (bytes: Uint8Array) => void = () => {};
  end: (failure: Failure | undefined) => void = () => {};
  onData(listener: (bytes: Uint8Array) => void) {
    this.data = listener;
  }
  onClose(listener: (failure: Failure | undefined) => void) {
    this.end = listener;
  }
  write(bytes: Uint8Array | string) {
    this.typed += text(bytes);
  }
  pause() {
    this.paused = true;
  }
  resume() {
    this.paused = false;
  }
  resize(columns: number, rows: number) {
    this.sizes.push(`${columns}x${rows}`);
  }
  close() {
    this.closed += 1;
  }
}

const cut: Failure = { kind: 'unreachable', what: say`The connection was cut` };

function start(
  reopen: (signal: AbortSignal) => Promise<Result<TextConsole>> = async () => fail(cut),
  recording?: Recording,
) {
  const terminal = new FakeTerminal();
  const console = new FakeConsole();
  const stop = new AbortController();
  const end = runConsoleSession({
    terminal,
    label: say`guest 101 web01`,
    kind: 'console',
    detachName: say`ctrl-]`,
    detachByte: 0x1d,
    first: console,
    reopen,
    recording,
    signal: stop.signal,
  });
  return { terminal, console, stop, end };
}

const asked = (terminal: FakeTerminal) =>
  until('the question', () => terminal.shown.endsWith('-- r connects again, q leaves --\r\n'));

test('the target and the key that leaves are named before anything else is shown', async () => {
  const { terminal, console, end } = start();
  assert.match(terminal.shown, /-- Console of guest 101 web01 · ctrl-\] leaves, twice sends it --/);
  assert.deepEqual(console.sizes, ['80x24'], 'the size is told at once');
  console.data(Buffer.from('\u001b[31mhello\r\n'));
  assert.ok(terminal.shown.endsWith('\u001b[31mhello\r\n'), 'bytes go through as they are');
  terminal.type('l\u0003s\r');
  assert.equal(console.typed, 'l\u0003s\r');
  terminal.resizeTo(100, 30);
  assert.deepEqual(console.sizes, ['80x24', '100x30']);
  terminal.type('\u001dx');
  assert.deepEqual(await end, { how: 'detached' });
  assert.equal(console.typed, 'l\u0003s\r');
  assert.equal(console.closed, 1);
  assert.equal(terminal.listeners, 0, 'nobody listens any more');
  const shown = terminal.shown;
  console.data(Buffer.from('late'));
  assert.equal(terminal.shown, shown);
});

test('a terminal that is slower than the console makes it wait', async () => {
  const { terminal, console, end } = start();
  terminal.takes = false;
  console.data(Buffer.from('much'));
  assert.equal(console.paused, true);
  terminal.takes = true;
  for (const wake of terminal.waiting.splice(0)) wake();
  await until('it goes on', () => !console.paused);
  console.end(undefined);
  assert.deepEqual(await end, { how: 'closed' });
});

test('cut: the reason, then r to connect again; the new connection gets the size and the keys', async () => {
  const second = new FakeConsole();
  const { terminal, console, end } = start(async () => ok(second));
  console.end(cut);
  await until('the reason', () => terminal.shown.includes('-- The connection was cut --'));
  assert.equal(terminal.resets, 1, 'the question is not garbled by what the program switched on');
  // Typed for the shell, before the question stood there.
  terminal.type('r');
  await asked(terminal);
  terminal.type('rm\r');
  terminal.type('y');
  assert.equal(second.sizes.length, 0);
  terminal.resizeTo(90, 20);
  terminal.type('r');
  await until('the second connection', () => second.sizes.length === 1);
  assert.deepEqual(second.sizes, ['90x20']);
  terminal.type('w');
  assert.equal(second.typed, 'w');
  assert.equal(console.typed, '');
  terminal.type('\u001d\u001d\u001d ');
  assert.deepEqual(await end, { how: 'detached' });
  assert.equal(second.typed, 'w\u001d');
});

test('what fails again is said again, q leaves with the last reason', async () => {
  const gone: Failure = { kind: 'rejected', what: say`The guest is not running` };
  const { terminal, console, end } = start(async () => fail(gone));
  console.end(cut);
  await asked(terminal);
  terminal.type('r');
  await until('the new reason', () => terminal.shown.includes('-- The guest is not running --'));
  await asked(terminal);
  terminal.type('q');
  assert.deepEqual(await end, { how: 'failed', failure: gone });
});

test('q gives up an attempt that takes long, and what still opens is closed', async () => {
  const late = new FakeConsole();
  let open: (result: Result<TextConsole>) => void = () => {};
  let aborted = false;
  const { terminal, console, end } = start((signal) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    return new Promise((resolve) => {
      open = resolve;
    });
  });
  console.end(cut);
  await asked(terminal);
  terminal.type('r');
  await until('the attempt', () => terminal.shown.includes('q gives up'));
  terminal.type('q');
  assert.equal(aborted, true);
  open(ok(late));
  assert.deepEqual(await end, { how: 'failed', failure: cut });
  assert.equal(late.closed, 1);
});

test('the end of everything ends it, while it runs and while it asks', async () => {
  const first = start();
  first.stop.abort();
  assert.deepEqual(await first.end, { how: 'cancelled' });
  assert.equal(first.console.closed, 1);
  const second = start();
  second.console.end(cut);
  await until('the reason', () => second.terminal.shown.includes('cut --'));
  second.stop.abort();
  assert.deepEqual(await second.end, { how: 'cancelled' });
  assert.equal(second.terminal.listeners, 0);
});

test('a recording gets what is shown and the sizes, not the keys', async () => {
  const noted: string[] = [];
  const recording: Recording = {
    path: say`/tmp/x.cast`,
    output: (bytes) => noted.push(text(bytes)),
    resize: (columns, rows) => noted.push(`${columns}x${rows}`),
    close: async () => ok(say`/tmp/x.cast`),
    discard: async () => undefined,
  };
  const { terminal, console, end } = start(undefined, recording);
  assert.match(terminal.shown, /recorded to \/tmp\/x.cast/);
  terminal.type('secret\r');
  console.data(Buffer.from('shown'));
  terminal.resizeTo(70, 20);
  console.end(undefined);
  await end;
  assert.deepEqual(noted, ['80x24', 'shown', '70x20']);
});
