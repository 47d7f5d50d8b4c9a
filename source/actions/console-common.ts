import { describeFailure, type Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { TextConsole } from '../services/types.ts';
import { type ConsoleEnd, type ConsoleKind, runConsoleSession } from './console-session.ts';
import { defaultDetachKey, detachByte } from './detach-key.ts';
import type { Field, FieldValues, Outcome, Recording, RunContext } from './types.ts';

/** The fields of every text console. */
export const recordField: Field<unknown> = {
  name: 'record',
  label: 'Record to',
  help: 'A new file for what is shown (asciicast v2); what is typed is not recorded.',
  kind: 'text',
  aside: true,
};
export const detachField: Field<unknown> = {
  name: 'detach',
  label: 'Leave with',
  help: 'The key that leaves, ctrl-] when not given; pressed twice it is sent on.',
  kind: 'text',
  aside: true,
  initial: () => defaultDetachKey,
  problem: (value) =>
    detachByte(String(value)) === undefined
      ? 'write ctrl- and a letter (not i, j or m), or one of ] \\ ^ _'
      : undefined,
};

export interface ConsoleRequest {
  /** `guest 101 web01` */
  readonly label: SafeText;
  /** What the messages call it. */
  readonly kind: ConsoleKind;
  readonly values: FieldValues;
  readonly open: (signal: AbortSignal) => Promise<Result<TextConsole>>;
}

/** A console was asked for where none can be shown. */
export const noTerminal: Failure = {
  kind: 'local',
  what: say`A console needs a terminal, and there is none`,
  next: say`run it in a terminal, with standard input and output not redirected`,
};

/**
 * Opens a text console and gives it the terminal. It is opened while the screen still stands, so that a refusal is an
 * ordinary message.
 */
export async function runTextConsole(
  context: RunContext,
  request: ConsoleRequest,
): Promise<Result<Outcome>> {
  const { platform, signal } = context;
  const problem = platform.terminalProblem?.();
  if (problem) return fail(problem);
  const recording = await record(context, request);
  if (recording && !recording.ok) return recording;
  context.progress({ kind: 'step', text: say`Opening the ${sanitise(request.kind)}` });
  const first = await request.open(signal);
  if (!first.ok || !platform.terminal) {
    await recording?.value.discard();
    if (!first.ok) return first;
    first.value.close();
    return fail(noTerminal);
  }
  const detachName = String(request.values.detach ?? defaultDetachKey);
  const end = await platform.terminal.handOver((terminal) => {
    const { columns, rows } = terminal.size();
    recording?.value.resize(columns, rows);
    return runConsoleSession({
      terminal,
      label: request.label,
      kind: request.kind,
      detachName: sanitise(detachName),
      detachByte: detachByte(detachName) ?? 0x1d,
      first: first.value,
      reopen: request.open,
      recording: recording?.value,
      signal,
    });
  });
  return outcomeOf(end, request, await recording?.value.close());
}

async function record(
  { platform, now }: RunContext,
  { values, label }: ConsoleRequest,
): Promise<
  Extract<Result<Recording>, { ok: true }> | Extract<Result<Recording>, { ok: false }> | undefined
> {
  const path = values.record;
  if (typeof path !== 'string' || path.trim() === '' || !platform.record) return undefined;
  return platform.record(path.trim(), { title: label, now: now() });
}

function outcomeOf(
  end: ConsoleEnd,
  { kind, label }: ConsoleRequest,
  recorded: Result<SafeText> | undefined,
): Result<Outcome> {
  if (end.how === 'failed') return fail(end.failure);
  const name = sanitise(kind);
  if (end.how === 'cancelled') {
    return fail({ kind: 'cancelled', what: say`The ${name} was left`, where: label });
  }
  const tail =
    recorded === undefined
      ? say``
      : recorded.ok
        ? say`; recorded to ${recorded.value}`
        : say`; ${describeFailure(recorded.failure)}`;
  const message =
    end.how === 'closed'
      ? say`The ${name} of ${label} has ended`
      : say`Left the ${name} of ${label}`;
  return ok({ kind: 'done', message: say`${message}${tail}` });
}
