import { type SafeText, say } from '../domain/safe-text.ts';
import { segment } from './compose.ts';
import type { Line } from './line.ts';
import { piecesLine } from './pieces.ts';

export interface Hint {
  readonly key: SafeText;
  readonly words: SafeText;
  /** Stays when there is little room (`? help`). */
  readonly always?: boolean;
}

/** One line of key hints; those that do not fit are left out from the end. */
export function hintsLine(hints: readonly Hint[], width: number): Line {
  const pieces = hints.map(({ key, words, always }, index) => ({
    line: [segment(key, 'key'), segment(say` ${words}`)],
    priority: always ? 0 : index + 1,
  }));
  return [segment(say` `), ...piecesLine(pieces, width - 1, segment(say`  `))];
}
