import type { Move } from '../../components/table/window.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { surveyRunning } from '../../views/snapshots/progress.ts';
import { begin } from '../controller/begin.ts';
import { quit, refresh, runCommand } from '../controller/commands.ts';
import { type Console, change } from '../controller/console.ts';
import {
  enter,
  moveList,
  movePage,
  openLog,
  openSnapshots,
  turnTab,
} from '../controller/navigate.ts';
import { keyOf, offersOf, rowEditor, rowKind, selectionOf } from '../controller/selection.ts';
import { toast } from '../controller/toasts.ts';
import { changeList, goBack, setOverlay, showView, toggleMark } from '../ui/changes.ts';
import { listOf, pageOf } from '../ui/state.ts';
import { allViews, findView } from '../views-of.ts';
import type { KeyPress } from './key-press.ts';
import { editText } from './text-field.ts';

const moves: Readonly<Record<string, Move>> = {
  up: 'up',
  k: 'up',
  down: 'down',
  j: 'down',
  'page-up': 'page-up',
  'ctrl-b': 'page-up',
  'page-down': 'page-down',
  'ctrl-f': 'page-down',
  home: 'first',
  g: 'first',
  end: 'last',
  G: 'last',
};

export function isMove(press: KeyPress): boolean {
  return moves[press.name] !== undefined;
}

/** Keys of the filter line: typing filters at once, enter keeps it, esc drops it. */
export function filterKeys(app: Console, press: KeyPress): boolean {
  const ui = app.ui.getState();
  if (!ui.filtering) return false;
  const list = listOf(ui);
  if (press.name === 'enter') change(app, (state) => ({ ...state, filtering: false }));
  else if (press.name === 'up' || press.name === 'down') moveList(app, press.name);
  else if (press.name === 'escape' || press.name === 'ctrl-c') back(app);
  else {
    const edited = editText({ text: list.filter, caret: [...list.filter].length }, press);
    if (edited) {
      change(
        app,
        changeList((each) => ({ ...each, filter: edited.text, top: 0 })),
      );
    }
  }
  return true;
}

function back(app: Console): void {
  const after = goBack(app.ui.getState());
  if (after) change(app, () => after);
  else if (app.ui.getState().view === 'snapshots') leaveSnapshots(app);
}

/** Stops reading; when nothing is read any more, goes back to the guests. */
function leaveSnapshots(app: Console): void {
  const { sites, details } = app.data.getState();
  const reading = app.ui.getState().halted === undefined && surveyRunning(sites, details);
  if (reading) change(app, (ui) => ({ ...ui, halted: 'snapshots' }));
  else change(app, showView('guests'));
}

function markAll(app: Console): void {
  const ui = app.ui.getState();
  const view = findView(ui.view);
  if (!view) return;
  const { rows } = app.models(
    view,
    app.data.getState().sites,
    listOf(ui),
    app.data.getState().details,
  );
  const keys = rows.map((row) => view.rowKey(row));
  change(
    app,
    changeList((list) => {
      const all = keys.every((key) => list.marks.has(key));
      return { ...list, marks: new Set(all ? [] : keys) };
    }),
  );
}

/** Keys of lists only: mark, filter, sort, sick rows. */
function listKeys(app: Console, press: KeyPress): boolean {
  const ui = app.ui.getState();
  const view = findView(ui.view);
  if (!view || pageOf(ui)) return false;
  switch (press.name) {
    case 'space': {
      const model = app.models(
        view,
        app.data.getState().sites,
        listOf(ui),
        app.data.getState().details,
      );
      const row = model.rows[model.cursor];
      if (!row || !view.scope) return true;
      change(app, toggleMark(view.rowKey(row)));
      moveList(app, 'down');
      return true;
    }
    case 'ctrl-a':
      if (view.scope) markAll(app);
      return true;
    case '/':
      change(app, (state) => ({ ...state, filtering: true }));
      return true;
    case 'S':
      change(app, setOverlay({ kind: 'menu', menu: 'sort', title: say`Sort by`, index: 0 }));
      return true;
    case 'ctrl-z':
      runCommand(app, 'sick');
      return true;
    default:
      return false;
  }
}

const timeframes = ['hour', 'day', 'week', 'month', 'year'] as const;

/** Keys of detail pages only: tabs and timeframes. */
function pageKeys(app: Console, press: KeyPress): boolean {
  const page = pageOf(app.ui.getState());
  if (!page) return false;
  if (press.name === 'tab' || press.name === 'right') turnTab(app, 1);
  else if (press.name === 'shift-tab' || press.name === 'left') turnTab(app, -1);
  else if (press.name === '[' || press.name === ']') {
    const step = press.name === ']' ? 1 : -1;
    change(app, (ui) => {
      const index = timeframes.indexOf(ui.timeframe) + step;
      return { ...ui, timeframe: timeframes[index] ?? ui.timeframe };
    });
  } else return false;
  return true;
}

const editKey = 'e';

/** An action's own key, or the key of a menu that collects actions. */
function actionKeys(app: Console, press: KeyPress): boolean {
  const data = app.data.getState();
  const selection = selectionOf(app, data, app.ui.getState());
  if (!selection) return false;
  const offers = offersOf(app, data, selection);
  if (press.name === 'a') {
    const title = say`Actions`;
    change(app, setOverlay({ kind: 'menu', menu: 'actions', title, index: 0, selection }));
    return true;
  }
  const row = rowKind(selection);
  // Enter on a row that can be edited edits it.
  const onEnter = press.name === 'enter';
  const key = onEnter ? editKey : press.name;
  const matching = offers.filter(({ action }) => keyOf(app, action) === key);
  // On a row with actions of its own these win over menus and the target's actions.
  const onRow = matching.find(({ action }) => row !== undefined && action.row === row);
  const menu = onRow
    ? undefined
    : offers.find(({ action }) => action.menu?.key === key)?.action.menu;
  // On a row of the configuration the edit key opens what edits it.
  const editor = menu?.id === 'edit' ? rowEditor(offers, selection)?.action : undefined;
  if (editor) {
    void begin(app, editor, selection);
    return true;
  }
  if (onEnter && !onRow) return false;
  if (menu) {
    const title = sanitise(menu.title);
    change(app, setOverlay({ kind: 'menu', menu: menu.id, title, index: 0, selection }));
    return true;
  }
  const offer = onRow ?? matching.find(({ action }) => action.row === undefined);
  if (!offer) return false;
  if (offer.availability.state === 'disabled') {
    toast(app, 'warn', say`${sanitise(offer.action.title)}: ${offer.availability.reason}`);
  } else void begin(app, offer.action, offer.selection ?? selection);
  return true;
}

function globalKeys(app: Console, press: KeyPress): boolean {
  const view = allViews.find((each) => each.key === press.name);
  if (view) {
    change(app, showView(view.id));
    return true;
  }
  switch (press.name) {
    case 'escape':
      back(app);
      return true;
    case 'enter':
      enter(app);
      return true;
    case 'l':
      openLog(app);
      return true;
    case ':':
      change(app, setOverlay({ kind: 'palette', query: '', index: 0 }));
      return true;
    case '?':
      runCommand(app, 'help');
      return true;
    case 'r':
    case 'ctrl-r':
      refresh(app);
      return true;
    case 'L':
      runCommand(app, 'calls');
      return true;
    case 'ctrl-x':
      runCommand(app, 'halt');
      return true;
    case 't':
      openSnapshots(app);
      return true;
    case 'y':
      change(app, setOverlay({ kind: 'menu', menu: 'copy', title: say`Copy`, index: 0 }));
      return true;
    case 'q':
    case 'ctrl-c':
      quit(app);
      return true;
    default:
      return false;
  }
}

/** Keys of the view: its own movement first, then its page or list, actions, and what works everywhere. */
export function viewKeys(app: Console, press: KeyPress): boolean {
  const move = moves[press.name];
  if (move) {
    if (pageOf(app.ui.getState())) movePage(app, move);
    else moveList(app, move);
    return true;
  }
  return (
    listKeys(app, press) || pageKeys(app, press) || actionKeys(app, press) || globalKeys(app, press)
  );
}
