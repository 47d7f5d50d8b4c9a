import type { SafeText } from '../../domain/safe-text.ts';
import { say } from '../../domain/safe-text.ts';
import type { DataState } from '../../store/state.ts';
import type { Copy, TabTable } from '../../views/types.ts';
import { pageModel } from '../model/page-model.ts';
import { listOf, pageOf, type UiState } from '../ui/state.ts';
import { findView } from '../views-of.ts';
import type { Console } from './console.ts';
import { viewContext } from './context.ts';
import { tableRow } from './selection.ts';
import { toast } from './toasts.ts';

/** What can be copied of the row or page on screen. */
export function copiesOf(app: Console, data: DataState, ui: UiState): readonly Copy[] {
  const page = pageOf(ui);
  if (!page) {
    const view = findView(ui.view);
    if (!view) return [];
    const model = app.models(view, data.sites, listOf(ui), data.details);
    const row = model.rows[model.cursor];
    return row ? view.copies(row) : [];
  }
  const model = pageModel(page, viewContext(app, data, ui));
  if (model.body?.kind === 'table') {
    const table = model.body as TabTable<object>;
    const row = tableRow(ui, table);
    const copies = row ? table.copies?.(row) : undefined;
    if (copies && copies.length > 0) return copies;
  }
  return model.row && model.view ? model.view.copies(model.row) : [];
}

/** OSC 52: the terminal puts it on the clipboard of the person's own machine, through SSH and tmux alike. */
export function copy(app: Console, text: SafeText): void {
  const encoded = Buffer.from(text, 'utf8').toString('base64');
  app.writeRaw(`\u001b]52;c;${encoded}\u0007`);
  toast(app, 'good', say`Sent to the terminal's clipboard: ${text}`);
}
