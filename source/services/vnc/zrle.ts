import type { Picture, Rectangle } from './picture.ts';
import { ProtocolError } from './stream.ts';

const TILE = 64;

/** Most bytes that a rectangle may unpack to: every pixel in full, a head for every tile. */
export function zrleLimit({ width, height }: Rectangle): number {
  const tiles = Math.ceil(width / TILE) * Math.ceil(height / TILE);
  return width * height * 4 + tiles * 512 + 64;
}

/**
 * Draws the unpacked data of a ZRLE rectangle (RFC 6143, 7.7.6) in our pixel format: a pixel is three bytes, blue first.
 * @throws ProtocolError for data that end early or name a colour that is not in the palette
 */
export function drawZrle(picture: Picture, area: Rectangle, data: Uint8Array): void {
  const tiles = new TileReader(picture, data);
  const right = area.x + area.width;
  const bottom = area.y + area.height;
  for (let y = area.y; y < bottom; y += TILE) {
    for (let x = area.x; x < right; x += TILE) {
      const width = Math.min(TILE, right - x);
      tiles.draw({ x, y, width, height: Math.min(TILE, bottom - y) });
    }
  }
}

class TileReader {
  private at = 0;
  private readonly picture: Picture;
  private readonly data: Uint8Array;

  constructor(picture: Picture, data: Uint8Array) {
    this.picture = picture;
    this.data = data;
  }

  draw(tile: Rectangle): void {
    const kind = this.byte();
    if (kind === 0) return this.plain(tile);
    if (kind === 1) return this.picture.fill(tile, this.colour());
    if (kind <= 16) return this.packed(tile, this.palette(kind));
    if (kind === 128) return this.runs(tile, undefined);
    if (kind >= 130) return this.runs(tile, this.palette(kind - 128));
    throw new ProtocolError(`sends a tile of kind ${kind}, which ZRLE does not have`);
  }

  private byte(): number {
    const value = this.data[this.at];
    if (value === undefined) throw new ProtocolError('sends a tile that ends early');
    this.at += 1;
    return value;
  }

  private colour(): number {
    return this.byte() | (this.byte() << 8) | (this.byte() << 16);
  }

  private palette(size: number): Uint32Array {
    const palette = new Uint32Array(size);
    for (let index = 0; index < size; index += 1) palette[index] = this.colour();
    return palette;
  }

  private plain({ x, y, width, height }: Rectangle): void {
    const { data, picture } = this;
    if (this.at + width * height * 3 > data.length) {
      throw new ProtocolError('sends a tile that ends early');
    }
    let at = this.at;
    for (let row = y; row < y + height; row += 1) {
      const start = row * picture.width + x;
      for (let to = start; to < start + width; to += 1, at += 3) {
        picture.pixels[to] =
          (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16);
      }
    }
    this.at = at;
  }

  private packed({ x, y, width, height }: Rectangle, palette: Uint32Array): void {
    const bits = palette.length > 4 ? 4 : palette.length > 2 ? 2 : 1;
    const mask = (1 << bits) - 1;
    for (let row = y; row < y + height; row += 1) {
      const start = row * this.picture.width + x;
      let byte = 0;
      let left = 0;
      for (let to = start; to < start + width; to += 1) {
        if (left === 0) {
          byte = this.byte();
          left = 8;
        }
        left -= bits;
        this.picture.pixels[to] = pick(palette, (byte >> left) & mask);
      }
    }
  }

  /** Runs go on from row to row of the tile. Without a palette each names its colour in full. */
  private runs(tile: Rectangle, palette: Uint32Array | undefined): void {
    const total = tile.width * tile.height;
    for (let done = 0; done < total; ) {
      let colour: number;
      let length = 1;
      if (palette === undefined) {
        colour = this.colour();
        length = this.length();
      } else {
        const index = this.byte();
        colour = pick(palette, index & 127);
        if (index & 128) length = this.length();
      }
      if (done + length > total) throw new ProtocolError('sends a run that leaves its tile');
      this.run(tile, done, length, colour);
      done += length;
    }
  }

  private length(): number {
    let length = 1;
    for (;;) {
      const byte = this.byte();
      length += byte;
      if (byte !== 255) return length;
    }
  }

  private run({ x, y, width }: Rectangle, from: number, length: number, colour: number): void {
    const { pixels } = this.picture;
    let [left, row, column] = [length, Math.floor(from / width), from % width];
    while (left > 0) {
      const part = Math.min(left, width - column);
      const start = (y + row) * this.picture.width + x + column;
      pixels.fill(colour, start, start + part);
      left -= part;
      row += 1;
      column = 0;
    }
  }
}

function pick(palette: Uint32Array, index: number): number {
  const colour = palette[index];
  if (colour === undefined)
    throw new ProtocolError('names a colour that its palette does not have');
  return colour;
}
