import type { FirewallRecord } from '../../world/firewall.ts';
import { macroName } from '../../world/firewall-macros.ts';
import { items } from '../config-values.ts';
import type { Call, Endpoint, ParameterTable } from '../endpoint.ts';
import { died, parameterErrors } from '../errors.ts';
import {
  digestParameter,
  type FirewallPlace,
  listDigest,
  refuseChanged,
  saved,
  withDigest,
} from '../firewall-access.ts';
import { ruleProblems } from '../firewall-verify.ts';
import { optionalInteger, optionalText, text } from '../parameter-kinds.ts';

export const logLevels = [
  ...['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug', 'nolog'],
];
const types = ['in', 'out', 'forward', 'group'];
const pattern = /^[A-Za-z][A-Za-z0-9\-_]+$/;
const ruleKeys = [
  ...['pos', 'type', 'action', 'macro', 'iface', 'source', 'dest', 'proto', 'enable', 'log'],
  ...['sport', 'dport', 'comment', 'icmp-type', 'digest'],
];

const ruleParameters: ParameterTable = {
  type: optionalText({ enum: types }),
  action: optionalText({ pattern, minLength: 2, maxLength: 20 }),
  comment: optionalText(),
  dest: optionalText({ maxLength: 512, format: 'pve-fw-addr-spec' }),
  digest: digestParameter,
  dport: optionalText({ format: 'pve-fw-dport-spec' }),
  enable: optionalInteger({ minimum: 0 }),
  'icmp-type': optionalText({ format: 'pve-fw-icmp-type-spec' }),
  iface: optionalText({ minLength: 2, maxLength: 20, format: 'pve-iface' }),
  log: optionalText({ enum: logLevels }),
  macro: optionalText({ maxLength: 128 }),
  proto: optionalText({ format: 'pve-fw-protocol-spec' }),
  source: optionalText({ maxLength: 512, format: 'pve-fw-addr-spec' }),
  sport: optionalText({ format: 'pve-fw-sport-spec' }),
};

/** The rule with what the request sets; an empty value and `-` unset it. */
function merged(call: Call, before: Readonly<FirewallRecord>): FirewallRecord {
  const rule: FirewallRecord = { ...before };
  for (const key of ruleKeys) {
    const value = call.parameters[key];
    if (key === 'pos' || key === 'digest' || value === undefined) continue;
    if (value === '' || value === '-') delete rule[key];
    else rule[key] = typeof value === 'number' ? value : String(value);
  }
  for (const key of items(call.text('delete'))) {
    if (!ruleKeys.includes(key)) throw parameterErrors({ delete: `no such property ('${key}')` });
    if (key === 'type' || key === 'action') {
      throw parameterErrors({ delete: `unable to delete required property '${key}'` });
    }
    delete rule[key];
  }
  return rule;
}

/** @throws ApiError 400 with the first thing that is wrong, as PVE stops there */
function verified(call: Call, place: FirewallPlace, rule: FirewallRecord): FirewallRecord {
  const around = { cluster: call.world.firewalls.cluster, own: place.file(call), env: place.env };
  const [problem] = Object.entries(ruleProblems(rule, around));
  if (problem) throw parameterErrors({ [problem[0]]: problem[1] });
  const macro = rule.macro === undefined ? undefined : macroName(String(rule.macro));
  return macro === undefined ? rule : { ...rule, macro };
}

function list(call: Call, place: FirewallPlace): unknown[] {
  const own = place.file(call);
  const around = { cluster: call.world.firewalls.cluster, own, env: place.env };
  return withDigest(own.rules).map((row, pos) => {
    const errors = ruleProblems(own.rules[pos] ?? {}, around);
    return { ...row, pos, ...(Object.keys(errors).length > 0 ? { errors } : {}) };
  });
}

function create(call: Call, place: FirewallPlace): null {
  const own = place.file(call);
  const rule = verified(call, place, merged(call, {}));
  // Always the first one, and off unless it says otherwise.
  own.rules = [{ enable: 0, ...rule }, ...own.rules];
  return saved(call);
}

function position(call: Call, place: FirewallPlace): number {
  const pos = call.number('pos') ?? 0;
  if (pos >= place.file(call).rules.length) throw died(`no rule at position ${pos}`);
  return pos;
}

/** In front of the rule that is at `moveto` now; behind the last one when there is none. */
function moved(rules: readonly FirewallRecord[], pos: number, moveto: number): FirewallRecord[] {
  const rule = rules[pos];
  const after = rules.flatMap((each, index) => {
    if (index === pos) return [];
    return index === moveto && rule ? [rule, each] : [each];
  });
  return moveto >= rules.length && rule ? [...after, rule] : after;
}

function update(call: Call, place: FirewallPlace): null {
  const own = place.file(call);
  refuseChanged(call, listDigest(own.rules));
  const pos = position(call, place);
  const moveto = call.number('moveto');
  if (moveto !== undefined && moveto !== pos) {
    own.rules = moved(own.rules, pos, moveto);
    return saved(call);
  }
  const rule = verified(call, place, merged(call, own.rules[pos] ?? {}));
  own.rules = own.rules.map((each, index) => (index === pos ? rule : each));
  return saved(call);
}

function remove(call: Call, place: FirewallPlace): null {
  const own = place.file(call);
  refuseChanged(call, listDigest(own.rules));
  const pos = position(call, place);
  own.rules = own.rules.filter((_, index) => index !== pos);
  return saved(call);
}

export function ruleEndpoints(place: FirewallPlace): Endpoint[] {
  const path = `${place.path}/rules`;
  const one = `${path}/{pos}`;
  // Declared as optional, although it stands in the path.
  const pos = optionalInteger({ minimum: 0 });
  const write = { permission: place.modify, needsQuorum: true } as const;
  return [
    {
      method: 'GET',
      path,
      permission: place.audit,
      parameters: place.parameters,
      handler: (call) => list(call, place),
    },
    {
      ...write,
      method: 'POST',
      path,
      parameters: {
        ...place.parameters,
        ...ruleParameters,
        type: text({ enum: types }),
        action: text({ pattern, minLength: 2, maxLength: 20 }),
        pos: optionalInteger({ minimum: 0 }),
      },
      handler: (call) => create(call, place),
    },
    {
      method: 'GET',
      path: one,
      permission: place.audit,
      parameters: { ...place.parameters, pos },
      handler: (call) => list(call, place)[position(call, place)],
    },
    {
      ...write,
      method: 'PUT',
      path: one,
      parameters: {
        ...place.parameters,
        ...ruleParameters,
        pos,
        moveto: optionalInteger({ minimum: 0 }),
        delete: optionalText({ format: 'pve-configid-list' }),
      },
      handler: (call) => update(call, place),
    },
    {
      ...write,
      method: 'DELETE',
      path: one,
      parameters: { ...place.parameters, pos, digest: digestParameter },
      handler: (call) => remove(call, place),
    },
  ];
}
