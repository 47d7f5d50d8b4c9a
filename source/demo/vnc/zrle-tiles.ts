import type { Area } from './display.ts';

const TILE = 64;

/** The tiles of a ZRLE rectangle before compression: solid, up to 16 colours, or every pixel; blue first, three bytes. */
export function zrleTiles(pixels: Uint32Array, stride: number, area: Area): Buffer {
  const parts: Buffer[] = [];
  for (let y = area.y; y < area.y + area.height; y += TILE) {
    for (let x = area.x; x < area.x + area.width; x += TILE) {
      const width = Math.min(TILE, area.x + area.width - x);
      const height = Math.min(TILE, area.y + area.height - y);
      parts.push(tile(rowsOf(pixels, stride, { x, y, width, height })));
    }
  }
  return Buffer.concat(parts);
}

function rowsOf(pixels: Uint32Array, stride: number, { x, y, width, height }: Area): Uint32Array[] {
  return Array.from({ length: height }, (_, row) => {
    const start = (y + row) * stride + x;
    return pixels.subarray(start, start + width);
  });
}

function tile(rows: readonly Uint32Array[]): Buffer {
  const colours = new Map<number, number>();
  for (const row of rows) {
    for (const pixel of row) {
      if (!colours.has(pixel)) colours.set(pixel, colours.size);
      if (colours.size > 16) return Buffer.concat([Buffer.of(0), ...rows.map(full)]);
    }
  }
  const palette = full(Uint32Array.from(colours.keys()));
  const head = Buffer.concat([Buffer.of(colours.size), palette]);
  if (colours.size === 1) return head;
  const bits = colours.size > 4 ? 4 : colours.size > 2 ? 2 : 1;
  return Buffer.concat([head, ...rows.map((row) => packed(row, colours, bits))]);
}

function full(row: Uint32Array): Buffer {
  const bytes = Buffer.alloc(row.length * 3);
  row.forEach((pixel, index) => {
    bytes.writeUIntLE(pixel, index * 3, 3);
  });
  return bytes;
}

function packed(row: Uint32Array, colours: ReadonlyMap<number, number>, bits: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((row.length * bits) / 8));
  row.forEach((pixel, index) => {
    const at = index * bits;
    const value = (colours.get(pixel) ?? 0) << (8 - bits - (at % 8));
    bytes[at >> 3] = (bytes[at >> 3] ?? 0) | value;
  });
  return bytes;
}
