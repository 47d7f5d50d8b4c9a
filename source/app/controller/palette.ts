import type { AnyAction } from '../../actions/registry.ts';
import { type PaletteEntry, type Ranked, rankEntries } from '../../components/palette.ts';
import { themeNames } from '../../components/theme.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import type { DataState } from '../../store/state.ts';
import type { Opened, ViewId } from '../../views/types.ts';
import type { Selection, UiState } from '../ui/state.ts';
import { allViews } from '../views-of.ts';
import type { Console } from './console.ts';
import { keyOf, offersOf, selectionOf } from './selection.ts';

/** One line of the command palette. Choosing an object only goes there; choosing an action asks as its key does. */
export interface Entry extends PaletteEntry {
  readonly does:
    | { readonly kind: 'view'; readonly view: ViewId }
    | { readonly kind: 'open'; readonly opened: Opened }
    | { readonly kind: 'action'; readonly action: AnyAction; readonly selection?: Selection }
    | { readonly kind: 'command'; readonly command: string };
}

const commands: readonly (readonly [string, string, string])[] = [
  ['help', 'Help: keys that are live here', '?'],
  ['calls', 'Call log: requests this console made', 'L'],
  ['refresh', 'Refresh now', 'r'],
  ['sick', 'Only the sick rows, on or off', 'ctrl-z'],
  ['mouse', 'Mouse on or off', ''],
  ['halt', 'Batch: start no further one', 'ctrl-x'],
  ['quit', 'Quit', 'q'],
];

function command(name: string, words: string, key = ''): Entry {
  return {
    text: sanitise(words),
    kind: say`command`,
    does: { kind: 'command', command: name },
    ...(key === '' ? {} : { key: sanitise(key) }),
  };
}

function actionEntries(app: Console, data: DataState, ui: UiState): Entry[] {
  const selection = selectionOf(app, data, ui);
  if (!selection) return [];
  return offersOf(app, data, selection).map(({ action, availability, selection: own }) => {
    const key = keyOf(app, action);
    const elsewhere = own?.targets[0];
    const title = sanitise(action.title);
    return {
      text: elsewhere && 'node' in elsewhere ? say`${title} on ${elsewhere.node}` : title,
      kind: say`${sanitise(action.scope)} action`,
      does: { kind: 'action', action, ...(own ? { selection: own } : {}) },
      ...(key === '' ? {} : { key: sanitise(key) }),
      ...(availability.state === 'disabled' ? { disabled: availability.reason } : {}),
    };
  });
}

function fixedEntries(app: Console, data: DataState, ui: UiState): Entry[] {
  return [
    ...actionEntries(app, data, ui),
    ...allViews.map(
      (view): Entry => ({
        text: view.title,
        kind: say`view`,
        key: sanitise(view.key),
        does: { kind: 'view', view: view.id },
      }),
    ),
    ...commands.map(([name, words, key]) => command(name, words, key)),
    ...themeNames.map((theme) => command(`theme ${theme}`, `Theme ${theme}`)),
  ];
}

/** Every object of every view by name. */
function objectEntries(data: DataState): Entry[] {
  return allViews
    .filter((view) => view.id !== 'overview' && view.id !== 'tasks' && view.tabs.length > 0)
    .flatMap((view) =>
      view.rows(data.sites).map(
        (row): Entry => ({
          text: view.rowTitle(row),
          kind: view.title,
          does: { kind: 'open', opened: { view: view.id, key: view.rowKey(row) } },
        }),
      ),
    );
}

/** Entries for a query, best first: actions, views and commands always, objects once something is typed. */
export function paletteEntries(
  app: Console,
  data: DataState,
  ui: UiState,
  query: string,
  limit: number,
): Ranked<Entry>[] {
  const fixed = fixedEntries(app, data, ui);
  const entries = query.trim() === '' ? fixed : [...fixed, ...objectEntries(data)];
  return rankEntries(query, entries, limit);
}
