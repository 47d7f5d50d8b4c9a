import type { Image } from './image.ts';
import { OUTSIDE } from './scale.ts';

/** A picture with few colours. */
export interface Indexed {
  /** 0xRRGGBB */
  readonly palette: readonly number[];
  /** The place of each pixel's colour in the palette; −1 = outside the picture. */
  readonly indexes: Int16Array;
}

interface Entry {
  readonly colour: number;
  readonly count: number;
}

/** At most `most` colours: exactly those of the picture when they are so few, else means of groups of like ones. */
export function indexed({ pixels }: Image, most: number): Indexed {
  const counts = new Map<number, number>();
  for (const pixel of pixels) {
    if (pixel !== OUTSIDE) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  }
  const places = new Map<number, number>();
  const palette: number[] = [];
  if (counts.size <= most) {
    for (const colour of counts.keys()) {
      places.set(colour, palette.length);
      palette.push(colour);
    }
  } else {
    const near = counts.size > MANY ? NEAR : 0xffffff;
    const entries = gather(counts, near);
    const groupOf = new Map<number, number>();
    for (const group of groups(entries, most)) {
      for (const { colour } of group) groupOf.set(colour & near, palette.length);
      palette.push(meanOf(group));
    }
    for (const colour of counts.keys()) places.set(colour, groupOf.get(colour & near) ?? 0);
  }
  const indexes = new Int16Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 1) {
    indexes[at] = places.get(pixels[at] as number) ?? -1;
  }
  return { palette, indexes };
}

/** With more colours than this, those that are alike are counted as one. */
const MANY = 512;
const NEAR = 0xf0f0f0;

/** Colours with their counts; those that are the same in the bits of `near` as their mean. */
function gather(counts: ReadonlyMap<number, number>, near: number): Entry[] {
  if (near === 0xffffff) return [...counts].map(([colour, count]) => ({ colour, count }));
  const parts = new Map<number, Entry[]>();
  for (const [colour, count] of counts) {
    const part = parts.get(colour & near);
    if (part) part.push({ colour, count });
    else parts.set(colour & near, [{ colour, count }]);
  }
  return [...parts.values()].map((part) => ({
    colour: meanOf(part),
    count: part.reduce((sum, { count }) => sum + count, 0),
  }));
}

const shifts = [16, 8, 0] as const;
const channel = (colour: number, shift: number) => (colour >>> shift) & 255;

interface Box {
  readonly entries: readonly Entry[];
  /** The channel in which its colours differ most, and how much that matters. */
  readonly shift: number;
  readonly weight: number;
}

function boxOf(entries: readonly Entry[]): Box {
  let best = { shift: 0, range: -1 };
  let total = 0;
  for (const { count } of entries) total += count;
  for (const shift of shifts) {
    let [low, high] = [255, 0];
    for (const { colour } of entries) {
      const value = channel(colour, shift);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (high - low > best.range) best = { shift, range: high - low };
  }
  // Few pixels that differ much matter too: a cursor, a letter.
  const weight = entries.length < 2 ? 0 : best.range * best.range * Math.sqrt(total);
  return { entries, shift: best.shift, weight };
}

/** Halves the group whose colours differ most, until there are enough of them. */
function groups(entries: readonly Entry[], most: number): (readonly Entry[])[] {
  const boxes = [boxOf(entries)];
  while (boxes.length < most) {
    let widest = 0;
    for (let at = 1; at < boxes.length; at += 1) {
      if ((boxes[at]?.weight ?? 0) > (boxes[widest]?.weight ?? 0)) widest = at;
    }
    const box = boxes[widest];
    if (box === undefined || box.weight === 0) break;
    boxes.splice(widest, 1, ...halves(box).map(boxOf));
  }
  return boxes.map((box) => box.entries);
}

function halves({ entries, shift }: Box): [readonly Entry[], readonly Entry[]] {
  const sorted = [...entries].sort((a, b) => channel(a.colour, shift) - channel(b.colour, shift));
  const first = sorted[0]?.colour ?? 0;
  const last = sorted.at(-1)?.colour ?? 0;
  // Half of the way, not of the pixels: a dark screen with one bright line keeps the line.
  const middle = (channel(first, shift) + channel(last, shift)) / 2;
  const at = sorted.findIndex(({ colour }) => channel(colour, shift) > middle);
  const cut = Math.max(1, Math.min(sorted.length - 1, at));
  return [sorted.slice(0, cut), sorted.slice(cut)];
}

function meanOf(group: readonly Entry[]): number {
  let [red, green, blue, total] = [0, 0, 0, 0];
  for (const { colour, count } of group) {
    red += channel(colour, 16) * count;
    green += channel(colour, 8) * count;
    blue += channel(colour, 0) * count;
    total += count;
  }
  const part = (sum: number) => Math.round(sum / total);
  return (part(red) << 16) | (part(green) << 8) | part(blue);
}
