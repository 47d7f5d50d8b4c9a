import { type SafeText, sanitise, say } from '../safe-text.ts';
import { type KeepName, type KeepRules, keepNames } from './retention.ts';

export type KeepParsed =
  | { readonly ok: true; readonly rules: KeepRules }
  | { readonly ok: false; readonly error: SafeText };

const isKeepName = (name: string): name is KeepName => keepNames.some((each) => each === name);

/** Reads `keep-last=3,keep-daily=7`, PVE's property string `prune-backups`. */
export function parseKeepRules(text: string): KeepParsed {
  const parts = text.split(',').map((part) => part.trim());
  return fromPairs(parts.filter((part) => part !== '').map(pairOf));
}

function pairOf(part: string): readonly [string, string] {
  const cut = part.indexOf('=');
  return cut === -1 ? [part, ''] : [part.slice(0, cut), part.slice(cut + 1)];
}

/** Reads `{"keep-last": 3}` as both APIs answer; keys that are no rule of keeping (`max-depth`, `ns`) are passed over. */
export function keepRulesOf(options: Readonly<Record<string, unknown>>): KeepParsed {
  const pairs = Object.entries(options).filter(([name, value]) => {
    return name.startsWith('keep-') && value !== undefined && value !== null;
  });
  return fromPairs(pairs.map(([name, value]) => [name, String(value)]));
}

function fromPairs(pairs: readonly (readonly [string, string])[]): KeepParsed {
  const rules: { -readonly [K in keyof KeepRules]: KeepRules[K] } = {};
  for (const [key, value] of pairs) {
    const name = key.replace(/^keep-/, '');
    if (name === 'all' && key !== name) {
      if (!/^(?:[01]|true|false|yes|no|on|off)$/i.test(value)) return bad(key, value);
      rules.all = /^(?:1|true|yes|on)$/i.test(value);
    } else if (key !== name && isKeepName(name)) {
      if (!/^\d{1,9}$/.test(value)) return bad(key, value);
      rules[name] = Number(value);
    } else {
      return { ok: false, error: say`“${sanitise(key)}” is no keep rule` };
    }
  }
  if (rules.all && keepNames.some((name) => (rules[name] ?? 0) > 0)) {
    return { ok: false, error: say`keep-all cannot stand with other rules` };
  }
  return { ok: true, rules };
}

function bad(key: string, value: string): KeepParsed {
  return { ok: false, error: say`${sanitise(key)} is “${sanitise(value)}”, which is no number` };
}

/** `keep-last=3,keep-daily=7`: the reverse of {@link parseKeepRules}; '' = no rule. */
export function printKeepRules(rules: KeepRules): string {
  if (rules.all) return 'keep-all=1';
  return keepNames
    .filter((name) => (rules[name] ?? 0) > 0)
    .map((name) => `keep-${name}=${rules[name]}`)
    .join(',');
}

/** `3 last · 7 daily`, `all`, or that nothing is ever removed. */
export function keepWords(rules: KeepRules): SafeText {
  if (rules.all) return say`keeps all`;
  const parts = keepNames.filter((name) => (rules[name] ?? 0) > 0);
  if (parts.length === 0) return say`no rule: keeps all`;
  return sanitise(parts.map((name) => `${rules[name]} ${name}`).join(' · '));
}
