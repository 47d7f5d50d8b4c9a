import { picksOf } from './picks.ts';
import type {
  Action,
  Choice,
  Facts,
  Field,
  FieldValue,
  FieldValues,
  Scope,
  Targets,
} from './types.ts';

type FieldOf<S extends Scope> = Field<Targets[S]>;

/** Nothing was entered. */
export function isEmpty(value: FieldValue): boolean {
  return value === undefined || value === '';
}

/** Does the field belong to something that another one chooses? Then it is what that has, unless it is said. */
export function isOfAnother(
  fields: readonly Pick<Field<never>, 'name'>[],
  { follows }: Pick<Field<never>, 'follows'>,
): boolean {
  return follows !== undefined && fields.some(({ name }) => name === follows);
}

/** The choices of a field as the other values stand; [] = it has none, or none are known, and it is typed freely. */
export function choicesOf<S extends Scope>(
  field: FieldOf<S>,
  target: Targets[S],
  facts: Facts,
  values: FieldValues,
): readonly Choice[] {
  return field.choices?.(target, facts, values) ?? [];
}

/**
 * The fields that apply while the values stand as they do, in order. A value of a field that is hidden by an earlier one
 * shows no later field.
 */
export function shownFields<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  facts: Facts,
  values: FieldValues,
): readonly FieldOf<S>[] {
  const standing: Record<string, FieldValue> = { ...values };
  return action.fields.filter((field) => {
    if (field.applies?.(target, facts, standing) ?? true) return true;
    delete standing[field.name];
    return false;
  });
}

/** Values a form starts with: each field's initial value, hidden fields left out. */
export function initialValues<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  facts: Facts,
): FieldValues {
  const all: Record<string, FieldValue> = {};
  for (const field of action.fields) all[field.name] = field.initial?.(target, facts, all);
  return shownValues(action, target, facts, all);
}

/** Only the values of the fields that are shown. */
export function shownValues<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  facts: Facts,
  values: FieldValues,
): FieldValues {
  const shown = shownFields(action, target, facts, values);
  return Object.fromEntries(shown.map(({ name }) => [name, values[name]]));
}

/** In a batch one answer stands for all: the values of those fields that apply to this target (RAM of VMs only). */
export function ownValues<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  facts: Facts,
  values: FieldValues,
): FieldValues {
  const shown = new Set(shownFields(action, target, facts, values).map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => shown.has(name)));
}

/**
 * The values of a form after one of them changed: a field that appeared starts with its initial value, a choice that is not
 * offered any more falls back to its initial value or the first one, picks that are not offered are dropped. Values of
 * fields that vanished are kept, so that they are there again when the field is.
 */
export function followValues<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  facts: Facts,
  values: FieldValues,
): FieldValues {
  const next: Record<string, FieldValue> = { ...values };
  // Choosing for one field may change what the next one offers, so fields settle one after the other.
  for (const field of action.fields) {
    if (!shownFields(action, target, facts, next).includes(field)) continue;
    if (!(field.name in next)) next[field.name] = field.initial?.(target, facts, next);
    next[field.name] = settled(field, target, facts, next);
  }
  return next;
}

function settled<S extends Scope>(
  field: FieldOf<S>,
  target: Targets[S],
  facts: Facts,
  values: FieldValues,
): FieldValue {
  const value = values[field.name];
  if (field.free) return value;
  const choices = choicesOf(field, target, facts, values);
  if (choices.length === 0) return value;
  const offered = (wanted: FieldValue) => choices.some((choice) => choice.value === (wanted ?? ''));
  if (field.kind === 'many' || field.kind === 'order') {
    const kept = picksOf(value).filter(offered);
    return kept.length === picksOf(value).length ? value : kept.join(';');
  }
  if (field.kind !== 'choice' || offered(value)) return value;
  const initial = field.initial?.(target, facts, values);
  return offered(initial) ? initial : choices[0]?.value;
}

/** Takes out the values that start anew because `changed` was changed; {@link followValues} fills them again. */
export function withoutFollowers<S extends Scope>(
  action: Action<S>,
  values: FieldValues,
  changed: string,
): { readonly values: FieldValues; readonly dropped: readonly string[] } {
  const dropped = action.fields
    .filter((field) => field.follows === changed)
    .map(({ name }) => name);
  const kept = Object.entries(values).filter(([name]) => !dropped.includes(name));
  return { values: Object.fromEntries(kept), dropped };
}

/** What is wrong with each value, by field name; an empty object = may be sent. */
export function fieldProblems<S extends Scope>(
  action: Action<S>,
  values: FieldValues,
  target: Targets[S],
  facts: Facts,
): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  const known = new Set(action.fields.map((field) => field.name));
  for (const name of Object.keys(values)) {
    if (!known.has(name)) problems[name] = 'there is no such field';
  }
  const shown = new Set(shownFields(action, target, facts, values));
  for (const field of action.fields) {
    const value = values[field.name];
    if (!shown.has(field)) {
      if (!isEmpty(value) && value !== false)
        problems[field.name] = 'does not apply to this target';
      continue;
    }
    const problem = fieldProblem(field, value, target, facts, values);
    if (problem) problems[field.name] = problem;
  }
  return problems;
}

function fieldProblem<S extends Scope>(
  field: FieldOf<S>,
  value: FieldValue,
  target: Targets[S],
  facts: Facts,
  values: FieldValues,
): string | undefined {
  if (value === undefined || value === '') return field.required ? 'is needed' : undefined;
  if (field.kind === 'integer' && !(typeof value === 'number' && Number.isInteger(value))) {
    return 'must be a whole number';
  }
  if (field.kind === 'boolean' && typeof value !== 'boolean') return 'must be yes or no';
  return (
    field.problem?.(value, target, facts, values) ?? notOffered(field, value, target, facts, values)
  );
}

/** Choices that are long are not told in full. */
const mostNamed = 12;

function notOffered<S extends Scope>(
  field: FieldOf<S>,
  value: FieldValue,
  target: Targets[S],
  facts: Facts,
  values: FieldValues,
): string | undefined {
  const several = field.kind === 'many' || field.kind === 'order';
  if (field.free || !(several || field.kind === 'choice')) return undefined;
  const choices = choicesOf(field, target, facts, values);
  if (choices.length === 0) return undefined;
  const wanted = several ? picksOf(value) : [String(value)];
  const missing = wanted.find((one) => !choices.some((choice) => choice.value === one));
  if (missing === undefined) return undefined;
  const named = choices.map((choice) => choice.value).filter((one) => one !== '');
  const rest = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : '';
  return `${missing} is not one of: ${named.slice(0, mostNamed).join(', ')}${rest}`;
}
