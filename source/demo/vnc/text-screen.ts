import { vgaCharacters, vgaGlyph, vgaGlyphs } from '../../domain/vga-font.ts';
import type { Area } from './display.ts';

export const COLUMNS = 80;
export const ROWS = 25;
const CELL = { width: 9, height: vgaGlyph.height };
const INK = 0xaaaaaa;

/** A PC's text mode: 80×25 characters of 9×16 pixels, with a cursor that blinks. */
export class TextScreen {
  readonly width = COLUMNS * CELL.width;
  readonly height = ROWS * CELL.height;
  readonly pixels = new Uint32Array(this.width * this.height);
  readonly #glyphs = vgaGlyphs();
  readonly #codes = new Map(vgaCharacters.map((each, code) => [each, code]));
  readonly #listeners = new Set<(area: Area) => void>();
  readonly #cells: string[][] = Array.from({ length: ROWS }, () => Array(COLUMNS).fill(' '));
  #row = 0;
  #column = 0;
  #cursor = false;

  onDamage(listener: (area: Area) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes at the cursor; `\n` begins a line, `\b` takes back one character. */
  write(text: string): void {
    this.cursor(false);
    for (const each of text) {
      if (each === '\n') this.#line();
      else if (each === '\b') this.#back();
      else {
        if (this.#column === COLUMNS) this.#line();
        this.#put(this.#row, this.#column, each);
        this.#column += 1;
      }
    }
  }

  clear(): void {
    this.cursor(false);
    for (const row of this.#cells) row.fill(' ');
    this.#row = 0;
    this.#column = 0;
    this.pixels.fill(0);
    this.#tell({ x: 0, y: 0, width: this.width, height: this.height });
  }

  /** Shows or hides the two lines of the cursor. */
  cursor(on: boolean): void {
    if (on === this.#cursor) return;
    this.#cursor = on;
    const column = Math.min(this.#column, COLUMNS - 1);
    if (!on) return this.#draw(this.#row, column);
    const x = column * CELL.width;
    const y = this.#row * CELL.height + 13;
    for (let line = y; line < y + 2; line += 1) {
      this.pixels.fill(INK, line * this.width + x, line * this.width + x + CELL.width);
    }
    return this.#tell({ x, y, width: CELL.width, height: 2 });
  }

  blink(): void {
    this.cursor(!this.#cursor);
  }

  #line(): void {
    this.#column = 0;
    if (this.#row < ROWS - 1) {
      this.#row += 1;
      return;
    }
    this.#cells.shift();
    this.#cells.push(Array(COLUMNS).fill(' '));
    const line = this.width * CELL.height;
    this.pixels.copyWithin(0, line);
    this.pixels.fill(0, this.pixels.length - line);
    this.#tell({ x: 0, y: 0, width: this.width, height: this.height });
  }

  #back(): void {
    if (this.#column === 0) return;
    this.#column -= 1;
    this.#put(this.#row, this.#column, ' ');
  }

  #put(row: number, column: number, character: string): void {
    const cells = this.#cells[row];
    if (cells) cells[column] = character;
    this.#draw(row, column);
  }

  #draw(row: number, column: number): void {
    const code = this.#codes.get(this.#cells[row]?.[column] ?? ' ') ?? 63;
    const [x, y] = [column * CELL.width, row * CELL.height];
    for (let line = 0; line < CELL.height; line += 1) {
      const bits = this.#glyphs[code * CELL.height + line] ?? 0;
      const start = (y + line) * this.width + x;
      for (let bit = 0; bit < vgaGlyph.width; bit += 1) {
        this.pixels[start + bit] = bits & (0x80 >> bit) ? INK : 0;
      }
      this.pixels[start + vgaGlyph.width] = 0;
    }
    this.#tell({ x, y, ...CELL });
  }

  #tell(area: Area): void {
    for (const listener of this.#listeners) listener(area);
  }
}
