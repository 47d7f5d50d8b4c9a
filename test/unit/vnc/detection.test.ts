import assert from 'node:assert/strict';
import test from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import {
  Answers,
  type Draw,
  drawWay,
  questionFor,
} from '../../../source/services/vnc/capabilities.ts';
import { KeyReader } from '../../../source/services/vnc/key-reader.ts';
import { Look } from '../../../source/services/vnc/look.ts';
import { Picture } from '../../../source/services/vnc/picture.ts';
import { fakeClock, fakeTerminal } from './rig.ts';

const question = questionFor({ TERM: 'xterm-256color' }) ?? '';
const answers = {
  kitty: '\u001b_Gi=31;OK\u001b\\\u001b[6;18;9t\u001b[4;396;720t\u001b[?62;c',
  // As Debian sets it, xterm tells no sizes but those of its graphics.
  xterm: '\u001b[?1;0;1024S\u001b[?2;0;480;312S\u001b[?2;0;1000;1000S\u001b[?63;1;2;4;6;9;15;22c',
  plain: '\u001b[?62;22c',
};

/** A look at a picture on a terminal that answers what the test lets it answer. */
function startLook(draw: Draw = 'auto', asked: string | undefined = question) {
  const { clock, pass } = fakeClock();
  const screen = fakeTerminal();
  screen.state.now = clock.now;
  const picture = new Picture(320, 200);
  const keys: string[] = [];
  let left = 0;
  const look = new Look({
    client: {
      picture: () => picture,
      request: () => {},
      key: (keysym, down) => void (down && keys.push(String.fromCharCode(keysym))),
    },
    ...{ terminal: screen.terminal, depth: 'truecolor', draw, question: asked, clock },
    label: sanitise('guest 101 web-server'),
    onLeave: () => {
      left += 1;
    },
  });
  look.start();
  picture.pixels.forEach((_, at) => {
    picture.pixels[at] = 0x334455 + (at % 320) * 0x000200;
  });
  picture.damage({ x: 0, y: 0, width: 320, height: 200 });
  look.updated();
  return { look, screen, pass, keys, clock, left: () => left };
}

const blocks = /▀|\u001b\[48;2;/;
const sixel = /\u001bP0;1;0q/;
const kitty = /\u001b_Ga=T/;

test('nothing is drawn before the terminal has answered, and then as it can', () => {
  for (const [answer, drawn] of [
    [answers.kitty, kitty],
    [answers.xterm, sixel],
    [answers.plain, blocks],
  ] as const) {
    const { screen, pass, keys } = startLook();
    pass(300);
    assert.ok(screen.output().includes(question), 'it was asked');
    for (const each of [blocks, sixel, kitty]) assert.doesNotMatch(screen.output(), each);
    screen.type(answer);
    pass(1000);
    const [, after = ''] = screen.output().split(question);
    assert.ok(after.includes('\u001b[2J'), 'what it may have printed of the question is gone');
    for (const each of [blocks, sixel, kitty]) {
      assert.equal(each.test(screen.output()), each === drawn, `${each} after ${answer}`);
    }
    assert.deepEqual(keys, [], 'answers are no keys');
  }
});

test('a terminal that answers nothing costs a few hundred milliseconds', () => {
  const { screen, pass, keys } = startLook();
  pass(390);
  assert.doesNotMatch(screen.output(), blocks);
  pass(250);
  assert.match(screen.output(), blocks);
  screen.type('ab');
  pass(500);
  assert.deepEqual(keys, ['a', 'b']);
});

test('an answer that comes late is no key, and the picture becomes sharp', () => {
  const { screen, pass, keys } = startLook();
  pass(2000);
  assert.match(screen.output(), blocks);
  for (const each of answers.kitty) {
    screen.type(each);
    pass(5);
  }
  pass(1000);
  assert.match(screen.output(), kitty);
  assert.deepEqual(keys, []);
});

test('keys that are typed while it is asked reach the VM, whatever comes between', () => {
  const { screen, pass, keys, left } = startLook();
  screen.type(`a${answers.kitty}b`);
  pass(200);
  screen.type('\u001b_');
  pass(200);
  assert.deepEqual(
    keys,
    ['a', 'b', '\uffe9', '\uffe1', '_'],
    'after the answers, alt-_ is a key again',
  );
  screen.type('\u001d');
  assert.equal(left(), 1);
});

test('a string that never ends is thrown away, and the keys after it are keys', () => {
  const { screen, pass, keys } = startLook();
  screen.type(`\u001b_G${'i=31;OK'.repeat(20_000)}`);
  for (let turn = 0; turn < 50; turn += 1) {
    screen.type('x'.repeat(1000));
    pass(10);
  }
  pass(1000);
  assert.deepEqual(keys, []);
  assert.match(screen.output(), blocks, 'nobody waits for its end');
  screen.type('k');
  pass(100);
  assert.deepEqual(keys, ['k']);
});

test('answers that nobody asked for change nothing', () => {
  const { screen, pass, keys } = startLook('blocks');
  assert.ok(!screen.output().includes(question), 'half blocks need no question');
  screen.type(answers.xterm);
  pass(1000);
  assert.match(screen.output(), blocks);
  assert.doesNotMatch(screen.output(), sixel);
  assert.deepEqual(keys, []);
});

test('what was asked for and cannot be is said, and half blocks are drawn', () => {
  const { screen, pass } = startLook('sixel');
  pass(1000);
  assert.doesNotMatch(screen.output(), blocks, 'it waits longer for what somebody asked for');
  screen.type(answers.plain);
  pass(1000);
  assert.match(screen.output(), blocks);
  assert.match(screen.output(), /this terminal says nothing of sixel/);
});

test('it leaves no picture behind, and no answer for whoever comes next', async () => {
  const { look, screen, pass } = startLook();
  screen.type(answers.kitty);
  pass(500);
  await look.stop();
  assert.match(screen.output(), /\u001b_Ga=d,d=A,q=2\u001b\\\u001b\[0m.*\u001b\[\?1049l$/);
  assert.equal(screen.listeners(), 0);
  const early = startLook();
  let over = false;
  const stopped = early.look.stop().then(() => {
    over = true;
  });
  await Promise.resolve();
  assert.ok(!over && early.screen.listeners() > 0, 'the answer is still awaited');
  const written = early.screen.bytes();
  early.screen.type(answers.kitty);
  await stopped;
  assert.equal(early.screen.bytes(), written, 'nothing is written on what is not ours any more');
  assert.equal(early.screen.listeners(), 0);
  const silent = startLook();
  const given = silent.look.stop();
  silent.pass(1000);
  await given;
  assert.equal(silent.screen.listeners(), 0);
});

test('a new size asks again: characters may have grown', () => {
  const { screen, pass } = startLook();
  screen.type(answers.xterm);
  pass(1000);
  screen.resize(40, 12);
  pass(100);
  assert.equal(screen.output().split(question).length, 3);
  screen.type(answers.xterm.replace('480;312', '480;312'));
  pass(1000);
  const after = screen.output().split(question).at(-1) ?? '';
  assert.match(after, sixel);
  assert.doesNotMatch(after, /\u001b\[(1[3-9]|2\d);\d+H\u001bP/, 'nothing below the last row');
});

/** How often the terminal was asked, and what lets it answer what it has not answered yet. */
function slowTerminal({ screen }: ReturnType<typeof startLook>) {
  let answered = 0;
  const asked = () => screen.output().split(question).length - 1;
  const answer = () => {
    const owed = asked() - answered;
    answered += owed;
    for (let turn = 0; turn < owed; turn += 1) screen.type(answers.kitty);
    return owed;
  };
  return { asked, answer };
}

test('sizes that change while it is asked cost one more question, and no answer is typed', () => {
  const started = startLook();
  const { screen, pass, keys } = started;
  const { asked, answer } = slowTerminal(started);
  for (const columns of [70, 60, 50]) {
    screen.resize(columns, 20);
    pass(20);
  }
  assert.equal(asked(), 1, 'one question is out at a time');
  answer();
  assert.equal(asked(), 2, 'the size is not the one it was asked at');
  assert.doesNotMatch(screen.output(), kitty, 'and that answer is not taken for the new one');
  pass(100);
  answer();
  pass(1000);
  assert.equal(asked(), 2);
  assert.match(screen.output(), kitty);
  assert.deepEqual(keys, []);
});

test('a terminal that is always late gets no question on top of one, and none of its answers is typed', () => {
  const started = startLook();
  const { screen, pass, keys } = started;
  const { asked, answer } = slowTerminal(started);
  for (const columns of [70, 60, 50, 60]) {
    pass(600);
    screen.resize(columns, 20);
  }
  pass(600);
  assert.equal(asked(), 1);
  assert.match(screen.output(), blocks, 'nobody waits for it');
  while (answer() > 0) pass(600);
  assert.equal(asked(), 2);
  assert.match(screen.output(), kitty);
  assert.deepEqual(keys, []);
});

test('leaving after several new sizes waits for all answers, and asks for no more', async () => {
  const started = startLook();
  const { look, screen, pass } = started;
  const { asked } = slowTerminal(started);
  screen.resize(70, 20);
  pass(20);
  screen.resize(60, 20);
  let over = false;
  const stopped = look.stop().then(() => {
    over = true;
  });
  await Promise.resolve();
  assert.ok(!over && screen.listeners() > 0);
  // All that it owes at the time it is let go; the rest would be for whoever has the terminal next.
  const owed = asked();
  screen.type(answers.kitty);
  await stopped;
  assert.equal(owed, 1);
  assert.equal(asked(), 1);
  assert.equal(screen.listeners(), 0);
});

test('an answer that comes in two pieces is none for the VM, wherever it is cut', () => {
  for (let at = 1; at < answers.kitty.length; at += 1) {
    const { screen, pass, keys } = startLook();
    screen.type(answers.kitty.slice(0, at));
    pass(700);
    screen.type(answers.kitty.slice(at));
    pass(2000);
    assert.deepEqual(keys, [], `cut at ${at}`);
    assert.match(screen.output(), kitty, `cut at ${at}`);
  }
});

test('the rest of a string that comes too late is dropped up to its end', () => {
  const end = answers.kitty.indexOf('\u001b\\') + 2;
  for (let at = 3; at < end; at += 1) {
    for (const last of ['\u001b\\', '\u0007']) {
      const { screen, pass, keys } = startLook();
      const string = answers.kitty.slice(0, end - 2) + last;
      if (at >= string.length) continue;
      screen.type(string.slice(0, at));
      pass(3000);
      screen.type(`${string.slice(at)}${answers.plain}`);
      pass(1000);
      assert.deepEqual(keys, [], `cut at ${at}`);
      screen.type('k');
      pass(100);
      assert.deepEqual(keys, ['k'], `cut at ${at}`);
    }
  }
  // A number that lacks its end waits for it.
  const { screen, pass, keys } = startLook();
  screen.type('\u001b[6;1');
  pass(3000);
  screen.type(`8;9t${answers.plain}`);
  pass(1000);
  assert.deepEqual(keys, []);
});

test('a key that leaves is no part of a string that has not ended', () => {
  const { screen, left } = startLook();
  screen.type('\u001b_Gi=31');
  screen.type('\u001d');
  assert.equal(left(), 1);
});

test('questions are for terminals that can be asked', () => {
  assert.equal(questionFor({}), undefined);
  assert.equal(questionFor({ TERM: 'linux' }), undefined);
  assert.equal(questionFor({ TERM: 'dumb' }), undefined);
  assert.match(questionFor({ TERM: 'xterm' }) ?? '', /\u001b_G/);
  for (const env of [
    { TERM: 'tmux-256color' },
    { TERM: 'screen' },
    { TERM: 'xterm', TMUX: '/tmp/x' },
    { TERM: 'xterm', STY: '1' },
  ]) {
    const asked = questionFor(env) ?? '';
    assert.doesNotMatch(asked, /\u001b_/, 'a multiplexer takes it for a title');
    assert.match(asked, /\u001b\[c$/);
  }
});

/** What a terminal of 80×24 can, by what it answers. */
function told(text: string) {
  const gathered = new Answers();
  const reader = new KeyReader(
    () => assert.fail('a key'),
    (answer) => void gathered.take(answer),
  );
  reader.expecting = true;
  reader.push(Buffer.from(text));
  return gathered.capabilities(80, 24);
}

test('sizes that cannot be are none', () => {
  assert.deepEqual(told(answers.xterm).cell, { width: 6, height: 13 });
  assert.deepEqual(told(answers.kitty).cell, { width: 9, height: 18 });
  assert.deepEqual(told('\u001b[4;480;800t\u001b[?62;4c').cell, { width: 10, height: 20 });
  for (const wrong of [
    '\u001b[6;0;0t',
    '\u001b[6;99999;9t',
    '\u001b[6;;t',
    '\u001b[6t',
    // Cut off at the most: how wide the characters are, nobody knows.
    '\u001b[?2;0;1000;312S\u001b[?2;0;1000;1000S',
    '\u001b[?2;3S\u001b[?2;0;480;312S',
  ]) {
    const can = told(`${wrong}\u001b[?62;4c`);
    assert.equal(can.cell, undefined, wrong);
    assert.equal(drawWay('auto', can), 'blocks', 'sixel needs to know where a cell ends');
  }
  assert.equal(told('\u001b[?1;0;99999999S').registers, 256);
  assert.equal(told('\u001b[?1;0;0S').registers, 16);
  assert.equal(drawWay('auto', told(`${answers.kitty}\u001b[?62;4c`)), 'kitty');
  assert.equal(drawWay('sixel', told(answers.kitty)), 'blocks');
  assert.equal(told('\u001b_Gi=31;ENOTSUPPORTED\u001b\\').kitty, false);
  assert.equal(told('\u001b_Gi=32;OK\u001b\\').kitty, false);
});
