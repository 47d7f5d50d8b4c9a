import { describeFailure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { PveSite } from '../services/types.ts';
import type { AuditLog, AuditResult } from './audit.ts';
import { availabilityOf, type Mode } from './availability.ts';
import { awaitState } from './await-state.ts';
import { isGuest, isSnapshot } from './facts.ts';
import { fieldProblems, isEmpty } from './fields.ts';
import { followTask } from './follow-task.ts';
import type { Prepared } from './prepare.ts';
import { reread } from './prepare.ts';
import { labelOf } from './target-label.ts';
import type {
  Action,
  FieldValues,
  Outcome,
  Platform,
  RunContext,
  Scope,
  Targets,
} from './types.ts';

/** What running an action needs from outside; one implementation for the screen, one for the command line. */
export interface ExecuteEnvironment {
  readonly site: PveSite;
  readonly mode: Mode;
  readonly audit: AuditLog;
  readonly platform: Platform;
  readonly now: () => number;
  /** A command and no screen: see {@link RunContext.headless}. */
  readonly headless?: true;
  /** Looks for the task of a call that was never answered; undefined = surely none. */
  readonly findLostTask: (
    query: { node: string; taskTypes: readonly string[]; id: string; since: number },
    signal: AbortSignal,
  ) => Promise<Result<{ upid: string } | undefined>>;
}

/** How far it came: a step in words, the task it started, lines of its log. */
export type ExecuteEvent =
  | { readonly kind: 'step'; readonly text: SafeText }
  | { readonly kind: 'task'; readonly upid: string; readonly node: SafeText }
  | { readonly kind: 'log'; readonly lines: readonly SafeText[] };

/** How the person agreed: `yes` for levels 0 to 2, the typed text for 3 and 4. */
export type Consent = { readonly yes: true } | { readonly typed: string };

export interface Executed {
  readonly outcome: 'ok' | 'warning';
  readonly message: SafeText;
  readonly upid?: string;
  /** What was asked for, for standard output. */
  readonly output?: readonly SafeText[];
}

export interface ExecuteOptions {
  readonly signal: AbortSignal;
  /** Aborted when nothing new may be started: an action of many parts ends after those that run. */
  readonly halt?: AbortSignal;
  readonly onEvent: (event: ExecuteEvent) => void;
  /** Read the target once more: needed when a person took time to answer the dialog. */
  readonly reread: boolean;
}

/**
 * The only path by which anything is changed: available, read-only, fields, privileges, consent, audit intent, run,
 * follow the task, audit result. Refreshing what it touched is the caller's.
 */
export async function execute<S extends Scope>(
  prepared: Prepared<S>,
  values: FieldValues,
  consent: Consent,
  environment: ExecuteEnvironment,
  options: ExecuteOptions,
): Promise<Result<Executed>> {
  const { action } = prepared;
  const refused = refusal(prepared, values, consent, environment.mode);
  if (refused) return refused;
  if (options.reread) {
    const unchanged = await stillTheSame(prepared, environment, options.signal);
    if (!unchanged.ok) return unchanged;
  }
  return audited(prepared, withoutSecrets(action, values), environment, () =>
    runAndFollow(prepared, values, environment, options),
  );
}

/** Writes down what is about to be done, does it, and writes down how it ended. */
async function audited<S extends Scope, T>(
  { action, target }: Prepared<S>,
  parameters: FieldValues,
  { audit }: ExecuteEnvironment,
  run: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const intent = await audit.intent({
    site: target.site,
    action: action.id,
    target: labelOf(action, target),
    parameters,
  });
  if (!intent.ok) return intent;
  const ran = await run();
  await audit.result(intent.value, auditResult(ran));
  return ran;
}

/** The values for the audit log: that a secret was given, never which. */
function withoutSecrets<S extends Scope>(action: Action<S>, values: FieldValues): FieldValues {
  const secret = action.fields.filter(({ kind }) => kind === 'secret').map(({ name }) => name);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      secret.includes(name) && !isEmpty(value) ? '‹hidden›' : value,
    ]),
  );
}

function auditResult(ran: Result<unknown>): AuditResult {
  if (ran.ok) return isExecuted(ran.value) ? ended(ran.value) : { outcome: 'ok', message: '' };
  const { kind } = ran.failure;
  const outcome = kind === 'unanswered' || kind === 'cancelled' ? kind : ('failed' as const);
  return { outcome, message: describeFailure(ran.failure) };
}

function ended({ outcome, message, upid }: Executed): AuditResult {
  return { outcome, message, ...(upid ? { upid } : {}) };
}

function isExecuted(value: unknown): value is Executed {
  return typeof value === 'object' && value !== null && 'outcome' in value && 'message' in value;
}

function refusal<S extends Scope>(
  prepared: Prepared<S>,
  values: FieldValues,
  consent: Consent,
  mode: Mode,
): Result<never> | undefined {
  const { action, target, facts } = prepared;
  const where = labelOf(action, target);
  const available = availabilityOf(action, target, facts, mode);
  if (available.state !== 'yes') {
    const reason =
      available.state === 'disabled' ? available.reason : say`it does not apply to this target`;
    const kind = mode.readOnly && action.effect !== 'read' ? 'read-only' : 'rejected';
    return fail({ kind, what: say`${sanitise(action.title)} is not possible: ${reason}`, where });
  }
  const problems = Object.entries(fieldProblems(action, values, target, facts));
  if (problems.length > 0) {
    const fields = Object.fromEntries(problems.map(([name, text]) => [name, sanitise(text)]));
    const what = joinSafe(
      problems.map(([name, text]) => say`${sanitise(name)}: ${sanitise(text)}`),
      '; ',
    );
    return fail({ kind: 'invalid', what, where, fields });
  }
  const confirmation = action.confirm(target, values, facts);
  if (confirmation.level < 3 || confirmation.typed === undefined) return undefined;
  if ('typed' in consent && consent.typed === confirmation.typed) return undefined;
  return fail({
    kind: 'invalid',
    what: say`Not confirmed: it needs "${confirmation.typed}"`,
    where,
  });
}

async function stillTheSame<S extends Scope>(
  prepared: Prepared<S>,
  environment: ExecuteEnvironment,
  signal: AbortSignal,
): Promise<Result<undefined>> {
  const { action, target } = prepared;
  const before = isGuest(action, target)
    ? target
    : isSnapshot(action, target)
      ? target.guest
      : undefined;
  if (!before) return ok(undefined);
  const read = await reread(before, environment.site, signal);
  if (!read.ok) return read;
  const after = read.value.guest;
  const changes: SafeText[] = [];
  if (after.node !== before.node) changes.push(say`moved from ${before.node} to ${after.node}`);
  if (after.status !== before.status) {
    changes.push(say`was ${before.status}, is ${after.status}`);
  }
  if (after.lock !== before.lock) {
    changes.push(after.lock ? say`is locked now (${after.lock})` : say`its lock is gone`);
  }
  if (changes.length === 0) return ok(undefined);
  return fail({
    kind: 'rejected',
    what: say`It changed while the question was open: ${joinSafe(changes, ', ')}`,
    where: labelOf(prepared.action, prepared.target),
    next: say`nothing was done; look at it and ask again`,
  });
}

async function runAndFollow<S extends Scope>(
  prepared: Prepared<S>,
  values: FieldValues,
  environment: ExecuteEnvironment,
  options: ExecuteOptions,
): Promise<Result<Executed>> {
  const { action, target, facts } = prepared;
  const follow = (upid: string) =>
    followTask(environment.site, upid, {
      signal: options.signal,
      sleep: environment.platform.sleep,
      onLines: (lines) => options.onEvent({ kind: 'log', lines }),
    });
  const context: RunContext = {
    site: environment.site,
    signal: options.signal,
    now: environment.now,
    facts,
    progress: options.onEvent,
    platform: environment.platform,
    followTask: follow,
    headless: environment.headless === true,
    audited: (parameters, run) => audited(prepared, parameters, environment, run),
    ...(options.halt ? { halt: options.halt } : {}),
  };
  const startedAt = environment.now();
  let ran = await action.run(target, values, context);
  if (!ran.ok && ran.failure.kind === 'unanswered') {
    ran = await lookForIt(prepared, values, startedAt, ran, environment, options.signal);
  }
  if (!ran.ok) return ran;
  if (ran.value.kind === 'done') return ok(doneOf(ran.value));
  const { upid } = ran.value;
  options.onEvent({ kind: 'task', upid, node: target.node });
  const ended = await follow(upid);
  if (!ended.ok) return ended;
  const reached = await awaitState(prepared, upid, environment, options);
  if (!reached.ok) return reached;
  const words = say`${sanitise(action.title)} ${labelOf(action, target)}`;
  return ok({
    outcome: ended.value,
    message: ended.value === 'ok' ? say`${words}: done` : say`${words}: done with warnings`,
    upid,
  });
}

/** A call without an answer may have been carried out: its task is looked up before anyone may send it again. */
async function lookForIt<S extends Scope>(
  prepared: Prepared<S>,
  values: FieldValues,
  startedAt: number,
  unanswered: Result<Outcome>,
  environment: ExecuteEnvironment,
  signal: AbortSignal,
): Promise<Result<Outcome>> {
  const { action, target } = prepared;
  if (unanswered.ok || action.taskTypes.length === 0) return unanswered;
  const skew = environment.site.connection().skew ?? 0;
  const found = await environment.findLostTask(
    {
      node: target.node,
      taskTypes: action.taskTypes,
      id: action.taskId?.(target, values) ?? idOf(target),
      since: Math.floor((startedAt + skew) / 1000) - 2,
    },
    signal,
  );
  if (found.ok && found.value) return ok({ kind: 'task', upid: found.value.upid });
  const next = found.ok
    ? say`no task of it is known, so it most likely did not start; look at the target before you repeat it`
    : say`whether it happened is unknown; look at the target and its tasks before you repeat it`;
  return fail({ ...unanswered.failure, next });
}

function idOf(target: Targets[Scope]): string {
  if ('snapshot' in target) return String(target.guest.vmid);
  if ('vmid' in target) return String(target.vmid);
  return 'service' in target ? target.service : '';
}

function doneOf(done: Extract<Outcome, { kind: 'done' }>): Executed {
  const { message, upid, warning, output } = done;
  return {
    outcome: warning ? 'warning' : 'ok',
    message,
    ...(upid ? { upid } : {}),
    ...(output ? { output } : {}),
  };
}
