import type { FirewallRule } from '../domain/firewall.ts';
import type { Guest } from '../domain/guest.ts';
import { fail, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import type { FirewallChange, FirewallPlace, Started } from '../services/types.ts';
import { guestLabel } from './guest-common.ts';
import type { RunContext } from './types.ts';

/** The digest of the rules as they were when the question was asked: other rules by now are refused. */
export function digestOf({ facts }: Pick<RunContext, 'facts'>): string | undefined {
  return facts.firewall?.rules.digest;
}

export function setRule(
  place: FirewallPlace,
  rule: FirewallRule,
  change: FirewallChange,
  context: RunContext,
): Promise<Result<Started>> {
  const digest = digestOf(context);
  return context.site.firewall.setRule(
    place,
    rule.pos,
    { ...change, ...(digest === undefined ? {} : { digest }) },
    { signal: context.signal },
  );
}

/** There is no rule at the place that was named. */
export function noRule(guest: Guest): Result<never> {
  return fail({
    kind: 'not-found',
    what: say`There is no such rule`,
    where: guestLabel(guest),
    next: say`look at the rules as they are now`,
  });
}
