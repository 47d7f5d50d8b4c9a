import { windowTop } from '../../components/table/window.ts';
import { changeList } from '../ui/changes.ts';
import { listOf, pageOf } from '../ui/state.ts';
import { findView } from '../views-of.ts';
import { type Console, change } from './console.ts';
import { enter, listHeight, listNotes, moveList, movePage } from './navigate.ts';

/** Header, tab bar, list title and column heads stand above the first row. */
const firstRow = 4;

export function scrollBy(app: Console, rows: number): void {
  const ui = app.ui.getState();
  if (ui.overlay) return;
  const move = rows < 0 ? 'up' : 'down';
  for (let step = 0; step < Math.abs(rows); step += 1) {
    if (pageOf(ui)) movePage(app, move);
    else moveList(app, move);
  }
}

/** A click on the list's row `y` (screen row from 0) selects it; on the selected row it opens it. */
export function clickRow(app: Console, y: number): void {
  const ui = app.ui.getState();
  const view = findView(ui.view);
  if (ui.overlay || pageOf(ui) || !view) return;
  const data = app.data.getState();
  const list = listOf(ui);
  const model = app.models(view, data.sites, list, data.details);
  const height = listHeight(app, data, ui);
  const count = model.rows.length;
  const top = windowTop({ top: list.top, cursor: model.cursor, count, height });
  const first = firstRow + listNotes(app, data, ui);
  const index = top + y - first;
  const row = model.rows[index];
  if (!row || y < first || index >= top + height) return;
  const key = view.rowKey(row);
  if (index === model.cursor) return enter(app);
  change(
    app,
    changeList((each) => ({ ...each, cursor: key, top })),
  );
}
