import { followValues, shownFields } from '../../actions/fields.ts';
import type { Prepared } from '../../actions/prepare.ts';
import type { AnyAction } from '../../actions/registry.ts';
import type { FieldValue } from '../../actions/types.ts';
import type { Failure, FailureKind } from '../../domain/failure.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { setOverlay } from '../ui/changes.ts';
import type { FormState, Selection } from '../ui/state.ts';
import { prepareOne } from './begin.ts';
import { type Console, change } from './console.ts';
import { startForm, withFocus } from './form.ts';

/** Nothing was done, and what was typed may be sent again once the reason is gone. */
const refusals: readonly FailureKind[] = [
  'rejected',
  'denied',
  'locked',
  'unreachable',
  'unauthenticated',
  'invalid',
];

/** Should the form open again after this failure? */
export function comesBack(form: FormState | undefined, failure: Failure): form is FormState {
  if (!form) return false;
  return failure.fields !== undefined || (form.touched.size > 0 && refusals.includes(failure.kind));
}

/** What the server said to the form as a whole: everything that belongs to none of its fields. */
function messages(failure: Failure, names: ReadonlySet<string>): SafeText[] {
  const { what, next, detail, fields = {} } = failure;
  const own = Object.entries(fields).filter(([name]) => !names.has(name));
  const atFields = Object.keys(fields).length > 0;
  const words = atFields || !detail || what.includes(detail) ? what : say`${what}: ${detail}`;
  return [
    next ? say`${words} · ${next}` : words,
    ...own.map(([name, text]) => say`${sanitise(name)}: ${text}`),
  ];
}

/** Typed values of fields that nothing read from the server could replace. */
function standing({ action }: Prepared, before: FormState): Record<string, FieldValue> {
  const own = action.fields.filter(({ name, initial }) => !initial && name in before.values);
  return Object.fromEntries(own.map(({ name }) => [name, before.values[name]]));
}

/** The form on what is true now: what the person changed stays, what they did not touch follows the server. */
export function refusedForm(first: Prepared, before: FormState, failure: Failure): FormState {
  const { action, target, facts } = first;
  const fresh = startForm(first);
  // In their order, so that what follows another field starts from what that one is.
  const kept = [...before.touched].map((name) => [name, before.values[name]] as const);
  const values = followValues(action, target, facts, {
    ...Object.fromEntries(kept),
    ...standing(first, before),
  });
  const fields = shownFields(action, target, facts, values);
  const names = new Set(fields.map((field) => field.name));
  const problems = Object.fromEntries(
    Object.entries(failure.fields ?? {}).filter(([name]) => names.has(name)),
  );
  const wrong = fields.findIndex((field) => problems[field.name] !== undefined);
  const form: FormState = {
    ...fresh,
    values,
    touched: before.touched,
    problems,
    above: messages(failure, names),
  };
  return withFocus(first, form, wrong >= 0 ? wrong : Math.min(before.focus, fields.length - 1));
}

/**
 * Opens the form again after a refusal, with everything that was typed and the server's words where they belong. A dialog
 * that is open now is not jumped over: the form waits until it is closed.
 */
export async function comeBack(
  app: Console,
  old: Prepared,
  form: FormState,
  failure: Failure,
): Promise<void> {
  const action = old.action as unknown as AnyAction;
  const { snapshot, configKey, picked } = old.facts;
  const selection = {
    scope: old.action.scope,
    targets: [old.target],
    ...(snapshot ? { snapshot } : {}),
    ...(configKey ? { configRow: { key: configKey } } : {}),
    ...(picked ? { picked } : {}),
  } as Selection;
  const read = await prepareOne(app, action, old.target, selection);
  const first = 'reason' in read ? old : read;
  const next = refusedForm(first, form, failure);
  const show = () =>
    change(app, setOverlay({ kind: 'form', action, prepared: [first], skipped: [], form: next }));
  if (!app.ui.getState().overlay) return show();
  const stop = app.ui.subscribe((ui) => {
    if (ui.overlay || ui.busy !== undefined) return;
    stop();
    show();
  });
}
