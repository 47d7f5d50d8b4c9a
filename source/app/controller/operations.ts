import { batchWidth, inBatches } from '../../actions/batch.ts';
import { type Consent, type Executed, type ExecuteEvent, execute } from '../../actions/execute.ts';
import { ownValues } from '../../actions/fields.ts';
import type { Prepared } from '../../actions/prepare.ts';
import { labelOf } from '../../actions/target-label.ts';
import type { FieldValues } from '../../actions/types.ts';
import type { Failure } from '../../domain/failure.ts';
import { count } from '../../domain/format.ts';
import { guestKey } from '../../domain/guest.ts';
import { fail, type Result } from '../../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Operation } from '../../store/state.ts';
import { setOverlay } from '../ui/changes.ts';
import type { FormState } from '../ui/state.ts';
import { comeBack, comesBack } from './come-back.ts';
import { type Backend, type Console, change } from './console.ts';
import { toast, toastFailure } from './toasts.ts';

/** Ended operations kept for the strip and the Tasks view. */
const remembered = 20;
/** The end of what was never begun. */
const notStarted = fail({ kind: 'cancelled', what: say`Not started` });
const percentage = /(\d{1,3}(?:\.\d+)?)\s?%/;

function put(app: Console, id: number, patch: Partial<Operation>): void {
  app.data.setState((state) => ({
    operations: state.operations.map((each) => (each.id === id ? { ...each, ...patch } : each)),
  }));
}

function onEvent(app: Console, id: number): (event: ExecuteEvent) => void {
  return (event) => {
    if (event.kind === 'step') put(app, id, { step: event.text });
    else if (event.kind === 'task') put(app, id, { upid: event.upid });
    else {
      const last = event.lines[event.lines.length - 1];
      const percent = last ? percentage.exec(last)?.[1] : undefined;
      put(app, id, {
        ...(last ? { step: last } : {}),
        ...(percent ? { progress: Math.min(1, Number(percent) / 100) } : {}),
      });
    }
  };
}

function ended(app: Console, { action }: Prepared, id: number, result: Result<Executed>): void {
  const endedAt = app.now();
  if (result.ok) {
    const { outcome, message, upid, output } = result.value;
    put(app, id, { state: outcome, message, endedAt, ...(upid ? { upid } : {}) });
    // What was only read is shown, unless another dialog was opened meanwhile.
    if (output && action.effect === 'read' && !app.ui.getState().overlay) {
      change(app, setOverlay({ kind: 'text', title: message, lines: output, top: 0 }));
      return;
    }
    toast(app, outcome === 'ok' ? 'good' : 'warn', message);
    return;
  }
  const state = result.failure.kind === 'unanswered' ? 'unanswered' : 'failed';
  put(app, id, { state, failure: result.failure, endedAt });
}

async function runOne(
  app: Console,
  backend: Backend,
  prepared: Prepared,
  values: FieldValues,
  consent: Consent,
  how: { readonly reread: boolean; readonly halt: AbortSignal },
): Promise<Result<Executed>> {
  if (how.halt.aborted) return notStarted;
  const site = backend.services.site(prepared.target.site);
  if (!site) return fail({ kind: 'config', what: say`Its site is not connected` });
  const id = app.nextId();
  const operation: Operation = {
    id,
    action: prepared.action.id,
    title: sanitise(prepared.action.title),
    target: labelOf(prepared.action, prepared.target),
    site: prepared.target.site,
    startedAt: app.now(),
    state: 'running',
  };
  app.data.setState((state) => ({
    operations: [...state.operations, operation].slice(-remembered - 50),
  }));
  const result = await execute(
    prepared,
    values,
    consent,
    {
      site,
      mode: { readOnly: app.look.readOnly || backend.readOnly, allow: backend.allow },
      audit: backend.audit,
      platform: backend.platform,
      now: app.now,
      findLostTask: backend.findLostTask(site),
    },
    { signal: new AbortController().signal, onEvent: onEvent(app, id), ...how },
  );
  ended(app, prepared, id, result);
  backend.sources.get(prepared.target.site)?.touch();
  backend.details.refresh(guestsOf(prepared));
  return result;
}

/** Guests whose snapshots may be others now. */
function guestsOf({ action, target }: Prepared): readonly string[] {
  if (!action.touches.includes('snapshots')) return [];
  if ('snapshot' in target) return [guestKey(target.guest)];
  return 'vmid' in target ? [guestKey(target)] : [];
}

/** What was agreed to. */
export interface Job {
  readonly prepared: readonly Prepared[];
  readonly values: FieldValues;
  /** The form the values come from: it opens again when they are refused. */
  readonly form?: FormState;
}

/** Runs a confirmed action on its targets, at most four at a time; each is an operation with its own end. */
export async function runConfirmed(
  app: Console,
  { prepared, values, form }: Job,
  consent: (prepared: Prepared) => Consent,
): Promise<void> {
  const backend = app.backend();
  if (!backend) return;
  const { halt, end } = app.batches.begin();
  const many = prepared.length > batchWidth;
  if (many) toast(app, 'info', startWords(prepared));
  const one = async (each: Prepared) => {
    const how = { reread: prepared.length === 1, halt };
    const own =
      prepared.length > 1 ? ownValues(each.action, each.target, each.facts, values) : values;
    const result = await runOne(app, backend, each, own, consent(each), how);
    if (result.ok || result === notStarted) return result;
    const again = prepared.length === 1 && comesBack(form, result.failure);
    // The form says it itself, unless another dialog keeps it waiting.
    if (!again || app.ui.getState().overlay) toastFailure(app, result.failure);
    if (again && form) await comeBack(app, each, form, result.failure);
    return result;
  };
  const results = await inBatches(prepared, one, batchWidth, ({ action, target }) =>
    action.apart?.(target),
  );
  end();
  if (prepared.length > 1) summary(app, prepared, results);
}

function startWords(prepared: readonly Prepared[]): SafeText {
  const title = sanitise(prepared[0]?.action.title ?? '');
  return say`${title}: ${prepared.length} targets, ${batchWidth} at a time; ctrl-x starts no further one`;
}

/** Nothing new is started in what runs over many targets; what runs goes on to its end and is still followed. */
export function haltBatches(app: Console): void {
  const told = app.batches.halt();
  const { operations } = app.data.getState();
  const running = operations.filter(({ state }) => state === 'running').length;
  if (told === 0) return toast(app, 'info', say`Nothing runs over several targets now`);
  toast(
    app,
    'warn',
    say`Nothing further is started. ${count(running, 'running action')} will come to an end; x in Tasks stops a task`,
  );
}

/** `guest 104 monitoring (storage is full)` */
function failedWords(label: SafeText, { what, detail }: Failure): SafeText {
  return say`${label} (${detail ?? what})`;
}

function summary(
  app: Console,
  prepared: readonly Prepared[],
  results: readonly Result<Executed>[],
): void {
  const failed: SafeText[] = [];
  let left = 0;
  results.forEach((result, index) => {
    const each = prepared[index];
    if (!each || result.ok) return;
    if (result === notStarted) left += 1;
    else failed.push(failedWords(labelOf(each.action, each.target), result.failure));
  });
  const title = sanitise(prepared[0]?.action.title ?? '');
  const good = prepared.length - failed.length - left;
  const rest = left === 0 ? say`` : say`, ${left} not started`;
  if (failed.length === 0) {
    const done = left === 0 ? say`${good} of ${good} done` : say`${good} done${rest}`;
    toast(app, left === 0 ? 'good' : 'warn', say`${title}: ${done}`);
  } else {
    const names = joinSafe(failed, ', ');
    toast(app, 'bad', say`${title}: ${good} done${rest}, ${failed.length} failed: ${names}`);
  }
}
