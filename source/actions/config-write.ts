import type { Failure } from '../domain/failure.ts';
import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { Started } from '../services/types.ts';
import { effectLines } from './config-effect.ts';
import { type ConfigPlan, changeLines, isEmptyPlan, keyNames, plannedKeys } from './config-plan.ts';
import { followed } from './followed.ts';
import { ask, blocked, guestLabel, yes } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { fieldsNamed } from './refused-fields.ts';
import type { Availability, Confirmation, Facts, Outcome, RunContext } from './types.ts';

export const editMenu = { id: 'edit', key: 'e', title: 'Edit' } as const;

/** What all actions on the configuration share. */
export const editBase = {
  scope: 'guest',
  key: '',
  menu: editMenu,
  effect: 'change',
  needs: ['config'],
  batch: false,
  taskTypes: ['qmconfig'],
  touches: ['resources', 'detail', 'tasks'],
} as const;

/** A change of the configuration is possible but for a node that does not answer, quorum and locks. */
export function editable(guest: Guest, facts: Facts): Availability {
  return blocked(guest, facts) ?? yes;
}

/** The digest no longer fits: somebody else changed the configuration since it was read. */
const conflict = /detected modified configuration|checksum mis+match/i;

/** Did somebody else change the configuration since it was read? */
export function isConflict({ detail }: Failure): boolean {
  return detail !== undefined && conflict.test(detail);
}

/** Somebody else was quicker: what was asked for would have overwritten it. */
export function changedMeanwhile(guest: Guest): Failure {
  return {
    kind: 'rejected',
    what: say`Changed by somebody else meanwhile; nothing was written`,
    where: guestLabel(guest),
    next: say`look at the values as they are now, and decide again`,
  };
}

/** Tells a change by somebody else as what it is. Nothing was written then. */
export function toldConflict<T>(result: Result<T>, guest: Guest): Result<T> {
  if (result.ok || !isConflict(result.failure)) return result;
  const { detail, status } = result.failure;
  return fail({
    ...changedMeanwhile(guest),
    ...(detail === undefined ? {} : { detail }),
    ...(status === undefined ? {} : { status }),
  });
}

/** A question with old and new values, and when they are true. */
export function askChange(
  level: Confirmation['level'],
  question: SafeText,
  guest: Guest,
  facts: Facts,
  plan: ConfigPlan,
  more: readonly SafeText[] = [],
): Confirmation {
  if (!facts.config) return ask(level, question, guest, facts, more);
  const effect = isEmptyPlan(plan) ? [] : effectLines(guest, facts, plan);
  return ask(level, question, guest, facts, [...changeLines(plan, facts), ...effect, ...more]);
}

/** What of the plan waits for the next start, as Proxmox says after it was written. */
async function waiting(guest: Guest, plan: ConfigPlan, context: RunContext): Promise<SafeText> {
  const read = await context.site.guests.pending(guest, { signal: context.signal });
  if (!read.ok) return say``;
  const keys = plannedKeys(plan);
  const late = read.value.filter(
    (entry) =>
      keys.includes(entry.key) && (entry.pending !== undefined || entry.pendingDelete === true),
  );
  if (late.length === 0) return say``;
  return say`; at the next start: ${keyNames(late.map(({ key }) => key))}`;
}

export interface WriteOptions {
  /** Leads from Proxmox's parameters to the form's fields. */
  readonly names?: Readonly<Record<string, string>>;
  readonly force?: boolean;
  /** Follows a task to its end, so that it is told what waits for the next start. */
  readonly follow?: boolean;
}

/** Writes the plan with the digest its values were read with. */
export async function writeConfig(
  guest: Guest,
  plan: ConfigPlan,
  context: RunContext,
  done: SafeText,
  options: WriteOptions = {},
): Promise<Result<Outcome>> {
  if (isEmptyPlan(plan)) {
    return ok({ kind: 'done', message: say`Nothing to change at ${guestLabel(guest)}` });
  }
  const { digest } = context.facts.config ?? {};
  const written = await context.site.guests.setConfig(
    guest,
    {
      ...(Object.keys(plan.set).length > 0 ? { set: plan.set } : {}),
      ...(plan.gone.length > 0 ? { delete: plan.gone } : {}),
      ...(options.force ? { force: true } : {}),
      ...(digest === undefined ? {} : { digest }),
    },
    { signal: context.signal },
  );
  if (options.follow && written.ok && written.value.upid) {
    const ended = await followed(written, guest.node, done, context);
    if (!ended.ok || ended.value.kind !== 'done') return ended;
    const message = say`${done}${await waiting(guest, plan, context)}`;
    return ok({ ...ended.value, message });
  }
  return finished(guest, written, context, plan, done, options.names);
}

/** The outcome of a write that may have started a task. */
export async function finished(
  guest: Guest,
  written: Result<Started>,
  context: RunContext,
  plan: ConfigPlan,
  done: SafeText,
  names: Readonly<Record<string, string>> = {},
): Promise<Result<Outcome>> {
  if (!written.ok) return fieldsNamed(toldConflict(written, guest), names);
  if (written.value.upid) return taskOrDone(written);
  return ok({ kind: 'done', message: say`${done}${await waiting(guest, plan, context)}` });
}
