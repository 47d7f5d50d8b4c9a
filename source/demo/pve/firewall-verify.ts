import type { FirewallFile, FirewallRecord } from '../world/firewall.ts';
import { macroName, macros } from '../world/firewall-macros.ts';
import {
  addressVersion,
  checkPorts,
  icmpTypes,
  icmpv6Types,
  isIcmpProtocol,
  protocolsWithPorts,
} from './firewall-formats.ts';

/** What a rule is checked against. */
export interface RuleSurroundings {
  readonly cluster: FirewallFile;
  readonly own: FirewallFile;
  readonly env: 'vm' | 'ct';
}

type Add = (parameter: string, problem: string) => void;

const directions = ['in', 'out', 'group'];
const name = '[A-Za-z][A-Za-z0-9\\-_]+';

function checkHead(rule: FirewallRecord, env: string, add: Add): void {
  const type = String(rule.type);
  const action = String(rule.action);
  if (!directions.includes(type)) add('type', `invalid rule type '${type}' for rule_env '${env}'`);
  if (type === 'group') {
    if (!new RegExp(`^${name}$`).test(action)) {
      add('action', 'invalid characters in security group name');
    }
  } else if (!/^(?:ACCEPT|DROP|REJECT)$/.test(action)) {
    add('action', `unknown action '${action}'`);
  }
  if (rule.iface !== undefined && !/^net\d+$/.test(String(rule.iface))) {
    add('iface', "value does not match the regex pattern 'net\\d+'");
  }
  if (rule.macro !== undefined && macroName(String(rule.macro)) === undefined) {
    add('macro', `unknown macro '${rule.macro}'`);
  }
}

function guarded(parameter: string, add: Add, check: () => void): void {
  try {
    check();
  } catch (error) {
    add(parameter, (error as Error).message);
  }
}

function checkService(rule: FirewallRecord, add: Add): void {
  const proto = rule.proto === undefined ? undefined : String(rule.proto);
  const icmp = proto !== undefined && isIcmpProtocol(proto);
  for (const port of ['dport', 'sport'] as const) {
    if (rule[port] === undefined) continue;
    guarded(port, add, () => checkPorts(String(rule[port]), icmp && port === 'dport'));
    if (proto === undefined) {
      add('proto', `missing property - '${port}' requires this property`);
    } else if (!protocolsWithPorts.has(proto) && !(icmp && port === 'dport')) {
      add(port, `protocol '${proto}' does not support ports`);
    }
  }
  const type = rule['icmp-type'];
  if (type === undefined) return;
  if (!icmp) add('proto', "missing property - 'icmp-type' requires this property");
  if (rule.dport !== undefined) {
    add('icmp-type', "'icmp-type' cannot be specified together with 'dport'");
  }
  const known = proto === 'icmp' ? icmpTypes : icmpv6Types;
  if (icmp && !known.has(String(type))) {
    add('icmp-type', `invalid icmp-type '${type}' for proto '${proto}'`);
  }
}

function checkNames(rule: FirewallRecord, { cluster, own }: RuleSurroundings, add: Add): void {
  for (const side of ['source', 'dest'] as const) {
    if (rule[side] === undefined) continue;
    const value = String(rule[side]);
    guarded(side, add, () => addressVersion(value));
    if (value.startsWith('+')) {
      const set = new RegExp(`^\\+(?:guest/|dc/|sdn/)?(${name})$`).exec(value)?.[1];
      if (set === undefined) add(side, `invalid ipset name '${value}'`);
      else if (!(set in cluster.sets || set in own.sets)) add(side, `no such ipset '${set}'`);
      continue;
    }
    const alias = new RegExp(`^(?:guest/|dc/)?(${name})$`).exec(value)?.[1]?.toLowerCase();
    if (alias !== undefined && !(alias in cluster.aliases || alias in own.aliases)) {
      add(side, `no such alias '${value}'`);
    }
  }
}

/** A macro sets the protocol and ports itself, and takes no others. */
function checkMacro(rule: FirewallRecord, add: Add): void {
  const known = rule.macro === undefined ? undefined : macroName(String(rule.macro));
  for (const template of (known && macros[known]?.rules) || []) {
    for (const key of ['proto', 'dport', 'sport'] as const) {
      const fixed = template[key];
      if (fixed !== undefined && rule[key] !== undefined && String(rule[key]) !== fixed) {
        add(key, `parameter '${key}' already define in macro (value = '${fixed}')`);
      }
    }
  }
}

/** What is wrong with a rule, by parameter, the first thing first. */
export function ruleProblems(
  rule: FirewallRecord,
  around: RuleSurroundings,
): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  const add: Add = (parameter, problem) => {
    problems[parameter] ??= problem;
  };
  checkHead(rule, around.env, add);
  checkService(rule, add);
  checkNames(rule, around, add);
  if (Object.keys(problems).length === 0) checkMacro(rule, add);
  return problems;
}
