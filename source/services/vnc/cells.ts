import type { Picture, Rectangle } from './picture.ts';
import { type Canvas, Dots, OUTSIDE, type View } from './scale.ts';
import type { TextPage } from './text-page.ts';

/** What stands in the cells of the terminal: a letter in two colours, or (letter 0) two dots one above the other. */
export interface Cells {
  glyph(row: number, column: number): number;
  /** The upper dot, or the colour of the letter: 0xRRGGBB or OUTSIDE. */
  top(row: number, column: number): number;
  /** The lower dot, or what is behind the letter. */
  bottom(row: number, column: number): number;
  update(picture: Picture, damage: readonly Rectangle[]): void;
}

/** A picture in dots. */
export function dotCells(canvas: Canvas, view: View): Cells {
  const dots = new Dots(canvas, view);
  return {
    glyph: () => 0,
    top: (row, column) => dots.values[row * 2 * dots.width + column] as number,
    bottom: (row, column) => dots.values[(row * 2 + 1) * dots.width + column] as number,
    update: (picture, damage) => dots.update(picture, damage),
  };
}

/** The first row and column of a page that are shown. */
export interface Corner {
  readonly row: number;
  readonly column: number;
}

/**
 * A page of text, one cell for a letter. What is no letter is drawn in the two halves of its cell. The page itself is kept
 * up to date by its owner.
 */
export function textCells(page: TextPage, picture: Picture, corner: Corner): Cells {
  const halves = new Map<number, readonly [number, number]>();
  const half = (row: number, column: number): readonly [number, number] => {
    const key = row * page.columns + column;
    const found = halves.get(key) ?? averages(picture, page.area(row, column));
    halves.set(key, found);
    return found;
  };
  const colour = (row: number, column: number, upper: boolean): number => {
    const [y, x] = [row + corner.row, column + corner.column];
    if (y >= page.rows || x >= page.columns) return OUTSIDE;
    const { glyph, foreground, background } = page.cell(y, x);
    if (glyph === 0) return half(y, x)[upper ? 0 : 1];
    // Behind a blank there is no letter that could have a colour of its own.
    return upper && glyph !== 32 ? foreground : background;
  };
  return {
    glyph: (row, column) => {
      const [y, x] = [row + corner.row, column + corner.column];
      if (y >= page.rows || x >= page.columns) return 0;
      const { glyph } = page.cell(y, x);
      return glyph === 32 ? 0 : glyph;
    },
    top: (row, column) => colour(row, column, true),
    bottom: (row, column) => colour(row, column, false),
    update: (_picture, damage) => {
      if (damage.length > 0) halves.clear();
    },
  };
}

function averages(picture: Picture, area: Rectangle): readonly [number, number] {
  const dots = new Dots(
    { columns: 1, rows: 1 },
    { source: area, dots: { x: 0, y: 0, width: 1, height: 2 } },
  );
  dots.update(picture, [area]);
  return [dots.values[0] as number, dots.values[1] as number];
}
