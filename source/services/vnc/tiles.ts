import type { Grid } from './graphics.ts';
import type { Rectangle } from './picture.ts';
import type { View } from './scale.ts';

/** A part of the canvas and what the terminal shows of it. */
export interface Tile extends Rectangle {
  /** Its image, where images lie over each other. */
  readonly id: number;
  /** Its pixels of the VM's screen. */
  readonly source: Rectangle;
  /** What they are now, and what was sent of them; −1 = nothing yet. */
  hash: number;
  sent: number;
  stale: boolean;
  /** How far what the terminal shows is from sharp: 0 not at all, 1 halfway, 2 coarse. */
  rough: 0 | 1 | 2;
  /** Its own image lies over the one below all tiles. */
  over: boolean;
  /** When it last changed, ms. */
  changedAt: number;
  /** Bytes that it takes, as far as is known. */
  cost: number;
}

/** Numbers of the tiles' images; the one below them has a smaller one. */
const FIRST_ID = 100;
/** Bytes of a pixel before a tile was ever sent. */
const GUESS = 0.5;

/** The tiles that show a part of the screen. `x`, `y`, `width` and `height` count tiles. */
export function tilesOf(grid: Grid, view: View): readonly Tile[] {
  const tiles: Tile[] = [];
  for (let y = 0; y < grid.rows; y += 1) {
    for (let x = 0; x < grid.columns; x += 1) {
      const id = FIRST_ID + tiles.length;
      const cells = { x, y, width: 1, height: 1 };
      const area = grid.area(grid.place(cells, id, 0));
      const source = sourceOf(area, view);
      if (source === undefined) continue;
      tiles.push({
        ...{ ...cells, id, source, hash: -1, sent: -1, changedAt: 0 },
        ...{ stale: true, rough: 0, over: false },
        cost: area.width * area.height * GUESS,
      });
    }
  }
  return tiles;
}

function sourceOf(area: Rectangle, { source, dots }: View): Rectangle | undefined {
  const scale = source.width / dots.width;
  const tall = source.height / dots.height;
  const left = Math.max(0, area.x - dots.x);
  const right = Math.min(dots.width, area.x + area.width - dots.x);
  const top = Math.max(0, area.y - dots.y);
  const bottom = Math.min(dots.height, area.y + area.height - dots.y);
  if (right <= left || bottom <= top) return undefined;
  const x = source.x + Math.floor(left * scale);
  const y = source.y + Math.floor(top * tall);
  return {
    x,
    y,
    width: Math.min(source.x + source.width, source.x + Math.ceil(right * scale)) - x,
    height: Math.min(source.y + source.height, source.y + Math.ceil(bottom * tall)) - y,
  };
}
