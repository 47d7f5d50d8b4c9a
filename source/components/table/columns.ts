import type { ClusterOptions } from '../../domain/cluster.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Line, Tone } from '../line.ts';

export interface CellContext {
  readonly now: number;
  readonly ascii: boolean;
  /** For a screen reader: no bars. */
  readonly plain?: boolean;
  /** More than one site is configured. */
  readonly manySites: boolean;
  /** Server clock minus ours in ms, by site; a site that is not named has our time. */
  readonly skew?: Readonly<Record<string, number>>;
  /** The same of the one site that all rows of a detail table come from. */
  readonly ownSkew?: number;
  /** Colours of tags by site, as the cluster has them. */
  readonly tagColours?: Readonly<Record<string, ClusterOptions['tagColours']>>;
}

/** One cell: a text in a tone, or several segments. */
export type Cell = { readonly text: SafeText; readonly tone?: Tone } | Line;

/**
 * A table column. `width` in cells: never below `min`, growing up to `max` (unbounded when absent and `grow` is set).
 * When the terminal is too narrow the columns with the highest `priority` number go first; 0 never goes.
 */
export interface Column<Row> {
  readonly id: string;
  readonly title: SafeText;
  readonly min: number;
  readonly max?: number;
  readonly grow?: number;
  readonly align?: 'left' | 'right';
  readonly priority: number;
  /** Only when it says something (the site column with one site). */
  readonly applies?: (context: CellContext) => boolean;
  readonly cell: (row: Row, context: CellContext) => Cell;
  /** Stands in place of a cell that would be cut. */
  readonly short?: (row: Row, context: CellContext) => Cell;
  /** This row's cell changes with the clock alone (an age); without it a formatted row is kept until its data change. */
  readonly ticks?: (row: Row) => boolean;
  /** Natural order, ascending; unknown values last in both directions (return undefined for unknown). */
  readonly sortValue?: (row: Row) => string | number | undefined;
}
