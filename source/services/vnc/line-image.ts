import { vgaGlyph, vgaGlyphs } from '../../domain/vga-font.ts';
import type { Image } from './image.ts';

const INK = 0x000000;
const PAPER = 0xdcdcdc;

/** A line of ASCII as a picture, one glyph of the VGA font a character: for a terminal whose pictures hide its text. */
export function lineImage(text: string): Image {
  const glyphs = vgaGlyphs();
  const width = text.length * 8;
  const pixels = new Uint32Array(width * vgaGlyph.height).fill(PAPER);
  for (let row = 0; row < vgaGlyph.height; row += 1) {
    for (let x = 0; x < width; x += 1) {
      const bits = glyphs[text.charCodeAt(x >> 3) * vgaGlyph.height + row] ?? 0;
      if (bits & (0x80 >> (x & 7))) pixels[row * width + x] = INK;
    }
  }
  return { width, height: vgaGlyph.height, pixels };
}
