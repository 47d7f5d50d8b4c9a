import { inBatches } from '../../actions/batch.ts';
import { type Consent, type Executed, type ExecuteEvent, execute } from '../../actions/execute.ts';
import type { Prepared } from '../../actions/prepare.ts';
import { labelOf } from '../../actions/target-label.ts';
import type { FieldValues } from '../../actions/types.ts';
import type { Result } from '../../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Operation } from '../../store/state.ts';
import type { Backend, Console } from './console.ts';
import { toast, toastFailure } from './toasts.ts';

/** Ended operations kept for the strip and the Tasks view. */
const remembered = 20;
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

function ended(app: Console, id: number, result: Result<Executed>): void {
  const endedAt = app.now();
  if (result.ok) {
    const { outcome, message, upid } = result.value;
    put(app, id, { state: outcome, message, endedAt, ...(upid ? { upid } : {}) });
    toast(app, outcome === 'ok' ? 'good' : 'warn', message);
    return;
  }
  const state = result.failure.kind === 'unanswered' ? 'unanswered' : 'failed';
  put(app, id, { state, failure: result.failure, endedAt });
  toastFailure(app, result.failure);
}

async function runOne(
  app: Console,
  backend: Backend,
  prepared: Prepared,
  values: FieldValues,
  consent: Consent,
  reread: boolean,
): Promise<Result<Executed> | undefined> {
  const site = backend.services.site(prepared.target.site);
  if (!site) return undefined;
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
    { signal: new AbortController().signal, onEvent: onEvent(app, id), reread },
  );
  ended(app, id, result);
  backend.sources.get(prepared.target.site)?.touch();
  backend.details.refresh();
  return result;
}

/** Runs a confirmed action on its targets, at most four at a time; each is an operation with its own end. */
export async function runConfirmed(
  app: Console,
  prepared: readonly Prepared[],
  values: FieldValues,
  consent: (prepared: Prepared) => Consent,
): Promise<void> {
  const backend = app.backend();
  if (!backend) return;
  const results = await inBatches(prepared, (each) =>
    runOne(app, backend, each, values, consent(each), prepared.length === 1),
  );
  if (prepared.length > 1) summary(app, prepared, results);
}

function summary(
  app: Console,
  prepared: readonly Prepared[],
  results: readonly (Result<Executed> | undefined)[],
): void {
  const failed: SafeText[] = [];
  results.forEach((result, index) => {
    const each = prepared[index];
    if (each && !result?.ok) failed.push(labelOf(each.action, each.target));
  });
  const title = sanitise(prepared[0]?.action.title ?? '');
  const good = prepared.length - failed.length;
  if (failed.length === 0) toast(app, 'good', say`${title}: ${good} of ${good} done`);
  else {
    const names = joinSafe(failed, ', ');
    toast(app, 'bad', say`${title}: ${good} done, ${failed.length} failed: ${names}`);
  }
}
