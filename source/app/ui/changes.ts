import type { ViewId } from '../../views/types.ts';
import {
  type ListState,
  listOf,
  type Overlay,
  type Page,
  type PageState,
  pageKey,
  pageOf,
  pageStateOf,
  type UiState,
} from './state.ts';

/** A change of the screen's state: pure, from one state to the next. */
export type Change = (ui: UiState) => UiState;

export function changeList(change: (list: ListState) => ListState, view?: ViewId): Change {
  return (ui) => {
    const id = view ?? ui.view;
    const before = listOf(ui, id);
    const after = change(before);
    return after === before ? ui : { ...ui, lists: { ...ui.lists, [id]: after } };
  };
}

export function changePage(change: (page: PageState) => PageState): Change {
  return (ui) => {
    const page = pageOf(ui);
    if (!page) return ui;
    const before = pageStateOf(ui);
    const after = change(before);
    if (after === before) return ui;
    return { ...ui, pageStates: { ...ui.pageStates, [pageKey(page)]: after } };
  };
}

/** Switches the view; the back stack starts anew, lists keep how they stood. */
export function showView(view: ViewId): Change {
  return (ui) => ({
    ...ui,
    view,
    pages: [],
    filtering: false,
    overlay: undefined,
    halted: undefined,
  });
}

export function openPage(page: Page): Change {
  return (ui) => {
    const top = pageOf(ui);
    if (top && pageKey(top) === pageKey(page)) return { ...ui, overlay: undefined };
    return { ...ui, pages: [...ui.pages, page], overlay: undefined, filtering: false };
  };
}

/** The page on top shows another tab. */
export function showTab(tab: string): Change {
  return (ui) => {
    const page = pageOf(ui);
    if (page?.kind !== 'detail') return ui;
    return { ...ui, pages: [...ui.pages.slice(0, -1), { ...page, tab }] };
  };
}

export function setOverlay(overlay: Overlay | undefined): Change {
  return (ui) => ({ ...ui, overlay });
}

/** Changes the overlay if it is of that kind; a late answer to one that is gone changes nothing. */
export function changeOverlay<K extends Overlay['kind']>(
  kind: K,
  change: (overlay: Extract<Overlay, { kind: K }>) => Overlay | undefined,
): Change {
  return (ui) =>
    ui.overlay?.kind === kind
      ? { ...ui, overlay: change(ui.overlay as Extract<Overlay, { kind: K }>) }
      : ui;
}

/**
 * One step back: filter line, marks, filter, page, in this order. `undefined` = there is nothing to go back from.
 */
export function goBack(ui: UiState): UiState | undefined {
  if (ui.overlay) return { ...ui, overlay: undefined };
  if (ui.filtering)
    return { ...changeList((list) => ({ ...list, filter: '' }))(ui), filtering: false };
  if (ui.pages.length > 0) return { ...ui, pages: ui.pages.slice(0, -1) };
  const list = listOf(ui);
  if (list.marks.size > 0) return changeList((each) => ({ ...each, marks: new Set() }))(ui);
  if (list.filter !== '') return changeList((each) => ({ ...each, filter: '' }))(ui);
  if (list.sickOnly) return changeList((each) => ({ ...each, sickOnly: false }))(ui);
  return undefined;
}

export function toggleMark(key: string): Change {
  return changeList((list) => {
    const marks = new Set(list.marks);
    if (!marks.delete(key)) marks.add(key);
    return { ...list, marks };
  });
}
