import assert from 'node:assert/strict';
import test from 'node:test';
import type { Failure } from '../../../source/domain/failure.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { VncConsole } from '../../../source/services/types.ts';
import { openScreen } from '../../../source/services/vnc/screen.ts';
import { until } from '../../support/until.ts';
import { fakeClock, fakeConsole, fakeTerminal, pixel, rectangle, update, welcome } from './rig.ts';

const label = sanitise('guest 101 web-server');
const cut: Failure = { kind: 'unreachable', what: sanitise('The connection was cut') };
const picture = (colour: number) =>
  update(rectangle([0, 0, 2, 2], 0, Buffer.concat(Array(4).fill(pixel(colour)))));

/** A screen that is shown, and how often its console was opened again; `next` answers that. */
async function shown(next: (signal: AbortSignal) => Promise<Result<VncConsole>>) {
  const { clock, pass } = fakeClock();
  const far = fakeConsole();
  const abort = new AbortController();
  const opening = openScreen(
    far.console,
    { label, signal: abort.signal },
    { depth: 'truecolor', clock },
  );
  far.say(welcome(2, 2));
  const opened = await opening;
  assert.ok(opened.ok);
  const screen = fakeTerminal();
  const state = { opened: 0, end: undefined as unknown };
  const end = opened.value.show(screen.terminal, {
    reopen: (signal) => {
      state.opened += 1;
      return next(signal);
    },
  });
  void end.then((value) => {
    state.end = value;
  });
  far.say(picture(0xff0000));
  pass(500);
  assert.match(screen.output(), /48;2;255;0;0/);
  const since = (mark: number) => screen.output().slice(mark);
  /** Lets promises go on between what the clock does. */
  const wait = async (what: string, wanted: () => boolean) =>
    until(what, () => {
      pass(100);
      return wanted();
    });
  return { far, screen, state, end, abort, pass, since, wait };
}

test('a cut is told, the last picture is marked as old, and a key connects again', async () => {
  const second = fakeConsole();
  const { far, screen, state, end, since, wait } = await shown(async () => ok(second.console));
  let mark = screen.output().length;
  far.hangUp(cut);
  await wait('the question', () => /r connects again · q leaves/.test(since(mark)));
  assert.match(since(mark), /The connection was cut/);
  assert.match(since(mark), /\u001b\[1;1H *old picture/, 'over the picture itself');
  assert.ok(far.state.closed);
  const sent = far.written().length;
  screen.type('x\r');
  assert.equal(state.opened, 0, 'no other key connects');
  assert.equal(far.written().length, sent, 'and none goes to the VM');
  mark = screen.output().length;
  screen.type('r');
  await wait('the second server', () => state.opened === 1 && second.written().length === 0);
  await new Promise((resolve) => setImmediate(resolve));
  second.say(welcome(2, 2));
  await wait('a request', () => second.written().length > 20);
  assert.doesNotMatch(since(mark), /48;2;255;0;0/, 'the old picture does not look live');
  second.say(picture(0x00ff00));
  await wait('the new picture', () => /48;2;0;255;0/.test(since(mark)));
  assert.match(since(mark), /guest 101 web-server · 2×2/);
  screen.type('z');
  await wait('the key', () => second.written().includes(Buffer.from([4, 1, 0, 0, 0, 0, 0, 0x7a])));
  screen.type('\u001d');
  assert.deepEqual(await end, ok('left'));
  assert.ok(second.state.closed);
  assert.ok(screen.output().endsWith('\u001b[?1049l'));
});

test('a try that fails asks again, and leaving then is the failure', async () => {
  const gone: Failure = { kind: 'rejected', what: sanitise('VM 101 not running') };
  const { far, screen, state, end, wait } = await shown(async () => fail(gone));
  far.hangUp(cut);
  await wait('the question', () => /r connects again/.test(screen.output()));
  screen.type('r');
  await wait('the answer', () => /VM 101 not running/.test(screen.output()));
  assert.equal(state.opened, 1);
  const mark = screen.output().length;
  await wait('the question again', () =>
    /r connects again/.test(screen.output().slice(mark - 200)),
  );
  screen.type('q');
  assert.deepEqual(await end, fail(gone));
  assert.ok(screen.output().endsWith('\u001b[?1049l'));
});

test('keys that were on their way to the VM answer nothing', async () => {
  const { far, screen, state, pass } = await shown(async () => fail(cut));
  far.hangUp(cut);
  await new Promise((resolve) => setImmediate(resolve));
  screen.type('rq');
  pass(100);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(state.opened, 0);
  assert.equal(state.end, undefined);
});

test('connecting again can be given up, and its late connection is closed', async () => {
  const late = fakeConsole();
  let arrive: (result: Result<VncConsole>) => void = () => undefined;
  const { far, screen, state, end, wait } = await shown(
    () =>
      new Promise((resolve) => {
        arrive = resolve;
      }),
  );
  far.hangUp(cut);
  await wait('the question', () => /r connects again/.test(screen.output()));
  screen.type('r');
  await wait('the try', () => state.opened === 1);
  await wait('what it does', () => /connecting to guest 101/.test(screen.output()));
  screen.type('\u001d');
  arrive(ok(late.console));
  assert.deepEqual(await end, fail(cut));
  assert.ok(late.state.closed);
});

test('the end of everything and a server that breaks the rules are no cut', async () => {
  const first = await shown(async () => fail(cut));
  first.abort.abort();
  const cancelled = await first.end;
  assert.ok(!cancelled.ok && cancelled.failure.kind === 'cancelled');
  const second = await shown(async () => fail(cut));
  second.far.say(update(rectangle([9, 9, 9, 9], 0)));
  const broken = await second.end;
  assert.ok(!broken.ok && broken.failure.kind === 'bad-answer');
  const third = await shown(async () => fail(cut));
  third.far.hangUp(cut);
  await third.wait('the question', () => /r connects again/.test(third.screen.output()));
  third.abort.abort();
  const ended = await third.end;
  assert.ok(!ended.ok && ended.failure.kind === 'cancelled');
  for (const { screen, state } of [first, second, third]) {
    assert.equal(state.opened, 0);
    assert.ok(screen.output().endsWith('\u001b[?1049l'));
  }
});

test('a connection that was cut before it is shown is a failure: there is nobody yet who could be asked', async () => {
  const { clock } = fakeClock();
  const far = fakeConsole();
  const about = { label, signal: new AbortController().signal };
  const opening = openScreen(far.console, about, { depth: 'truecolor', clock });
  far.say(welcome(2, 2));
  const opened = await opening;
  assert.ok(opened.ok);
  far.hangUp(cut);
  const screen = fakeTerminal();
  let end: unknown;
  let asked = 0;
  void opened.value
    .show(screen.terminal, {
      reopen: async () => {
        asked += 1;
        return fail(cut);
      },
    })
    .then((value) => {
      end = value;
    });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(end, fail(cut));
  assert.equal(asked, 0);
  assert.equal(screen.output(), '', 'the terminal was never taken');
  assert.equal(screen.listeners(), 0);
});
