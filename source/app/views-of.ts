import { type AnyView, views } from '../views/index.ts';
import { overviewView as overview } from '../views/overview/index.ts';
import type { ListView, ViewId } from '../views/types.ts';

/** The view as the app handles it: rows are opaque and only ever go back to their own view. */
export function findView(id: ViewId): ListView<object> | undefined {
  return views.find((view: AnyView) => view.id === id) as ListView<object> | undefined;
}

export const allViews: readonly ListView<object>[] = views as readonly ListView<object>[];

/** The rows of this one are counted in the header. */
export const overviewView = overview as ListView<object>;
