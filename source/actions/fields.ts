import type { Action, Facts, FieldValue, FieldValues, Scope, Targets } from './types.ts';

/** Values a form starts with: each field's initial value, hidden fields left out. */
export function initialValues<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  facts: Facts,
): FieldValues {
  const values: Record<string, FieldValue> = {};
  for (const field of action.fields) {
    if (field.applies && !field.applies(target, facts)) continue;
    values[field.name] = field.initial?.(target, facts);
  }
  return values;
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
  for (const field of action.fields) {
    const value = values[field.name];
    const empty = value === undefined || value === '';
    if (field.applies && !field.applies(target, facts)) {
      if (!empty && value !== false) problems[field.name] = 'does not apply to this target';
      continue;
    }
    if (empty) {
      if (field.required) problems[field.name] = 'is needed';
      continue;
    }
    if (field.kind === 'integer' && !(typeof value === 'number' && Number.isInteger(value))) {
      problems[field.name] = 'must be a whole number';
      continue;
    }
    if (field.kind === 'boolean' && typeof value !== 'boolean') {
      problems[field.name] = 'must be yes or no';
      continue;
    }
    const problem = field.problem?.(value, target, facts);
    if (problem) problems[field.name] = problem;
  }
  return problems;
}
