import type { Executed } from '../actions/execute.ts';
import { labelOf } from '../actions/target-label.ts';
import type { Action, Scope, Targets } from '../actions/types.ts';
import { describeFailure, type Failure } from '../domain/failure.ts';
import { fail, type Result } from '../domain/result.ts';
import type { UsageProblem } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';

/** The stable word for how it ended: ok, warning, failed, or the kind of failure (denied, unanswered, read-only …). */
export function outcomeWord(result: Result<Executed>): string {
  if (result.ok) return result.value.outcome;
  return result.failure.kind === 'task-failed' ? 'failed' : result.failure.kind;
}

/** Not known whether or how it ended: no answer, no longer followed, or not there in time. */
const notKnown: readonly Failure['kind'][] = ['unanswered', 'cancelled', 'timeout'];

export function actionExitCode(results: readonly Result<Executed>[]): number {
  const codes = results.map((result): number => {
    if (result.ok) return result.value.outcome === 'warning' ? exitCodes.warning : exitCodes.ok;
    if (result.failure.kind === 'invalid') return exitCodes.usage;
    return notKnown.includes(result.failure.kind) ? exitCodes.unknown : exitCodes.failed;
  });
  const order = [exitCodes.failed, exitCodes.unknown, exitCodes.usage, exitCodes.warning];
  return order.find((code) => codes.includes(code)) ?? exitCodes.ok;
}

/** Tells how it ended; `quiet` = success is not told on standard output. */
export function tell(
  { action, target }: { readonly action: Action<Scope>; readonly target: Targets[Scope] },
  result: Result<Executed>,
  context: CommandContext,
  quiet: boolean,
): void {
  if (!result.ok) return tellFailure(action, target, result.failure, context);
  const { outcome, message, upid, output } = result.value;
  if (quiet) return;
  if (context.global.json) {
    const line = jsonLine(action, target, outcome, message, upid);
    context.output.json(output ? { ...line, output: output.join('\n') } : line);
  } else if (output) for (const each of output) context.output.out(each);
  else context.output.out(message);
}

/** A failure goes to standard error, and to standard output too when that is for a machine. */
export function tellFailure(
  action: Action<Scope>,
  target: Targets[Scope],
  failure: Failure,
  { global, output }: CommandContext,
): void {
  const words = describeFailure(failure);
  const outcome = outcomeWord(fail(failure));
  if (global.json) output.json(jsonLine(action, target, outcome, words));
  output.err(`homelab-tui: ${words}`);
}

/** The command ends before anything was sent, and not because of what Proxmox said: the reason goes where it is read. */
export function tellStop(
  action: Action<Scope>,
  target: string,
  outcome: 'invalid' | 'failed',
  problem: UsageProblem,
  { global, output }: CommandContext,
): void {
  output.usage(problem);
  if (!global.json) return;
  const message = `${problem.what} · ${problem.next}`;
  output.json({ site: null, action: action.id, target, outcome, upid: null, message });
}

/** Keys are a stable interface. */
function jsonLine(
  action: Action<Scope>,
  target: Targets[Scope],
  outcome: string,
  message: string,
  upid?: string,
) {
  return {
    site: target.site,
    action: action.id,
    target: labelOf(action, target),
    outcome,
    upid: upid ?? null,
    message,
  };
}
