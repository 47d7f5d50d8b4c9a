import { type SafeText, say } from '../domain/safe-text.ts';
import { caretLine } from './caret-line.ts';
import { segment } from './compose.ts';
import type { Chip, Line } from './line.ts';

/** One line of an open list. */
export interface PickItem {
  readonly label: SafeText;
  readonly chip?: Chip;
  /** `picked` for lists of several; its place in the order where order counts. undefined = the list takes one. */
  readonly picked?: boolean;
  readonly place?: number;
}

/** The open list below a field: what was typed to search, and what matches. */
export interface PickList {
  readonly query: string;
  readonly items: readonly PickItem[];
  readonly index: number;
}

interface PickProps extends PickList {
  readonly width: number;
  /** Rows at most. */
  readonly most: number;
  readonly plain: boolean;
  /** The caret is drawn as a character. */
  readonly sign: boolean;
}

function sign(item: PickItem, plain: boolean): SafeText {
  if (item.picked === undefined) return say``;
  if (plain) return item.picked ? say`picked ` : say``;
  if (item.place !== undefined) return say`[${item.place}] `;
  return item.picked ? say`[x] ` : say`[ ] `;
}

/** Rows of an open list: the search, then the matches around the cursor. */
export function pickLines(props: PickProps): {
  readonly lines: readonly Line[];
  /** Row of the cursor. */
  readonly anchor: number;
} {
  const { query, items, index, width, most, plain } = props;
  const search: Line = [
    segment(say`    / `, 'key'),
    ...caretLine(query, query.length, Math.max(4, width - 6), props.sign),
    ...(query === '' ? [segment(say` type to search`, 'dim')] : []),
  ];
  if (items.length === 0)
    return { lines: [search, [segment(say`      nothing matches`, 'dim')]], anchor: 0 };
  const room = Math.max(1, Math.min(most - 1, 10));
  const top = Math.max(0, Math.min(index - Math.floor(room / 2), items.length - room));
  const rows = items.slice(top, top + room).map((item, at): Line => {
    const here = top + at === index;
    const marker = here ? (plain ? say`selected ` : say`    > `) : say`      `;
    return [
      segment(marker, 'accent'),
      segment(sign(item, plain)),
      {
        text: item.label,
        ...(here ? { tone: 'accent' } : {}),
        ...(item.chip ? { chip: item.chip } : {}),
      },
      ...(at === room - 1 && top + room < items.length
        ? [segment(say`  … ${items.length - top - room} more`, 'dim')]
        : []),
    ];
  });
  return { lines: [search, ...rows], anchor: 1 + index - top };
}
