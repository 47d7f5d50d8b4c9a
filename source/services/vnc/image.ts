import type { Picture, Rectangle } from './picture.ts';
import { OUTSIDE, type View } from './scale.ts';

/** A part of the screen as it is sent: 0xRRGGBB or OUTSIDE, row by row. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

/**
 * What stands in a part of the canvas (in its pixels), in `width`×`height` points: the mean of the light of all pixels that
 * a point covers, the nearest one where it covers less than one. `inside` = without points that lie across the edge of the
 * picture: they would show it where it is not.
 */
export function sample(
  picture: Pick<Picture, 'width' | 'pixels'>,
  view: View,
  part: Rectangle,
  width: number,
  height: number,
  inside = false,
): Image {
  const pixels = new Uint32Array(width * height).fill(OUTSIDE);
  const { source, dots } = view;
  const across = spans(
    part.x,
    part.width,
    width,
    [dots.x, dots.width],
    [source.x, source.width],
    inside,
  );
  const down = spans(
    part.y,
    part.height,
    height,
    [dots.y, dots.height],
    [source.y, source.height],
    inside,
  );
  for (let row = 0; row < height; row += 1) {
    const [top = -1, bottom = -1] = [down[row * 2], down[row * 2 + 1]];
    if (top < 0) continue;
    for (let column = 0; column < width; column += 1) {
      const left = across[column * 2] as number;
      const right = across[column * 2 + 1] as number;
      if (left < 0) continue;
      const at = row * width + column;
      if (right - left === 1 && bottom - top === 1) {
        pixels[at] = picture.pixels[top * picture.width + left] as number;
      } else pixels[at] = mean(picture, left, top, right, bottom);
    }
  }
  return { width, height, pixels };
}

/** The first pixel and the one after the last that each point covers; −1 = the point lies outside the picture. */
function spans(
  start: number,
  length: number,
  count: number,
  [dotsStart, dotsLength]: readonly [number, number],
  [sourceStart, sourceLength]: readonly [number, number],
  inside: boolean,
): Int32Array {
  const found = new Int32Array(count * 2).fill(-1);
  const scale = sourceLength / dotsLength;
  const last = sourceStart + sourceLength;
  for (let index = 0; index < count; index += 1) {
    const from = start + (index * length) / count - dotsStart;
    const to = start + ((index + 1) * length) / count - dotsStart;
    const middle = (from + to) / 2;
    if (inside ? from < 0 || to > dotsLength : middle < 0 || middle >= dotsLength) continue;
    const first = Math.max(sourceStart, Math.floor(sourceStart + from * scale + 1e-6));
    const end = Math.min(last, Math.floor(sourceStart + to * scale + 1e-6));
    found[index * 2] = Math.min(first, last - 1);
    found[index * 2 + 1] = Math.max(Math.min(first, last - 1) + 1, end);
  }
  return found;
}

function mean(
  { pixels, width }: Pick<Picture, 'width' | 'pixels'>,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number {
  const first = pixels[top * width + left] as number;
  let [red, green, blue] = [0, 0, 0];
  let plain = true;
  for (let y = top; y < bottom; y += 1) {
    for (let at = y * width + left, end = y * width + right; at < end; at += 1) {
      const pixel = pixels[at] as number;
      if (pixel !== first) plain = false;
      const [r, g, b] = [pixel >>> 16, (pixel >>> 8) & 255, pixel & 255];
      red += r * r;
      green += g * g;
      blue += b * b;
    }
  }
  if (plain) return first;
  const count = (right - left) * (bottom - top);
  const root = (sum: number) => Math.round(Math.sqrt(sum / count));
  return (root(red) << 16) | (root(green) << 8) | root(blue);
}

/** Fewer steps a channel: noise that nobody sees in a coarse picture would cost most of its bytes. */
export function coarsen({ width, height, pixels }: Image): Image {
  return {
    width,
    height,
    pixels: pixels.map((each) =>
      each === OUTSIDE ? each : (each & 0xf8f8f8) | ((each >>> 5) & 0x070707),
    ),
  };
}
