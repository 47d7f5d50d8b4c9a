import { ownValues } from '../../actions/fields.ts';
import { plannedCalls } from '../../actions/planned-calls.ts';
import type { Prepared } from '../../actions/prepare.ts';
import type { AnyAction } from '../../actions/registry.ts';
import { labelOf } from '../../actions/target-label.ts';
import type { Action, Confirmation, FieldValues, Scope } from '../../actions/types.ts';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { changeOverlay, setOverlay } from '../ui/changes.ts';
import type { FormState, Overlay, Skipped } from '../ui/state.ts';
import { type Console, change } from './console.ts';
import { runConfirmed } from './operations.ts';

/** Keys within this time after a dialog was drawn are not its answer (operations.md 4.3). */
export const deadTime = 300;
/** From this many targets on, a disrupting batch wants its count typed. */
const countFrom = 6;
/** Targets and left-out ones that a batch's question names; the rest is counted. */
const mostTargets = 8;
const mostSkipped = 4;

/** The question for one target, or one summary question for many. */
export function confirmationFor(
  action: AnyAction,
  prepared: readonly Prepared[],
  skipped: readonly Skipped[],
  values: FieldValues,
): Confirmation | undefined {
  const typed = action as unknown as Action<Scope>;
  const [first] = prepared;
  if (!first) return undefined;
  const single = typed.confirm(first.target, values, first.facts);
  if (prepared.length === 1 && skipped.length === 0) return single;
  const all = prepared.map((each) =>
    typed.confirm(each.target, ownValues(typed, each.target, each.facts, values), each.facts),
  );
  const level = Math.max(...all.map((each) => each.level));
  // First what the single dialogs warn of, once each, without their target lines: a small screen cuts at the end.
  const lines: SafeText[] = [...new Set(all.flatMap((each) => each.lines.slice(1)))];
  for (const { label, reason } of skipped.slice(0, mostSkipped)) {
    lines.push(say`left out: ${label}: ${reason}`);
  }
  if (skipped.length > mostSkipped) {
    lines.push(say`left out: ${skipped.length - mostSkipped} more`);
  }
  for (const { target } of prepared.slice(0, mostTargets)) {
    const node = 'node' in target ? target.node : say``;
    lines.push(say`${labelOf(typed, target)} on ${node} · site ${sanitise(target.site)}`);
  }
  if (prepared.length > mostTargets) lines.push(say`and ${prepared.length - mostTargets} more`);
  const many = action.scope === 'snapshot' ? say`snapshots` : say`targets`;
  const question = say`${sanitise(action.title)}: ${prepared.length} ${many}?`;
  const count = level >= 3 || (level >= 2 && prepared.length >= countFrom);
  return count
    ? { level: 3, question, lines, typed: say`${prepared.length}` }
    : { level: Math.max(1, level) as Confirmation['level'], question, lines };
}

/** Shows the question; an action of level 0 runs at once. */
export function askToConfirm(
  app: Console,
  action: AnyAction,
  prepared: readonly Prepared[],
  skipped: readonly Skipped[],
  values: FieldValues,
  form?: FormState,
): void {
  const confirmation = confirmationFor(action, prepared, skipped, values);
  if (!confirmation) return;
  if (confirmation.level === 0) {
    change(app, setOverlay(undefined));
    void runConfirmed(app, { prepared, values, ...(form ? { form } : {}) }, () => ({ yes: true }));
    return;
  }
  change(
    app,
    setOverlay({
      kind: 'confirm',
      action,
      prepared,
      skipped,
      values,
      ...(form ? { form } : {}),
      confirmation,
      typed: '',
      armed: false,
    }),
  );
}

/** The dialog has been drawn: after the dead time it takes keys. */
export function arm(app: Console, kind: 'confirm' | 'question' | 'quit'): void {
  const drawn = app.ui.getState().overlay;
  app.later(() => {
    // Another dialog may have taken its place; that one arms itself.
    if (app.ui.getState().overlay !== drawn) return;
    change(
      app,
      changeOverlay(kind, (overlay) => ({ ...overlay, armed: true })),
    );
  }, deadTime);
}

/** The person agreed. For a batch the typed count stands for each target's own name. */
export function agree(app: Console): void {
  const { overlay } = app.ui.getState();
  if (overlay?.kind !== 'confirm') return;
  const { prepared, values, confirmation, typed, action, form } = overlay;
  if (confirmation.typed !== undefined && typed !== confirmation.typed) return;
  change(app, setOverlay(undefined), (ui) => ({
    ...ui,
    lists: Object.fromEntries(
      Object.entries(ui.lists).map(([view, list]) => [view, { ...list, marks: new Set() }]),
    ),
  }));
  const definition = action as unknown as Action<Scope>;
  const job = { prepared, values, ...(form ? { form } : {}) };
  void runConfirmed(app, job, (each) => {
    const own = definition.confirm(each.target, values, each.facts).typed;
    return own === undefined ? { yes: true } : { typed: prepared.length > 1 ? own : typed };
  });
}

/** Adds the exact API calls to the open question. Finding them out sends no write. */
export async function showCalls(
  app: Console,
  overlay: Extract<Overlay, { kind: 'confirm' }>,
): Promise<void> {
  const backend = app.backend();
  const lines: SafeText[] = [];
  for (const each of overlay.prepared.slice(0, 4)) {
    const site = backend?.services.site(each.target.site);
    const values = ownValues(each.action, each.target, each.facts, overlay.values);
    if (site) lines.push(...(await plannedCalls(each, values, site, app.now)));
  }
  const calls = lines.length === 0 ? say`none` : joinSafe(lines, '; ');
  change(
    app,
    changeOverlay('confirm', (open) =>
      open.prepared === overlay.prepared ? { ...open, calls } : open,
    ),
  );
}
