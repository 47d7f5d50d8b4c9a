import { crc32, deflateSync } from 'node:zlib';
import type { Picture } from './picture.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const CHANNELS = 3;

/** A picture as the bytes of a PNG file: 8 bits for each of red, green and blue. */
export function encodePng(picture: Pick<Picture, 'width' | 'height' | 'pixels'>): Uint8Array {
  const { width, height } = picture;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // 8 bits a channel, colours without alpha; compression, filters and order have one value each.
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(scanlines(picture))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Each row is told as the difference to the one above (filter 2): screens repeat themselves downwards. */
function scanlines({ width, height, pixels }: Pick<Picture, 'width' | 'height' | 'pixels'>) {
  const stride = 1 + width * CHANNELS;
  const lines = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1) {
    let at = row * stride;
    lines[at++] = 2;
    for (let column = 0; column < width; column += 1) {
      const here = pixels[row * width + column] ?? 0;
      const above = row === 0 ? 0 : (pixels[(row - 1) * width + column] ?? 0);
      lines[at++] = (here >>> 16) - (above >>> 16);
      lines[at++] = ((here >>> 8) & 255) - ((above >>> 8) & 255);
      lines[at++] = (here & 255) - (above & 255);
    }
  }
  return lines;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
