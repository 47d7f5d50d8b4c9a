import { sanitise } from '../domain/safe-text.ts';
import { caretLine } from './caret-line.ts';
import { segment } from './compose.ts';
import type { Line } from './line.ts';
import { fitLine } from './paint.ts';

export interface TextBlockProps {
  readonly text: string;
  /** In UTF-16 units of the whole text; undefined = it is not being edited. */
  readonly caret?: number;
  readonly width: number;
  /** Rows at most; a longer text shows the part around the caret. */
  readonly most: number;
  readonly caretSign?: boolean;
}

/** A text of several lines, one row each; a line that is too long scrolls with its caret. */
export function textBlock(props: TextBlockProps): {
  readonly lines: readonly Line[];
  /** Row of the caret among the lines. */
  readonly caretRow: number;
} {
  const { text, caret, width, most, caretSign = false } = props;
  const rows = text.split('\n');
  const before = text.slice(0, caret ?? 0).split('\n');
  const row = before.length - 1;
  const column = before[row]?.length ?? 0;
  const room = Math.max(1, most);
  const top = Math.max(0, Math.min(row - Math.floor(room / 2), rows.length - room));
  const lines = rows.slice(top, top + room).map((each, index): Line => {
    if (caret !== undefined && top + index === row) {
      return caretLine(each, column, Math.max(4, width), caretSign);
    }
    // Tabs are a blank here as everywhere on the screen; the text keeps them.
    return fitLine([segment(sanitise(each))], width);
  });
  return { lines, caretRow: row - top };
}
