import { availabilityOf } from '../../actions/availability.ts';
import { editorOf } from '../../actions/config-rows.ts';
import type { AnyAction } from '../../actions/registry.ts';
import type { Action, Availability, Scope, Targets } from '../../actions/types.ts';
import { say } from '../../domain/safe-text.ts';
import type { DataState } from '../../store/state.ts';
import type { TabTable } from '../../views/types.ts';
import { pageModel } from '../model/page-model.ts';
import { listOf, pageOf, pageStateOf, type Selection, type UiState } from '../ui/state.ts';
import { findView } from '../views-of.ts';
import type { ActionsOf, Console } from './console.ts';
import { localFacts, viewContext } from './context.ts';

/** The row of a page's table under the cursor; when it is gone, the one in its place; the first one before it was moved. */
export function tableRow(ui: UiState, table: TabTable<object>): object | undefined {
  const { cursor, index = 0 } = pageStateOf(ui);
  const found = table.rows.find((row) => table.rowKey(row) === cursor);
  return found ?? table.rows[Math.min(index, table.rows.length - 1)];
}

/** What a key would act on: the marks, the row under the cursor, or the page's object. */
export function selectionOf(app: Console, data: DataState, ui: UiState): Selection | undefined {
  const page = pageOf(ui);
  if (!page) return listSelection(app, data, ui);
  const model = pageModel(page, viewContext(app, data, ui));
  if (!model.row) return undefined;
  const own =
    model.view?.scope && model.view.target
      ? ({ scope: model.view.scope, targets: [model.view.target(model.row)] } as Selection)
      : undefined;
  if (model.body?.kind !== 'table') return own;
  const table = model.body as TabTable<object>;
  const row = tableRow(ui, table);
  if (!row) return own;
  const target = table.target?.(row);
  if (target) return { scope: target.scope, targets: [target.target] } as Selection;
  const snapshot = table.snapshot?.(row);
  const configRow = table.configRow?.(row);
  const picked = table.picked?.(row);
  return (
    own && {
      ...own,
      ...(snapshot ? { snapshot } : {}),
      ...(configRow ? { configRow } : {}),
      ...(picked ? { picked } : {}),
    }
  );
}

function listSelection(app: Console, data: DataState, ui: UiState): Selection | undefined {
  const view = findView(ui.view);
  if (!view?.scope || !view.target) return undefined;
  const { target, scope } = view;
  const list = listOf(ui);
  const model = app.models(view, data.sites, list, data.details);
  const marked =
    list.marks.size === 0 ? [] : model.rows.filter((row) => list.marks.has(view.rowKey(row)));
  const under = model.rows[model.cursor];
  const rows = marked.length > 0 ? marked : under ? [under] : [];
  if (rows.length === 0) return undefined;
  return { scope, targets: rows.map((row) => target(row)) } as Selection;
}

/** An action with whether it can run on the selection, as far as is known here. */
export interface Offer {
  readonly action: AnyAction;
  readonly availability: Availability;
  /** What it acts on, when that is not the selection itself: the node of the guest under the cursor. */
  readonly selection?: Selection;
}

/** Every action of the selection's scope that can ever apply, with the reason where it cannot now. */
export function offersOf(
  app: Console,
  data: DataState,
  selection: Selection,
  needless: (action: Action<Scope>, known: readonly Offer[]) => boolean = () => false,
): Offer[] {
  const actionsOf = app.actionsOf();
  if (!actionsOf) return [];
  const offers: Offer[] = [];
  for (const action of actionsOf(selection.scope)) {
    if (needless(action as unknown as Action<Scope>, offers)) continue;
    if (action.row !== undefined && selection.targets.length > 1) continue;
    const availability = offerOf(app, data, selection, action);
    if (availability.state !== 'hidden') {
      offers.push({ action: action as unknown as AnyAction, availability });
    }
  }
  return [...offers, ...nodeOffers(app, data, selection, actionsOf)];
}

/** What the list of guests offers for the node of the row under the cursor (a new guest beside it). */
function nodeOffers(
  app: Console,
  data: DataState,
  selection: Selection,
  actionsOf: ActionsOf,
): Offer[] {
  const [guest, second] = selection.targets;
  if (selection.scope !== 'guest' || !guest || second || rowKind(selection)) return [];
  const site = data.sites.find((each) => each.site === guest.site);
  const node = site?.resources.data?.nodes.find((each) => each.node === guest.node);
  if (!node) return [];
  const there = { scope: 'node', targets: [node] } as const satisfies Selection;
  return actionsOf('node')
    .filter((action) => action.onGuests)
    .map((action) => ({
      action: action as unknown as AnyAction,
      availability: offerOf(app, data, there, action),
      selection: there,
    }));
}

function offerOf<S extends Scope>(
  app: Console,
  data: DataState,
  selection: Selection,
  action: Action<S>,
): Availability {
  if (selection.targets.length > 1 && !action.batch) {
    return { state: 'disabled', reason: say`runs on one at a time` };
  }
  const mode = {
    readOnly: app.look.readOnly || (app.backend()?.readOnly ?? false),
    allow: app.backend()?.allow ?? [],
  };
  // Over marks an action is offered when it can run on at least one of them.
  let first: Availability = { state: 'hidden' };
  for (const target of selection.targets as readonly Targets[S][]) {
    const facts = localFacts(app, data, target, selection);
    if (!facts) continue;
    const availability = availabilityOf(action, target, facts, mode);
    if (availability.state === 'yes') return availability;
    if (first.state === 'hidden') first = availability;
  }
  return first;
}

/** The kind of row the selection starts from, for actions that are bound to one. */
export function rowKind({ snapshot, picked }: Selection): Action['row'] {
  return snapshot ? 'snapshot' : picked?.kind;
}

/** The id of the action that edits the row of the configuration the selection starts from. */
export function rowEditorId({ configRow, targets }: Selection): string | undefined {
  const [target] = targets;
  if (!configRow || !target || !('vmid' in target)) return undefined;
  return editorOf(configRow.key, configRow.value, target.type);
}

/** What edits that row, when it can. */
export function rowEditor(offers: readonly Offer[], selection: Selection): Offer | undefined {
  const id = rowEditorId(selection);
  return offers.find(
    ({ action, availability }) => action.id === id && availability.state === 'yes',
  );
}

/** The key of an action: the user's own, else the default. */
export function keyOf(app: Console, action: { readonly id: string; readonly key: string }): string {
  return app.keymap()[action.id] ?? action.key;
}
