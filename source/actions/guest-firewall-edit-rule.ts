import type { Guest } from '../domain/guest.ts';
import { say } from '../domain/safe-text.ts';
import {
  activityLines,
  firewallBase,
  firewallChangeLines,
  firewallDone,
  isEmptyChange,
  placeOf,
  ruleAt,
  ruleAvailable,
  ruleField,
  ruleName,
} from './firewall-common.ts';
import { ruleFields } from './firewall-rule-fields.ts';
import { ruleChange } from './firewall-rule-plan.ts';
import { noRule, setRule } from './firewall-set-rule.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

function changeOf(values: FieldValues, facts: Facts) {
  const rule = ruleAt(values, facts);
  return rule ? ruleChange(rule, values) : {};
}

export const guestFirewallEditRule = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-edit-rule',
  key: 'e',
  row: 'firewall-rule',
  title: 'Edit rule',
  summary: 'Changes one rule of the firewall; the others and its place stay.',
  needs: ['firewall', 'config'],
  fields: [ruleField, ...ruleFields.map((field) => ({ ...field, required: false }))],
  available: ruleAvailable,
  confirm: (guest: Guest, values, facts) => {
    const rule = ruleAt(values, facts);
    return ask(1, say`Change ${ruleName(rule)} of ${guestLabel(guest)}?`, guest, facts, [
      ...(rule ? firewallChangeLines(changeOf(values, facts), rule.raw) : []),
      ...activityLines(guest, facts),
    ]);
  },
  run: async (guest, values, context) => {
    const rule = ruleAt(values, context.facts);
    if (!rule) return noRule(guest);
    const change = changeOf(values, context.facts);
    if (isEmptyChange(change)) {
      return {
        ok: true,
        value: { kind: 'done', message: say`Nothing to change at ${ruleName(rule)}` },
      };
    }
    const written = await setRule(placeOf(guest), rule, change, context);
    return firewallDone(guest, written, say`Rule ${rule.pos} of ${guestLabel(guest)} changed`);
  },
});
