import { Box } from 'ink';
import { type ReactNode, useMemo } from 'react';
import { paintLine } from '../paint.ts';
import { TextLine } from '../text-line.tsx';
import type { Theme } from '../theme.ts';
import type { CellContext, Column } from './columns.ts';
import { layoutColumns } from './layout.ts';
import { createRowPainter, headerLine } from './row.ts';
import type { SortOrder } from './sort.ts';

export interface TableProps<Row extends object> {
  readonly columns: readonly Column<Row>[];
  /** Already filtered and sorted. Rows that did not change keep their identity: that is what makes a redraw cheap. */
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly cursorKey: string | undefined;
  readonly marked?: ReadonlySet<string>;
  /** Index of the first row drawn; see `windowTop`. */
  readonly top: number;
  /** Rows of the screen, the header line included. */
  readonly height: number;
  readonly width: number;
  readonly theme: Theme;
  readonly sort?: SortOrder;
  readonly stale?: (row: Row) => boolean;
  readonly context: CellContext;
  /** For screen readers: words instead of signs. */
  readonly plain?: boolean;
}

const nothing: ReadonlySet<string> = new Set();

/** Rows of the list that fit below the header. */
export function visibleRows(height: number): number {
  return Math.max(0, height - 1);
}

/** A windowed table: only the rows on the screen are formatted, each is one text. */
export function Table<Row extends object>(props: TableProps<Row>): ReactNode {
  const { columns, rows, rowKey, cursorKey, top, height, width, theme, sort, context } = props;
  const { marked = nothing, stale, plain = false } = props;
  const { manySites, ascii } = context;
  const layout = useMemo(
    () => layoutColumns(columns, width, { manySites, ascii, now: 0 }),
    [columns, width, manySites, ascii],
  );
  const painter = useMemo(() => createRowPainter(layout, theme, plain), [layout, theme, plain]);
  const shown = rows.slice(top, top + visibleRows(height));
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0}>
      {height > 0 && <TextLine line={paintLine(headerLine(layout, sort), width, theme)} />}
      {shown.map((row, index) => {
        const key = rowKey(row);
        const line = painter.paint(
          row,
          { cursor: key === cursorKey, marked: marked.has(key), stale: stale?.(row) ?? false },
          context,
        );
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen; keyed by row it would be moved about.
        return <TextLine key={index} line={line} />;
      })}
    </Box>
  );
}
