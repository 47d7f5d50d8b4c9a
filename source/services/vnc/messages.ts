import type { Rectangle } from './picture.ts';

/** Encodings by their numbers in RFC 6143 and the registry of RFB. */
export const encodings = {
  raw: 0,
  copyRect: 1,
  zrle: 16,
  desktopSize: -223,
  lastRect: -224,
} as const;

/** In the order in which we like them. */
const wanted: readonly number[] = [
  encodings.zrle,
  encodings.copyRect,
  encodings.raw,
  encodings.desktopSize,
  encodings.lastRect,
];

/** 32 bits a pixel, least byte first: blue, green, red, nothing. */
export function setPixelFormat(): Uint8Array {
  const bytes = Buffer.alloc(20);
  bytes.set([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0]);
  return bytes;
}

export function setEncodings(): Uint8Array {
  const bytes = Buffer.alloc(4 + wanted.length * 4);
  bytes[0] = 2;
  bytes.writeUInt16BE(wanted.length, 2);
  wanted.forEach((encoding, index) => {
    bytes.writeInt32BE(encoding, 4 + index * 4);
  });
  return bytes;
}

/** `incremental` asks for what changes from now on; the server answers when something does. */
export function updateRequest(
  { width, height }: Pick<Rectangle, 'width' | 'height'>,
  incremental: boolean,
): Uint8Array {
  const bytes = Buffer.alloc(10);
  bytes[0] = 3;
  bytes[1] = incremental ? 1 : 0;
  bytes.writeUInt16BE(width, 6);
  bytes.writeUInt16BE(height, 8);
  return bytes;
}

/** `keysym` as X11 numbers it. */
export function keyEvent(keysym: number, down: boolean): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes[0] = 4;
  bytes[1] = down ? 1 : 0;
  bytes.writeUInt32BE(keysym, 4);
  return bytes;
}
