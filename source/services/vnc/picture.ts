import { ProtocolError } from './stream.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Most pixels of a screen that are held: 4 bytes each, so 64 MiB. */
export const MOST_PIXELS = 4096 * 4096;
/** Damaged parts kept apart; with more of them, the box around all is taken. */
const MOST_DAMAGE = 64;

/** A screen in memory: one number a pixel, 0xRRGGBB, row by row. */
export class Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
  private damaged: Rectangle[] = [];

  /** @throws ProtocolError for a size that no screen has */
  constructor(width: number, height: number) {
    if (width < 1 || height < 1) throw new ProtocolError('has a screen without pixels');
    if (width * height > MOST_PIXELS) {
      throw new ProtocolError(`has a screen of ${width}×${height}, more than can be held`);
    }
    this.width = width;
    this.height = height;
    this.pixels = new Uint32Array(width * height);
  }

  /** @throws ProtocolError for a rectangle that leaves the screen */
  demand({ x, y, width, height }: Rectangle): void {
    if (x + width > this.width || y + height > this.height) {
      throw new ProtocolError(
        `draws ${width}×${height} at ${x},${y} on a screen of ${this.width}×${this.height}`,
      );
    }
  }

  damage(part: Rectangle): void {
    if (part.width === 0 || part.height === 0) return;
    this.damaged.push(part);
    if (this.damaged.length > MOST_DAMAGE) this.damaged = [around(this.damaged)];
  }

  /** What changed since the last call. */
  takeDamage(): readonly Rectangle[] {
    const { damaged } = this;
    this.damaged = [];
    return damaged;
  }

  copy(from: { readonly x: number; readonly y: number }, to: Rectangle): void {
    const { pixels, width } = this;
    // Rows that overlap: from the far end first, so that none is overwritten before it was read.
    const down = from.y < to.y;
    for (let step = 0; step < to.height; step += 1) {
      const row = down ? to.height - 1 - step : step;
      const start = (from.y + row) * width + from.x;
      pixels.copyWithin((to.y + row) * width + to.x, start, start + to.width);
    }
  }

  fill({ x, y, width, height }: Rectangle, colour: number): void {
    for (let row = y; row < y + height; row += 1) {
      const start = row * this.width + x;
      this.pixels.fill(colour, start, start + width);
    }
  }
}

function around(parts: readonly Rectangle[]): Rectangle {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const { x, y, width, height } of parts) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
