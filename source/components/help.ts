import type { SafeText } from '../domain/safe-text.ts';
import { say } from '../domain/safe-text.ts';
import { blankLine, heading, lineWidth, segment, wrapText } from './compose.ts';
import type { Line } from './line.ts';
import { fitLine } from './paint.ts';
import { displayWidth } from './width.ts';

/** Keys that are live, under one heading. */
export interface HelpGroup {
  readonly title: SafeText;
  readonly keys: readonly { readonly key: SafeText; readonly words: SafeText }[];
}

function groupLines(group: HelpGroup, width: number): Line[] {
  const column = Math.min(
    16,
    group.keys.reduce((widest, { key }) => Math.max(widest, displayWidth(key)), 0),
  );
  const rows = group.keys.flatMap(({ key, words }) => {
    const parts = wrapText(words, Math.max(10, width - column - 2));
    return parts.map((part, index) => [
      ...fitLine([segment(index === 0 ? key : say``, 'key')], column),
      segment(say`  ${part}`),
    ]);
  });
  return [heading(group.title), ...rows];
}

/** All groups one below the other, or in two columns from 100 cells on. The caller scrolls. */
export function helpLines(groups: readonly HelpGroup[], width: number): Line[] {
  const across = width >= 100 ? 2 : 1;
  const column = Math.floor((width - (across - 1) * 3) / across);
  const blocks = groups
    .filter(({ keys }) => keys.length > 0)
    .map((group) => [...groupLines(group, column), blankLine]);
  const single = blocks.flat();
  if (across === 1) return single;
  // Whole groups go to the left until half of the lines are there.
  const left: Line[] = [];
  const right: Line[] = [];
  for (const block of blocks) (left.length * 2 < single.length ? left : right).push(...block);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const other = right[index] ?? [];
    const start = left[index] ?? [];
    return lineWidth(other) === 0
      ? start
      : [...fitLine(start, column), segment(say`   `), ...other];
  });
}
