import type { Area, DemoDisplay } from './display.ts';

const WIDTH = 1024;
const HEIGHT = 768;
const FIELD: Area = { x: 392, y: 470, width: 240, height: 28 };
const BACKSPACE = 0xff08;
const ENTER = 0xff0d;
const MOST_DOTS = 20;

/** A desktop's lock screen in 1024×768: a sky, a face and a field that shows a dot for every key. */
export function windowsScreen(): DemoDisplay & { blink(): void } {
  const pixels = new Uint32Array(WIDTH * HEIGHT);
  const listeners = new Set<(area: Area) => void>();
  let dots = 0;
  let caret = false;
  const tell = (area: Area) => {
    for (const listener of listeners) listener(area);
  };
  const fill = ({ x, y, width, height }: Area, colour: number) => {
    for (let row = y; row < y + height; row += 1) {
      pixels.fill(colour, row * WIDTH + x, row * WIDTH + x + width);
    }
  };
  const field = () => {
    fill(FIELD, 0xf4f6fa);
    for (let index = 0; index < dots; index += 1) {
      fill({ x: FIELD.x + 10 + index * 11, y: FIELD.y + 10, width: 7, height: 7 }, 0x202830);
    }
    if (caret)
      fill({ x: FIELD.x + 10 + dots * 11, y: FIELD.y + 5, width: 2, height: 18 }, 0x202830);
    tell(FIELD);
  };
  sky(pixels);
  disc(pixels, { x: 512, y: 330 }, 90, 0xc8d4e4);
  disc(pixels, { x: 512, y: 300 }, 34, 0x6a7f9c);
  fill({ x: 462, y: 342, width: 100, height: 50 }, 0x6a7f9c);
  field();
  return {
    ...{ width: WIDTH, height: HEIGHT, pixels },
    onDamage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    blink: () => {
      caret = !caret;
      field();
    },
    key: (keysym) => {
      if (keysym === BACKSPACE) dots = Math.max(0, dots - 1);
      else if (keysym === ENTER) dots = 0;
      else if (keysym >= 32 && keysym < 0xff00) dots = Math.min(MOST_DOTS, dots + 1);
      field();
    },
  };
}

function sky(pixels: Uint32Array): void {
  for (let row = 0; row < HEIGHT; row += 1) {
    const part = row / HEIGHT;
    const [r, g, b] = [
      Math.round(10 + 20 * part),
      Math.round(60 + 70 * part),
      Math.round(140 + 80 * part),
    ];
    pixels.fill((r << 16) | (g << 8) | b, row * WIDTH, (row + 1) * WIDTH);
  }
}

function disc(
  pixels: Uint32Array,
  centre: { readonly x: number; readonly y: number },
  radius: number,
  colour: number,
): void {
  for (let row = -radius; row <= radius; row += 1) {
    const half = Math.floor(Math.sqrt(radius * radius - row * row));
    const start = (centre.y + row) * WIDTH + centre.x;
    pixels.fill(colour, start - half, start + half);
  }
}
