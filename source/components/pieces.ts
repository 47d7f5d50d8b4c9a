import { joinLines, lineWidth } from './compose.ts';
import type { Line, Segment } from './line.ts';

/** A part of a one-line bar. Where room is short the highest `priority` number goes first; 0 never goes. */
export interface Piece {
  readonly line: Line;
  readonly priority: number;
}

/** The pieces without the least important one; the same array when none may go. */
export function dropLeast(pieces: readonly Piece[]): readonly Piece[] {
  let worst = -1;
  pieces.forEach((piece, index) => {
    if (piece.priority > 0 && piece.priority >= (pieces[worst]?.priority ?? 0)) worst = index;
  });
  return worst === -1 ? pieces : pieces.filter((_, index) => index !== worst);
}

/** Leaves pieces out until `fits` is true; among equals the last one goes first. */
export function dropUntil(
  pieces: readonly Piece[],
  fits: (kept: readonly Piece[]) => boolean,
): readonly Piece[] {
  let kept: readonly Piece[] = pieces.filter(({ line }) => lineWidth(line) > 0);
  while (!fits(kept)) {
    const fewer = dropLeast(kept);
    if (fewer === kept) break;
    kept = fewer;
  }
  return kept;
}

/** The pieces that fit into `width` cells, joined, in their order. */
export function piecesLine(pieces: readonly Piece[], width: number, separator: Segment): Line {
  const join = (kept: readonly Piece[]) =>
    joinLines(
      kept.map(({ line }) => line),
      separator,
    );
  return join(dropUntil(pieces, (kept) => lineWidth(join(kept)) <= width));
}
