import type { Failure, FailureKind } from '../domain/failure.ts';
import { type FirewallRule, type FirewallRules, ruleText } from '../domain/firewall.ts';
import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import type { FirewallValues } from '../services/types.ts';
import { isConflict, toldConflict } from './config-write.ts';
import { placeOf } from './firewall-common.ts';
import { guestLabel } from './guest-common.ts';
import type { RunContext } from './types.ts';

/** Is it what was sent? PVE may write a macro's name in its own case, and trims comments. */
function isSent(rule: FirewallRule | undefined, sent: FirewallValues): boolean {
  if (!rule) return false;
  const plain = (name: string, value: unknown) => {
    const text = String(value ?? '').toLowerCase();
    return name === 'comment' ? text.trim() : text;
  };
  const parts = Object.entries(sent).filter(([name]) => name !== 'enable');
  return parts.every(([name, value]) => plain(name, rule.raw[name]) === plain(name, value));
}

const othersChanged: Failure = {
  kind: 'rejected',
  what: say`Somebody else changed the rules meanwhile`,
};

/** Where the new rule is when a step after adding it failed, and what is left to do. */
interface Left {
  readonly is: SafeText;
  readonly next: readonly SafeText[];
}

/**
 * A failure after the rule was added: what went wrong, then where the rule is. The form is not to come back for it, since
 * sending it again would add a second rule: no words at fields, and no kind that stands for a refusal of the whole.
 */
function halfDone(guest: Guest, failure: Failure, { is, next }: Left): Result<never> {
  const open: readonly FailureKind[] = ['unanswered', 'cancelled'];
  const { what, kind } = isConflict(failure) ? othersChanged : failure;
  const { fields: _told, ...rest } = failure;
  return fail({
    ...rest,
    kind: open.includes(kind) ? kind : 'task-failed',
    what: say`${what}: the new rule is ${is}`,
    where: guestLabel(guest),
    next: say`${joinSafe(next, ' and ')}; adding it again makes a second one`,
  });
}

/** What the question says of a place other than the first, which takes several calls. */
export function placeSteps(rule: FirewallValues, pos: number): SafeText {
  return rule.enable === 0
    ? say`It takes two calls: added first, then moved to place ${pos}.`
    : say`It takes three calls: added first and off, moved to place ${pos}, then switched on.`;
}

/**
 * Adds a rule at another place than the first, which PVE cannot do in one call: it is added first and off, moved, and only
 * then switched on. Where a step fails or somebody else changes the rules between them, it stays off and that is said.
 */
export async function placeRule(
  guest: Guest,
  rule: FirewallValues,
  pos: number,
  context: RunContext,
): Promise<Result<undefined>> {
  const added = await context.site.firewall.addRule(
    placeOf(guest),
    { ...rule, enable: 0 },
    { signal: context.signal },
  );
  if (added.ok) return moveAndSwitch(guest, rule, pos, context);
  if (added.failure.kind !== 'unanswered') return toldConflict(added, guest);
  const next = say`the new rule may be the first one now, and off: look before you repeat it`;
  return fail({ ...added.failure, next });
}

async function moveAndSwitch(
  guest: Guest,
  rule: FirewallValues,
  pos: number,
  context: RunContext,
): Promise<Result<undefined>> {
  const { firewall } = context.site;
  const place = placeOf(guest);
  const options = { signal: context.signal };
  const before = context.facts.firewall?.rules.rules ?? [];
  const switchOn = rule.enable === 0 ? [] : [say`switch it on`];
  const moveIt = [say`move it to place ${pos}`, ...switchOn];
  const atFirst: Left = { is: say`the first one now, and off`, next: moveIt };
  const somewhere: Left = {
    is: say`not where it was put, and off`,
    next: [say`look where it is`, ...moveIt],
  };
  const first = await firewall.rules(place, options);
  if (!first.ok) return halfDone(guest, first.failure, atFirst);
  if (!isSent(first.value.rules[0], rule)) return halfDone(guest, othersChanged, somewhere);
  if (!sameRules(first.value, before)) return halfDone(guest, othersChanged, atFirst);
  const moved = await firewall.moveRule(place, 0, pos, first.value.digest, options);
  if (!moved.ok) {
    const lost = { is: say`the first one or at place ${pos}, and off`, next: somewhere.next };
    return halfDone(guest, moved.failure, moved.failure.kind === 'unanswered' ? lost : atFirst);
  }
  if (rule.enable === 0) return ok(undefined);
  const second = await firewall.rules(place, options);
  const there: Left = { is: say`at place ${pos} now, and off`, next: switchOn };
  if (!second.ok) return halfDone(guest, second.failure, there);
  if (!isSent(second.value.rules[pos], rule)) return halfDone(guest, othersChanged, somewhere);
  const { digest } = second.value;
  const change = { set: { enable: 1 }, ...(digest === undefined ? {} : { digest }) };
  const on = await firewall.setRule(place, pos, change, options);
  if (on.ok) return ok(undefined);
  const maybe: Left = {
    is: say`at place ${pos} now, and maybe still off`,
    next: [say`look whether it is on`],
  };
  return halfDone(guest, on.failure, on.failure.kind === 'unanswered' ? maybe : there);
}

/** The others are those that were there before. */
function sameRules({ rules }: FirewallRules, before: readonly FirewallRule[]): boolean {
  const rest = rules.slice(1);
  return (
    rest.length === before.length &&
    rest.every((rule, index) => {
      const old = before[index];
      return old !== undefined && ruleText(old) === ruleText(rule);
    })
  );
}
