import {
  choicesOf,
  followValues,
  initialValues,
  shownFields,
  shownValues,
  withoutFollowers,
} from '../../actions/fields.ts';
import { picksOf } from '../../actions/picks.ts';
import type { Prepared } from '../../actions/prepare.ts';
import type {
  Choice,
  Field,
  FieldValue,
  FieldValues,
  Scope,
  Targets,
} from '../../actions/types.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { FormState } from '../ui/state.ts';

export type AnyField = Field<Targets[Scope]>;

/** A form of its first target, as its fields begin. */
export function startForm(first: Prepared): FormState {
  const { action, target, facts } = first;
  const values = followValues(action, target, facts, initialValues(action, target, facts));
  const [field] = shownFields(action, target, facts, values);
  return {
    values,
    touched: new Set(),
    focus: 0,
    caret: caretOf(values, field),
    problems: {},
    above: [],
  };
}

/** The fields a form shows, as its values stand. */
export function formFields(first: Prepared, form: Pick<FormState, 'values'>): readonly AnyField[] {
  return shownFields(first.action, first.target, first.facts, form.values);
}

export function formChoices(
  first: Prepared,
  form: Pick<FormState, 'values'>,
  field: AnyField,
): readonly Choice[] {
  const known = shownValues(first.action, first.target, first.facts, form.values);
  return choicesOf(field, first.target, first.facts, known);
}

/** What the keys of a field do: a list without known choices is typed like a text. */
export function inputOf(first: Prepared, form: Pick<FormState, 'values'>, field: AnyField) {
  const listed = field.kind === 'choice' || field.kind === 'many' || field.kind === 'order';
  if (!listed || field.free || formChoices(first, form, field).length > 0) return field.kind;
  return 'text';
}

/** The end of the focused text, in characters. */
export function caretOf(values: FieldValues, field: AnyField | undefined): number {
  const value = field ? values[field.name] : undefined;
  return value === undefined ? 0 : [...String(value)].length;
}

/** The form after a field got a value: other fields follow, its problem is gone, the focus stays on the same field. */
export function withValue(
  first: Prepared,
  form: FormState,
  field: AnyField,
  value: FieldValue,
): FormState {
  const { action, target, facts } = first;
  const kept =
    form.values[field.name] === value
      ? { values: form.values, dropped: [] }
      : withoutFollowers(action, form.values, field.name);
  const values = followValues(action, target, facts, { ...kept.values, [field.name]: value });
  const { [field.name]: _solved, ...problems } = form.problems;
  const focus = formFields(first, { values }).findIndex((each) => each.name === field.name);
  return {
    ...form,
    values,
    problems,
    touched: new Set([
      ...[...form.touched].filter((name) => !kept.dropped.includes(name)),
      field.name,
    ]),
    focus: Math.max(0, focus),
  };
}

/** The form with another field focused; the caret goes to its end. */
export function withFocus(first: Prepared, form: FormState, focus: number): FormState {
  const fields = formFields(first, form);
  const { list: _closed, ...rest } = form;
  return { ...rest, focus, caret: caretOf(form.values, fields[focus]) };
}

/** One line of the open list of a field. */
export interface ListItem {
  readonly value: string;
  readonly label: SafeText;
  readonly chip?: Choice['colours'];
  readonly picked?: boolean;
  /** From 1, where the order counts. */
  readonly place?: number;
}

/** What the open list shows: the choices that match all words, and what was typed where that is allowed. */
export function listItems(first: Prepared, form: FormState, field: AnyField): readonly ListItem[] {
  const query = form.list?.query ?? '';
  const choices = formChoices(first, form, field);
  const several = field.kind === 'many' || field.kind === 'order';
  const picks = several ? picksOf(form.values[field.name]) : [];
  const extra = picks
    .filter((pick) => !choices.some((choice) => choice.value === pick))
    .map((pick) => ({ value: pick, label: sanitise(pick) }));
  const known = [...extra, ...choices];
  const all = field.kind === 'order' ? inOrder(known, picks) : known;
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = all.filter(({ value, label }) => {
    const text = `${value} ${label}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const typed = query.trim();
  const own =
    field.free && typed !== '' && !all.some(({ value }) => value === typed)
      ? [{ value: typed, label: say`use "${sanitise(typed)}"` }]
      : [];
  return [...matching, ...own].map(({ value, label, colours }: Choice) => {
    const shown = { value, label, ...(colours ? { chip: colours } : {}) };
    if (!several) return shown;
    const place = picks.indexOf(value);
    return {
      ...shown,
      picked: place >= 0,
      ...(field.kind === 'order' && place >= 0 ? { place: place + 1 } : {}),
    };
  });
}

/** What was picked first, in its order. */
function inOrder(choices: readonly Choice[], picks: readonly string[]): readonly Choice[] {
  const picked = picks.flatMap((pick) => choices.filter((choice) => choice.value === pick));
  return [...picked, ...choices.filter((choice) => !picks.includes(choice.value))];
}

/** The values as they are sent: shown fields only, an emptied one as undefined. */
export function sentValues(first: Prepared, form: FormState, several: boolean): FieldValues {
  const { action, target, facts } = first;
  const shown = shownValues(action, target, facts, form.values);
  // What starts from one guest's configuration must not be written into the others.
  const own = several && action.needs.includes('config');
  return Object.fromEntries(
    Object.entries(shown)
      .filter(([name]) => !own || form.touched.has(name))
      .map(([name, value]) => [name, value === '' ? undefined : value]),
  );
}
