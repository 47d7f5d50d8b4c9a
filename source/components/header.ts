import { say } from '../domain/safe-text.ts';
import { joinLines, lineWidth, segment } from './compose.ts';
import type { Line } from './line.ts';
import { dropUntil, type Piece } from './pieces.ts';

const dot = segment(say` · `, 'dim');
const space = segment(say`  `);
/** At least this much between the two ends. */
const GAP = 2;

/**
 * The first line of the frame: place and figures at the left, connection at the right. All pieces compete for the width by
 * their priority, so that 80 columns show the place, what is wrong and whether it is read-only, and 160 everything.
 */
export function headerLine(left: readonly Piece[], right: readonly Piece[], width: number): Line {
  const room = width - 2;
  const onLeft = new Set(left);
  const ends = (kept: readonly Piece[]) => {
    const start = kept.filter((piece) => onLeft.has(piece)).map(({ line }) => line);
    const end = kept.filter((piece) => !onLeft.has(piece)).map(({ line }) => line);
    return [joinLines(start, dot), joinLines(end, space)] as const;
  };
  const used = (kept: readonly Piece[]) =>
    ends(kept).reduce((sum, line) => sum + lineWidth(line), GAP);
  const [start, end] = ends(dropUntil([...left, ...right], (kept) => used(kept) <= room));
  const gap = Math.max(GAP, room - lineWidth(start) - lineWidth(end));
  return [segment(say` `), ...start, segment(spaces(gap)), ...end, segment(say` `)];
}

function spaces(width: number) {
  return ' '.repeat(width) as Line[number]['text'];
}
