import { fieldProblems } from '../../actions/fields.ts';
import type { Action, Field, FieldValue, Scope, Targets } from '../../actions/types.ts';
import { caretOf, shownFields } from '../controller/begin.ts';
import { askToConfirm } from '../controller/confirm.ts';
import { type Console, change } from '../controller/console.ts';
import { changeOverlay } from '../ui/changes.ts';
import type { FormState, Overlay } from '../ui/state.ts';
import type { KeyPress } from './key-press.ts';
import { editText } from './text-field.ts';

type FormOverlay = Extract<Overlay, { kind: 'form' }>;
type AnyField = Field<Targets[Scope]>;

function patch(app: Console, form: Partial<FormState>): void {
  change(
    app,
    changeOverlay('form', (overlay) => ({ ...overlay, form: { ...overlay.form, ...form } })),
  );
}

function setValue(app: Console, overlay: FormOverlay, field: AnyField, value: FieldValue): void {
  const problems = { ...overlay.form.problems };
  delete problems[field.name];
  patch(app, { values: { ...overlay.form.values, [field.name]: value }, problems });
}

function moveFocus(app: Console, overlay: FormOverlay, step: number): void {
  const [first] = overlay.prepared;
  if (!first) return;
  const fields = shownFields(first);
  const focus = (overlay.form.focus + step + fields.length) % fields.length;
  patch(app, { focus, caret: caretOf(overlay.form.values, fields[focus]) });
}

function turnChoice(app: Console, overlay: FormOverlay, field: AnyField, step: number): void {
  const [first] = overlay.prepared;
  const choices = first && field.choices ? field.choices(first.target, first.facts) : [];
  if (choices.length === 0) return;
  const at = choices.findIndex((choice) => choice.value === overlay.form.values[field.name]);
  const next = choices[(at + step + choices.length) % choices.length];
  if (next) setValue(app, overlay, field, next.value);
}

/** Enter on the last row: every field is checked for every target, then the question is asked. */
function submit(app: Console, overlay: FormOverlay): void {
  const { prepared, form, action, skipped } = overlay;
  const typed = action as unknown as Action<Scope>;
  const values = Object.fromEntries(
    Object.entries(form.values).map(([name, value]) => [name, value === '' ? undefined : value]),
  );
  const problems: Record<string, string> = {};
  for (const each of prepared) {
    Object.assign(problems, fieldProblems(typed, values, each.target, each.facts));
  }
  const [first] = prepared;
  if (Object.keys(problems).length > 0 && first) {
    const fields = shownFields(first);
    const focus = Math.max(
      0,
      fields.findIndex((field) => problems[field.name] !== undefined),
    );
    return patch(app, { problems, focus, caret: caretOf(form.values, fields[focus]) });
  }
  askToConfirm(app, action, prepared, skipped, values);
}

function editValue(app: Console, overlay: FormOverlay, field: AnyField, press: KeyPress): boolean {
  const value = overlay.form.values[field.name];
  const edited = editText(
    { text: value === undefined ? '' : String(value), caret: overlay.form.caret },
    press,
  );
  if (!edited) return false;
  const number = /^-?\d{1,9}$/.test(edited.text) ? Number(edited.text) : edited.text;
  setValue(app, overlay, field, field.kind === 'integer' ? number : edited.text);
  patch(app, { caret: edited.caret });
  return true;
}

/** Keys of a form: tab and arrows move, space and arrows change a choice, enter goes on to the question. */
export function formKeys(app: Console, overlay: FormOverlay, press: KeyPress): boolean {
  const [first] = overlay.prepared;
  if (!first) return false;
  const fields = shownFields(first);
  const field = fields[overlay.form.focus];
  if (press.name === 'tab' || press.name === 'down') moveFocus(app, overlay, 1);
  else if (press.name === 'shift-tab' || press.name === 'up') moveFocus(app, overlay, -1);
  else if (press.name === 'enter') submit(app, overlay);
  else if (!field) return false;
  else if (field.kind === 'boolean') {
    const steps = ['space', 'left', 'right'];
    if (steps.includes(press.name)) {
      setValue(app, overlay, field, overlay.form.values[field.name] !== true);
    } else if (press.name === 'y' || press.name === 'n') {
      setValue(app, overlay, field, press.name === 'y');
    } else return false;
  } else if (field.kind === 'choice') {
    const step = { left: -1, right: 1, space: 1, k: -1, j: 1 }[press.name];
    if (step === undefined) return false;
    turnChoice(app, overlay, field, step);
  } else return editValue(app, overlay, field, press);
  return true;
}
