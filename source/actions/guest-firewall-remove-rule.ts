import { ruleWords } from '../domain/firewall-words.ts';
import { say } from '../domain/safe-text.ts';
import {
  firewallBase,
  firewallDone,
  placeOf,
  ruleAt,
  ruleAvailable,
  ruleField,
  ruleName,
} from './firewall-common.ts';
import { digestOf, noRule } from './firewall-set-rule.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestFirewallRemoveRule = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-remove-rule',
  key: 'D',
  row: 'firewall-rule',
  title: 'Remove rule',
  summary: 'Takes one rule out of the firewall; those behind it move up.',
  effect: 'disrupt',
  fields: [ruleField],
  available: ruleAvailable,
  confirm: (guest, values, facts) => {
    const rule = ruleAt(values, facts);
    return ask(2, say`Remove ${ruleName(rule)} from ${guestLabel(guest)}?`, guest, facts, [
      ...(rule ? [say`Rule: ${ruleWords(rule)}`] : []),
      say`It cannot be taken back; switching it off keeps it.`,
    ]);
  },
  run: async (guest, values, context) => {
    const rule = ruleAt(values, context.facts);
    if (!rule) return noRule(guest);
    const written = await context.site.firewall.removeRule(
      placeOf(guest),
      rule.pos,
      digestOf(context),
      { signal: context.signal },
    );
    return firewallDone(guest, written, say`Rule ${rule.pos} of ${guestLabel(guest)} removed`);
  },
});
