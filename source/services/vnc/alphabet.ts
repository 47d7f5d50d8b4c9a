import { vgaCharacters, vgaGlyph, vgaGlyphs } from '../../domain/vga-font.ts';

const ROWS = vgaGlyph.height;
/** The signs of the code page below a blank are drawn, not written: terminals disagree about how wide they are. */
const FIRST_LETTER = 32;
const DELETE = 127;

export interface Letter {
  readonly codePoint: number;
  /** Where the pattern has no bits the letter is, and the other way round. */
  readonly inverse: boolean;
}

/** The letters of the VGA's font, to be found by their pixels. */
export interface Alphabet {
  /** `pattern` is 16 rows of 8 bits. Only a letter that is the same in every pixel is one. */
  find(pattern: Uint8Array): Letter | undefined;
}

export function createAlphabet(): Alphabet {
  const glyphs = vgaGlyphs();
  const codes = new Map<number, number>();
  for (let code = 255; code >= FIRST_LETTER; code -= 1) {
    const rows = glyphs.subarray(code * ROWS, (code + 1) * ROWS);
    if (code !== DELETE) codes.set(hash(rows, 0), code);
  }
  const letter = (pattern: Uint8Array, mask: number): Letter | undefined => {
    const code = codes.get(hash(pattern, mask));
    if (code === undefined) return undefined;
    for (let row = 0; row < ROWS; row += 1) {
      if (((pattern[row] as number) ^ mask) !== glyphs[code * ROWS + row]) return undefined;
    }
    return { codePoint: vgaCharacters[code]?.codePointAt(0) ?? 0, inverse: mask !== 0 };
  };
  return { find: (pattern) => letter(pattern, 0) ?? letter(pattern, 255) };
}

function hash(rows: Uint8Array, mask: number): number {
  let value = 7;
  for (let row = 0; row < ROWS; row += 1) {
    value = (value * 31 + ((rows[row] as number) ^ mask)) % 0x7fffffff;
  }
  return value;
}
