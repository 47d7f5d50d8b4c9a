import { createAlphabet } from './alphabet.ts';
import { type Cells, type Corner, dotCells, textCells } from './cells.ts';
import type { Picture, Rectangle } from './picture.ts';
import { type Canvas, dotsOf, type Room, type View, viewIn, type Zoom } from './scale.ts';
import { TextPage } from './text-page.ts';

/** `auto` writes a screen of text as text and draws everything else as large as it fits. */
export type Mode = 'auto' | Zoom;
const modes: readonly Mode[] = ['auto', 'fit', '1:2', '1:1'];

/** The cells of the canvas; or which part of the picture goes where in its pixels, and what of it changed. */
export type Composed =
  | { readonly cells: Cells }
  | { readonly view: View; readonly damage: readonly Rectangle[] };

/** Decides what of a VM's screen stands in which cell of the terminal: as text or in dots, and which part of it. */
export class Composer {
  private readonly alphabet = createAlphabet();
  private mode: Mode = 'auto';
  private picture: Picture | undefined;
  private page: TextPage | undefined;
  private cells: Cells | undefined;
  /** The last time it was a picture in pixels. */
  private pixels = false;
  private text = false;
  private canvas: Canvas = { columns: 0, rows: 0 };
  /** The dots or pixels that a picture may take. */
  private room: Room = { width: 0, height: 0 };
  /** The corner a person moved to: in pixels for a picture, in letters for text; undefined = not moved. */
  private pan: { readonly x: number; readonly y: number } | undefined;
  private corner: Corner = { row: 0, column: 0 };

  /** In a word, for the status line. */
  get name(): string {
    if (this.mode !== 'auto') return this.mode;
    return this.text ? 'text' : 'fit';
  }

  /** The canvas as the picture is now; `pixels` = it can show that many, so pictures are not made of dots. */
  compose(picture: Picture, canvas: Canvas, pixels?: Room): Composed {
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
    this.room = pixels ?? dotsOf(canvas);
    if (pixels && !text) {
      this.settle(canvas, corner, text);
      const all = fresh || this.cells !== undefined || !this.pixels;
      this.cells = undefined;
      this.pixels = true;
      return { view: this.view(picture), damage: all ? [whole] : damage };
    }
    this.pixels = false;
    const same =
      !fresh &&
      this.cells !== undefined &&
      text === this.text &&
      canvas.columns === this.canvas.columns &&
      canvas.rows === this.canvas.rows &&
      (!text || (corner.row === this.corner.row && corner.column === this.corner.column));
    this.settle(canvas, corner, text);
    if (same && this.cells) {
      this.cells.update(picture, damage);
      return { cells: this.cells };
    }
    this.cells = text ? textCells(page, picture, corner) : dotCells(canvas, this.view(picture));
    this.cells.update(picture, [whole]);
    return { cells: this.cells };
  }

  /** Everything is told anew. */
  forget(): void {
    this.cells = undefined;
    this.pixels = false;
  }

  private settle(canvas: Canvas, corner: Corner, text: boolean): void {
    this.canvas = canvas;
    this.corner = corner;
    if (text !== this.text) this.pan = undefined;
    this.text = text;
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
    const { source } = viewIn(picture, this.room, this.mode, { x: 0, y: 0 });
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
      const { room } = this;
      const wished = {
        x: Math.max(0, from.x + right * ((room.width * step) >> 2)),
        y: Math.max(0, from.y + down * ((room.height * step) >> 2)),
      };
      this.pan = viewIn(picture, room, this.mode, wished).source;
    }
    this.cells = undefined;
    return true;
  }

  private view(picture: Picture): View {
    const zoom = this.mode === 'auto' ? 'fit' : this.mode;
    return viewIn(picture, this.room, zoom, this.pan ?? { x: 0, y: 0 });
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
