import assert from 'node:assert/strict';
import test from 'node:test';
import { inflateSync } from 'node:zlib';
import xterm from '@xterm/headless';
import { createBudget } from '../../../source/services/vnc/budget.ts';
import { dotCells } from '../../../source/services/vnc/cells.ts';
import { type Depth, depthOf, inkOf } from '../../../source/services/vnc/inks.ts';
import { Painter } from '../../../source/services/vnc/painter.ts';
import { Picture } from '../../../source/services/vnc/picture.ts';
import { encodePng } from '../../../source/services/vnc/png.ts';
import { Dots, dotsOf, OUTSIDE, viewIn } from '../../../source/services/vnc/scale.ts';

function pictureOf(width: number, height: number, colour: (x: number, y: number) => number) {
  const picture = new Picture(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) picture.pixels[y * width + x] = colour(x, y);
  }
  return picture;
}
const whole = ({ width, height }: Picture) => ({ x: 0, y: 0, width, height });
const still = { x: 0, y: 0 };

test('a picture fits with its shape kept, in the middle', () => {
  const view = (width: number, height: number, columns: number, rows: number) =>
    viewIn({ width, height }, dotsOf({ columns, rows }), 'fit', still).dots;
  assert.deepEqual(view(1024, 768, 80, 23), { x: 9, y: 0, width: 61, height: 46 });
  assert.deepEqual(view(720, 400, 80, 23), { x: 0, y: 1, width: 80, height: 44 });
  assert.deepEqual(view(720, 400, 160, 44), { x: 1, y: 0, width: 158, height: 88 });
  assert.deepEqual(view(10, 4000, 80, 23), { x: 39, y: 0, width: 1, height: 46 });
  // Smaller than the terminal: drawn larger.
  assert.deepEqual(view(40, 23, 80, 23), { x: 0, y: 0, width: 80, height: 46 });
});

test('a fixed scale shows a part that stays within the screen', () => {
  const size = { width: 800, height: 600 };
  const canvas = { columns: 80, rows: 23 };
  const part = (zoom: '1:1' | '1:2', x: number, y: number) =>
    viewIn(size, dotsOf(canvas), zoom, { x, y });
  assert.deepEqual(part('1:1', 100, 50).source, { x: 100, y: 50, width: 80, height: 46 });
  assert.deepEqual(part('1:1', 9999, 9999).source, { x: 720, y: 554, width: 80, height: 46 });
  assert.deepEqual(part('1:2', 0, 0).source, { x: 0, y: 0, width: 160, height: 92 });
  assert.deepEqual(part('1:2', 0, 0).dots, { x: 0, y: 0, width: 80, height: 46 });
});

test('a dot is the mean of the light it stands for', () => {
  const picture = pictureOf(4, 4, (x, y) => ((x + y) % 2 === 0 ? 0xffffff : 0));
  const canvas = { columns: 2, rows: 1 };
  const dots = new Dots(canvas, viewIn(picture, dotsOf(canvas), 'fit', still));
  dots.update(picture, [whole(picture)]);
  // Half of the light of white is 180 of 255, not 128.
  assert.deepEqual([...dots.values], Array(4).fill(0xb4b4b4));
  const flat = pictureOf(4, 4, () => 0x336699);
  dots.update(flat, [whole(flat)]);
  assert.deepEqual([...dots.values], Array(4).fill(0x336699));
});

test('only what was damaged is averaged anew, whatever the scale', () => {
  for (const [width, height] of [
    [1024, 768],
    [720, 400],
    [61, 33],
    [30, 7],
  ] as const) {
    const canvas = { columns: 80, rows: 23 };
    const picture = pictureOf(width, height, (x, y) => (x * 7 + y * 13) & 0xffffff);
    const view = viewIn(picture, dotsOf(canvas), 'fit', still);
    const dots = new Dots(canvas, view);
    dots.update(picture, [whole(picture)]);
    for (const [x, y] of [
      [0, 0],
      [width - 5, height - 3],
      [width >> 1, height >> 1],
    ] as const) {
      const part = { x, y, width: 5, height: 3 };
      picture.fill(part, 0xff00ff);
      dots.update(picture, [part]);
      const fresh = new Dots(canvas, view);
      fresh.update(picture, [whole(picture)]);
      assert.deepEqual(dots.values, fresh.values, `${width}×${height} at ${x},${y}`);
    }
  }
});

/** Paints into a terminal and gives its cells. */
async function painted(depth: Depth, picture: Picture, columns: number, rows: number) {
  const canvas = { columns, rows };
  const cells = dotCells(canvas, viewIn(picture, dotsOf(canvas), 'fit', still));
  cells.update(picture, [whole(picture)]);
  const painter = new Painter(canvas, inkOf(depth));
  const { text, bytes, complete } = painter.paint(cells, 1e6);
  assert.ok(complete);
  assert.equal(bytes, Buffer.byteLength(text));
  const again = painter.paint(cells, 1e6);
  assert.deepEqual([again.bytes, again.complete], [0, true]);
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  await new Promise<void>((resolve) => screen.write(text, resolve));
  const cell = (row: number, column: number) => {
    const found = screen.buffer.active.getLine(row)?.getCell(column);
    assert.ok(found);
    const [front, back] = [found.getFgColor(), found.getBgColor()];
    const glyph = found.getChars() || ' ';
    if (glyph === '▀') return { top: front, bottom: back, glyph };
    if (glyph === '▄') return { top: back, bottom: front, glyph };
    return { top: back, bottom: back, glyph };
  };
  return { cell, cells, text };
}

test('24-bit colour: both dots of every cell have their colour', async () => {
  for (const [columns, rows] of [
    [20, 5],
    [80, 23],
    [160, 44],
  ] as const) {
    const picture = pictureOf(
      columns,
      rows * 2,
      (x, y) => ((x * 3) << 16) | ((y * 5) << 8) | ((x ^ y) & 3 ? 0 : 255),
    );
    const { cell, cells } = await painted('truecolor', picture, columns, rows);
    const six = (colour: number) => (colour & 0xfcfcfc) | ((colour >> 6) & 0x030303);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const { top, bottom } = cell(row, column);
        assert.equal(top, six(cells.top(row, column)), `${row},${column}`);
        assert.equal(bottom, six(cells.bottom(row, column)), `${row},${column}`);
      }
    }
  }
});

test('256 and 16 colours take the nearest one', async () => {
  const bars = [0xff0000, 0x00ff00, 0x0000ee, 0xffffff, 0x000000, 0x7f7f7f, 0xffff00, 0x5f5fff];
  const picture = pictureOf(8, 2, (x) => bars[x] ?? 0);
  const many = await painted('256', picture, 8, 1);
  const tops = (from: typeof many) => bars.map((_, column) => from.cell(0, column).top);
  assert.deepEqual(tops(many), [196, 46, 21, 231, 16, 244, 226, 63]);
  const few = await painted('16', picture, 8, 1);
  assert.deepEqual(tops(few), [9, 10, 4, 15, 0, 8, 11, 12]);
  assert.doesNotMatch(few.text, /38;|48;/);
});

test('without colour brightness becomes blocks, without Unicode letters', async () => {
  const picture = pictureOf(4, 4, (x, y) => (x < 2 ? (y < 1 ? 0xffffff : 0) : 0xffffff));
  const none = await painted('none', picture, 4, 2);
  assert.doesNotMatch(none.text, /\[[\d;]*m/);
  assert.deepEqual(
    [0, 1, 2, 3].map((column) => none.cell(0, column).glyph),
    ['▀', '▀', '█', '█'],
  );
  const ascii = await painted('ascii', picture, 4, 2);
  assert.match(ascii.text, /^[\u001b -~]*$/);
  assert.equal(ascii.cell(1, 3).glyph, '@');
  assert.equal(ascii.cell(1, 0).glyph, ' ');
});

test('what is outside the picture keeps the background of the terminal', async () => {
  const picture = pictureOf(4, 4, () => 0xff0000);
  const { text, cells } = await painted('truecolor', picture, 20, 2);
  assert.equal(cells.top(0, 0), OUTSIDE);
  assert.ok(text.length < 120, 'blank cells are not written at all');
});

test('with little room it goes on where it stopped, and every row has its turn', () => {
  const canvas = { columns: 80, rows: 23 };
  let seed = 0;
  const noise = () =>
    pictureOf(
      80,
      46,
      (x, y) => ((x * 7919 + y * 104_729 + seed * 15_485_863) * 2_654_435_761) & 0xffffff,
    );
  const view = viewIn({ width: 80, height: 46 }, dotsOf(canvas), 'fit', still);
  const painter = new Painter(canvas, inkOf('truecolor'));
  const rows = new Set<string>();
  for (let turn = 0; turn < 60; turn += 1) {
    seed += 1;
    const picture = noise();
    const cells = dotCells(canvas, view);
    cells.update(picture, [whole(picture)]);
    const { text, bytes, complete } = painter.paint(cells, 4000);
    assert.ok(bytes <= 4000 && !complete);
    for (const [, row = ''] of text.matchAll(/\u001b\[(\d+);\d+H/g)) rows.add(row);
  }
  assert.equal(rows.size, 23);
});

test('the budget holds in any second', () => {
  let now = 0;
  const budget = createBudget(30_000, () => now);
  const spent: [number, number][] = [];
  for (; now < 10_000; now += 37) {
    const room = budget.room();
    if (room > 0) {
      budget.spend(room);
      spent.push([now, room]);
    }
    // A pause saves something up, but not more than fits into a second.
    if (now > 4000 && now < 4040) now += 3000;
  }
  for (const [from] of spent) {
    const inOne = spent.filter(([at]) => at >= from && at < from + 1000);
    assert.ok(inOne.reduce((sum, [, bytes]) => sum + bytes, 0) <= 30_000);
  }
  const total = spent.reduce((sum, [, bytes]) => sum + bytes, 0);
  assert.ok(total > 24_000 * 6.5, `${total} bytes flow in 7 s`);
});

test('the depth follows what the terminal says of itself', () => {
  const of = (env: Record<string, string>, ascii = false) => depthOf(env, ascii);
  assert.equal(of({ TERM: 'xterm-256color', COLORTERM: 'truecolor' }), 'truecolor');
  assert.equal(of({ TERM: 'xterm-kitty' }), 'truecolor');
  assert.equal(of({ TERM: 'screen-256color' }), '256');
  assert.equal(of({ TERM: 'linux' }), '16');
  assert.equal(of({ TERM: 'xterm-256color', NO_COLOR: '1', COLORTERM: 'truecolor' }), 'none');
  assert.equal(of({ TERM: 'dumb' }), 'ascii');
  assert.equal(of({ COLORTERM: 'truecolor' }, true), 'ascii');
});

test('a PNG has the pixels that were on the screen', () => {
  const picture = pictureOf(5, 3, (x, y) => ((x * 40) << 16) | ((y * 80) << 8) | 77);
  const bytes = Buffer.from(encodePng(picture));
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [5, 3]);
  const length = bytes.readUInt32BE(33);
  const lines = inflateSync(bytes.subarray(41, 41 + length));
  const seen: number[] = [];
  const above = Buffer.alloc(15);
  for (let row = 0; row < 3; row += 1) {
    const line = lines.subarray(row * 16 + 1, row * 16 + 16);
    for (let at = 0; at < 15; at += 1) above[at] = (above[at] ?? 0) + (line[at] ?? 0);
    for (let at = 0; at < 15; at += 3) seen.push(above.readUIntBE(at, 3));
  }
  assert.deepEqual(seen, [...picture.pixels]);
});
