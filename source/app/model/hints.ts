import type { Action, Scope } from '../../actions/types.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import type { DataState } from '../../store/state.ts';
import type { Console } from '../controller/console.ts';
import {
  keyOf,
  type Offer,
  offersOf,
  rowEditor,
  rowEditorId,
  rowKind,
  selectionOf,
} from '../controller/selection.ts';
import { listOf, pageOf, type UiState } from '../ui/state.ts';
import { findView } from '../views-of.ts';
import {
  actionMenuKey,
  everywhereKeys,
  type FixedKey,
  listKeys,
  movingKeys,
  pageKeys,
} from './fixed-keys.ts';

/** A key and what it does here, for the hint line and the help page. */
export interface Hint {
  readonly key: SafeText;
  readonly words: SafeText;
  /** Why it does nothing now. */
  readonly reason?: SafeText;
  /** Stays in the hint line when there is little room. */
  readonly always?: boolean;
}

const hint = (key: string, words: string, reason?: SafeText): Hint => ({
  key: sanitise(key),
  words: sanitise(words),
  ...(reason ? { reason } : {}),
});

const fixed = ({ keys, words }: FixedKey): Hint => hint(keys, words);

/** Keys of the actions that apply here; those of one menu are one hint. */
function actionHints(app: Console, offers: readonly Offer[], row: Action['row']): Hint[] {
  const hints: Hint[] = [];
  // What a key does on this row comes before what it does everywhere on the page.
  const ofRow: Hint[] = [];
  const menus = new Set<string>();
  for (const { action, availability } of offers) {
    const reason = availability.state === 'disabled' ? availability.reason : undefined;
    const { menu } = action;
    const onRow = action.row !== undefined && action.row === row;
    if (menu && !onRow) {
      if (menus.has(menu.id)) continue;
      menus.add(menu.id);
      // A menu in which nothing is possible is none to be offered; the first reason stands for all.
      const open = offers.some(
        (offer) => offer.action.menu?.id === menu.id && offer.availability.state === 'yes',
      );
      const words = `${menu.title.toLowerCase()} menu`;
      hints.push(hint(menu.key, words, open ? undefined : reason));
      continue;
    }
    const key = keyOf(app, action);
    if (key === '' || (action.row !== undefined && !onRow)) continue;
    const words = action.title.toLowerCase().replace('spice', 'SPICE');
    (onRow ? ofRow : hints).push(hint(key, words, reason));
  }
  return [...ofRow, ...hints];
}

/** What would add nothing to the hint line is not even looked at: every key draws it, and there are many actions. */
const addsNoHint =
  (app: Console, row: Action['row'], editor: string | undefined) =>
  (action: Action<Scope>, known: readonly Offer[]): boolean => {
    const { menu } = action;
    if (action.id === editor) return false;
    if (action.row !== undefined && action.row !== row) return known.length > 0;
    const possible = ({ action: each, availability }: Offer) =>
      each.menu?.id === menu?.id && availability.state === 'yes';
    if (menu && action.row === undefined) return known.some(possible);
    return known.length > 0 && keyOf(app, action) === '';
  };

/** What the hint line shows: first what enter does, then the live actions, then what works everywhere. */
export function hintsOf(app: Console, data: DataState, ui: UiState): Hint[] {
  const page = pageOf(ui);
  const selection = selectionOf(app, data, ui);
  const row = selection && rowKind(selection);
  const needless = addsNoHint(app, row, selection && rowEditorId(selection));
  const offers = selection ? offersOf(app, data, selection, needless) : [];
  const live = actionHints(app, offers, row).filter((each) => each.reason === undefined);
  const edits = selection && rowEditor(offers, selection) ? [hint('enter', 'edit')] : [];
  const first = page
    ? [hint('esc', 'back'), hint('tab', 'next tab'), ...edits]
    : [hint('enter', 'details')];
  const marks = page ? 0 : listOf(ui).marks.size;
  // Before the actions are known it is known that there are some.
  const some = offers.length > 0 || (selection !== undefined && !app.actionsOf());
  const acting = some ? [hint('a', marks > 0 ? `actions on ${marks}` : 'actions')] : [];
  const list = page || !findView(ui.view)?.columns.length ? [] : [hint('/', 'filter')];
  const always = [hint(':', 'command'), hint('?', 'help')].map((each) => ({
    ...each,
    always: true,
  }));
  return [...first, ...acting, ...live, ...list, ...always];
}

/** The help page: groups of keys that are live here and now. */
export function helpOf(
  app: Console,
  data: DataState,
  ui: UiState,
): readonly { readonly title: SafeText; readonly hints: readonly Hint[] }[] {
  const page = pageOf(ui);
  const selection = selectionOf(app, data, ui);
  const offers = selection ? offersOf(app, data, selection) : [];
  const groups = [];
  if (offers.length > 0) {
    groups.push({
      title: say`Actions on the ${sanitise(selection?.scope)}`,
      hints: [fixed(actionMenuKey), ...actionHints(app, offers, selection && rowKind(selection))],
    });
  }
  const moving = page ? [...movingKeys, ...pageKeys] : movingKeys;
  groups.push({ title: say`Moving`, hints: moving.map(fixed) });
  if (!page) groups.push({ title: say`Lists`, hints: listKeys.map(fixed) });
  groups.push({ title: say`Everywhere`, hints: everywhereKeys.map(fixed) });
  return groups;
}
