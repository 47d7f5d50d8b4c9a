import { picksOf } from '../../actions/picks.ts';
import type { Action, Scope } from '../../actions/types.ts';
import { textLine, wrapped } from '../../components/compose.ts';
import { type FormField, formLines } from '../../components/form.ts';
import type { Line } from '../../components/line.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import {
  type AnyField,
  formChoices,
  formFields,
  inputOf,
  listItems,
  sentValues,
} from '../controller/form.ts';
import type { Overlay } from '../ui/state.ts';

type FormOverlay = Extract<Overlay, { kind: 'form' }>;
type First = FormOverlay['prepared'][number];

export interface FormLook {
  readonly plain: boolean;
  /** The caret is drawn as a character. */
  readonly sign: boolean;
  readonly width: number;
  readonly height: number;
}

function picked(first: First, overlay: FormOverlay, field: AnyField): FormField['picks'] {
  const choices = formChoices(first, overlay.form, field);
  return picksOf(overlay.form.values[field.name]).map((value) => {
    const choice = choices.find((each) => each.value === value);
    return {
      // An order is read by its keys; their descriptions stand in the list.
      label: (field.kind === 'many' && choice?.label) || sanitise(value),
      ...(choice?.colours ? { chip: choice.colours } : {}),
    };
  });
}

function chosen(first: First, overlay: FormOverlay, field: AnyField): FormField['choice'] {
  const value = overlay.form.values[field.name];
  const choices = formChoices(first, overlay.form, field);
  const at = choices.findIndex((choice) => choice.value === (value ?? ''));
  const label = choices[at]?.label ?? (value === undefined ? undefined : sanitise(value));
  return label === undefined ? undefined : { label, position: at + 1, count: choices.length };
}

function shownValue(first: First, overlay: FormOverlay, field: AnyField): Partial<FormField> {
  const value = overlay.form.values[field.name];
  const text = value === undefined ? '' : String(value);
  switch (inputOf(first, overlay.form, field)) {
    case 'boolean':
      return { checked: value === true };
    case 'choice': {
      const choice = chosen(first, overlay, field);
      return choice ? { choice } : {};
    }
    case 'many':
    case 'order':
      return { picks: picked(first, overlay, field) ?? [] };
    // A secret does not go further than here.
    case 'secret':
      return { text: '•'.repeat([...text].length) };
    default:
      return { text };
  }
}

function formField(first: First, overlay: FormOverlay, field: AnyField, here: boolean): FormField {
  const { list, problems } = overlay.form;
  const problem = problems[field.name];
  return {
    name: field.name,
    label: field.label,
    help: field.help,
    kind: inputOf(first, overlay.form, field),
    ...(field.required ? { required: true } : {}),
    ...(problem ? { problem } : {}),
    ...shownValue(first, overlay, field),
    ...(here && list ? { list: { ...list, items: listItems(first, overlay.form, field) } } : {}),
  };
}

/** The target, or how many there are, and what was said to the form. */
function aboveLines(first: First, overlay: FormOverlay, width: number): Line[] {
  const count = overlay.prepared.length;
  const { form } = overlay;
  const action = first.action as Action<Scope>;
  const about =
    count === 1
      ? action.confirm(first.target, sentValues(first, form, false), first.facts).lines[0]
      : action.needs.includes('config')
        ? say`${count} targets, shown as the first one is; only what you change is set`
        : say`${count} targets`;
  const said = form.above.flatMap((text) => wrapped(say`✗ ${text}`, width, 'bad'));
  const head = about ? [textLine(about, 'dim')] : [];
  return said.length + head.length === 0 ? [] : [...said, ...head, []];
}

/** The open form for the room there is. */
export function formDialog(overlay: FormOverlay, look: FormLook): Line[] {
  const [first] = overlay.prepared;
  if (!first) return [];
  const { form } = overlay;
  const fields = formFields(first, form).map((field, index) =>
    formField(first, overlay, field, index === form.focus),
  );
  const text = fields[form.focus]?.text ?? '';
  return formLines({
    above: aboveLines(first, overlay, look.width),
    fields,
    focused: form.focus,
    caret: [...text].slice(0, form.caret).join('').length,
    width: look.width,
    height: look.height,
    plain: look.plain,
    caretSign: look.sign,
  });
}
