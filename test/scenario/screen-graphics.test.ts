// Debian packages: xvfb x11-utils xterm kitty xdotool imagemagick qemu-system-x86
// A look at the screen of a VM in pixels: real terminals that speak sixel and kitty's protocol, and a real VNC server of QEMU.
import assert from 'node:assert/strict';
import test, { describe, type TestContext } from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { until } from '../support/until.ts';
import { type Dump, startVncMachine } from '../support/vnc-machine.ts';
import { background, columns, rows, type Shot, startXTerminal } from '../support/x-terminal.ts';

interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the picture is: as large as it fits above the status line, in whole sixels for a terminal that draws them. */
function placeOf(shot: Shot, dump: Dump, step: number): Part {
  const line = Math.floor(shot.height / rows);
  const high = Math.floor(((rows - 1) * line) / step) * step;
  const wide = columns * Math.floor(shot.width / columns);
  const scale = Math.min(wide / dump.width, high / dump.height);
  const [width, height] = [Math.round(dump.width * scale), Math.round(dump.height * scale)];
  return { x: Math.floor((wide - width) / 2), y: Math.floor((high - height) / 2), width, height };
}

/** The mean light of a part, a channel at a time. */
function meanOf({ width, pixels }: Pick<Shot, 'width' | 'pixels'>, part: Part) {
  return [16, 8, 0].map((shift) => {
    let sum = 0;
    for (let y = part.y; y < part.y + part.height; y += 1) {
      for (let x = part.x; x < part.x + part.width; x += 1) {
        sum += (((pixels[y * width + x] ?? 0) >> shift) & 255) ** 2;
      }
    }
    return Math.sqrt(sum / (part.width * part.height));
  });
}

/** How far the terminal is from QEMU's own picture in the worst of 48×36 parts; half blocks would be 61×46 dots in all. */
function distance(shot: Shot, dump: Dump, step: number): number {
  const place = placeOf(shot, dump, step);
  const [across, down] = [48, 36];
  const part = (whole: Part, column: number, row: number): Part => {
    const edge = (start: number, length: number, count: number, index: number) =>
      start + Math.round((index * length) / count);
    const x = edge(whole.x, whole.width, across, column);
    const y = edge(whole.y, whole.height, down, row);
    return {
      ...{ x, y, width: edge(whole.x, whole.width, across, column + 1) - x },
      height: edge(whole.y, whole.height, down, row + 1) - y,
    };
  };
  let worst = 0;
  for (let row = 0; row < down; row += 1) {
    for (let column = 0; column < across; column += 1) {
      const shown = meanOf(shot, part(place, column, row));
      const wanted = meanOf(dump, part({ ...dump, x: 0, y: 0 }, column, row));
      const differs = wanted.map((each, index) => Math.abs(each - (shown[index] ?? 0)));
      worst = Math.max(worst, ...differs);
    }
  }
  return worst;
}

/** The part of a window that has the terminal's own background. */
function empty({ pixels }: Shot): number {
  return pixels.filter((pixel) => pixel === background).length / pixels.length;
}

/** The part of the first row that has the one colour it has most of. */
function plainness({ width, height, pixels }: Shot): number {
  const counts = new Map<number, number>();
  const wide = columns * Math.floor(width / columns);
  const high = Math.floor(height / rows);
  for (let y = 1; y < high - 1; y += 1) {
    for (let x = 0; x < wide; x += 1) {
      const pixel = pixels[y * width + x] ?? 0;
      counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    }
  }
  counts.delete(background);
  return Math.max(0, ...counts.values()) / (wide * (high - 2));
}

/** QEMU behind web-server's screen, and a terminal that looks at it. */
async function look(t: TestContext, which: 'xterm' | 'kitty') {
  const machine = await startVncMachine(t);
  await machine.mode(4);
  const homelab = await startTestDemo(t, {
    consoles: { vnc: (_guest, password) => machine.dial(password) },
  });
  const args = ['guest', 'screen', 'web-server'];
  const terminal = await startXTerminal(t, which, args, homelab.env);
  await until('the connection', async () => (await machine.clients()) === 1);
  await machine.pause();
  return { machine, terminal, homelab };
}

describe('a terminal that shows pixels', { concurrency: 1 }, () => {
  for (const [which, step, tolerance] of [
    ['xterm', 6, 24],
    ['kitty', 1, 24],
  ] as const) {
    test(`${which} shows what QEMU has on its screen, and nothing of it afterwards`, async (t) => {
      const { machine, terminal, homelab } = await look(t, which);
      const dump = await machine.dump();
      let last = 255;
      const shown = () =>
        until(
          () => `the picture; it is ${last} away`,
          async () => {
            last = distance(await terminal.shot(), dump, step);
            return last <= tolerance;
          },
          60_000,
        );
      await shown();
      const { width, height } = await terminal.shot();
      await terminal.resize(Math.round(width * 0.7), Math.round(height * 0.8));
      await until('the smaller window', async () => (await terminal.shot()).width < width);
      await terminal.resize(width, height);
      await until('the larger window', async () => (await terminal.shot()).width === width);
      await shown();
      assert.ok(plainness(await terminal.shot()) < 0.6, 'the first row is part of the picture');
      homelab.world.faults.cutConsoles();
      let plain = 0;
      const banner = () => `the line that calls the picture old; ${plain} of its row is plain`;
      await until(banner, async () => {
        plain = plainness(await terminal.shot());
        return plain > 0.7;
      });
      // Keys that come too soon answer nothing.
      await until('the picture again', async () => {
        if (plainness(await terminal.shot()) < 0.6) return true;
        await terminal.key('r');
        return false;
      });
      await shown();
      await machine.resume();
      await terminal.key('ctrl+bracketright');
      await until('its end', () => terminal.exit() !== undefined);
      assert.equal(terminal.exit(), 0);
      await until('an empty window', async () => empty(await terminal.shot()) > 0.9);
    });
  }
});
