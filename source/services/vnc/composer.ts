import { createAlphabet } from './alphabet.ts';
import { type Cells, type Corner, dotCells, textCells } from './cells.ts';
import type { Picture } from './picture.ts';
import { type Canvas, viewOf, type Zoom } from './scale.ts';
import { TextPage } from './text-page.ts';

/** `auto` writes a screen of text as text and draws everything else as large as it fits. */
export type Mode = 'auto' | Zoom;
const modes: readonly Mode[] = ['auto', 'fit', '1:2', '1:1'];

/** Decides what of a VM's screen stands in which cell of the terminal: as text or in dots, and which part of it. */
export class Composer {
  private readonly alphabet = createAlphabet();
  private mode: Mode = 'auto';
  private picture: Picture | undefined;
  private page: TextPage | undefined;
  private cells: Cells | undefined;
  private text = false;
  private canvas: Canvas = { columns: 0, rows: 0 };
  /** The corner a person moved to: in pixels for a picture, in letters for text; undefined = not moved. */
  private pan: { readonly x: number; readonly y: number } | undefined;
  private corner: Corner = { row: 0, column: 0 };

  /** In a word, for the status line. */
  get name(): string {
    if (this.mode !== 'auto') return this.mode;
    return this.text ? 'text' : 'fit';
  }

  /** The cells of the canvas as the picture is now. */
  compose(picture: Picture, canvas: Canvas): Cells {
    const damage = picture.takeDamage();
    const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
    const fresh = this.picture !== picture || this.page === undefined;
    const page = fresh || !this.page ? new TextPage(picture, this.alphabet) : this.page;
    if (fresh) {
      this.picture = picture;
      this.page = page;
      this.pan = undefined;
    }
    page.update(picture, fresh ? [whole] : damage);
    const text = this.mode === 'auto' && page.readable;
    const corner = this.cornerOf(page, canvas);
    const same =
      !fresh &&
      this.cells !== undefined &&
      text === this.text &&
      canvas.columns === this.canvas.columns &&
      canvas.rows === this.canvas.rows &&
      (!text || (corner.row === this.corner.row && corner.column === this.corner.column));
    this.canvas = canvas;
    this.corner = corner;
    if (text !== this.text) this.pan = undefined;
    this.text = text;
    if (same && this.cells) {
      this.cells.update(picture, damage);
      return this.cells;
    }
    this.cells = text ? textCells(page, picture, corner) : this.dots(picture, canvas);
    this.cells.update(picture, [whole]);
    return this.cells;
  }

  nextMode(): void {
    this.mode = modes[(modes.indexOf(this.mode) + 1) % modes.length] ?? 'auto';
    this.pan = undefined;
    this.cells = undefined;
  }

  /** A part of the screen is outside the terminal. */
  get movable(): boolean {
    const { picture, page, canvas } = this;
    if (picture === undefined || page === undefined) return false;
    if (this.text) return page.rows > canvas.rows || page.columns > canvas.columns;
    if (this.mode === 'auto' || this.mode === 'fit') return false;
    const { source } = viewOf(picture, canvas, this.mode, { x: 0, y: 0 });
    return source.width < picture.width || source.height < picture.height;
  }

  /** Text follows its last row again: somebody types there. */
  follow(): void {
    if (this.text) this.pan = undefined;
  }

  /** Moves the part that is shown by a quarter of it; false when all is shown anyway. */
  move(right: number, down: number): boolean {
    const { picture, page, canvas } = this;
    if (!this.movable || picture === undefined || page === undefined) return false;
    if (this.text) {
      const x = this.corner.column + right * Math.max(1, canvas.columns >> 2);
      const y = this.corner.row + down * Math.max(1, canvas.rows >> 2);
      this.pan = { x, y };
      this.corner = this.cornerOf(page, canvas);
      this.pan = { x: this.corner.column, y: this.corner.row };
    } else if (this.mode !== 'auto') {
      const step = this.mode === '1:2' ? 2 : 1;
      const from = this.pan ?? { x: 0, y: 0 };
      const wished = {
        x: Math.max(0, from.x + right * ((canvas.columns * step) >> 2)),
        y: Math.max(0, from.y + down * ((canvas.rows * 2 * step) >> 2)),
      };
      this.pan = viewOf(picture, canvas, this.mode, wished).source;
    }
    this.cells = undefined;
    return true;
  }

  private dots(picture: Picture, canvas: Canvas): Cells {
    const zoom = this.mode === 'auto' ? 'fit' : this.mode;
    return dotCells(canvas, viewOf(picture, canvas, zoom, this.pan ?? { x: 0, y: 0 }));
  }

  /** Unless somebody moved: the left edge, and low enough for the last row that has anything on it. */
  private cornerOf(page: TextPage, canvas: Canvas): Corner {
    const wished = this.pan ?? { x: 0, y: page.lastRow + 1 - canvas.rows };
    const hold = (value: number, most: number) => Math.max(0, Math.min(value, most));
    return {
      row: hold(wished.y, page.rows - canvas.rows),
      column: hold(wished.x, page.columns - canvas.columns),
    };
  }
}
