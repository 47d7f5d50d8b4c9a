import { agree, showCalls } from '../controller/confirm.ts';
import { type Console, change } from '../controller/console.ts';
import type { Questions } from '../controller/questions.ts';
import { changeOverlay, setOverlay } from '../ui/changes.ts';
import type { Overlay } from '../ui/state.ts';
import { backToForm } from './form-keys.ts';
import type { KeyPress } from './key-press.ts';
import { editText } from './text-field.ts';

type Of<K extends Overlay['kind']> = Extract<Overlay, { kind: K }>;

/**
 * y/N, or the typed name and enter. Before the dialog is armed no key is its answer; enter alone confirms nothing, and
 * neither does a paste.
 */
export function confirmKeys(app: Console, overlay: Of<'confirm'>, press: KeyPress): boolean {
  if (!overlay.armed) return true;
  const asksCalls = overlay.confirmation.typed === undefined ? 'L' : 'ctrl-l';
  if (press.name === asksCalls || press.name === 'ctrl-l') {
    void showCalls(app, overlay);
    return true;
  }
  if (press.name === 'shift-tab') {
    backToForm(app, overlay);
    return true;
  }
  const step = steps[press.name];
  if (step !== undefined) {
    scroll(app, step);
    return true;
  }
  if (overlay.confirmation.typed === undefined) {
    if (press.name === 'y' || press.name === 'Y') agree(app);
    else if (press.name === 'n' || press.name === 'N' || press.name === 'q') {
      change(app, setOverlay(undefined));
    }
    return true;
  }
  if (press.name === 'enter') {
    agree(app);
    return true;
  }
  if (press.name === 'paste') return true;
  const edited = editText({ text: overlay.typed, caret: [...overlay.typed].length }, press);
  if (edited) {
    change(
      app,
      changeOverlay('confirm', (each) => ({ ...each, typed: edited.text })),
    );
  }
  return true;
}

const steps: Readonly<Record<string, number>> = {
  up: -1,
  down: 1,
  'page-up': -8,
  'page-down': 8,
};

/** Lines of a narrow dialog; the screen itself knows how many there are. */
const narrow = 40;

function scroll(app: Console, step: number): void {
  change(
    app,
    changeOverlay('confirm', (overlay) => {
      const texts = [...overlay.confirmation.lines, ...(overlay.calls ? [overlay.calls] : [])];
      const most = texts.reduce((sum, text) => sum + Math.ceil(text.length / narrow), 0);
      return { ...overlay, top: Math.min(most, Math.max(0, (overlay.top ?? 0) + step)) };
    }),
  );
}

/** Trust: y, o(nce) or N. Host key: y or N. Second factor and passphrase: the text and enter. */
export function questionKeys(
  app: Console,
  questions: Questions,
  overlay: Of<'question'>,
  press: KeyPress,
): boolean {
  const { question } = overlay;
  if (press.name === 'escape') {
    questions.answer(question.id, undefined);
    return true;
  }
  if (!overlay.armed) return true;
  if (question.kind === 'certificate' || question.kind === 'host-key') {
    const key = press.name.toLowerCase();
    const once = key === 'o' && question.kind === 'certificate';
    if (key === 'y' || once) questions.answer(question.id, { key });
    else if (key === 'n') questions.answer(question.id, undefined);
    return true;
  }
  if (press.name === 'enter') {
    if (overlay.typed !== '') questions.answer(question.id, { text: overlay.typed });
    return true;
  }
  const edited = editText({ text: overlay.typed, caret: [...overlay.typed].length }, press);
  if (edited) {
    change(
      app,
      changeOverlay('question', (each) => ({ ...each, typed: edited.text })),
    );
  }
  return true;
}

export function quitKeys(app: Console, overlay: Of<'quit'>, press: KeyPress): boolean {
  if (!overlay.armed) return true;
  if (press.name === 'y' || press.name === 'Y') app.exit(0);
  else if (press.name === 'n' || press.name === 'N') change(app, setOverlay(undefined));
  return true;
}
