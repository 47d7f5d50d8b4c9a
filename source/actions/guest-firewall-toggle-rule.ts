import { ruleWords } from '../domain/firewall-words.ts';
import { say } from '../domain/safe-text.ts';
import {
  activityLines,
  firewallBase,
  firewallDone,
  placeOf,
  ruleAt,
  ruleAvailable,
  ruleField,
  ruleName,
} from './firewall-common.ts';
import { noRule, setRule } from './firewall-set-rule.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestFirewallToggleRule = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-toggle-rule',
  key: 'x',
  row: 'firewall-rule',
  title: 'Rule on or off',
  summary: 'Switches one rule of the firewall on, or off without losing it.',
  fields: [ruleField],
  available: ruleAvailable,
  confirm: (guest, values, facts) => {
    const rule = ruleAt(values, facts);
    const verb = rule?.enable ? say`Switch off` : say`Switch on`;
    return ask(1, say`${verb} ${ruleName(rule)} of ${guestLabel(guest)}?`, guest, facts, [
      ...(rule ? [say`Rule: ${ruleWords(rule)}`] : []),
      ...activityLines(guest, facts),
    ]);
  },
  run: async (guest, values, context) => {
    const rule = ruleAt(values, context.facts);
    if (!rule) return noRule(guest);
    const change = { set: { enable: rule.enable ? 0 : 1 } };
    const written = await setRule(placeOf(guest), rule, change, context);
    const now = rule.enable ? say`off` : say`on`;
    return firewallDone(guest, written, say`Rule ${rule.pos} of ${guestLabel(guest)} is ${now}`);
  },
});
