import type { SafeText } from '../../domain/safe-text.ts';
import { lineWidth } from '../compose.ts';
import type { Line, Segment } from '../line.ts';
import { fitLine, type Painted, paintLine } from '../paint.ts';
import type { Theme } from '../theme.ts';
import type { Cell, CellContext } from './columns.ts';
import type { TableLayout } from './layout.ts';
import type { SortOrder } from './sort.ts';

const blank: Segment = { text: ' ' as SafeText };

function isLine(cell: Cell): cell is Line {
  return Array.isArray(cell);
}

function segmentsOf(cell: Cell): Line {
  return isLine(cell) ? cell : [cell];
}

export interface RowFlags {
  readonly cursor: boolean;
  readonly marked: boolean;
  readonly stale: boolean;
}

/** One row of the table as a line: cursor, mark, and the cells in their widths. `plain` says "selected" and "marked" in words. */
export function rowLine<Row>(
  row: Row,
  layout: TableLayout<Row>,
  context: CellContext,
  flags: RowFlags,
  plain = false,
): Line {
  const cells: Segment[] = plain
    ? [{ text: `${flags.cursor ? 'selected ' : ''}${flags.marked ? 'marked ' : ''}` as SafeText }]
    : [
        { text: (flags.cursor ? '>' : ' ') as SafeText, tone: 'accent' },
        { text: (flags.marked ? '*' : ' ') as SafeText, tone: 'accent', bold: true },
      ];
  layout.columns.forEach(({ column, width }, index) => {
    if (index > 0) cells.push(blank);
    let line = segmentsOf(column.cell(row, context));
    if (column.short && lineWidth(line) > width) line = segmentsOf(column.short(row, context));
    cells.push(...fitLine(line, width, column.align));
  });
  return cells;
}

/** The titles, with an arrow at the column the rows are sorted by. */
export function headerLine<Row>(layout: TableLayout<Row>, sort: SortOrder | undefined): Line {
  const cells: Segment[] = [{ text: '  ' as SafeText }];
  layout.columns.forEach(({ column, width }, index) => {
    if (index > 0) cells.push(blank);
    const sorted = sort?.column === column.id;
    const arrow = sort?.descending ? '▼' : '▲';
    const room = sorted ? width - 1 : width;
    // The arrow keeps its cell even where the title must be cut.
    const title: Segment = { text: column.title, tone: 'heading' };
    if (!sorted) cells.push(...fitLine([title], room, column.align));
    else if (column.align === 'right') {
      cells.push(...fitLine([title], room, 'right'), arrowSegment(arrow));
    } else {
      const fitted = fitLine([title], Math.min(room, column.title.length), 'left');
      cells.push(...fitLine([...fitted, arrowSegment(arrow)], width));
    }
  });
  return cells;
}

function arrowSegment(arrow: string): Segment {
  return { text: arrow as SafeText, tone: 'accent' };
}

/** Formats rows and keeps them: a row is formatted again only when it, its flags or (for ages) the clock changed. */
export interface RowPainter<Row> {
  paint(row: Row, flags: RowFlags, context: CellContext): Painted;
  /** How many rows were formatted so far. */
  readonly formatted: number;
}

interface Kept {
  readonly now: number | undefined;
  readonly looks: Map<number, Painted>;
}

/** A painter for one layout and theme; make a new one when either changes. */
export function createRowPainter<Row extends object>(
  layout: TableLayout<Row>,
  theme: Theme,
  plain = false,
): RowPainter<Row> {
  const kept = new WeakMap<Row, Kept>();
  const ticking = layout.columns.flatMap(({ column }) => (column.ticks ? [column.ticks] : []));
  let formatted = 0;
  return {
    get formatted() {
      return formatted;
    },
    paint(row, flags, context) {
      const now = ticking.some((ticks) => ticks(row)) ? context.now : undefined;
      let entry = kept.get(row);
      if (!entry || entry.now !== now) {
        entry = { now, looks: new Map() };
        kept.set(row, entry);
      }
      const look = Number(flags.cursor) + 2 * Number(flags.marked) + 4 * Number(flags.stale);
      const known = entry.looks.get(look);
      if (known !== undefined) return known;
      formatted += 1;
      const line = rowLine(row, layout, context, flags, plain);
      const painted = paintLine(line, layout.width, theme, {
        cursor: flags.cursor && !plain,
        stale: flags.stale,
      });
      entry.looks.set(look, painted);
      return painted;
    },
  };
}
