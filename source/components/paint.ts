import type { SafeText } from '../domain/safe-text.ts';
import { toAscii } from './ascii.ts';
import type { Line, Segment } from './line.ts';
import type { Theme } from './theme.ts';
import { cut, displayWidth } from './width.ts';

/** One finished row of the screen: safe text with our own colour codes, an exact number of cells wide. */
export type Painted = string & { readonly __painted: unique symbol };

/** How the whole row looks, over the tones of its segments. */
export interface RowLook {
  readonly cursor?: boolean;
  readonly stale?: boolean;
}

/** Cuts a line to `width` cells and pads it to exactly that; the mark of the cut is part of the width. */
export function fitLine(
  line: Line,
  width: number,
  align: 'left' | 'right' = 'left',
): readonly Segment[] {
  const kept: Segment[] = [];
  let used = 0;
  for (const segment of line) {
    if (segment.text === '') continue;
    const room = width - used;
    if (room <= 0) {
      if (segment.text.trim() === '') continue;
      used = markLast(kept, used);
      break;
    }
    const cells = displayWidth(segment.text);
    if (cells <= room) {
      kept.push(segment);
      used += cells;
      continue;
    }
    const text = cut(segment.text, room) as SafeText;
    kept.push({ ...segment, text });
    used += displayWidth(text);
    break;
  }
  if (used < width) {
    const gap: Segment = { text: ' '.repeat(width - used) as SafeText };
    if (align === 'right') kept.unshift(gap);
    else kept.push(gap);
  }
  return kept;
}

/** The line was full and more followed: its last cell becomes the mark of the cut. Gives the new width. */
function markLast(kept: Segment[], used: number): number {
  const last = kept.pop();
  if (!last) return used;
  const width = displayWidth(last.text);
  // Two cells more than there is room for, so that there is something to leave out.
  const text = cut(`${last.text}  `, width) as SafeText;
  kept.push({ ...last, text });
  return used - width + displayWidth(text);
}

/** Turns a line into coloured text of exactly `width` cells. */
export function paintLine(line: Line, width: number, theme: Theme, look: RowLook = {}): Painted {
  const fitted = fitLine(line, width);
  if (look.cursor || look.stale) {
    let text = '';
    for (const segment of fitted) text += segment.text;
    if (theme.ascii) text = toAscii(text);
    return (look.cursor ? theme.cursor(text) : theme.style(text, 'stale')) as Painted;
  }
  let painted = '';
  for (const segment of fitted) {
    const text = theme.ascii ? toAscii(segment.text) : segment.text;
    painted += segment.chip
      ? theme.chip(text, segment.chip)
      : theme.style(text, segment.tone, segment.bold, segment.inverse);
  }
  return painted as Painted;
}
