// A homelab whose VM 101 has a screen of 1024×768 that moves, in a process of its own. Talks to bench by IPC.
import { startDemo } from '../source/demo/index.ts';
import type { Area, DemoDisplay } from '../source/demo/vnc/display.ts';
import { serveRfb } from '../source/demo/vnc/rfb-server.ts';
import { createLine } from '../source/demo/vnc/rfb-wire.ts';
import type { DemoReady } from './demo-process.ts';

export type ScreenCommand = 'move' | 'rest' | 'close';

const width = 1024;
const height = 768;
/** New pictures a second, more than are ever asked for. */
const pictures = 10;

/** A picture without two like tiles: nothing of it can be told shortly, on the wire or to the terminal. */
function movingDisplay(): DemoDisplay & { draw(): void } {
  const pixels = new Uint32Array(width * height);
  const listeners = new Set<(area: Area) => void>();
  let frame = 0;
  return {
    ...{ width, height, pixels },
    onDamage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    key: () => {},
    draw: () => {
      frame += 1;
      for (let y = 0; y < height; y += 1) {
        const green = (y + frame * 9) & 255;
        for (let x = 0; x < width; x += 1) {
          const red = (x + frame * 16) & 255;
          pixels[y * width + x] = (red << 16) | (green << 8) | ((x ^ y ^ frame) & 255);
        }
      }
      for (const listener of listeners) listener({ x: 0, y: 0, width, height });
    },
  };
}

const display = movingDisplay();
display.draw();
const demo = await startDemo({
  consoles: {
    vnc: (_guest, password) => {
      const line = createLine();
      void serveRfb(line, display, 'bench', password);
      return line.client;
    },
  },
});
let moving: NodeJS.Timeout | undefined;

process.on('message', async (command: ScreenCommand) => {
  clearInterval(moving);
  if (command === 'move') moving = setInterval(() => display.draw(), 1000 / pictures);
  if (command === 'close') {
    await demo.close();
    process.disconnect();
  }
});
process.send?.({ info: demo.info } satisfies DemoReady);
