import type { DetailRequest } from '../../domain/detail.ts';
import type { DataState } from '../../store/state.ts';
import type { Console } from '../controller/console.ts';
import { layoutOf, viewContext } from '../controller/context.ts';
import { listOf, pageOf, type UiState } from '../ui/state.ts';
import { findView } from '../views-of.ts';
import { pageModel } from './page-model.ts';

/** The details that are on screen now: those of the open tab, or of the preview beside the list. */
export function wantedDetails(
  app: Console,
  data: DataState,
  ui: UiState,
): readonly DetailRequest[] {
  const page = pageOf(ui);
  const context = viewContext(app, data, ui);
  if (page) {
    const model = pageModel(page, context);
    if (model.row && model.tab) return model.tab.sources(model.row, context);
    // A task that is in no list yet is known by its UPID alone.
    return [];
  }
  const view = findView(ui.view);
  if (!view) return [];
  const own = ui.halted === view.id ? [] : (view.sources?.(data.sites) ?? []);
  if (!view.previewSources || layoutOf(app, data, ui).previewWidth === 0) return own;
  const model = app.models(view, data.sites, listOf(ui), data.details);
  const row = model.rows[model.cursor];
  if (!row) return own;
  const beside = view.previewSources(row).map((request) => ({ ...request, seldom: true }));
  return [...own, ...beside];
}
