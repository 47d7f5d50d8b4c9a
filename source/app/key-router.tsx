import { useInput, usePaste } from 'ink';
import { type Console, change } from './controller/console.ts';
import { layoutOf } from './controller/context.ts';
import type { Questions } from './controller/questions.ts';
import { type KeyPress, keyPresses } from './keys/key-press.ts';
import { overlayKeys } from './keys/overlay-keys.ts';
import { pastedPress } from './keys/text-field.ts';
import { filterKeys, isMove, viewKeys } from './keys/view-keys.ts';

/** On a screen too small to show anything no key may do what cannot be seen; its text says that q quits. */
function smallKeys(app: Console, press: KeyPress): boolean {
  if (layoutOf(app, app.data.getState(), app.ui.getState()).fits) return false;
  if (press.name === 'q' || press.name === 'ctrl-c') app.exit(0);
  return true;
}

/** While a target is being read its dialog is about to open: keys are not for the view any more, but for moving. */
function busyKeys(app: Console, press: KeyPress): boolean {
  const { busy, overlay } = app.ui.getState();
  if (busy === undefined || overlay) return false;
  if (press.name === 'escape' || press.name === 'ctrl-c') {
    change(app, (ui) => ({ ...ui, busy: undefined }));
    return true;
  }
  return press.name !== 'q' && !isMove(press);
}

/** Text field, then overlay, then view: the first that handles a key stops it. */
export function handleKey(app: Console, questions: Questions, press: KeyPress): void {
  if (smallKeys(app, press) || busyKeys(app, press)) return;
  if (overlayKeys(app, questions, press)) return;
  if (filterKeys(app, press)) return;
  viewKeys(app, press);
}

/** The only place that listens to the keyboard. */
export function useKeyRouter(app: Console, questions: Questions): void {
  useInput((input, key) => {
    const openedBefore = app.ui.getState().overlay;
    for (const press of keyPresses(input, key)) {
      handleKey(app, questions, press);
      // Keys that arrived together with the one that opened a dialog were typed before it could be seen.
      const { overlay } = app.ui.getState();
      const asks = overlay?.kind === 'confirm' || overlay?.kind === 'question';
      if (asks && overlay?.kind !== openedBefore?.kind) return;
    }
  });
  usePaste((pasted) => {
    const { overlay, filtering } = app.ui.getState();
    // A paste is text for a field; anywhere else it would be a row of unseen commands.
    if (overlay || filtering) handleKey(app, questions, pastedPress(pasted));
  });
}
