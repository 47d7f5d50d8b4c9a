import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { menuLetters } from '../model/fixed-keys.ts';
import { changeList, setOverlay } from '../ui/changes.ts';
import { listOf, type Overlay, type Selection } from '../ui/state.ts';
import { findView } from '../views-of.ts';
import { begin } from './begin.ts';
import { type Console, change } from './console.ts';
import { copiesOf, copy } from './copy.ts';
import { keyOf, type Offer, offersOf, rowKind } from './selection.ts';

/** One line of a menu; with a `reason` it cannot be chosen now. */
export interface MenuItem {
  readonly key: string;
  readonly label: SafeText;
  readonly detail?: SafeText;
  readonly reason?: SafeText;
  readonly choose: () => void;
}

type Menu = Extract<Overlay, { kind: 'menu' }>;

/** The keys as they are outside the menu: those of other rows are dead, and those of the row win. */
function liveKeys(
  app: Console,
  offers: readonly Offer[],
  selection: Selection,
): ReadonlyMap<string, string> {
  const row = rowKind(selection);
  const own = (of: Offer['action']['row']) =>
    offers.flatMap(({ action }): [string, string][] =>
      action.row === of ? [[action.id, keyOf(app, action)]] : [],
    );
  const rows = row === undefined ? [] : own(row);
  const taken = new Set(rows.map(([, key]) => key));
  return new Map([...own(undefined).filter(([, key]) => !taken.has(key)), ...rows]);
}

function actionItems(app: Console, menu: Menu): MenuItem[] {
  const { selection } = menu;
  if (!selection) return [];
  // One of the menus that collect actions; its letters are its own.
  const letters = menu.menu === 'actions' ? undefined : menuLetters(menu.menu);
  const offers = offersOf(app, app.data.getState(), selection);
  const keys = liveKeys(app, offers, selection);
  return offers
    .filter(({ action }) => !letters || action.menu?.id === menu.menu)
    .map(({ action, availability, selection: own = selection }) => {
      const verb = action.id.slice(action.id.indexOf('.') + 1);
      return {
        key: letters ? (letters[verb] ?? '') : (keys.get(action.id) ?? ''),
        label: sanitise(action.title),
        detail: sanitise(action.summary),
        ...(availability.state === 'disabled' ? { reason: availability.reason } : {}),
        // Chosen from a list one has the time for a form; a key is for going on at once.
        choose: () => void begin(app, action, { ...own, form: true }),
      };
    });
}

function sortItems(app: Console): MenuItem[] {
  const ui = app.ui.getState();
  const view = findView(ui.view);
  if (!view) return [];
  const order = listOf(ui).sort ?? view.defaultSort;
  const manySites = app.data.getState().sites.length > 1;
  const context = { now: app.now(), ascii: app.look.ascii, manySites };
  return view.columns
    .filter((column) => column.sortValue && (column.applies?.(context) ?? true))
    .map((column) => {
      const current = order.column === column.id;
      const descending = current ? !order.descending : false;
      const now = current
        ? order.descending
          ? say`sorted, falling`
          : say`sorted, rising`
        : undefined;
      return {
        key: '',
        label: column.title,
        ...(now ? { detail: now } : {}),
        choose: () =>
          change(
            app,
            setOverlay(undefined),
            changeList((list) => ({ ...list, sort: { column: column.id, descending } })),
          ),
      };
    });
}

function copyItems(app: Console): MenuItem[] {
  return copiesOf(app, app.data.getState(), app.ui.getState()).map((each) => ({
    key: '',
    label: each.label,
    detail: each.text,
    choose: () => {
      change(app, setOverlay(undefined));
      copy(app, each.text);
    },
  }));
}

/** The items of the open menu that fit what was typed to find them. */
export function menuItems(app: Console, menu: Menu): MenuItem[] {
  const words = (menu.query ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const fits = ({ label, detail }: MenuItem) => {
    const text = `${label} ${detail ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return allMenuItems(app, menu).filter(fits);
}

/** The items of a menu, made from what is true now. */
export function allMenuItems(app: Console, menu: Menu): MenuItem[] {
  if (menu.menu === 'sort') return sortItems(app);
  if (menu.menu === 'copy') return copyItems(app);
  return actionItems(app, menu);
}
