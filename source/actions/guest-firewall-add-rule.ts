import { mapResult } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import {
  activityLines,
  firewallBase,
  firewallDone,
  firewallEditable,
  placeOf,
} from './firewall-common.ts';
import { placeRule, placeSteps } from './firewall-place-rule.ts';
import { ruleFields } from './firewall-rule-fields.ts';
import { newRule, newRuleWords } from './firewall-rule-plan.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction, type FieldValues } from './types.ts';

const placeIn = (values: FieldValues) => (typeof values.place === 'number' ? values.place : 0);

export const guestFirewallAddRule = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-add-rule',
  key: 'N',
  row: 'firewall-rule',
  title: 'Add rule',
  summary: 'Adds a rule to the firewall of the guest; the first one that matches decides.',
  needs: ['firewall', 'config'],
  fields: [
    // A new rule starts from none, whatever row the cursor is on.
    ...ruleFields.map(({ follows: _pos, initial, ...field }) => ({
      ...field,
      initial: (
        guest: Parameters<NonNullable<typeof initial>>[0],
        facts: Parameters<NonNullable<typeof initial>>[1],
        values: FieldValues,
      ) => {
        const { picked: _row, ...rest } = facts;
        return initial?.(guest, rest, { ...values, pos: undefined });
      },
    })),
    {
      name: 'place',
      label: 'Place',
      help: 'From 0, which is asked first. The rules from there on move down.',
      kind: 'integer',
      initial: () => 0,
      problem: (value, _guest, { firewall }) => {
        const count = firewall?.rules.rules.length ?? Number.MAX_SAFE_INTEGER;
        if (Number(value) < 0) return 'from 0 on';
        return Number(value) > count ? `at most ${count}, behind the last rule` : undefined;
      },
    },
  ],
  available: firewallEditable,
  confirm: (guest, values, facts) => {
    const rule = newRule(values);
    const on = rule.enable === 0 ? say`It is off at first.` : say`It works at once.`;
    const place = placeIn(values);
    return ask(1, say`Add a firewall rule to ${guestLabel(guest)}?`, guest, facts, [
      say`Rule: ${newRuleWords(rule)}`,
      say`Place ${place}. ${on}`,
      ...(place === 0 ? [] : [placeSteps(rule, place)]),
      ...activityLines(guest, facts),
    ]);
  },
  run: async (guest, values, context) => {
    const rule = newRule(values);
    const place = placeIn(values);
    const options = { signal: context.signal };
    const message = say`Rule ${place} (${newRuleWords(rule)}) added to ${guestLabel(guest)}`;
    if (place > 0) {
      const placed = await placeRule(guest, rule, place, context);
      return mapResult(placed, () => ({ kind: 'done', message }));
    }
    const written = await context.site.firewall.addRule(placeOf(guest), rule, options);
    return firewallDone(guest, written, message);
  },
});
