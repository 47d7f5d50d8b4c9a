import type { CellContext, Column } from './columns.ts';

/** Cells between two columns. */
export const GAP = 1;
/** Cells in front of the first column: the cursor `>` and the mark `*`. */
export const GUTTER = 2;

export interface PlacedColumn<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

/** The columns that fit, in their order, and the cells each gets. */
export interface TableLayout<Row> {
  readonly width: number;
  readonly columns: readonly PlacedColumn<Row>[];
}

function needed<Row>(columns: readonly Column<Row>[]): number {
  return columns.reduce((sum, column) => sum + column.min, GUTTER + GAP * (columns.length - 1));
}

/** Leaves out the least important columns until the rest fits; among equals the last one goes first. */
function chooseColumns<Row>(columns: readonly Column<Row>[], width: number): Column<Row>[] {
  const kept = [...columns];
  while (needed(kept) > width) {
    let worst = -1;
    kept.forEach((column, index) => {
      const priority = kept[worst]?.priority ?? 0;
      if (column.priority > 0 && column.priority >= priority) worst = index;
    });
    if (worst === -1) break;
    kept.splice(worst, 1);
  }
  return kept;
}

function weightOf<Row>(column: Column<Row>): number {
  return column.grow ?? (column.max !== undefined && column.max > column.min ? 1 : 0);
}

/** Hands out what is left by weight, one cell at a time to whoever is furthest behind; exact and small. */
function growColumns<Row>(columns: readonly Column<Row>[], width: number): number[] {
  const widths = columns.map((column) => column.min);
  let spare = width - needed(columns);
  while (spare > 0) {
    let next = -1;
    let least = Number.POSITIVE_INFINITY;
    columns.forEach((column, index) => {
      const weight = weightOf(column);
      const current = widths[index] ?? 0;
      if (weight === 0 || current >= (column.max ?? Number.POSITIVE_INFINITY)) return;
      const share = (current - column.min) / weight;
      if (share < least) {
        least = share;
        next = index;
      }
    });
    if (next === -1) break;
    widths[next] = (widths[next] ?? 0) + 1;
    spare -= 1;
  }
  return widths;
}

/** Lays the columns out for a width. A column of priority 0 stays even where it does not fit: the row is then cut. */
export function layoutColumns<Row>(
  columns: readonly Column<Row>[],
  width: number,
  context: Pick<CellContext, 'manySites' | 'ascii' | 'now'>,
): TableLayout<Row> {
  const applying = columns.filter((column) => column.applies?.(context) ?? true);
  const kept = chooseColumns(applying, width);
  const widths = growColumns(kept, width);
  return {
    width,
    columns: kept.map((column, index) => ({ column, width: widths[index] ?? column.min })),
  };
}
