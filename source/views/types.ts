import type { PickedRow, Scope, Targets } from '../actions/types.ts';
import type { Line } from '../components/line.ts';
import type { Column } from '../components/table/columns.ts';
import type { DetailMap, DetailRequest } from '../domain/detail.ts';
import type { FilterFields } from '../domain/filter.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { Snapshot } from '../domain/snapshot.ts';

export type ViewId = 'overview' | 'nodes' | 'guests' | 'storage' | 'tasks' | 'snapshots';

/** What a view may know besides its rows. Everything else is a pure function of it. */
export interface ViewContext {
  /** ms since the epoch */
  readonly now: number;
  readonly ascii: boolean;
  /** For a screen reader: figures in words, no bars and no graphs. */
  readonly plain?: boolean;
  /** Cells the body may use. */
  readonly width: number;
  readonly height: number;
  readonly sites: readonly SiteInventory[];
  readonly details: DetailMap;
  /** Selected rrd timeframe. */
  readonly timeframe: 'hour' | 'day' | 'week' | 'month' | 'year';
}

/** An action target below the cursor of a detail table, with what the row itself says. */
export type RowTarget =
  | { readonly [S in Scope]: { readonly scope: S; readonly target: Targets[S] } }[Scope]
  | undefined;

/** A table inside a detail tab. Rows are opaque to the app. */
export interface TabTable<Row = never> {
  readonly kind: 'table';
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly empty: readonly Line[];
  /** What actions act on for this row; undefined = the tab's own subject. */
  readonly target?: (row: Row) => RowTarget;
  /** The snapshot this row stands for, handed to snapshot actions of the guest. */
  readonly snapshot?: (row: Row) => Snapshot | undefined;
  /** The configuration key this row stands for, for the actions that edit it. */
  readonly configRow?: (row: Row) => { readonly key: string; readonly value?: string };
  /** What this row stands for, for the actions that start from such a row. */
  readonly picked?: (row: Row) => PickedRow | undefined;
  /** Where enter leads. */
  readonly open?: (row: Row) => Opened | undefined;
  readonly copies?: (row: Row) => readonly Copy[];
  /** Lines above the table: freshness, a failure, a summary. */
  readonly notes?: readonly Line[];
}
export interface TabLines {
  readonly kind: 'lines';
  readonly lines: readonly Line[];
}
/** Follows its end until the user scrolls up. */
export interface TabLog {
  readonly kind: 'log';
  readonly lines: readonly SafeText[];
  readonly notes?: readonly Line[];
}
// biome-ignore lint/suspicious/noExplicitAny: the row type of a tab's table is private to the tab.
export type TabBody = TabLines | TabLog | TabTable<any>;

export interface DetailTab<Row> {
  readonly id: string;
  readonly title: SafeText;
  readonly applies?: (row: Row, context: ViewContext) => boolean;
  /** What to load while the tab is open. */
  readonly sources: (row: Row, context: ViewContext) => readonly DetailRequest[];
  readonly body: (row: Row, context: ViewContext) => TabBody;
  /** The tab has rrd graphs: `[` and `]` change the timeframe. */
  readonly graphs?: boolean;
}

/** Where enter or a jump leads: an object's detail page, or a task's log. */
export type Opened =
  | { readonly view: ViewId; readonly key: string; readonly tab?: string }
  | { readonly disk: { readonly nodeKey: string; readonly devpath: SafeText } };

export interface Copy {
  readonly label: SafeText;
  readonly text: SafeText;
}

/** A list view and the detail pages of its rows. */
export interface ListView<Row, S extends Scope = Scope> {
  readonly id: ViewId;
  /** `1`, `2` …; a view with another key stands in the tab bar only while it is open. */
  readonly key: string;
  readonly title: SafeText;
  /** Whose actions apply to its rows. */
  readonly scope?: S;
  readonly target?: (row: Row) => Targets[S];
  /** `details` = what is loaded of the list's own `sources`; a list must be right without it. */
  readonly rows: (sites: readonly SiteInventory[], details?: DetailMap) => readonly Row[];
  /** What the list itself would like loaded, seldom (certificates of all nodes). */
  readonly sources?: (sites: readonly SiteInventory[]) => readonly DetailRequest[];
  /** Lines above the list: failures of its sources with the age of what is shown, a summary. Usually none. */
  readonly notes?: (context: ViewContext) => readonly Line[];
  readonly rowKey: (row: Row) => string;
  /** `rows` hands out the store's own objects, which stay the same until they change. */
  readonly rowsAreKept?: boolean;
  readonly rowTitle: (row: Row) => SafeText;
  readonly columns: readonly Column<Row>[];
  readonly defaultSort: { readonly column: string; readonly descending: boolean };
  readonly filterFields: (row: Row) => FilterFields;
  /** Shown by ctrl-z. */
  readonly sick: (row: Row) => boolean;
  readonly stale: (row: Row) => boolean;
  readonly empty: (
    sites: readonly SiteInventory[],
    now: number,
    details?: DetailMap,
  ) => readonly Line[];
  readonly preview?: (row: Row, context: ViewContext) => readonly Line[];
  readonly previewSources?: (row: Row) => readonly DetailRequest[];
  readonly tabs: readonly DetailTab<Row>[];
  readonly copies: (row: Row) => readonly Copy[];
  /** Enter on a row goes there instead of to the row's own tabs. */
  readonly open?: (row: Row) => Opened | undefined;
}
