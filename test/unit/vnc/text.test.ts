import assert from 'node:assert/strict';
import test from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { vgaCharacters, vgaGlyphs } from '../../../source/domain/vga-font.ts';
import { createAlphabet } from '../../../source/services/vnc/alphabet.ts';
import { Composer } from '../../../source/services/vnc/composer.ts';
import { inkOf } from '../../../source/services/vnc/inks.ts';
import { Painter } from '../../../source/services/vnc/painter.ts';
import { Picture } from '../../../source/services/vnc/picture.ts';
import { statusLine } from '../../../source/services/vnc/status-line.ts';
import { TextPage } from '../../../source/services/vnc/text-page.ts';

const glyphs = vgaGlyphs();

/** A screen with these rows of text on it, in letters of 8 or 9 columns. */
function screenOf(
  width: number,
  height: number,
  rows: readonly string[],
  ink = 0xaaaaaa,
  paper = 0,
) {
  const picture = new Picture(width, height);
  picture.pixels.fill(paper);
  rows.forEach((text, row) => {
    for (const [column, letter] of [...text].entries()) write(picture, row, column, letter, ink);
  });
  return picture;
}

function write(picture: Picture, row: number, column: number, letter: string, ink: number) {
  const cell = picture.width === 720 ? 9 : 8;
  const code = vgaCharacters.indexOf(letter);
  for (let y = 0; y < 16; y += 1) {
    for (let x = 0; x < 8; x += 1) {
      if (!((glyphs[code * 16 + y] ?? 0) & (0x80 >> x))) continue;
      picture.pixels[(row * 16 + y) * picture.width + column * cell + x] = ink;
    }
  }
}

const whole = (picture: Picture) => [{ x: 0, y: 0, width: picture.width, height: picture.height }];

function pageOf(picture: Picture) {
  const page = new TextPage(picture, createAlphabet());
  page.update(picture, whole(picture));
  return page;
}

function rowOf(page: TextPage, row: number): string {
  const letters = Array.from({ length: page.columns }, (_, column) => page.cell(row, column).glyph);
  return String.fromCodePoint(...letters.map((each) => each || 0xfffd)).trimEnd();
}

test('every letter of the font is read back, in both widths', () => {
  // Half and full blocks are each other's reverse and read as one of them.
  const all = vgaCharacters.slice(32, 255).filter((each) => !'⌂█▄▌▐▀'.includes(each));
  for (const [width, height] of [
    [720, 400],
    [1024, 768],
  ] as const) {
    const rows = [all.slice(0, 80).join(''), all.slice(80, 160).join(''), all.slice(160).join('')];
    const page = pageOf(screenOf(width, height, rows));
    assert.ok(page.readable);
    rows.forEach((row, index) => {
      assert.equal(rowOf(page, index), row.trimEnd());
    });
    assert.equal(page.lastRow, 2);
  }
});

test('colours come with the letters, also the other way round', () => {
  const page = pageOf(screenOf(640, 480, ['panic'], 0xffffff, 0xaa0000));
  assert.deepEqual(page.cell(0, 0), { glyph: 112, foreground: 0xffffff, background: 0xaa0000 });
  const block = pageOf(screenOf(640, 480, ['█']));
  assert.equal(block.cell(0, 0).background, 0xaaaaaa, 'a full cell is blank in the other colour');
});

test('what is not exactly a letter is never read as one', () => {
  const picture = screenOf(640, 480, ['login']);
  picture.pixels[5 * 640 + 7] = 0xaaaaaa;
  const page = pageOf(picture);
  assert.equal(page.cell(0, 0).glyph, 0);
  assert.equal(page.cell(0, 1).glyph, 111);
  assert.ok(!page.readable, 'four of five are not enough');
  const photo = new Picture(640, 480);
  photo.pixels.forEach((_, at) => {
    photo.pixels[at] = (at * 2_654_435_761) & 0xffffff;
  });
  assert.ok(!pageOf(photo).readable);
  assert.ok(!pageOf(new Picture(640, 480)).readable, 'a blank screen is not text');
});

test('only damaged cells are read anew, and a letter that goes is forgotten', () => {
  const picture = screenOf(720, 400, ['boot']);
  const page = pageOf(picture);
  picture.fill({ x: 0, y: 0, width: 36, height: 16 }, 0);
  write(picture, 2, 10, 'X', 0xffffff);
  page.update(picture, [{ x: 90, y: 32, width: 9, height: 16 }]);
  assert.equal(rowOf(page, 0), 'boot');
  page.update(picture, [{ x: 0, y: 0, width: 36, height: 16 }]);
  assert.equal(rowOf(page, 0), '');
  assert.equal(rowOf(page, 2).trim(), 'X');
});

function cellsOf(composer: Composer, picture: Picture, canvas: { columns: number; rows: number }) {
  const composed = composer.compose(picture, canvas);
  assert.ok('cells' in composed);
  return composed.cells;
}

function painted(composer: Composer, picture: Picture, columns: number, rows: number): string {
  const canvas = { columns, rows };
  const { text } = new Painter(canvas, inkOf('truecolor')).paint(
    cellsOf(composer, picture, canvas),
    1e6,
  );
  return text.replace(/\u001b\[[\d;]*m/g, '').replace(/\u001b\[\d*[CH]|\u001b\[\d+;\d+H/g, '\n');
}

test('text is written as text, its end first, and a person may move it', () => {
  const rows = Array.from({ length: 25 }, (_, row) => `line-${row}`);
  const picture = screenOf(720, 400, rows);
  picture.damage(whole(picture)[0] ?? { x: 0, y: 0, width: 0, height: 0 });
  const composer = new Composer();
  const bottom = painted(composer, picture, 60, 10);
  assert.equal(composer.name, 'text');
  assert.match(bottom, /line-15[\s\S]*line-24/);
  assert.doesNotMatch(bottom, /line-14/);
  assert.ok(composer.move(0, -1));
  assert.match(painted(composer, picture, 60, 10), /line-13[\s\S]*line-22/);
  for (let step = 0; step < 20; step += 1) composer.move(0, -1);
  assert.match(painted(composer, picture, 60, 10), /line-0[\s\S]*line-9/);
  composer.follow();
  assert.match(painted(composer, picture, 60, 10), /line-24/);
  composer.nextMode();
  assert.doesNotMatch(painted(composer, picture, 60, 10), /line/);
  assert.equal(composer.name, 'fit');
  assert.ok(!composer.move(0, 1), 'all of it is shown');
});

test('a letter never hides in its own background', () => {
  const picture = screenOf(640, 480, ['dark words'], 0x000001, 0x000000);
  const composer = new Composer();
  assert.match(painted(composer, picture, 80, 23), /dark words/);
  const canvas = { columns: 80, rows: 23 };
  const { text } = new Painter(canvas, inkOf('16')).paint(cellsOf(composer, picture, canvas), 1e6);
  assert.match(text, /\u001b\[37;40mdark/);
});

test('the status line fits the terminal and names the keys', () => {
  const facts = {
    label: sanitise('guest 101 web-server'),
    ...{ width: 1024, height: 768, zoom: 'fit', movable: false, menu: false },
  };
  for (const columns of [20, 40, 60, 80, 160]) {
    const line = statusLine(facts, columns, false);
    assert.equal(line.length, columns);
    if (columns >= 40) assert.match(line, /ctrl-\] leave/);
  }
  assert.match(statusLine(facts, 80, false), /guest 101 web-server · 1024×768 · fit/);
  assert.match(statusLine({ ...facts, menu: true }, 80, false), /d ctrl-alt-del/);
  assert.match(statusLine(facts, 80, true), /^[ -~]*$/);
  assert.match(statusLine({ ...facts, movable: true }, 120, false), /shift-arrows/);
  assert.match(
    statusLine({ ...facts, movable: true }, 80, false),
    /fit +ctrl-\] leave/,
    'a hint is there whole or not at all',
  );
});
