import type { PixelSize } from './capabilities.ts';
import type { Image } from './image.ts';
import type { Rectangle } from './picture.ts';
import type { Canvas } from './scale.ts';

/** Where an image goes: cells of the terminal, counted from 0, and how many pixels of them it takes. */
export interface Place {
  readonly row: number;
  readonly column: number;
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  /** Another image with the same one takes its place. */
  readonly id: number;
  /** A higher one lies over a lower one. */
  readonly layer: number;
}

/** How exact an image is: all of it; with fewer colours; as short as it gets, for a better one follows. */
export type Detail = 'exact' | 'fewer' | 'coarse';

/** How a terminal is told pixels. Everything it makes is ASCII. */
export interface GraphicEncoder {
  /** The heights of images are multiples of so many pixels. */
  readonly step: number;
  /** Images lie over each other; else the last one paints over what was there. */
  readonly layered: boolean;
  /** A tile whose sharp image is long is first sent with one point for so many pixels each way. */
  readonly halfway: number;
  /** The points of an image with one for `factor`×`factor` pixels, shared out as the protocol tells them most shortly. */
  points(size: PixelSize, factor: number): PixelSize;
  /** Moves the cursor to the place and draws there. */
  image(place: Place, image: Image, detail: Detail): string;
  remove(place: Place): string;
  /** Takes all images away. */
  readonly clear: string;
}

/** The pixels of a canvas that may be used: whole steps. */
export function roomOf({ columns, rows }: Canvas, cell: PixelSize, step: number): PixelSize {
  const height = Math.floor((rows * cell.height) / step) * step;
  return { width: columns * cell.width, height };
}

/** Pixels of a tile, roughly: small enough that one of noise is sent in half a second. */
const TILE = 2200;
const LEAST_HEIGHT = 30;

/** The cells of a canvas in groups: each begins on a cell and takes whole steps. */
export class Grid {
  readonly columns: number;
  readonly rows: number;
  /** Cells of a tile. */
  private readonly wide: number;
  private readonly high: number;
  private readonly canvas: Canvas;
  private readonly cell: PixelSize;
  private readonly room: PixelSize;

  /** `scale` = pixels of the canvas for one of the picture; where that is more than one, tiles may be larger. */
  constructor(canvas: Canvas, cell: PixelSize, step: number, scale: number) {
    this.canvas = canvas;
    this.cell = cell;
    this.room = roomOf(canvas, cell, step);
    const larger = Math.max(1, scale);
    let high = 1;
    while ((high * cell.height) % step !== 0 || high * cell.height < LEAST_HEIGHT * larger) {
      high += 1;
    }
    this.high = high;
    this.wide = Math.max(
      1,
      Math.round((TILE * larger * larger) / (high * cell.height) / cell.width),
    );
    this.columns = Math.ceil(canvas.columns / this.wide);
    this.rows = Math.ceil(canvas.rows / this.high);
  }

  /** The place of a part of the grid, counted in tiles. */
  place({ x, y, width, height }: Rectangle, id: number, layer: number): Place {
    const row = y * this.high;
    const column = x * this.wide;
    const columns = Math.min(this.canvas.columns, (x + width) * this.wide) - column;
    const rows = Math.min(this.canvas.rows, (y + height) * this.high) - row;
    const bottom = Math.min(this.room.height, (row + rows) * this.cell.height);
    return {
      ...{ row, column, columns, rows, id, layer },
      width: columns * this.cell.width,
      height: Math.max(0, bottom - row * this.cell.height),
    };
  }

  /** The same in pixels of the canvas. */
  area({ row, column, width, height }: Place): Rectangle {
    return { x: column * this.cell.width, y: row * this.cell.height, width, height };
  }
}
