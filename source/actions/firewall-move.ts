import type { Guest } from '../domain/guest.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
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
import { digestOf, noRule } from './firewall-set-rule.ts';
import { ask, disabled, guestLabel } from './guest-common.ts';
import { type Action, defineAction, type Facts, type Field, type FieldValues } from './types.ts';

interface Move {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly summary: string;
  readonly fields: readonly Field<Guest>[];
  /** The place it should have afterwards. */
  readonly to: (pos: number, values: FieldValues) => number;
}

/** Rules that were not read have no known end. */
const lastOf = (facts: Facts) =>
  (facts.firewall?.rules.rules.length ?? Number.MAX_SAFE_INTEGER) - 1;

function edge(to: number, facts: Facts): SafeText | undefined {
  if (to < 0) return say`it is the first rule already`;
  return to > lastOf(facts) ? say`it is the last rule already` : undefined;
}

/** Moves one rule: others decide first then, so the order is a change of what is let through. */
export function moveAction({ to, fields, ...move }: Move): Action<'guest'> {
  return defineAction<'guest'>({
    ...firewallBase,
    ...move,
    row: 'firewall-rule',
    fields: [
      {
        ...ruleField,
        problem: (value, _guest, facts, values) =>
          fields.length > 0 ? undefined : edge(to(Number(value), values), facts),
      },
      ...fields,
    ],
    available: (guest, facts) => {
      const stop = ruleAvailable(guest, facts);
      const rule = stop.state === 'yes' && fields.length === 0 ? ruleAt({}, facts) : undefined;
      const reason = rule && edge(to(rule.pos, {}), facts);
      return reason ? disabled(reason) : stop;
    },
    confirm: (guest, values, facts) => {
      const rule = ruleAt(values, facts);
      const place = rule ? to(rule.pos, values) : 0;
      return ask(1, say`Move ${ruleName(rule)} to place ${place}?`, guest, facts, [
        say`Rules are asked in their order, and the first that matches decides.`,
        ...activityLines(guest, facts),
      ]);
    },
    run: async (guest, values, context) => {
      const rule = ruleAt(values, context.facts);
      if (!rule) return noRule(guest);
      const place = to(rule.pos, values);
      if (place === rule.pos) {
        return { ok: true, value: { kind: 'done', message: say`It is at place ${place} already` } };
      }
      const written = await context.site.firewall.moveRule(
        placeOf(guest),
        rule.pos,
        place,
        digestOf(context),
        { signal: context.signal },
      );
      const done = say`Rule ${rule.pos} of ${guestLabel(guest)} is at place ${place} now`;
      return firewallDone(guest, written, done, { moveto: 'to' });
    },
  });
}
