import { inBatches } from '../../actions/batch.ts';
import { type Prepared, prepare } from '../../actions/prepare.ts';
import type { AnyAction } from '../../actions/registry.ts';
import { labelOf } from '../../actions/target-label.ts';
import type { Action, Scope, Targets } from '../../actions/types.ts';
import { describeFailure } from '../../domain/failure.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { setOverlay } from '../ui/changes.ts';
import type { Selection, Skipped } from '../ui/state.ts';
import { askToConfirm } from './confirm.ts';
import { type Console, change } from './console.ts';
import { inventoryOf, uniqueName } from './context.ts';
import { formFields, startForm } from './form.ts';
import { keepRow } from './navigate.ts';
import { toast } from './toasts.ts';

/**
 * A key for an action was pressed: reads the targets again, then shows its form, or its question, or says why it cannot run.
 * Nothing is changed here.
 */
export async function begin(app: Console, action: AnyAction, selection: Selection): Promise<void> {
  const backend = app.backend();
  if (!backend) return toast(app, 'warn', say`Not connected yet; try again in a moment`);
  keepRow(app);
  change(app, setOverlay(undefined), (ui) => ({
    ...ui,
    busy: say`reading the current state …`,
  }));
  const read = await inBatches<Targets[Scope], Prepared | Skipped>(selection.targets, (target) =>
    prepareOne(app, action, target, selection),
  );
  const skipped = read.filter((each): each is Skipped => 'reason' in each);
  const ready = read.filter((each): each is Prepared => !('reason' in each));
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
  const form = startForm(first);
  const plain = formFields(first, form).every((field) => field.aside && !selection.form);
  if (plain) return askToConfirm(app, action, ready, skipped, {});
  change(app, setOverlay({ kind: 'form', action, prepared: ready, skipped, form }));
}

/** Reads the target again and gathers what the action needs; or says why it cannot run on it. */
export async function prepareOne(
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
      ...(selection.configRow ? { configKey: selection.configRow.key } : {}),
      ...(selection.picked ? { picked: selection.picked } : {}),
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
