import type { Consent } from '../actions/execute.ts';
import { fieldProblems, isOfAnother, shownFields } from '../actions/fields.ts';
import { type Prepared, prepare } from '../actions/prepare.ts';
import { labelOf } from '../actions/target-label.ts';
import type { Action, Facts, FieldValue, FieldValues, Scope, Targets } from '../actions/types.ts';
import type { Failure } from '../domain/failure.ts';
import type { Guest } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import type { PveSite } from '../services/types.ts';
import { tellFailure, tellStop } from './action-report.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import type { Deadline } from './inventory.ts';
import type { Session } from './session.ts';
import { findTarget } from './targets.ts';

/** A target with everything checked that can be checked before something is sent. */
export interface Ready {
  readonly site: PveSite;
  readonly prepared: Prepared;
  readonly values: FieldValues;
}
/** Ends the command with this exit code; the reason was told, and nothing was sent. */
export interface Stop {
  readonly code: number;
}

/** The targets that the positional arguments name, all or none. */
export async function findAll(
  action: Action<Scope>,
  context: CommandContext,
  session: Session,
  sites: readonly SiteInventory[],
  deadline: Deadline,
): Promise<readonly Targets[Scope][] | Stop> {
  const { positionals } = context;
  const targets: Targets[Scope][] = [];
  for (const [index, text] of positionals.entries()) {
    const stop = (usage: boolean, what: string, next: string): Stop => {
      const outcome = usage ? 'invalid' : 'failed';
      tellStop(action, sanitise(text), outcome, { what, next }, context);
      return { code: usage ? exitCodes.usage : exitCodes.failed };
    };
    const found = await findTarget(action.scope, text, sites, session.services, deadline);
    if (!found.ok) return stop(found.usage, found.what, found.next);
    if (positionals.indexOf(text) < index || targets.includes(found.target)) {
      return stop(true, `${sanitise(text)} is named twice`, 'name it once');
    }
    targets.push(found.target);
  }
  return targets;
}

function uniqueName(sites: readonly SiteInventory[]): (guest: Guest) => boolean {
  return (guest) =>
    sites
      .flatMap((site) => site.resources.data?.guests ?? [])
      .filter((each) => each.name === guest.name).length <= 1;
}

/** Reads the target again, fills the fields, and says what stands in the way. */
export async function prepareOne(
  action: Action<Scope>,
  target: Targets[Scope],
  context: CommandContext,
  session: Session,
  sites: readonly SiteInventory[],
  deadline: Deadline,
): Promise<Ready | Stop> {
  const { host } = context;
  const site = session.services.site(target.site);
  const inventory = sites.find((each) => each.site === target.site);
  const label = labelOf(action, target);
  const refuse = (failure: Failure): Stop => {
    tellFailure(action, target, failure, context);
    // Whatever went wrong, nothing was sent: how it ended is known.
    return { code: failure.kind === 'invalid' ? exitCodes.usage : exitCodes.failed };
  };
  if (!site || !inventory) {
    return refuse({ kind: 'config', what: say`its site is not configured`, where: label });
  }
  const mode = { readOnly: session.readOnly, allow: session.homelab.allow ?? [] };
  const input = { site, inventory, mode, now: host.now(), uniqueName: uniqueName(sites) };
  const prepared = await prepare(action, target, input, deadline.signal);
  if (!prepared.ok) return refuse(prepared.failure);
  const { availability } = prepared.value;
  if (availability.state !== 'yes') {
    const reason =
      availability.state === 'disabled'
        ? availability.reason
        : say`it does not apply to this target`;
    const kind = session.readOnly && action.effect !== 'read' ? 'read-only' : 'rejected';
    const what = say`${sanitise(action.title)} is not possible: ${reason}`;
    return refuse({ kind, what, where: label });
  }
  const values = valuesFor(prepared.value, context);
  const problems = fieldProblems(action, values, prepared.value.target, prepared.value.facts);
  for (const [name, problem] of Object.entries(problems)) {
    const help = action.fields.find((field) => field.name === name)?.help ?? 'see --help';
    const where = `--${name} (${label})`;
    tellStop(action, label, 'invalid', { what: problem, where, next: help }, context);
  }
  if (Object.keys(problems).length === 0) return { site, prepared: prepared.value, values };
  const usage = isUsage(prepared.value, values, Object.keys(problems));
  return { code: usage ? exitCodes.usage : exitCodes.failed };
}

/**
 * Is a value wrong whatever the guest's state? A badly formed name is a mistake of the command; a snapshot that exists
 * already, or one that ZFS cannot go back to, is a refusal. So nothing that was read of the server is known here.
 */
function isUsage(
  { action, target, facts: { site, now } }: Prepared,
  values: FieldValues,
  wrong: readonly string[],
): boolean {
  const unread = { fetching: false };
  const stateless: Facts = { site: { ...site, resources: unread, permissions: unread }, now };
  const { hastate: _managed, ...known } = target as Guest;
  const always = fieldProblems(action, values, known as Targets[Scope], stateless);
  return wrong.some((name) => always[name] !== undefined);
}

/**
 * The form's initial values, but what is required must be said: nothing is chosen silently for a script. Of several targets
 * each keeps what is not named.
 */
function valuesFor(prepared: Prepared, { values, positionals }: CommandContext): FieldValues {
  const { action, target, facts } = prepared;
  const named = (name: string) => values[name] !== undefined;
  const leave = positionals.length > 1 && action.needs.includes('config');
  const merged: Record<string, FieldValue> = {};
  for (const field of action.fields) {
    const given = values[field.name];
    // An emptied number is a number that is not there.
    if (given === '' && field.kind === 'integer') merged[field.name] = undefined;
    else if (given !== undefined) merged[field.name] = given;
    else if (field.required && !isOfAnother(action.fields, field)) merged[field.name] = undefined;
    else if (!leave) merged[field.name] = field.initial?.(target, facts, merged);
  }
  const shown = new Set(shownFields(action, target, facts, merged).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(merged).filter(([name]) => shown.has(name) || named(name)),
  );
}

/** The typed command agrees to levels 0 to 2; from 3 on the name has to be repeated with `--confirm`. */
export function confirmAll(
  ready: readonly Ready[],
  context: CommandContext,
): readonly Consent[] | Stop {
  const { values, output } = context;
  const given = typeof values.confirm === 'string' ? values.confirm : undefined;
  const consents: Consent[] = [];
  for (const { prepared, values: fields } of ready) {
    const { level, question, lines, typed } = prepared.action.confirm(
      prepared.target,
      fields,
      prepared.facts,
    );
    if (level < 3 || typed === undefined) {
      consents.push({ yes: true });
    } else if (given === typed && ready.length === 1) {
      consents.push({ typed: given });
    } else {
      output.err([question, ...lines.map((line) => `  ${line}`)].join('\n'));
      const where = given === undefined ? '--confirm' : `--confirm ${given}`;
      const problem =
        ready.length > 1
          ? { what: 'this needs its own confirmation', next: 'run it for one target at a time' }
          : {
              what: 'not confirmed, nothing was done',
              next: `repeat it with --confirm '${typed}'`,
            };
      const label = labelOf(prepared.action, prepared.target);
      tellStop(prepared.action, label, 'invalid', { ...problem, where }, context);
      return { code: exitCodes.usage };
    }
  }
  return consents;
}
