import { type FirewallRule, type FirewallRules, ruleText } from '../domain/firewall.ts';
import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import type { FirewallValues } from '../services/types.ts';
import { placeOf } from './firewall-common.ts';
import { guestLabel } from './guest-common.ts';
import type { RunContext } from './types.ts';

/** Is it what was sent? PVE may write a macro's name in its own case. */
function isSent(rule: FirewallRule | undefined, sent: FirewallValues): boolean {
  if (!rule) return false;
  const parts = Object.entries(sent).filter(([name]) => name !== 'enable');
  return parts.every(
    ([name, value]) => rule.raw[name]?.toLowerCase() === String(value).toLowerCase(),
  );
}

function changedMeanwhile(guest: Guest, where: string): Result<never> {
  return fail({
    kind: 'rejected',
    what: say`Somebody else changed the rules meanwhile`,
    where: guestLabel(guest),
    next:
      where === 'first'
        ? say`the new rule is the first one now, and off; move it where it belongs and switch it on`
        : say`the new rule is off; look where it is and switch it on`,
  });
}

/**
 * Adds a rule at another place than the first, which PVE cannot do in one call: it is added first and off, moved, and only
 * then switched on. Where somebody else changes the rules between these steps, it stays off and that is said.
 */
export async function placeRule(
  guest: Guest,
  rule: FirewallValues,
  pos: number,
  context: RunContext,
): Promise<Result<undefined>> {
  const { firewall } = context.site;
  const place = placeOf(guest);
  const options = { signal: context.signal };
  const before = context.facts.firewall?.rules.rules ?? [];
  const added = await firewall.addRule(place, { ...rule, enable: 0 }, options);
  if (!added.ok) return added;
  const first = await firewall.rules(place, options);
  if (!first.ok) return first;
  if (!isSent(first.value.rules[0], rule) || !sameRules(first.value, before)) {
    return changedMeanwhile(guest, 'first');
  }
  const moved = await firewall.moveRule(place, 0, pos, first.value.digest, options);
  if (!moved.ok) return moved;
  if (rule.enable === 0) return ok(undefined);
  const second = await firewall.rules(place, options);
  if (!second.ok) return second;
  if (!isSent(second.value.rules[pos], rule)) return changedMeanwhile(guest, 'moved');
  const { digest } = second.value;
  const change = { set: { enable: 1 }, ...(digest === undefined ? {} : { digest }) };
  const on = await firewall.setRule(place, pos, change, options);
  return on.ok ? ok(undefined) : on;
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
