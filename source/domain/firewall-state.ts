import { type FirewallOptions, type FirewallRule, firewallFlag } from './firewall.ts';
import { joinSafe, type SafeText, say } from './safe-text.ts';

/** Something that could be read, or why it could not. */
export type Known<T> = { readonly value: T } | { readonly unknown: SafeText };

/** What decides whether a guest's rules do anything at all. */
export interface FirewallSwitches {
  /** Options of the datacenter. */
  readonly cluster: Known<FirewallOptions>;
  readonly guest: Known<FirewallOptions>;
  /** Its network devices, each with its own flag. */
  readonly nics: Known<readonly { readonly key: SafeText; readonly firewall: boolean }[]>;
}

export interface FirewallActivity {
  /** `part` = on some of its network devices only. */
  readonly state: 'on' | 'part' | 'off' | 'unknown';
  /** One sentence each. */
  readonly lines: readonly SafeText[];
}

function namesOf(keys: readonly SafeText[]): SafeText {
  return joinSafe(keys, ', ');
}

function nicLines(nics: readonly { readonly key: SafeText; readonly firewall: boolean }[]): {
  readonly off?: SafeText;
  readonly bare?: SafeText;
} {
  const bare = nics.filter(({ firewall }) => !firewall).map(({ key }) => key);
  if (nics.length === 0) return { off: say`it has no network device` };
  if (bare.length === nics.length) {
    return { off: say`none of its network devices (${namesOf(bare)}) has the firewall flag` };
  }
  return bare.length === 0 ? {} : { bare: say`Not filtered: ${namesOf(bare)}, without the flag.` };
}

/** Every reason why the rules do nothing, or that they work; what is not known is never taken for on. */
export function firewallActivity({ cluster, guest, nics }: FirewallSwitches): FirewallActivity {
  const off: SafeText[] = [];
  const unknown: SafeText[] = [];
  if ('unknown' in cluster) unknown.push(say`the cluster's firewall switch: ${cluster.unknown}`);
  else if (!firewallFlag(cluster.value, 'enable')) off.push(say`the cluster firewall is off`);
  if ('unknown' in guest) unknown.push(say`the guest's options: ${guest.unknown}`);
  else if (!firewallFlag(guest.value, 'enable')) off.push(say`this guest's firewall is off`);
  const found = 'unknown' in nics ? {} : nicLines(nics.value);
  if ('unknown' in nics) unknown.push(say`its network devices: ${nics.unknown}`);
  if (found.off) off.push(found.off);
  const questions = unknown.map((each) => say`Unknown is ${each}.`);
  if (off.length > 0) {
    return {
      state: 'off',
      lines: [say`The rules do nothing: ${joinSafe(off, '; ')}.`, ...questions],
    };
  }
  if (unknown.length > 0) {
    return {
      state: 'unknown',
      lines: [say`Whether the rules are active is unknown.`, ...questions],
    };
  }
  const filtered = 'unknown' in nics ? [] : nics.value.filter(({ firewall }) => firewall);
  const on = say`Active on ${namesOf(filtered.map(({ key }) => key))}.`;
  return found.bare ? { state: 'part', lines: [on, found.bare] } : { state: 'on', lines: [on] };
}

function portIn(spec: string, port: number): boolean {
  return spec.split(',').some((part) => {
    const [from = '', to = from] = part.split(':');
    if (from === 'ssh') return port === 22;
    return Number(from) <= port && port <= Number(to);
  });
}

/**
 * Does a rule that is on let SSH in from somewhere? `maybe` = a security group decides, whose rules were not looked at. A
 * rule above that drops it is not looked at either: this only warns of what is surely missing.
 */
export function letsSshIn(rules: readonly FirewallRule[]): 'yes' | 'maybe' | 'no' {
  const on = rules.filter(({ enable, errors }) => enable && errors === undefined);
  const lets = on.some((rule) => {
    if (rule.type !== 'in' || rule.action !== 'ACCEPT') return false;
    if (rule.macro) return rule.macro.toLowerCase() === 'ssh';
    if (rule.proto && rule.proto !== 'tcp' && rule.proto !== '6') return false;
    return rule.dport === undefined || portIn(rule.dport, 22);
  });
  if (lets) return 'yes';
  return on.some(({ type }) => type === 'group') ? 'maybe' : 'no';
}
