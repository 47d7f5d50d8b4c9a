import type { Cells } from './cells.ts';
import type { Ink } from './inks.ts';
import { OUTSIDE } from './scale.ts';

export interface Painted {
  readonly text: string;
  /** Bytes of the text in UTF-8. */
  readonly bytes: number;
  /** Everything is on the screen; else the room was used up, and the next call goes on. */
  readonly complete: boolean;
}

/** No code has this value: the colours a pen has at first. */
const UNKNOWN = 0xffffffff;
/** The most that one cell may take: a move, both colours in full, and the character. */
const CELL_LIMIT = 60;

/**
 * Writes what differs between the cells and what it wrote before, and nothing else. Where the room is not enough it stops and
 * goes on from there, so that every row has its turn however much the picture moves.
 */
export class Painter {
  private readonly columns: number;
  private readonly rows: number;
  private readonly ink: Ink;
  private readonly tops: Uint32Array;
  private readonly bottoms: Uint32Array;
  private readonly glyphs: Uint32Array;
  private nextRow = 0;

  /** The terminal is blank when it begins. */
  constructor(canvas: { readonly columns: number; readonly rows: number }, ink: Ink) {
    this.columns = canvas.columns;
    this.rows = canvas.rows;
    this.ink = ink;
    this.glyphs = new Uint32Array(this.columns * this.rows);
    const blank = ink.code(OUTSIDE);
    this.tops = new Uint32Array(this.columns * this.rows).fill(blank);
    this.bottoms = new Uint32Array(this.columns * this.rows).fill(blank);
  }

  /** At most `room` bytes. The text ends with plain attributes and leaves the cursor anywhere. */
  paint(cells: Cells, room: number): Painted {
    const pen = new Pen(this.ink);
    for (let turn = 0; turn < this.rows; turn += 1) {
      const row = (this.nextRow + turn) % this.rows;
      if (!this.paintRow(cells, row, pen, room)) {
        this.nextRow = row;
        return { ...pen.finish(), complete: false };
      }
    }
    return { ...pen.finish(), complete: true };
  }

  /** False when the room is used up. */
  private paintRow(cells: Cells, row: number, pen: Pen, room: number): boolean {
    for (let column = 0; column < this.columns; column += 1) {
      const at = row * this.columns + column;
      const glyph = cells.glyph(row, column);
      const top = this.ink.code(cells.top(row, column));
      const bottom = this.ink.code(cells.bottom(row, column));
      const same = this.tops[at] === top && this.bottoms[at] === bottom;
      if (same && this.glyphs[at] === glyph) continue;
      if (pen.bytes + CELL_LIMIT > room) return false;
      pen.moveTo(row, column);
      if (glyph === 0) pen.dots(top, bottom);
      else pen.letter(glyph, top, bottom);
      this.glyphs[at] = glyph;
      this.tops[at] = top;
      this.bottoms[at] = bottom;
    }
    return true;
  }
}

/** Collects escape sequences and says nothing twice. */
class Pen {
  bytes = 0;
  private readonly parts: string[] = [];
  private readonly ink: Ink;
  private row = -1;
  private column = -1;
  private foreground = UNKNOWN;
  private background = UNKNOWN;

  constructor(ink: Ink) {
    this.ink = ink;
  }

  moveTo(row: number, column: number): void {
    if (row === this.row && column === this.column) return;
    const gap = column - this.column;
    if (row === this.row && gap > 0) this.add(gap === 1 ? '\u001b[C' : `\u001b[${gap}C`);
    else this.add(`\u001b[${row + 1};${column + 1}H`);
    this.row = row;
    this.column = column;
  }

  letter(glyph: number, foreground: number, background: number): void {
    this.column += 1;
    // A colour that this terminal cannot tell from what is behind it would hide the letter.
    if (this.ink.sgr && foreground === background)
      this.colours(this.ink.other(background), background);
    else this.colours(foreground, background);
    this.add(this.ink.letter(glyph));
  }

  dots(top: number, bottom: number): void {
    this.column += 1;
    const { sgr } = this.ink;
    if (!sgr) return this.add(this.ink.glyph(top, bottom));
    if (top === bottom) {
      this.colours(this.foreground, bottom);
      return this.add(' ');
    }
    // Either half may be the character's: the one that needs fewer colours changed.
    const upper = Number(top !== this.foreground) + Number(bottom !== this.background);
    const lower = Number(bottom !== this.foreground) + Number(top !== this.background);
    if (lower < upper) {
      this.colours(bottom, top);
      this.add('▄');
    } else {
      this.colours(top, bottom);
      this.add('▀');
    }
    return undefined;
  }

  finish(): { readonly text: string; readonly bytes: number } {
    if (this.parts.length > 0 && this.ink.sgr) this.add('\u001b[0m');
    return { text: this.parts.join(''), bytes: this.bytes };
  }

  private colours(foreground: number, background: number): void {
    const { sgr } = this.ink;
    if (!sgr) return;
    const words: string[] = [];
    if (foreground !== this.foreground) words.push(sgr.foreground(foreground));
    if (background !== this.background) words.push(sgr.background(background));
    if (words.length > 0) this.add(`\u001b[${words.join(';')}m`);
    this.foreground = foreground;
    this.background = background;
  }

  private add(text: string): void {
    this.parts.push(text);
    // Our characters are ASCII or take three bytes.
    this.bytes += text.length === 1 && text > '~' ? 3 : text.length;
  }
}
