import { type Move, moveCursor, windowTop } from '../../components/table/window.ts';
import type { DataState } from '../../store/state.ts';
import type { Opened, TabTable } from '../../views/types.ts';
import { type PageModel, pageModel } from '../model/page-model.ts';
import { changeList, changePage, openPage, showTab } from '../ui/changes.ts';
import { listOf, pageOf, pageStateOf, type UiState } from '../ui/state.ts';
import { findView } from '../views-of.ts';
import { type Console, change } from './console.ts';
import { layoutOf, viewContext } from './context.ts';
import { tableRow } from './selection.ts';

/** Lines that stand above the list, cut so that some rows stay. */
export function listNotes(app: Console, data: DataState, ui: UiState): number {
  const { body, listWidth } = layoutOf(app, data, ui);
  const context = { ...viewContext(app, data, ui), width: listWidth };
  const notes = findView(ui.view)?.notes?.(context) ?? [];
  return Math.min(notes.length, Math.max(0, body - 4));
}

/** Rows of the list's window: the body without title, notes and column heads. */
export function listHeight(app: Console, data: DataState, ui: UiState): number {
  return Math.max(1, layoutOf(app, data, ui).body - 2 - listNotes(app, data, ui));
}

/** Rows of a page's window: the body without tab bar, notes and column heads. */
export function pageHeight(app: Console, data: DataState, ui: UiState, model: PageModel): number {
  const { body } = layoutOf(app, data, ui);
  const content = Math.max(1, body - 1);
  if (!model.body || model.body.kind === 'lines') return content;
  const notes = model.body.notes?.length ?? 0;
  return Math.max(1, content - notes - (model.body.kind === 'table' ? 1 : 0));
}

export function moveList(app: Console, move: Move): void {
  const data = app.data.getState();
  const ui = app.ui.getState();
  const view = findView(ui.view);
  if (!view) return;
  const list = listOf(ui);
  const model = app.models(view, data.sites, list, data.details);
  const height = listHeight(app, data, ui);
  const count = model.rows.length;
  const cursor = moveCursor({ top: list.top, cursor: model.cursor, count, height }, move);
  const row = model.rows[cursor];
  if (!row) return;
  const top = windowTop({ top: list.top, cursor, count, height });
  change(
    app,
    changeList((each) => ({ ...each, cursor: view.rowKey(row), top })),
  );
}

export function movePage(app: Console, move: Move): void {
  const data = app.data.getState();
  const ui = app.ui.getState();
  const page = pageOf(ui);
  if (!page) return;
  const model = pageModel(page, viewContext(app, data, ui));
  const height = pageHeight(app, data, ui, model);
  if (model.body?.kind === 'table') return moveTable(app, model.body, move, height);
  const count = model.body?.lines.length ?? 0;
  const isLog = model.body?.kind === 'log';
  const last = Math.max(0, count - height);
  change(
    app,
    changePage((state) => {
      const start = isLog && state.following ? last : Math.min(state.top, last);
      const step = { up: -1, down: 1, 'page-up': -height, 'page-down': height } as const;
      const top =
        move === 'first'
          ? 0
          : move === 'last'
            ? last
            : Math.max(0, Math.min(last, start + step[move]));
      return { ...state, top, following: isLog && top >= last };
    }),
  );
}

function moveTable(app: Console, table: TabTable<object>, move: Move, height: number): void {
  const ui = app.ui.getState();
  const state = pageStateOf(ui);
  const row = tableRow(ui, table);
  if (!row) return;
  const count = table.rows.length;
  const at = table.rows.indexOf(row);
  const cursor = moveCursor({ top: state.top, cursor: at, count, height }, move);
  const next = table.rows[cursor];
  if (!next) return;
  const top = windowTop({ top: state.top, cursor, count, height });
  change(
    app,
    changePage((each) => ({ ...each, cursor: table.rowKey(next), index: cursor, top })),
  );
}

/** The cursor of a page stays on this row, wherever it goes, and in its place when it changes its name. */
export function keepRow(app: Console): void {
  const data = app.data.getState();
  const ui = app.ui.getState();
  const page = pageOf(ui);
  const body = page && pageModel(page, viewContext(app, data, ui)).body;
  if (body?.kind !== 'table') return;
  const table = body as TabTable<object>;
  const row = tableRow(ui, table);
  if (!row) return;
  const index = table.rows.indexOf(row);
  change(
    app,
    changePage((each) => ({ ...each, cursor: table.rowKey(row), index })),
  );
}

export function open(app: Console, opened: Opened): void {
  if ('disk' in opened) {
    const { nodeKey, devpath } = opened.disk;
    change(app, openPage({ kind: 'smart', nodeKey, devpath }));
    return;
  }
  change(
    app,
    openPage({
      kind: 'detail',
      view: opened.view,
      key: opened.key,
      ...(opened.tab ? { tab: opened.tab } : {}),
    }),
  );
}

/** The tab that tells what happened to an object of a view. */
const logTabs: Readonly<Partial<Record<UiState['view'], string>>> = {
  guests: 'tasks',
  nodes: 'journal',
};

/** Leads to the snapshot tree of a guest; nothing anywhere else. */
export function openSnapshots(app: Console): void {
  const ui = app.ui.getState();
  const page = pageOf(ui);
  if (page) {
    if (page.kind === 'detail' && page.view === 'guests') change(app, showTab('snapshots'));
    return;
  }
  const view = findView(ui.view);
  if (view?.id !== 'guests' && view?.id !== 'snapshots') return;
  const { sites, details } = app.data.getState();
  const model = app.models(view, sites, listOf(ui), details);
  const row = model.rows[model.cursor];
  if (!row) return;
  const elsewhere = view.open?.(row);
  open(app, elsewhere ?? { view: view.id, key: view.rowKey(row), tab: 'snapshots' });
}

/** Leads to the tasks of a guest or to the journal of a node; nothing anywhere else. */
export function openLog(app: Console): void {
  const ui = app.ui.getState();
  const page = pageOf(ui);
  if (page) {
    const tab = page.kind === 'detail' ? logTabs[page.view] : undefined;
    if (tab) change(app, showTab(tab));
    return;
  }
  const view = findView(ui.view);
  const tab = logTabs[ui.view];
  if (!view || !tab) return;
  const { sites, details } = app.data.getState();
  const model = app.models(view, sites, listOf(ui), details);
  const row = model.rows[model.cursor];
  if (row) open(app, { view: view.id, key: view.rowKey(row), tab });
}

/** Enter: into the row of the list, or where the row of a page's table leads. */
export function enter(app: Console): void {
  const data = app.data.getState();
  const ui = app.ui.getState();
  const page = pageOf(ui);
  if (!page) {
    const view = findView(ui.view);
    if (!view) return;
    const model = app.models(view, data.sites, listOf(ui), data.details);
    const row = model.rows[model.cursor];
    if (!row) return;
    // The cursor stays on this row when esc comes back, even before it was ever moved.
    change(
      app,
      changeList((list) => ({ ...list, cursor: view.rowKey(row) })),
    );
    const elsewhere = view.open?.(row);
    if (elsewhere) open(app, elsewhere);
    else if (view.tabs.length > 0) open(app, { view: view.id, key: view.rowKey(row) });
    return;
  }
  const model = pageModel(page, viewContext(app, data, ui));
  if (model.body?.kind !== 'table') return;
  const table = model.body as TabTable<object>;
  const row = tableRow(ui, table);
  const opened = row && table.open?.(row);
  if (opened) open(app, opened);
}

/** The tab before (-1) or after (+1) the one shown. */
export function turnTab(app: Console, step: 1 | -1): void {
  const ui = app.ui.getState();
  const page = pageOf(ui);
  if (page?.kind !== 'detail') return;
  const model = pageModel(page, viewContext(app, app.data.getState(), ui));
  const index = model.tabs.findIndex((tab) => tab.id === model.tab?.id);
  const next = model.tabs[(index + step + model.tabs.length) % model.tabs.length];
  if (!next) return;
  change(app, (state) => ({
    ...state,
    pages: [...state.pages.slice(0, -1), { ...page, tab: next.id }],
  }));
}
