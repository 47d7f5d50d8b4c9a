import assert from 'node:assert/strict';
import test from 'node:test';
import xterm from '@xterm/headless';
import { resetSequence, ScreenFollower } from '../../../source/app/terminal-modes.ts';

const bytes = (text: string) => Buffer.from(text);

function followed(...chunks: string[]): ScreenFollower {
  const follower = new ScreenFollower();
  for (const chunk of chunks) follower.follow(bytes(chunk));
  return follower;
}

test('the alternate screen is known by each of its names, also cut into pieces', () => {
  assert.equal(followed('plain \u001b[31m text').alternate, undefined);
  assert.equal(followed('\u001b[?1049h').alternate, 1049);
  assert.equal(followed('\u001b[?47h').alternate, 47);
  assert.equal(followed('\u001b[?1;1047;2004h').alternate, 1047);
  assert.equal(followed('\u001b[?1049h', 'vi', '\u001b[?1049l').alternate, undefined);
  const all = 'text\u001b[?1049hmore';
  for (let cut = 0; cut <= all.length; cut += 1) {
    assert.equal(followed(all.slice(0, cut), all.slice(cut)).alternate, 1049, String(cut));
  }
  assert.equal(followed(...[...all]).alternate, 1049);
});

test('what only looks like it is not it', () => {
  assert.equal(followed('\u001b[1049h').alternate, undefined);
  assert.equal(followed('\u001b[?1049$p').alternate, undefined);
  assert.equal(followed('\u001b\u001b[?1049h').alternate, 1049, 'an escape begins anew');
  assert.equal(followed(`\u001b[?${'1;'.repeat(100)}1049h`).alternate, undefined, 'absurdly long');
  assert.equal(followed('\u001b[?1049h\u001bc').alternate, undefined, 'a full reset');
});

test('margins are known', () => {
  assert.equal(followed('\u001b[5;9r').bounded, true);
  assert.equal(followed('\u001b[5;9r', '\u001b[r').bounded, false);
  assert.equal(followed('\u001b[?6h').bounded, true);
  assert.equal(followed('\u001b[2J').bounded, false);
});

/** A terminal that shows `above`, on which a program then wrote this; reset as we do it. */
async function afterwards(written: string) {
  const terminal = new xterm.Terminal({ cols: 40, rows: 10, allowProposedApi: true });
  const write = (text: string) => new Promise<void>((done) => terminal.write(text, done));
  await write('above\r\n');
  await write(written);
  await write(resetSequence(followed(written)));
  const row = () => terminal.buffer.active.cursorY;
  const place = row();
  await write('below\nq');
  const lines = Array.from({ length: 10 }, (_, line) =>
    terminal.buffer.active.getLine(line)?.translateToString(true),
  );
  return { terminal, lines, place };
}

test('a program that did nothing odd: the text stays, the cursor stays in its row', async () => {
  const { lines, place } = await afterwards('one\r\ntwo');
  assert.equal(place, 2);
  assert.deepEqual(lines.slice(0, 4), ['above', 'one', 'below', '     q']);
});

test('every mode a program can leave behind is off again, and the text is still there', async () => {
  const mess =
    '\u001b[?1h\u001b[?1003h\u001b[?1006h\u001b[?1004h\u001b[?2004h\u001b[?25l\u001b[?7l\u001b[4h\u001b=\u001b(0\u001b[31;1m';
  const { terminal, lines } = await afterwards(`one${mess}`);
  const { modes } = terminal;
  assert.equal(modes.mouseTrackingMode, 'none');
  assert.equal(modes.bracketedPasteMode, false);
  assert.equal(modes.applicationCursorKeysMode, false);
  assert.equal(modes.applicationKeypadMode, false);
  assert.equal(modes.sendFocusMode, false);
  assert.equal(modes.insertMode, false);
  assert.equal(modes.wraparoundMode, true);
  // Letters, not line drawing; the default colour.
  assert.deepEqual(lines.slice(0, 3), ['above', 'below', '     q']);
  assert.equal(terminal.buffer.active.getLine(1)?.getCell(0)?.isFgDefault(), true);
});

test('out of the alternate screen, with margins: back to the text, below all of it', async () => {
  const { terminal, lines } = await afterwards(
    'one\u001b[?1049h\u001b[3;5r\u001b[?6h\u001b[4;1Hfull',
  );
  assert.equal(terminal.buffer.active.type, 'normal');
  assert.ok(lines.join('\n').includes('one'), lines.join('\n'));
  assert.equal(terminal.modes.originMode, false);
});

test('a string that was cut off in the middle swallows nothing', async () => {
  const { lines } = await afterwards('\u001b]0;a title that never en');
  assert.ok(lines.includes('below'));
});
