import type { PixelSize } from './capabilities.ts';
import type { Detail, GraphicEncoder, Place } from './graphics.ts';
import type { Image } from './image.ts';
import { type Indexed, indexed } from './palette.ts';
import { OUTSIDE } from './scale.ts';

/** Pixels of one sixel, one below the other. */
export const SIXEL = 6;
/** More colours cost more bytes than they are worth: each is a pass of its own over six rows. */
const MOST_COLOURS: Readonly<Record<Detail, number>> = { exact: 64, fewer: 32, coarse: 16 };

/**
 * DEC's sixels. A picture is painted over what was there, pixel by pixel; pixels outside the VM's screen are left alone
 * (the second 1). `registers` = how many colours the terminal has for one picture.
 */
export function sixelEncoder(registers: number): GraphicEncoder {
  return {
    step: SIXEL,
    layered: false,
    halfway: SIXEL,
    points,
    image: (place, image, detail) => {
      const few = indexed(inPercent(image), Math.min(registers, MOST_COLOURS[detail]));
      return `\u001b[${place.row + 1};${place.column + 1}H${encode(place, image, few)}`;
    },
    remove: () => '',
    clear: '',
  };
}

/** Colours as they can be told: those that come out the same are the same. */
function inPercent(image: Image): Image {
  const channel = (value: number) => Math.round((Math.round((value * 100) / 255) * 255) / 100);
  const pixels = image.pixels.map((each) =>
    each === OUTSIDE
      ? each
      : (channel(each >>> 16) << 16) | (channel((each >>> 8) & 255) << 8) | channel(each & 255),
  );
  return { ...image, pixels };
}

/**
 * Every six rows are told anew, whether or not they are like the last ones: higher points would save nothing. So coarse ones
 * are six rows high and as wide as they have to be.
 */
function points({ width, height }: PixelSize, factor: number): PixelSize {
  const high = factor < SIXEL / 2 ? factor : SIXEL * Math.max(1, Math.round(factor / (SIXEL * 4)));
  return {
    width: Math.max(1, Math.round((width * high) / (factor * factor))),
    height: Math.max(1, Math.round(height / high)),
  };
}

function encode({ width, height }: Place, image: Image, { palette, indexes }: Indexed): string {
  const parts = [`\u001bP0;1;0q"1;1;${width};${height}`];
  palette.forEach((colour, index) => {
    const percent = [16, 8, 0].map((shift) => Math.round((((colour >>> shift) & 255) * 100) / 255));
    parts.push(`#${index};2;${percent.join(';')}`);
  });
  // The points of the image are stretched over the pixels of its place.
  const columns = starts(width, image.width);
  let last = '';
  for (let top = 0; top < height; top += SIXEL) {
    const rows: number[] = [];
    for (let y = top; y < top + SIXEL; y += 1) {
      rows.push(y < height ? Math.floor((y * image.height) / height) : -1);
    }
    last = band(rows, columns, image.width, palette.length, indexes);
    parts.push(last, '-');
  }
  parts.pop();
  parts.push('\u001b\\');
  return parts.join('');
}

/** Where each point begins on the pixels; one more for the end. */
function starts(length: number, count: number): Int32Array {
  const found = new Int32Array(count + 1);
  for (let index = 0; index <= count; index += 1) {
    found[index] = Math.ceil((index * length) / count);
  }
  return found;
}

/** Six rows: for each colour that is in them, which pixels it has. */
function band(
  rows: readonly number[],
  columns: Int32Array,
  width: number,
  colours: number,
  indexes: Int16Array,
): string {
  const masks = new Map<number, Uint8Array>();
  rows.forEach((row, bit) => {
    if (row < 0) return;
    for (let x = 0; x < width; x += 1) {
      const index = indexes[row * width + x] as number;
      if (index < 0 || index >= colours) continue;
      let mask = masks.get(index);
      if (mask === undefined) {
        mask = new Uint8Array(width);
        masks.set(index, mask);
      }
      mask[x] = (mask[x] as number) | (1 << bit);
    }
  });
  const passes: string[] = [];
  for (const [index, mask] of masks) passes.push(`#${index}${runs(mask, columns)}`);
  return passes.join('$');
}

function runs(mask: Uint8Array, columns: Int32Array): string {
  let text = '';
  let from = 0;
  for (let x = 1; x <= mask.length; x += 1) {
    if (x < mask.length && mask[x] === mask[from]) continue;
    const bits = mask[from] as number;
    const length = (columns[x] as number) - (columns[from] as number);
    // Nothing has to be said about the empty end of a row.
    if (bits === 0 && x === mask.length) break;
    const character = String.fromCharCode(63 + bits);
    text += length > 3 ? `!${length}${character}` : character.repeat(length);
    from = x;
  }
  return text;
}
