import { vgaGlyph } from '../../domain/vga-font.ts';
import type { Alphabet } from './alphabet.ts';
import type { Picture, Rectangle } from './picture.ts';

const ROWS = vgaGlyph.height;
const COLUMNS = vgaGlyph.width;
/** Part of the cells that are not blank that must be known letters before a screen counts as text. */
const ENOUGH = 0.9;
const BLANK = 32;

/** One character of the screen as it was recognised. */
export interface TextCell {
  /** Unicode; 0 = no letter, to be drawn. */
  readonly glyph: number;
  readonly foreground: number;
  readonly background: number;
}

/**
 * Reads a screen that shows text in the letters of the VGA: the firmware's, a boot loader's, a kernel's console. Letters are
 * told by comparing every pixel, so what is not exactly a letter of that font is never shown as one.
 */
export class TextPage {
  readonly columns: number;
  readonly rows: number;
  private readonly cellWidth: number;
  private readonly glyphs: Uint16Array;
  private readonly foregrounds: Uint32Array;
  private readonly backgrounds: Uint32Array;
  /** 0 blank, 1 a letter, 2 something else. */
  private readonly kinds: Uint8Array;
  private readonly counts = [0, 0, 0];
  private readonly pattern = new Uint8Array(ROWS);
  private readonly alphabet: Alphabet;

  constructor(size: Pick<Picture, 'width' | 'height'>, alphabet: Alphabet) {
    this.alphabet = alphabet;
    // The card's own text modes have nine columns a letter, everything that draws text itself has eight.
    this.cellWidth = size.width === 720 ? COLUMNS + 1 : COLUMNS;
    this.columns = Math.floor(size.width / this.cellWidth);
    this.rows = Math.floor(size.height / ROWS);
    const count = this.columns * this.rows;
    this.glyphs = new Uint16Array(count);
    this.foregrounds = new Uint32Array(count);
    this.backgrounds = new Uint32Array(count);
    this.kinds = new Uint8Array(count);
    this.counts[0] = count;
  }

  /** Enough of what is on the screen are letters. A blank screen is none. */
  get readable(): boolean {
    const [, letters = 0, others = 0] = this.counts;
    return letters > 0 && letters >= (letters + others) * ENOUGH;
  }

  /** The last row that has anything on it. */
  get lastRow(): number {
    const { columns, kinds } = this;
    for (let at = kinds.length - 1; at >= 0; at -= 1) {
      if (kinds[at] !== 0) return Math.floor(at / columns);
    }
    return 0;
  }

  cell(row: number, column: number): TextCell {
    const at = row * this.columns + column;
    return {
      glyph: this.glyphs[at] ?? 0,
      foreground: this.foregrounds[at] ?? 0,
      background: this.backgrounds[at] ?? 0,
    };
  }

  /** Where a cell lies in the picture. */
  area(row: number, column: number): Rectangle {
    const width = this.cellWidth;
    return { x: column * width, y: row * ROWS, width, height: ROWS };
  }

  /** Reads the cells anew that were damaged. */
  update(picture: Picture, damage: readonly Rectangle[]): void {
    for (const { x, y, width, height } of damage) {
      const right = Math.min(this.columns, Math.ceil((x + width) / this.cellWidth));
      const bottom = Math.min(this.rows, Math.ceil((y + height) / ROWS));
      for (let row = Math.floor(y / ROWS); row < bottom; row += 1) {
        for (let column = Math.floor(x / this.cellWidth); column < right; column += 1) {
          this.read(picture, row, column);
        }
      }
    }
  }

  private read(picture: Picture, row: number, column: number): void {
    const at = row * this.columns + column;
    const [first, other, colours] = this.scan(picture, row, column);
    const found = colours === 2 ? this.alphabet.find(this.pattern) : undefined;
    const kind = colours === 1 ? 0 : found === undefined ? 2 : 1;
    this.count(this.kinds[at] as number, -1);
    this.count(kind, 1);
    this.kinds[at] = kind;
    this.foregrounds[at] = found?.inverse ? first : other;
    this.backgrounds[at] = found?.inverse ? other : first;
    this.glyphs[at] = kind === 0 ? BLANK : (found?.codePoint ?? 0);
  }

  private count(kind: number, by: number): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + by;
  }

  /** The cell's two colours, how many there are (3 = too many), and in `pattern` where the second one is. */
  private scan({ pixels, width }: Picture, row: number, column: number): [number, number, number] {
    const start = row * ROWS * width + column * this.cellWidth;
    const first = pixels[start] as number;
    let other = first;
    for (let line = 0; line < ROWS; line += 1) {
      let bits = 0;
      for (let x = 0; x < COLUMNS; x += 1) {
        const pixel = pixels[start + line * width + x] as number;
        if (pixel === first) continue;
        if (other === first) other = pixel;
        else if (pixel !== other) return [first, other, 3];
        bits |= 0x80 >> x;
      }
      this.pattern[line] = bits;
    }
    return [first, other, other === first ? 1 : 2];
  }
}
