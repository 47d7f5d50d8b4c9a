import { movePick, togglePick } from '../../actions/picks.ts';
import type { Prepared } from '../../actions/prepare.ts';
import type { Console } from '../controller/console.ts';
import {
  type AnyField,
  type ListItem,
  listItems,
  withFocus,
  withValue,
} from '../controller/form.ts';
import type { FormState } from '../ui/state.ts';
import type { KeyPress } from './key-press.ts';
import { editText } from './text-field.ts';

type Put = (app: Console, form: FormState) => void;

const steps: Readonly<Record<string, number>> = {
  up: -1,
  down: 1,
  'page-up': -8,
  'page-down': 8,
};

function closed(form: FormState): FormState {
  const { list: _list, ...rest } = form;
  return rest;
}

/** Picks or takes the item. A list of one closes with it, a list of several starts its search anew. */
function take(first: Prepared, form: FormState, field: AnyField, item: ListItem): FormState {
  if (field.kind === 'choice') return closed(withValue(first, form, field, item.value));
  const next = withValue(first, form, field, togglePick(form.values[field.name], item.value));
  if (form.list?.query === '' && field.kind === 'many') return next;
  const index = listItems(first, { ...next, list: { query: '', index: 0 } }, field).findIndex(
    (each) => each.value === item.value,
  );
  return { ...next, list: { query: '', index: Math.max(0, index) } };
}

function moved(first: Prepared, form: FormState, field: AnyField, item: ListItem, step: -1 | 1) {
  const value = movePick(form.values[field.name], item.value, step);
  const next = withValue(first, form, field, value);
  const index = listItems(first, next, field).findIndex((each) => each.value === item.value);
  return { ...next, list: { query: form.list?.query ?? '', index: Math.max(0, index) } };
}

/** Keys while the list of a field is open: typing searches, enter takes, space picks where several may be. */
export function formListKeys(
  app: Console,
  first: Prepared,
  form: FormState,
  field: AnyField,
  press: KeyPress,
  put: Put,
): boolean {
  const { query = '', index = 0 } = form.list ?? {};
  const items = listItems(first, form, field);
  const item = items[index];
  const several = field.kind !== 'choice';
  const step = steps[press.name];
  if (step !== undefined) {
    const last = Math.max(0, items.length - 1);
    const to = Math.abs(step) === 1 ? (index + step + items.length) % (last + 1) : index + step;
    put(app, { ...form, list: { query, index: Math.max(0, Math.min(to, last)) } });
  } else if (press.name === 'escape' || press.name === 'ctrl-c') put(app, closed(form));
  else if (press.name === 'tab' || press.name === 'shift-tab') {
    put(app, withFocus(first, form, form.focus));
  } else if (press.name === 'enter' || (several && press.name === 'space')) {
    // Enter after a search takes what was found; after none the list is done with.
    const done = several && press.name === 'enter' && query === '';
    if (done) put(app, closed(form));
    else if (item) put(app, take(first, form, field, item));
  } else if (field.kind === 'order' && item && ['left', 'right'].includes(press.name)) {
    put(app, moved(first, form, field, item, press.name === 'left' ? -1 : 1));
  } else if (press.name === 'backspace' && query === '') put(app, closed(form));
  else {
    const edited = editText({ text: query, caret: [...query].length }, press);
    if (edited) put(app, { ...form, list: { query: edited.text, index: 0 } });
  }
  return true;
}
