import { deflateSync } from 'node:zlib';
import type { GraphicEncoder, Place } from './graphics.ts';
import type { Image } from './image.ts';
import { OUTSIDE } from './scale.ts';

/** Most characters of one piece of a picture, by the protocol. */
const CHUNK = 4096;

/**
 * Kitty's graphics protocol. Pictures lie over the text and over each other by their layer; the terminal stretches each over
 * its cells. It answers nothing (q=2) and leaves the cursor where it is (C=1).
 */
export const kittyEncoder: GraphicEncoder = {
  step: 1,
  layered: true,
  halfway: 2,
  points: ({ width, height }, factor) => ({
    width: Math.max(1, Math.round(width / factor)),
    height: Math.max(1, Math.round(height / factor)),
  }),
  image: (place, image) => {
    const opaque = !image.pixels.includes(OUTSIDE);
    const data = deflateSync(opaque ? rgb(image) : rgba(image)).toString('base64');
    const { row, column, columns, rows, id, layer } = place;
    const head =
      `a=T,q=2,C=1,i=${id},f=${opaque ? 24 : 32},o=z,` +
      `s=${image.width},v=${image.height},c=${columns},r=${rows},z=${layer}`;
    return `\u001b[${row + 1};${column + 1}H${chunks(head, data)}`;
  },
  remove: ({ id }: Place) => `\u001b_Ga=d,d=I,i=${id},q=2\u001b\\`,
  // Upper case: the data too, not the placements alone.
  clear: '\u001b_Ga=d,d=A,q=2\u001b\\',
};

function chunks(head: string, data: string): string {
  if (data.length <= CHUNK) return `\u001b_G${head};${data}\u001b\\`;
  const parts: string[] = [];
  for (let at = 0; at < data.length; at += CHUNK) {
    const more = at + CHUNK < data.length ? 1 : 0;
    const keys = at === 0 ? `${head},m=${more}` : `m=${more},q=2`;
    parts.push(`\u001b_G${keys};${data.slice(at, at + CHUNK)}\u001b\\`);
  }
  return parts.join('');
}

function rgb({ pixels }: Image): Uint8Array {
  const bytes = new Uint8Array(pixels.length * 3);
  for (let index = 0, at = 0; index < pixels.length; index += 1) {
    const pixel = pixels[index] as number;
    bytes[at++] = pixel >>> 16;
    bytes[at++] = pixel >>> 8;
    bytes[at++] = pixel;
  }
  return bytes;
}

/** Where the picture is not, nothing is seen of it. */
function rgba({ pixels }: Image): Uint8Array {
  const bytes = new Uint8Array(pixels.length * 4);
  for (let index = 0; index < pixels.length; index += 1) {
    const pixel = pixels[index] as number;
    if (pixel === OUTSIDE) continue;
    bytes.set([pixel >>> 16, (pixel >>> 8) & 255, pixel & 255, 255], index * 4);
  }
  return bytes;
}
