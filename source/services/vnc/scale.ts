import type { Picture, Rectangle } from './picture.ts';

/** Columns and rows of the terminal that the picture may use. Each cell shows two dots, one above the other. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
}

/** Dots, or pixels of the terminal. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** The dots of a canvas. */
export const dotsOf = ({ columns, rows }: Canvas): Room => ({ width: columns, height: rows * 2 });

/** The whole screen, one dot for 2×2 pixels, or one for each pixel. */
export type Zoom = 'fit' | '1:2' | '1:1';

/** Which part of the screen is drawn on which dots. */
export interface View {
  readonly source: Rectangle;
  readonly dots: Rectangle;
}

/** A dot outside the picture: the terminal's own background. */
export const OUTSIDE = 0x1000000;

/**
 * Where the picture goes: as large as it fits with its shape kept and centred, or a part of it at a fixed scale. `pan` is
 * the wished corner in pixels and is held within the screen.
 */
export function viewIn(
  picture: Pick<Picture, 'width' | 'height'>,
  room: Room,
  zoom: Zoom,
  pan: { readonly x: number; readonly y: number },
): View {
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  if (zoom === 'fit') {
    const scale = Math.min(room.width / picture.width, room.height / picture.height);
    const width = Math.max(1, Math.min(room.width, Math.round(picture.width * scale)));
    const height = Math.max(1, Math.min(room.height, Math.round(picture.height * scale)));
    return { source: whole, dots: centred(room, width, height) };
  }
  const pixels = zoom === '1:2' ? 2 : 1;
  const width = Math.min(picture.width, room.width * pixels);
  const height = Math.min(picture.height, room.height * pixels);
  const x = Math.max(0, Math.min(pan.x, picture.width - width));
  const y = Math.max(0, Math.min(pan.y, picture.height - height));
  return {
    source: { x, y, width, height },
    dots: centred(room, Math.ceil(width / pixels), Math.ceil(height / pixels)),
  };
}

function centred(room: Room, width: number, height: number): Rectangle {
  const x = Math.floor((room.width - width) / 2);
  const y = Math.floor((room.height - height) / 2);
  return { x, y, width, height };
}

/** The dots of a canvas, 0xRRGGBB or {@link OUTSIDE}, kept up to date from what changed of a picture. */
export class Dots {
  readonly width: number;
  readonly height: number;
  readonly values: Uint32Array;
  private readonly view: View;
  private readonly columns: Int32Array;
  private readonly lines: Int32Array;

  constructor(canvas: Canvas, view: View) {
    this.width = canvas.columns;
    this.height = canvas.rows * 2;
    this.values = new Uint32Array(this.width * this.height).fill(OUTSIDE);
    this.view = view;
    this.columns = edges(view.source.x, view.source.width, view.dots.width);
    this.lines = edges(view.source.y, view.source.height, view.dots.height);
  }

  /** Averages the dots anew that show a part of what was damaged. */
  update(picture: Picture, damage: readonly Rectangle[]): void {
    for (const part of damage) {
      const across = touched(this.columns, part.x, part.width);
      const down = touched(this.lines, part.y, part.height);
      for (let line = down.first; line < down.end; line += 1) {
        const start = (this.view.dots.y + line) * this.width + this.view.dots.x;
        for (let column = across.first; column < across.end; column += 1) {
          this.values[start + column] = this.average(picture, column, line);
        }
      }
    }
  }

  /**
   * The mean of light, not of numbers: values are about the square root of light, and thin bright letters on black would
   * vanish in the plain mean.
   */
  private average(picture: Picture, column: number, line: number): number {
    const { pixels, width } = picture;
    const left = this.columns[column] as number;
    const right = Math.max(left + 1, this.columns[column + 1] as number);
    const top = this.lines[line] as number;
    const bottom = Math.max(top + 1, this.lines[line + 1] as number);
    const first = pixels[top * width + left] as number;
    let [red, green, blue] = [0, 0, 0];
    let same = 0;
    for (let y = top; y < bottom; y += 1) {
      const end = y * width + right;
      for (let at = y * width + left; at < end; at += 1) {
        const pixel = pixels[at] as number;
        if (pixel === first) {
          same += 1;
          continue;
        }
        const r = pixel >>> 16;
        const g = (pixel >>> 8) & 255;
        const b = pixel & 255;
        red += r * r;
        green += g * g;
        blue += b * b;
      }
    }
    const count = (right - left) * (bottom - top);
    if (same === count) return first;
    const [r, g, b] = [first >>> 16, (first >>> 8) & 255, first & 255];
    return (
      (root((red + same * r * r) / count) << 16) |
      (root((green + same * g * g) / count) << 8) |
      root((blue + same * b * b) / count)
    );
  }
}

const root = (value: number) => Math.round(Math.sqrt(value));

/** Where each of `count` dots begins in the source; one more for the end. */
function edges(start: number, length: number, count: number): Int32Array {
  const found = new Int32Array(count + 1);
  for (let index = 0; index <= count; index += 1) {
    found[index] = start + Math.floor((index * length) / count);
  }
  return found;
}

/** The dots that show a part of `length` pixels from `start` on. */
function touched(edge: Int32Array, start: number, length: number): { first: number; end: number } {
  const count = edge.length - 1;
  const begin = edge[0] as number;
  const size = (edge[count] as number) - begin;
  // One more on each side: a dot of less than a pixel shows the pixel that it begins in.
  const dot = (pixel: number) => ((pixel - begin) * count) / size;
  const first = Math.max(0, Math.floor(dot(start)) - 1);
  const end = Math.min(count, Math.ceil(dot(start + length)) + 1);
  return { first: Math.min(first, count), end: Math.max(end, 0) };
}
