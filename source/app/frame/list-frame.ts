import type { Line, Segment } from '../../components/line.ts';
import { type Painted, paintLine } from '../../components/paint.ts';
import { layoutColumns } from '../../components/table/layout.ts';
import { createRowPainter, headerLine, type RowPainter } from '../../components/table/row.ts';
import { windowTop } from '../../components/table/window.ts';
import type { Theme } from '../../components/theme.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { clockSkews } from '../../domain/server-time.ts';
import { tagColours, tagColoursOf } from '../../views/tags.ts';
import type { ListView, ViewContext } from '../../views/types.ts';
import type { Console } from '../controller/console.ts';
import type { Layout } from '../model/layout.ts';
import type { ListModel } from '../model/list-model.ts';
import { type ListState, listOf } from '../ui/state.ts';
import type { Snapshot } from '../use-console.ts';

export interface ListFrame {
  readonly app: Console;
  readonly snapshot: Snapshot;
  readonly view: ListView<object>;
  readonly layout: Layout;
  readonly theme: Theme;
  readonly context: ViewContext;
  /** The row the preview is of: the cursor's, once it rests. */
  readonly previewOf: string | undefined;
}

/** Paints a list view, row by row, and keeps painted rows until what they show changes. */
export type ListPainter = (frame: ListFrame) => readonly Painted[];

/** Count, filter with its caret, marks, and what is odd about the filter. */
function titleLine(
  view: ListView<object>,
  model: ListModel<object>,
  list: ListState,
  filtering: boolean,
): Line {
  const shown = model.rows.length;
  const all = model.total;
  const count = shown === all ? say`${all}` : say`${shown} of ${all}`;
  const parts: Segment[] = [
    { text: say` ${view.title} `, bold: true },
    { text: count, tone: 'dim' },
  ];
  if (list.marks.size > 0) {
    const hidden =
      list.marks.size - model.rows.filter((row) => list.marks.has(view.rowKey(row))).length;
    const left = hidden > 0 ? say` (${hidden} hidden here, left out)` : say``;
    parts.push({ text: say`  ${list.marks.size} marked${left}`, tone: 'accent' });
  }
  if (list.sickOnly) parts.push({ text: say`  only sick rows (ctrl-z)`, tone: 'warn' });
  if (filtering || list.filter !== '') {
    parts.push({ text: say`  /`, tone: 'key' }, { text: sanitise(list.filter) });
    if (filtering) parts.push({ text: say` `, inverse: true });
    else parts.push({ text: say`  esc clears`, tone: 'dim' });
  }
  if (model.filter.problem) {
    parts.push({ text: say`  ${sanitise(model.filter.problem)}`, tone: 'warn' });
  }
  return parts;
}

/** A painter with its own cache; one per mounted list. */
export function createListPainter(): ListPainter {
  let made: { readonly key: readonly unknown[]; readonly painter: Rows } | undefined;
  return (frame) => {
    const { app, view, layout, theme, snapshot } = frame;
    const manySites = snapshot.data.sites.length > 1;
    const { sites, details } = snapshot.data;
    // Tags change their colours without a change of the rows.
    const colours = sites.map(({ site }) => tagColoursOf(details, site));
    const key = [view.columns, layout.listWidth, theme, manySites, app.look.plain, ...colours];
    if (
      !made ||
      made.key.length !== key.length ||
      made.key.some((each, index) => each !== key[index])
    ) {
      const { listWidth } = layout;
      const columns = layoutColumns(view.columns, listWidth, {
        manySites,
        ascii: app.look.ascii,
        now: 0,
      });
      const rows = createRowPainter(columns, theme, app.look.plain);
      made = {
        key,
        painter: {
          rows,
          head: (sort) => paintLine(headerLine(columns, sort), listWidth, theme),
        },
      };
    }
    return besidePreview(frame, listLines(frame, made.painter));
  };
}

interface Rows {
  readonly rows: RowPainter<object>;
  readonly head: (sort: ListState['sort']) => Painted;
}

/** Title, notes, column heads and rows, or the reason why there are none: exactly the body's height. */
function listLines(frame: ListFrame, painter: Rows): readonly Painted[] {
  const { app, snapshot, view, layout, theme, context } = frame;
  const { data, ui, now } = snapshot;
  const list = listOf(ui, view.id);
  const model = app.models(view, data.sites, list, data.details);
  const paint = (line: Line) => paintLine(line, layout.listWidth, theme);
  const beside = { ...context, width: layout.listWidth };
  const notes = (view.notes?.(beside) ?? []).slice(0, Math.max(0, layout.body - 4));
  const painted = [titleLine(view, model, list, ui.filtering), ...notes].map(paint);
  const room = Math.max(0, layout.body - painted.length);
  if (model.rows.length === 0) {
    painted.push(...emptyLines(view, model, data, now).slice(0, room).map(paint));
  } else if (room > 0) {
    const count = model.rows.length;
    const height = Math.max(1, room - 1);
    const top = windowTop({ top: list.top, cursor: model.cursor, count, height });
    painted.push(painter.head(list.sort ?? view.defaultSort));
    const manySites = data.sites.length > 1;
    const { ascii, plain } = app.look;
    const cells = {
      now,
      ascii,
      plain,
      manySites,
      skew: clockSkews(data.sites),
      tagColours: tagColours(data.sites, data.details),
    };
    model.rows.slice(top, top + room - 1).forEach((row, index) => {
      const marked = list.marks.has(view.rowKey(row));
      const flags = { cursor: top + index === model.cursor, marked, stale: view.stale(row) };
      painted.push(painter.rows.paint(row, flags, cells));
    });
  }
  const blank = paint([]);
  while (painted.length < layout.body) painted.push(blank);
  return painted.slice(0, layout.body);
}

/** Puts the preview to the right of the list, each row one text. */
function besidePreview(frame: ListFrame, list: readonly Painted[]): readonly Painted[] {
  const { app, snapshot, view, layout, theme, context, previewOf } = frame;
  if (layout.previewWidth === 0) return list;
  const { data, ui } = snapshot;
  const state = listOf(ui, view.id);
  const model = app.models(view, data.sites, state, data.details);
  const at = previewOf === undefined ? -1 : model.indexOf(previewOf);
  // Before the cursor was ever moved it stands on the first row.
  const row = model.rows[at !== -1 ? at : state.cursor === undefined ? model.cursor : 0];
  const lines = (row && view.preview?.(row, { ...context, width: layout.previewWidth - 2 })) ?? [];
  const rule: Segment = { text: say`│ `, tone: 'dim' };
  return list.map((left, index) => {
    const right = paintLine([rule, ...(lines[index] ?? [])], layout.previewWidth + 1, theme);
    return `${left}${right}` as Painted;
  });
}

function emptyLines(
  view: ListView<object>,
  model: ListModel<object>,
  { sites, details }: Pick<ViewContext, 'sites' | 'details'>,
  now: number,
): readonly Line[] {
  if (model.total === 0) return view.empty(sites, now, details);
  return [
    [],
    [{ text: say`  Nothing passes the filter; ${model.total} rows are hidden.` }],
    [{ text: say`  esc shows them again.`, tone: 'dim' }],
  ];
}
