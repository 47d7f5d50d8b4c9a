import type { PixelSize } from './capabilities.ts';
import { type GraphicEncoder, Grid, type Place } from './graphics.ts';
import { coarsen, sample } from './image.ts';
import type { Picture, Rectangle } from './picture.ts';
import type { Canvas, View } from './scale.ts';
import { type Tile, tilesOf } from './tiles.ts';

export interface PaintedPixels {
  /** ASCII */
  readonly text: string;
  /** Everything is on the terminal as it is now, if only coarsely. */
  readonly complete: boolean;
  /** And as sharp as it gets. */
  readonly settled: boolean;
}

/** A tile is made sharp when it has not changed for so long, ms. */
const CALM = 300;
/** Of what may be saved up, so much must be there before a coarse image of all that moves is worth making. */
const ENOUGH = 0.35;
/** A sharp tile of more bytes than this may come in two steps. */
const LONG = 1200;
/** And one of more than this has fewer colours: a screen full of noise or photographs would take minutes else. */
const TOO_LONG = 4000;
/** Bytes of a point, before anything was sent. */
const FIRST_DETAIL = 0.5;
/** A coarse image is made for this part of the room: how long it becomes is not known before. */
const AIM = 0.8;
const BASE = { id: 1, layer: 1 };

/**
 * Draws a picture in pixels, never with more bytes than there is room for. What changed a little is sent as it is, tile by
 * tile; what changed much as one coarse image, and then tile by tile as it comes to rest. Nothing waits in a queue: each
 * image shows the picture as it is when the image is made.
 */
export class GraphicPainter {
  private readonly encoder: GraphicEncoder;
  private readonly view: View;
  private readonly grid: Grid;
  private readonly tiles: readonly Tile[];
  private readonly now: () => number;
  /** Pixels of the canvas for a point of the sharpest image. */
  private readonly finest: number;
  /** The same of the last coarse one, and how many bytes a point took. */
  private factor: number;
  private detail = FIRST_DETAIL;
  /** The last sharp tile that did not fit yet. */
  private waiting:
    | { readonly tile: Tile; readonly hash: number; readonly text: string }
    | undefined;

  /** The terminal is blank when it begins. */
  constructor(
    canvas: Canvas,
    cell: PixelSize,
    view: View,
    encoder: GraphicEncoder,
    now: () => number,
  ) {
    const scale = view.dots.width / view.source.width;
    this.encoder = encoder;
    this.view = view;
    // A terminal that stretches images needs no more points than the screen has pixels.
    this.finest = encoder.layered ? Math.max(1, scale) : 1;
    this.factor = this.finest;
    this.grid = new Grid(canvas, cell, encoder.step, this.finest);
    this.tiles = tilesOf(this.grid, view);
    this.now = now;
  }

  /** `most` = the bytes that there can ever be room for at once. */
  paint(picture: Picture, damage: readonly Rectangle[], room: number, most: number): PaintedPixels {
    this.check(picture, damage);
    const parts: string[] = [];
    let left = room;
    const send = (text: string) => {
      parts.push(text);
      left -= text.length;
    };
    const stale = this.tiles.filter((tile) => tile.stale);
    const cost = stale.reduce((sum, tile) => sum + tile.cost, 0);
    if (cost <= left) this.sharpen(picture, stale, left, most, send);
    else if (left >= most * ENOUGH) this.coarse(picture, stale, left, send);
    const complete = !this.tiles.some((tile) => tile.stale);
    const rough = this.tiles.filter((tile) => tile.rough > 0);
    if (complete) {
      const calm = this.now() - CALM;
      const worst = Math.max(...rough.map((tile) => tile.rough));
      const ready = rough.filter((tile) => tile.changedAt <= calm && tile.rough === worst);
      this.sharpen(picture, ready, left, most, send);
    }
    const settled = complete && !rough.some((tile) => tile.rough > 0);
    return { text: parts.join(''), complete, settled };
  }

  /** Which tiles are not any more what was sent of them. */
  private check(picture: Picture, damage: readonly Rectangle[]): void {
    for (const tile of this.tiles) {
      if (!damage.some((part) => touches(part, tile.source))) continue;
      const hash = hashOf(picture, tile.source);
      tile.stale = hash !== tile.sent;
      if (hash !== tile.hash) tile.changedAt = this.now();
      tile.hash = hash;
    }
  }

  /** Sends tiles as sharp as it gets, as many as there is room for. */
  private sharpen(
    picture: Picture,
    tiles: readonly Tile[],
    room: number,
    most: number,
    send: (text: string) => void,
  ): void {
    let left = room;
    for (const tile of tiles) {
      const { waiting } = this;
      const known = waiting?.tile === tile && waiting.hash === tile.hash ? waiting.text : undefined;
      const sharp = known ?? this.sharp(picture, tile, most);
      tile.cost = sharp.length;
      const halfway = this.halfway(picture, tile, sharp.length);
      const text = halfway ?? sharp;
      if (text.length > left) {
        this.waiting = { tile, hash: tile.hash, text: sharp };
        return;
      }
      send(text);
      left -= text.length;
      tile.sent = tile.hash;
      tile.stale = false;
      tile.rough = halfway === undefined ? 0 : 1;
      tile.over = this.encoder.layered;
    }
  }

  /** Something between coarse and sharp, where that is much shorter: so that much detail does not take for ever to come. */
  private halfway(picture: Picture, tile: Tile, sharp: number): string | undefined {
    const factor = this.finest * this.encoder.halfway;
    if (tile.rough < 2 || sharp < LONG || this.factor < factor * 1.5) return undefined;
    const text = this.encode(picture, this.grid.place(tile, tile.id, 2), factor, false);
    return text.length * 2 < sharp ? text : undefined;
  }

  private sharp(picture: Picture, tile: Tile, most: number): string {
    const place = this.grid.place(tile, tile.id, 2);
    const exact = this.encode(picture, place, this.finest, true);
    if (exact.length <= TOO_LONG) return exact;
    for (let factor = this.finest; ; factor *= 1.5) {
      const text = this.encode(picture, place, factor, false);
      if (text.length <= most || Math.max(place.width, place.height) <= factor) return text;
    }
  }

  /** One image around all that moves, as sharp as there is room for. */
  private coarse(
    picture: Picture,
    stale: readonly Tile[],
    room: number,
    send: (text: string) => void,
  ): void {
    const { encoder, grid } = this;
    // There is one image below the tiles: it has to show all that no tile shows.
    const within = encoder.layered
      ? this.tiles.filter((tile) => tile.rough > 1 || tile.stale)
      : stale;
    const box = around(within);
    const place = grid.place(box, BASE.id, BASE.layer);
    const gone = stale
      .filter((tile) => tile.over)
      .map((tile) => encoder.remove(grid.place(tile, tile.id, 2)))
      .join('');
    const area = place.width * place.height;
    for (let turn = 0; turn < 6; turn += 1) {
      const wished = Math.sqrt((this.detail * area) / (room * AIM));
      const least = turn === 0 ? this.finest : this.factor * 1.2;
      this.factor = Math.max(least, wished);
      const exact = this.factor <= this.finest;
      const text = this.encode(picture, place, this.factor, exact) + gone;
      this.detail = (text.length * this.factor * this.factor) / area;
      if (text.length > room) continue;
      send(text);
      this.cover(box, exact);
      return;
    }
  }

  /** Notes what the image over a part of the grid has made of its tiles. */
  private cover({ x, y, width, height }: Rectangle, exact: boolean): void {
    for (const tile of this.tiles) {
      if (tile.x < x || tile.x >= x + width || tile.y < y || tile.y >= y + height) continue;
      // A sharp tile above the image stays what it is.
      if (tile.over && !tile.stale) continue;
      tile.sent = tile.hash;
      tile.stale = false;
      tile.rough = exact ? 0 : 2;
      tile.over = false;
    }
  }

  private encode(picture: Picture, place: Place, factor: number, exact: boolean): string {
    const { width, height } = this.encoder.points(place, factor);
    const image = sample(picture, this.view, this.grid.area(place), width, height, !exact);
    const detail = exact ? 'exact' : factor <= this.finest ? 'fewer' : 'coarse';
    return this.encoder.image(place, exact ? image : coarsen(image), detail);
  }
}

const touches = (a: Rectangle, b: Rectangle) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function around(tiles: readonly Tile[]): Rectangle {
  const x = Math.min(...tiles.map((tile) => tile.x));
  const y = Math.min(...tiles.map((tile) => tile.y));
  const right = Math.max(...tiles.map((tile) => tile.x));
  const bottom = Math.max(...tiles.map((tile) => tile.y));
  return { x, y, width: right - x + 1, height: bottom - y + 1 };
}

/** 53 bits of what a part of the screen shows. */
function hashOf({ pixels, width }: Picture, part: Rectangle): number {
  let [one, other] = [0x811c9dc5, 0x1b873593];
  for (let y = part.y; y < part.y + part.height; y += 1) {
    const end = y * width + part.x + part.width;
    for (let at = y * width + part.x; at < end; at += 1) {
      const pixel = pixels[at] as number;
      one = Math.imul(one ^ pixel, 0x01000193);
      other = Math.imul(other + pixel, 0x85ebca6b) ^ (other >>> 13);
    }
  }
  return (one >>> 0) * 0x200000 + (other & 0x1fffff);
}
