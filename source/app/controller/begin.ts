import { inBatches } from '../../actions/batch.ts';
import { initialValues } from '../../actions/fields.ts';
import { type Prepared, prepare } from '../../actions/prepare.ts';
import type { AnyAction } from '../../actions/registry.ts';
import { labelOf } from '../../actions/target-label.ts';
import type { Action, Field, Scope, Targets } from '../../actions/types.ts';
import { describeFailure } from '../../domain/failure.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { setOverlay } from '../ui/changes.ts';
import type { FormState, Selection, Skipped } from '../ui/state.ts';
import { askToConfirm } from './confirm.ts';
import { type Console, change } from './console.ts';
import { inventoryOf, uniqueName } from './context.ts';
import { toast } from './toasts.ts';

/** The fields a form shows for this target. */
export function shownFields(prepared: Prepared): readonly Field<Targets[Scope]>[] {
  const fields = prepared.action.fields as readonly Field<Targets[Scope]>[];
  return fields.filter((field) => field.applies?.(prepared.target, prepared.facts) ?? true);
}

/**
 * A key for an action was pressed: reads the targets again, then shows its form, or its question, or says why it cannot run.
 * Nothing is changed here.
 */
export async function begin(app: Console, action: AnyAction, selection: Selection): Promise<void> {
  const backend = app.backend();
  if (!backend) return toast(app, 'warn', say`Not connected yet; try again in a moment`);
  change(app, setOverlay(undefined), (ui) => ({
    ...ui,
    busy: say`reading the current state …`,
  }));
  const ready: Prepared[] = [];
  const skipped: Skipped[] = [];
  const one = async (target: Targets[Scope]) => {
    const result = await prepareOne(app, action, target, selection);
    if ('reason' in result) skipped.push(result);
    else ready.push(result);
  };
  await inBatches(selection.targets, one);
  // Given up with esc while it was read.
  if (app.ui.getState().busy === undefined) return;
  change(app, (ui) => ({ ...ui, busy: undefined }));
  // Something else was opened meanwhile: a dialog must not jump over it.
  if (app.ui.getState().overlay) return;
  const first = ready[0];
  if (!first) {
    for (const { label, reason } of skipped.slice(0, 3)) {
      toast(app, 'warn', say`${sanitise(action.title)} ${label}: ${reason}`);
    }
    return;
  }
  const fields = shownFields(first);
  if (fields.length === 0) return askToConfirm(app, action, ready, skipped, {});
  const values = initialValues(first.action as Action<Scope>, first.target, first.facts);
  const form: FormState = { values, focus: 0, caret: caretOf(values, fields[0]), problems: {} };
  change(app, setOverlay({ kind: 'form', action, prepared: ready, skipped, form }));
}

export function caretOf(
  values: FormState['values'],
  field: Field<Targets[Scope]> | undefined,
): number {
  const value = field ? values[field.name] : undefined;
  return value === undefined ? 0 : [...String(value)].length;
}

async function prepareOne(
  app: Console,
  action: AnyAction,
  target: Targets[Scope],
  selection: Selection,
): Promise<Prepared | Skipped> {
  const typed = action as unknown as Action<Scope>;
  const label = labelOf(typed, target);
  const data = app.data.getState();
  const backend = app.backend();
  const site = backend?.services.site(target.site);
  const inventory = inventoryOf(data, target.site);
  if (!backend || !site || !inventory) return { label, reason: say`its site is not connected` };
  const result = await prepare(
    typed,
    target,
    {
      site,
      inventory,
      mode: { readOnly: app.look.readOnly || backend.readOnly, allow: backend.allow },
      now: app.now(),
      uniqueName: uniqueName(data),
      ...(selection.snapshot ? { snapshot: selection.snapshot } : {}),
    },
    new AbortController().signal,
  );
  if (!result.ok) return { label, reason: describeFailure(result.failure) };
  const { availability } = result.value;
  if (availability.state === 'yes') return result.value;
  const reason =
    availability.state === 'disabled' ? availability.reason : say`it does not apply to it`;
  return { label, reason };
}
