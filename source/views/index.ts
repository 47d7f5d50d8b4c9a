import { guestsView } from './guests/index.ts';
import { nodesView } from './nodes/index.ts';
import { overviewView } from './overview/index.ts';
import { snapshotsView } from './snapshots/index.ts';
import { storageView } from './storage/index.ts';
import { tasksView } from './tasks/index.ts';
import type { ListView, ViewId } from './types.ts';

// biome-ignore lint/suspicious/noExplicitAny: the row type is private to each view; rows only ever go back to their own.
export type AnyView = ListView<any, any>;

/** All views, in the order of their keys. */
export const views: readonly AnyView[] = [
  overviewView,
  nodesView,
  guestsView,
  storageView,
  tasksView,
  snapshotsView,
];

export function viewOf(id: ViewId): AnyView {
  const found = views.find((view) => view.id === id);
  if (!found) throw new Error(`no view ${id}`);
  return found;
}
