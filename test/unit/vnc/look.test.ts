import assert from 'node:assert/strict';
import test from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { Look } from '../../../source/services/vnc/look.ts';
import { Picture } from '../../../source/services/vnc/picture.ts';
import { openScreen } from '../../../source/services/vnc/screen.ts';
import {
  fakeClock,
  fakeConsole,
  fakeTerminal,
  pixel,
  rectangle,
  update,
  welcome,
  worstSecond,
} from './rig.ts';

const label = sanitise('guest 101 web-server');

/** A look at a picture that the test paints. */
function startLook(columns = 80, rows = 24) {
  const { clock, pass } = fakeClock();
  const screen = fakeTerminal(columns, rows);
  screen.state.now = clock.now;
  const state = { picture: new Picture(320, 200), asked: 0, whole: 0, left: 0 };
  const keys: string[] = [];
  const look = new Look({
    client: {
      picture: () => state.picture,
      request: (incremental) => {
        state.asked += 1;
        if (!incremental) state.whole += 1;
      },
      key: (keysym, down) => void keys.push(`${down ? '+' : '-'}${keysym.toString(16)}`),
    },
    terminal: screen.terminal,
    depth: 'truecolor',
    label,
    clock,
    onLeave: () => {
      state.left += 1;
    },
  });
  const change = (colour: (x: number, y: number) => number) => {
    const { picture } = state;
    picture.pixels.forEach((_, at) => {
      picture.pixels[at] = colour(at % picture.width, Math.floor(at / picture.width));
    });
    picture.damage({ x: 0, y: 0, width: picture.width, height: picture.height });
    look.updated();
  };
  look.start();
  return { look, pass, screen, state, keys, change, clock };
}

test('a still picture writes nothing, also when it is told again', () => {
  const { pass, screen, change, state } = startLook();
  change((x, y) => (x * y) & 0xffffff);
  pass(10_000);
  const before = screen.bytes();
  assert.ok(before > 1000);
  for (let turn = 0; turn < 5; turn += 1) {
    change((x, y) => (x * y) & 0xffffff);
    pass(1000);
  }
  assert.equal(screen.bytes(), before);
  assert.ok(state.asked >= 5, 'it goes on asking for updates');
});

test('motion stays within 30 KiB a second and is right in the end', () => {
  const { pass, screen, change } = startLook();
  for (let frame = 0; frame < 60; frame += 1) {
    change((x, y) => ((x * 7919 + y * 104_729) * (frame + 1)) & 0xffffff);
    pass(100);
  }
  assert.ok(worstSecond(screen.parts) <= 30 * 1024, `${worstSecond(screen.parts)} bytes`);
  change(() => 0xfc0000);
  pass(10_000);
  const before = screen.bytes();
  pass(10_000);
  assert.equal(screen.bytes(), before, 'it has come to rest');
});

test('pictures are asked for at a limited rate', () => {
  const { pass, change, state } = startLook();
  const before = state.asked;
  for (let frame = 0; frame < 200; frame += 1) {
    change(() => frame);
    pass(10);
  }
  assert.ok(state.asked - before <= 14, `${state.asked - before} in 2 s`);
  assert.equal(state.whole, 1);
});

test('keys go to the guest, but for the two that are shown', () => {
  const { pass, screen, change, state, keys } = startLook();
  change(() => 0);
  pass(1000);
  screen.type('a\u0003');
  pass(100);
  assert.deepEqual(keys, ['+61', '-61', '+ffe3', '+63', '-63', '-ffe3']);
  assert.equal(state.left, 0);
  screen.type('\u001d');
  assert.equal(state.left, 1);
});

test('ctrl-alt-del needs two keys, and the menu closes with any other', () => {
  const { pass, screen, change, keys } = startLook();
  change(() => 0);
  screen.type('\u001cx');
  pass(1000);
  assert.deepEqual(keys, [], 'the key that closes the menu is not the guest’s');
  screen.type('\u001c');
  pass(1000);
  assert.match(screen.output(), /d ctrl-alt-del/);
  screen.type('d');
  pass(1000);
  assert.deepEqual(keys, ['+ffe3', '+ffe9', '+ffff', '-ffff', '-ffe9', '-ffe3']);
  keys.length = 0;
  screen.type('\u001c2\u001c]');
  pass(1000);
  assert.deepEqual(
    keys.filter((each) => each[0] === '+'),
    ['+ffe3', '+ffe9', '+ffbf', '+ffe3', '+5d'],
  );
});

test('a lone escape reaches the guest, a sequence as one key', () => {
  const { pass, screen, keys } = startLook();
  screen.type('\u001b');
  pass(20);
  assert.deepEqual(keys, []);
  pass(100);
  assert.deepEqual(keys, ['+ff1b', '-ff1b']);
  keys.length = 0;
  screen.type('\u001b[');
  screen.type('A');
  pass(100);
  assert.deepEqual(keys, ['+ff52', '-ff52']);
});

test('a slow terminal is waited for', async () => {
  const { pass, screen, change } = startLook();
  screen.state.taking = false;
  change((x, y) => (x * y * 99) & 0xffffff);
  pass(200);
  const before = screen.bytes();
  for (let turn = 0; turn < 5; turn += 1) {
    change((x, y) => (x * y * turn) & 0xffffff);
    pass(500);
  }
  assert.equal(screen.bytes(), before);
  screen.state.taking = true;
  screen.drain();
  await Promise.resolve();
  pass(500);
  assert.ok(screen.bytes() > before);
});

test('it starts on a screen of its own and leaves it as it came', () => {
  const { look, pass, screen, change } = startLook();
  change(() => 0x808080);
  pass(500);
  look.stop();
  const output = screen.output();
  assert.ok(output.startsWith('\u001b[?1049h\u001b[?25l'));
  assert.ok(output.endsWith('\u001b[?25h\u001b[?1049l'));
  assert.equal(screen.listeners(), 0);
  const before = screen.bytes();
  change(() => 0xffffff);
  pass(5000);
  assert.equal(screen.bytes(), before);
});

test('a new size of terminal or screen is drawn whole', () => {
  const { pass, screen, change, state } = startLook();
  change(() => 0x0000fc);
  pass(5000);
  screen.resize(40, 12);
  pass(5000);
  const after = screen.output().split('\u001b[2J').at(-1) ?? '';
  assert.match(after, /\u001b\[12;1H/);
  assert.doesNotMatch(after, /\u001b\[(1[3-9]|2\d);/, 'nothing is written below the last row');
  screen.resize(80, 24);
  state.picture = new Picture(100, 400);
  change(() => 0xfc0000);
  pass(5000);
  assert.match(screen.output(), /100×400/);
});

/** A whole screen over a console, up to where it is shown. */
async function openOver(script: Buffer) {
  const { clock } = fakeClock();
  const far = fakeConsole();
  const about = { label, signal: new AbortController().signal };
  const opening = openScreen(far.console, about, { depth: '256', clock });
  far.say(script);
  return { far, opened: await opening };
}

test('the end of the connection ends the look in order, and its failure is told', async () => {
  for (const failure of [undefined, { kind: 'unreachable', what: sanitise('cut') } as const]) {
    const { far, opened } = await openOver(welcome(2, 2));
    assert.ok(opened.ok);
    const screen = fakeTerminal();
    const shown = opened.value.show(screen.terminal);
    far.say(update(rectangle([0, 0, 2, 2], 0, Buffer.concat(Array(4).fill(pixel(5))))));
    far.hangUp(failure);
    assert.deepEqual(await shown, failure ? { ok: false, failure } : { ok: true, value: 'closed' });
    assert.ok(screen.output().endsWith('\u001b[?1049l'));
    assert.ok(far.state.closed);
  }
});

test('a server that breaks the rules while it is shown gives the terminal back', async () => {
  const { far, opened } = await openOver(welcome(2, 2));
  assert.ok(opened.ok);
  const screen = fakeTerminal();
  const shown = opened.value.show(screen.terminal);
  far.say(update(rectangle([9, 9, 9, 9], 0)));
  const told = await shown;
  assert.ok(!told.ok && told.failure.kind === 'bad-answer');
  assert.match(told.failure.what, /draws 9×9 at 9,9/);
  assert.ok(screen.output().endsWith('\u001b[?1049l'));
});

test('the key that leaves closes the connection', async () => {
  const { far, opened } = await openOver(welcome(2, 2));
  assert.ok(opened.ok);
  const screen = fakeTerminal();
  const shown = opened.value.show(screen.terminal);
  screen.type('\u001d');
  assert.deepEqual(await shown, { ok: true, value: 'left' });
  assert.ok(far.state.closed);
});

test('a picture waits for the screen of the last size', async () => {
  const { far, opened } = await openOver(welcome(4, 4));
  assert.ok(opened.ok);
  const taking = opened.value.picture();
  far.say(update(rectangle([0, 0, 2, 1], -223)));
  far.say(update(rectangle([0, 0, 2, 1], 0, Buffer.concat([pixel(1), pixel(2)]))));
  const taken = await taking;
  assert.ok(taken.ok);
  assert.deepEqual([...taken.value.subarray(16, 24)], [0, 0, 0, 2, 0, 0, 0, 1]);
});

test('a server that says nothing is given up, a cancelled look at once', async () => {
  const { clock, pass } = fakeClock();
  const silent = fakeConsole();
  const abort = new AbortController();
  const about = { label, signal: abort.signal };
  const opening = openScreen(silent.console, about, { depth: '16', clock });
  pass(10_000);
  const opened = await opening;
  assert.ok(!opened.ok && opened.failure.kind === 'timeout');
  assert.ok(silent.state.closed);
  const other = fakeConsole();
  const cancelled = openScreen(other.console, about, { depth: '16', clock });
  abort.abort();
  const result = await cancelled;
  assert.ok(!result.ok && result.failure.kind === 'cancelled');
  assert.ok(other.state.closed);
  const late = fakeConsole();
  const ended = openScreen(
    late.console,
    { label, signal: new AbortController().signal },
    { depth: '16', clock },
  );
  late.hangUp();
  const answer = await ended;
  assert.ok(!answer.ok && answer.failure.kind === 'unreachable');
});
