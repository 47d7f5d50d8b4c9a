import { begin } from '../controller/begin.ts';
import { runCommand } from '../controller/commands.ts';
import { type Console, change } from '../controller/console.ts';
import { menuItems } from '../controller/menus.ts';
import { open } from '../controller/navigate.ts';
import { paletteEntries } from '../controller/palette.ts';
import type { Questions } from '../controller/questions.ts';
import { selectionOf } from '../controller/selection.ts';
import { toast } from '../controller/toasts.ts';
import { changeOverlay, setOverlay, showView } from '../ui/changes.ts';
import type { Overlay } from '../ui/state.ts';
import { confirmKeys, questionKeys, quitKeys } from './dialog-keys.ts';
import { formKeys } from './form-keys.ts';
import type { KeyPress } from './key-press.ts';
import { editText } from './text-field.ts';

type Of<K extends Overlay['kind']> = Extract<Overlay, { kind: K }>;

/** Entries the palette shows at once. */
export const paletteSize = 50;

const steps: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  'page-up': -10,
  'page-down': 10,
};

function find(app: Console, query: string): true {
  change(
    app,
    changeOverlay('menu', (menu) => ({ ...menu, query, index: 0 })),
  );
  return true;
}

/** Back from a search to the whole menu. */
function leaveSearch(app: Console, overlay: Overlay): boolean {
  if (overlay.kind !== 'menu' || overlay.query === undefined) return false;
  const { query: _query, ...whole } = overlay;
  change(app, setOverlay({ ...whole, index: 0 }));
  return true;
}

function menuKeys(app: Console, overlay: Of<'menu'>, press: KeyPress): boolean {
  const items = menuItems(app, overlay);
  // While one types, j and k are letters.
  const letter = overlay.query !== undefined && press.name.length === 1;
  const step = letter ? undefined : steps[press.name];
  if (step !== undefined && items.length > 0) {
    const index = (((overlay.index + step) % items.length) + items.length) % items.length;
    change(
      app,
      changeOverlay('menu', (each) => ({ ...each, index })),
    );
    return true;
  }
  if (overlay.query === undefined && press.name === '/') return find(app, '');
  if (overlay.query !== undefined && press.name !== 'enter') {
    const field = { text: overlay.query, caret: [...overlay.query].length };
    const edited = editText(field, press);
    return edited ? find(app, edited.text) : true;
  }
  const byKey = items.findIndex((item) => item.key !== '' && item.key === press.name);
  const chosen = items[press.name === 'enter' ? overlay.index : byKey];
  if (!chosen) {
    if (press.name === 'q') change(app, setOverlay(undefined));
    return true;
  }
  if (chosen.reason) toast(app, 'warn', chosen.reason);
  else chosen.choose();
  return true;
}

function paletteKeys(app: Console, overlay: Of<'palette'>, press: KeyPress): boolean {
  const data = app.data.getState();
  const ui = app.ui.getState();
  const entries = paletteEntries(app, data, ui, overlay.query, paletteSize);
  const move = { up: -1, down: 1, 'ctrl-p': -1, 'ctrl-n': 1, 'shift-tab': -1, tab: 1 }[press.name];
  if (move !== undefined) {
    const count = Math.max(1, entries.length);
    const index = (overlay.index + move + count) % count;
    change(
      app,
      changeOverlay('palette', (each) => ({ ...each, index })),
    );
    return true;
  }
  if (press.name !== 'enter') {
    const field = { text: overlay.query, caret: [...overlay.query].length };
    const edited = editText(field, press);
    if (edited) {
      change(
        app,
        changeOverlay('palette', (each) => ({ ...each, query: edited.text, index: 0 })),
      );
    }
    return true;
  }
  const entry = entries[overlay.index]?.entry;
  if (!entry) return true;
  if (entry.disabled) {
    toast(app, 'warn', entry.disabled);
    return true;
  }
  const { does } = entry;
  if (does.kind === 'view') change(app, showView(does.view));
  else if (does.kind === 'open') {
    change(app, showView('view' in does.opened ? does.opened.view : ui.view));
    open(app, does.opened);
  } else if (does.kind === 'command') runCommand(app, does.command);
  else {
    const selection = does.selection ?? selectionOf(app, data, ui);
    if (selection) void begin(app, does.action, { ...selection, form: true });
  }
  return true;
}

function scrollKeys(
  app: Console,
  overlay: Of<'help' | 'calls' | 'text'>,
  press: KeyPress,
): boolean {
  const step = steps[press.name];
  if (press.name === 'g' || press.name === 'home') scrollTo(app, overlay.kind, () => 0);
  else if (press.name === 'G' || press.name === 'end') {
    scrollTo(app, overlay.kind, () => Number.MAX_SAFE_INTEGER);
  } else if (step !== undefined) {
    scrollTo(app, overlay.kind, (top) => Math.max(0, top + step));
  } else if (['?', 'q', 'L', 'enter'].includes(press.name)) change(app, setOverlay(undefined));
  return true;
}

function scrollTo(
  app: Console,
  kind: 'help' | 'calls' | 'text',
  to: (top: number) => number,
): void {
  change(
    app,
    changeOverlay(kind, (overlay) => {
      const top = to(overlay.top);
      return overlay.kind === 'calls' ? { ...overlay, top, following: false } : { ...overlay, top };
    }),
  );
}

/** Keys while a dialog, menu or page of help is open; esc closes it. All keys stop here. */
export function overlayKeys(app: Console, questions: Questions, press: KeyPress): boolean {
  const { overlay } = app.ui.getState();
  if (!overlay) return false;
  if (overlay.kind === 'question') return questionKeys(app, questions, overlay, press);
  // Escape closes an open list of the form first.
  if (overlay.kind === 'form' && formKeys(app, overlay, press)) return true;
  if (press.name === 'escape' || press.name === 'ctrl-c') {
    if (leaveSearch(app, overlay)) return true;
    change(app, setOverlay(undefined));
    questions.showNext();
    return true;
  }
  switch (overlay.kind) {
    case 'confirm':
      return confirmKeys(app, overlay, press);
    case 'quit':
      return quitKeys(app, overlay, press);
    case 'form':
      return true;
    case 'menu':
      return menuKeys(app, overlay, press);
    case 'palette':
      return paletteKeys(app, overlay, press);
    case 'help':
    case 'text':
    case 'calls':
      return scrollKeys(app, overlay, press);
  }
}
