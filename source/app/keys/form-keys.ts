import { fieldProblems, ownValues } from '../../actions/fields.ts';
import type { Prepared } from '../../actions/prepare.ts';
import { labelOf } from '../../actions/target-label.ts';
import type { FieldValue } from '../../actions/types.ts';
import { sanitise } from '../../domain/safe-text.ts';
import { askToConfirm } from '../controller/confirm.ts';
import { type Console, change } from '../controller/console.ts';
import {
  type AnyField,
  formChoices,
  formFields,
  inputOf,
  sentValues,
  withFocus,
  withValue,
} from '../controller/form.ts';
import { changeOverlay, setOverlay } from '../ui/changes.ts';
import type { FormState, Overlay } from '../ui/state.ts';
import { editLines } from './edit-lines.ts';
import { formListKeys } from './form-list-keys.ts';
import type { KeyPress } from './key-press.ts';
import { editText, type TextField } from './text-field.ts';

type FormOverlay = Extract<Overlay, { kind: 'form' }>;

function put(app: Console, form: FormState): void {
  change(
    app,
    changeOverlay('form', (overlay) => ({ ...overlay, form })),
  );
}

function moveFocus(app: Console, first: Prepared, form: FormState, step: number): void {
  const count = formFields(first, form).length;
  put(app, withFocus(first, form, (form.focus + step + count) % count));
}

/**
 * Every field is checked for every target; then the question is asked, or the first wrong field is shown. In a batch what is
 * wrong for some only leaves those out.
 */
function submit(app: Console, overlay: FormOverlay, first: Prepared): void {
  const { prepared, form, action, skipped } = overlay;
  const values = sentValues(first, form, prepared.length > 1);
  const many = prepared.length > 1;
  const checked = prepared.map((each) => {
    const own = many ? ownValues(each.action, each.target, each.facts, values) : values;
    return { each, wrong: fieldProblems(each.action, own, each.target, each.facts) };
  });
  const good = checked.filter(({ wrong }) => Object.keys(wrong).length === 0);
  if (good.length === 0) {
    const problems: Record<string, string> = Object.assign(
      {},
      ...checked.map(({ wrong }) => wrong),
    );
    const fields = formFields(first, form);
    const wrong = fields.findIndex((field) => problems[field.name] !== undefined);
    return put(app, { ...withFocus(first, form, Math.max(0, wrong)), problems });
  }
  const left = checked.filter(({ wrong }) => Object.keys(wrong).length > 0);
  const out = left.map(({ each, wrong }) => ({
    label: labelOf(each.action, each.target),
    reason: sanitise(Object.values(wrong).join('; ')),
  }));
  const ready = good.map(({ each }) => each);
  askToConfirm(app, action, ready, [...skipped, ...out], values, form);
}

function editValue(
  app: Console,
  first: Prepared,
  form: FormState,
  field: AnyField,
  press: KeyPress,
): boolean {
  const value = form.values[field.name];
  const before: TextField = { text: value === undefined ? '' : String(value), caret: form.caret };
  const edited = field.kind === 'lines' ? editLines(before, press) : editText(before, press);
  if (!edited) return false;
  const { text, caret } = edited;
  if (text === before.text) put(app, { ...form, caret });
  else put(app, { ...withValue(first, form, field, typedValue(field, text)), caret });
  return true;
}

function typedValue(field: AnyField, text: string): FieldValue {
  // A long number would lose digits, and leading zeros are somebody's half-typed text.
  return field.kind === 'integer' && /^-?(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

function openList(app: Console, form: FormState, query: string): boolean {
  put(app, { ...form, list: { query, index: 0 } });
  return true;
}

function booleanKeys(
  app: Console,
  first: Prepared,
  form: FormState,
  field: AnyField,
  press: KeyPress,
): boolean {
  const now = form.values[field.name] === true;
  const wanted = ['space', 'left', 'right'].includes(press.name)
    ? !now
    : { y: true, n: false }[press.name];
  if (wanted === undefined) return false;
  put(app, withValue(first, form, field, wanted));
  return true;
}

/** Arrows and space turn a choice; a letter opens its list and searches it. */
function choiceKeys(
  app: Console,
  first: Prepared,
  form: FormState,
  field: AnyField,
  press: KeyPress,
): boolean {
  const choices = formChoices(first, form, field);
  const step = { left: -1, right: 1, space: 1 }[press.name];
  if (step !== undefined) {
    const value = form.values[field.name] ?? '';
    const at = choices.findIndex((choice) => choice.value === value);
    const next = choices[(at + step + choices.length) % choices.length];
    if (next) put(app, withValue(first, form, field, next.value));
    return true;
  }
  return press.text === '' ? false : openList(app, form, press.text);
}

function fieldKeys(
  app: Console,
  first: Prepared,
  form: FormState,
  field: AnyField,
  press: KeyPress,
): boolean {
  switch (inputOf(first, form, field)) {
    case 'boolean':
      return booleanKeys(app, first, form, field, press);
    case 'choice':
      return choiceKeys(app, first, form, field, press);
    case 'many':
    case 'order':
      if (press.name === 'space') return openList(app, form, '');
      return press.text === '' ? false : openList(app, form, press.text);
    default:
      return editValue(app, first, form, field, press);
  }
}

/**
 * Keys of a form: tab and arrows move, space and arrows change a choice, letters search it, enter (in a text of several
 * lines ctrl-s) goes on to the question. False = not a key of the form: escape then leaves it.
 */
export function formKeys(app: Console, overlay: FormOverlay, press: KeyPress): boolean {
  const [first] = overlay.prepared;
  if (!first) return false;
  const { form } = overlay;
  const field = formFields(first, form)[form.focus];
  if (field && form.list) return formListKeys(app, first, form, field, press, put);
  if (press.name === 'escape' || press.name === 'ctrl-c') return false;
  if (press.name === 'ctrl-s') submit(app, overlay, first);
  else if (field?.kind === 'lines' && editValue(app, first, form, field, press)) return true;
  else if (press.name === 'tab' || press.name === 'down') moveFocus(app, first, form, 1);
  else if (press.name === 'shift-tab' || press.name === 'up') moveFocus(app, first, form, -1);
  else if (press.name === 'enter') submit(app, overlay, first);
  else if (field) fieldKeys(app, first, form, field, press);
  return true;
}

/** Back from the question to the form it came from, with everything as it was typed. */
export function backToForm(app: Console, overlay: Extract<Overlay, { kind: 'confirm' }>): void {
  const { action, prepared, form, skipped } = overlay;
  if (form) change(app, setOverlay({ kind: 'form', action, prepared, skipped, form }));
}
