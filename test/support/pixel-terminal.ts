import { inflateSync } from 'node:zlib';

interface KittyImage {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBB, −1 = nothing. */
  readonly pixels: Int32Array;
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
  readonly layer: number;
}

/** Images below this lie under the backgrounds of characters too, those below 0 under the characters alone; kitty's numbers. */
const UNDER_BACKGROUNDS = -(2 ** 30);

interface Written {
  readonly character: string;
  /** It is written on a background of its own. */
  readonly filled: boolean;
}

/** A terminal that understands sixel, kitty's images, plain text and what is erased: enough to see pictures and what is over them. */
export class PixelTerminal {
  readonly width: number;
  readonly height: number;
  /** What sixels painted: 0xRRGGBB, −1 = nothing. */
  private readonly painted: Int32Array;
  private readonly images = new Map<number, KittyImage>();
  private readonly cell: { readonly width: number; readonly height: number };
  private readonly columns: number;
  /** By row × columns + column. */
  private readonly written = new Map<number, Written>();
  private filled = false;
  private cursor = { row: 0, column: 0 };
  private open: { readonly keys: Map<string, string>; data: string } | undefined;
  /** Sequences of a picture that came, and the lowest pixel row that one of them touched. */
  pictures = 0;
  lowest = -1;

  constructor(
    columns: number,
    rows: number,
    cell: { readonly width: number; readonly height: number },
  ) {
    this.cell = cell;
    this.columns = columns;
    this.width = columns * cell.width;
    this.height = rows * cell.height;
    this.painted = new Int32Array(this.width * this.height).fill(-1);
  }

  get imageCount(): number {
    return this.images.size;
  }

  write(text: string): void {
    const part =
      /\u001b\[([?\d;]*)([@-~])|\u001bP([\d;]*)q([^\u001b]*)\u001b\\|\u001b_G([^;\u001b]*);?([^\u001b]*)\u001b\\|([ -~\u00a0-\uffff]+)/g;
    for (const [, parameters, final, , sixels, keys, data, plain] of text.matchAll(part)) {
      if (plain !== undefined) this.print(plain);
      else if (sixels !== undefined) this.sixel(sixels);
      else if (keys !== undefined) this.kitty(keys, data ?? '');
      else this.control(parameters ?? '', final ?? '');
    }
  }

  /** What is seen: −1 = nothing but the terminal's background. */
  pixels(): Int32Array {
    const seen = Int32Array.from(this.painted);
    const images = [...this.images.values()].sort((a, b) => a.layer - b.layer);
    for (const image of images) this.show(image, seen);
    return seen;
  }

  /** The characters of a row that no image hides. */
  text(row: number): string {
    const { columns } = this;
    return Array.from({ length: columns }, (_, column) => {
      const cell = this.written.get(row * columns + column);
      const hidden = [...this.images.values()].some(
        (image) => covers(image, row, column) && !(cell && under(image, cell)),
      );
      return cell === undefined || hidden ? ' ' : cell.character;
    }).join('');
  }

  private print(text: string): void {
    for (const character of text) {
      const { row, column } = this.cursor;
      if (column >= this.columns) return;
      this.cursor = { row, column: column + 1 };
      this.written.set(row * this.columns + column, { character, filled: this.filled });
      // Sixels are part of the cell that is written.
      for (let y = row * this.cell.height; y < (row + 1) * this.cell.height; y += 1) {
        const at = y * this.width + column * this.cell.width;
        this.painted.fill(-1, at, at + this.cell.width);
      }
    }
  }

  /** What a character's attributes make of its background. */
  private attributes(numbers: readonly number[]): void {
    for (let at = 0; at < numbers.length; at += 1) {
      const number = numbers[at] ?? 0;
      if (number === 0 || number === 27 || number === 49) this.filled = false;
      if (number === 7 || number === 48 || (number >= 40 && number < 48)) this.filled = true;
      if (number === 38 || number === 48) at += numbers[at + 1] === 2 ? 4 : 2;
    }
  }

  private control(parameters: string, final: string): void {
    const numbers = parameters.split(';').map(Number);
    if (final === 'H') this.cursor = { row: (numbers[0] || 1) - 1, column: (numbers[1] || 1) - 1 };
    if (final === 'm') this.attributes(numbers);
    if (final === 'J' && parameters === '2') {
      this.painted.fill(-1);
      this.written.clear();
      this.images.clear();
    }
    if (final === 'J' && parameters === '1') {
      this.painted.fill(-1, 0, (this.cursor.row + 1) * this.cell.height * this.width);
      const end = (this.cursor.row + 1) * this.columns;
      for (const at of this.written.keys()) if (at < end) this.written.delete(at);
    }
  }

  private sixel(body: string): void {
    this.pictures += 1;
    const palette = new Map<number, number>();
    let [x, y, colour] = [0, 0, 0];
    const left = this.cursor.column * this.cell.width;
    const top = this.cursor.row * this.cell.height;
    const dot = (bits: number, count: number) => {
      for (let turn = 0; turn < count; turn += 1, x += 1) {
        for (let bit = 0; bit < 6; bit += 1) {
          if ((bits & (1 << bit)) === 0) continue;
          if (left + x >= this.width || top + y + bit >= this.height) throw new Error('outside');
          this.painted[(top + y + bit) * this.width + left + x] = palette.get(colour) ?? 0;
          this.lowest = Math.max(this.lowest, top + y + bit);
        }
      }
    };
    const token = /"[\d;]*|#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|(\$)|(-)/g;
    for (const match of body.matchAll(token)) {
      const [, register, red, green, blue, count, repeated, single, back, next] = match;
      if (register !== undefined) {
        colour = Number(register);
        const part = (value?: string) => Math.round((Number(value) * 255) / 100);
        if (red) palette.set(colour, (part(red) << 16) | (part(green) << 8) | part(blue));
      } else if (repeated) dot(repeated.charCodeAt(0) - 63, Number(count));
      else if (single) dot(single.charCodeAt(0) - 63, 1);
      else if (back) x = 0;
      else if (next) {
        x = 0;
        y += 6;
      }
    }
  }

  private kitty(text: string, data: string): void {
    const keys = new Map(text.split(',').map((each) => each.split('=') as [string, string]));
    if (data.length > 4096) throw new Error('a piece of more than 4096 characters');
    if (keys.get('a') === 'd') return this.remove(keys);
    if (this.open) this.open.data += data;
    else this.open = { keys, data };
    if (keys.get('m') === '1') return undefined;
    const whole = this.open;
    this.open = undefined;
    return this.transmit(whole.keys, whole.data);
  }

  private remove(keys: Map<string, string>): void {
    if (keys.get('d') === 'A') this.images.clear();
    else if (keys.get('d') === 'I') this.images.delete(Number(keys.get('i')));
  }

  private transmit(keys: Map<string, string>, data: string): void {
    if (keys.get('a') !== 'T') return;
    this.pictures += 1;
    const number = (key: string) => Number(keys.get(key) ?? 0);
    const bytes = inflateSync(Buffer.from(data, 'base64'));
    const [width, height, step] = [number('s'), number('v'), number('f') / 8];
    if (bytes.length !== width * height * step) throw new Error('not all pixels');
    const pixels = new Int32Array(width * height);
    for (let at = 0; at < pixels.length; at += 1) {
      const seen = step === 3 || bytes[at * 4 + 3] === 255;
      pixels[at] = seen ? bytes.readUIntBE(at * step, 3) : -1;
    }
    const place = { ...this.cursor, columns: number('c'), rows: number('r'), layer: number('z') };
    this.images.set(number('i'), { width, height, pixels, ...place });
    this.lowest = Math.max(this.lowest, (place.row + place.rows) * this.cell.height - 1);
  }

  private cellAt(x: number, y: number): Written | undefined {
    const { width, height } = this.cell;
    return this.written.get(Math.floor(y / height) * this.columns + Math.floor(x / width));
  }

  private show(image: KittyImage, seen: Int32Array): void {
    const [wide, high] = [image.columns * this.cell.width, image.rows * this.cell.height];
    for (let y = 0; y < high; y += 1) {
      for (let x = 0; x < wide; x += 1) {
        const row = Math.floor((y * image.height) / high);
        const cell = this.cellAt(
          image.column * this.cell.width + x,
          image.row * this.cell.height + y,
        );
        if (cell?.filled && under(image, cell)) continue;
        const pixel = image.pixels[row * image.width + Math.floor((x * image.width) / wide)] ?? -1;
        const at = (image.row * this.cell.height + y) * this.width;
        if (pixel >= 0) seen[at + image.column * this.cell.width + x] = pixel;
      }
    }
  }
}

/** The character can be read over the image, on its own background where it has one. */
const under = ({ layer }: KittyImage, { filled }: Written) =>
  layer < (filled ? UNDER_BACKGROUNDS : 0);

const covers = (image: KittyImage, row: number, column: number) =>
  row >= image.row &&
  row < image.row + image.rows &&
  column >= image.column &&
  column < image.column + image.columns;

/** How much two pixels differ at most in a channel. */
export function difference(one: number, other: number): number {
  if (one < 0 || other < 0) return one === other ? 0 : 255;
  return Math.max(
    ...[16, 8, 0].map((shift) => Math.abs(((one >> shift) & 255) - ((other >> shift) & 255))),
  );
}
