import type { FirewallRule } from '../domain/firewall.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { FirewallChange, FirewallValues } from '../services/types.ts';
import { textOf } from './choices.ts';
import { hasPart } from './firewall-rule-fields.ts';
import type { FieldValues } from './types.ts';

const texts = [
  ...['type', 'action', 'macro', 'proto', 'dport', 'icmp-type', 'source', 'dest', 'sport'],
  ...['iface', 'log', 'comment'],
] as const;

/** What a part of the form means on the wire; `nolog` is what no level means. */
function wanted(name: string, values: FieldValues): string {
  const text = textOf(values[name]);
  return name === 'log' && text === 'nolog' ? '' : text;
}

/** A new rule: only what was given. Not to say whether it is on would leave it off. */
export function newRule(values: FieldValues): FirewallValues {
  const type = textOf(values.type) || 'in';
  const all = { ...values, type };
  const parts = texts
    .filter((name) => hasPart(name, all))
    .map((name) => [name, wanted(name, all)] as const)
    .filter(([, text]) => text !== '');
  return { ...Object.fromEntries(parts), enable: values.enable === false ? 0 : 1 };
}

/** The difference between a rule and what the form says. A part that its new kind cannot have goes. */
export function ruleChange(rule: FirewallRule, values: FieldValues): FirewallChange {
  const { raw } = rule;
  const after: FieldValues = { ...raw, ...values };
  const set: Record<string, string | number> = {};
  const gone: string[] = [];
  const kindChanged = ['type', 'macro', 'proto'].some(
    (name) => wanted(name, after) !== (raw[name] ?? ''),
  );
  for (const name of texts) {
    const now = name === 'log' && raw.log === 'nolog' ? '' : (raw[name] ?? '');
    const next = hasPart(name, after) ? wanted(name, after) : kindChanged ? '' : now;
    if (next === now) continue;
    if (next === '') gone.push(name);
    else set[name] = next;
  }
  if (typeof values.enable === 'boolean' && values.enable !== rule.enable) {
    set.enable = values.enable ? 1 : 0;
  }
  return {
    ...(Object.keys(set).length > 0 ? { set } : {}),
    ...(gone.length > 0 ? { delete: gone } : {}),
  };
}

/** `in ACCEPT, macro SSH, source 10.0.0.1`: a new rule in one line. */
export function newRuleWords({ type, action, enable, ...parts }: FirewallValues): SafeText {
  const rest = Object.entries(parts).map(
    ([name, value]) => say`, ${sanitise(name)} ${sanitise(value)}`,
  );
  return say`${sanitise(type)} ${sanitise(action)}${joinSafe(rest)}${enable ? say`` : say`, off`}`;
}
