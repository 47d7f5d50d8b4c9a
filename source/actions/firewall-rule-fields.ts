import {
  addressSpecProblem,
  firewallCommentProblem,
  groupNameProblem,
  hasPorts,
  isIcmp,
  logLevels,
  nicKeyProblem,
  policies,
  portsProblem,
  protocolProblem,
} from '../domain/firewall-values.ts';
import type { Guest } from '../domain/guest.ts';
import { nicsOf } from '../domain/guest-config.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { noChoice, textOf } from './choices.ts';
import { commentField, refChoices, ruleAt } from './firewall-common.ts';
import type { Choice, Facts, Field, FieldValues } from './types.ts';

const plain = (values: readonly string[]): readonly Choice[] =>
  values.map((value) => ({ value, label: sanitise(value) }));

export const isGroup = (values: FieldValues) => textOf(values.type) === 'group';

/** Does a rule of this kind have the part at all? What it does not have is neither asked nor kept. */
export function hasPart(name: string, values: FieldValues): boolean {
  if (['type', 'action', 'iface', 'enable', 'comment'].includes(name)) return true;
  if (isGroup(values)) return false;
  const proto = textOf(values.proto);
  // A macro brings its own protocol and ports.
  if (['proto', 'dport', 'sport', 'icmp-type'].includes(name) && textOf(values.macro) !== '') {
    return false;
  }
  if (name === 'icmp-type') return isIcmp(proto);
  if (name === 'dport' || name === 'sport') return proto === '' || hasPorts(proto);
  return true;
}

const applies = (name: string) => (_guest: Guest, _facts: Facts, values: FieldValues) =>
  hasPart(name, values);

/** What the rule that is edited has there; a new rule has nothing. */
const current =
  (name: string, unset?: string) => (_guest: Guest, facts: Facts, values: FieldValues) =>
    ruleAt(values, facts)?.raw[name] ?? unset;

/** A protocol that has ports is needed for any port. */
function portProblem(text: string, values: FieldValues): string | undefined {
  if (textOf(values.proto) === '') return 'a protocol with ports is needed, like tcp';
  return portsProblem(text);
}

const icmpTypes = [
  ...['any', 'echo-request', 'echo-reply', 'destination-unreachable', 'time-exceeded'],
  ...['parameter-problem', 'redirect', 'router-advertisement', 'router-solicitation'],
];

function address(name: 'source' | 'dest', label: string, help: string): Field<Guest> {
  return {
    name,
    label,
    help,
    kind: 'choice',
    free: true,
    follows: 'pos',
    applies: applies(name),
    choices: (_guest, facts) => refChoices(facts, name === 'source' ? say`anybody` : say`any`),
    initial: current(name),
    problem: (value) => addressSpecProblem(String(value)),
  };
}

function ports(name: 'sport' | 'dport', label: string, help: string): Field<Guest> {
  return {
    name,
    label,
    help,
    kind: 'text',
    follows: 'pos',
    applies: applies(name),
    initial: current(name),
    problem: (value, _guest, _facts, values) => portProblem(String(value), values),
  };
}

/** The parts of a rule by Proxmox's names; those of an existing rule begin as it is. */
export const ruleFields: readonly Field<Guest>[] = [
  {
    name: 'type',
    label: 'Type',
    help: 'Traffic to the guest (in), from it (out), or the rules of a security group.',
    kind: 'choice',
    follows: 'pos',
    choices: () => [
      { value: 'in', label: say`in` },
      { value: 'out', label: say`out` },
      { value: 'group', label: say`group, a security group` },
    ],
    initial: current('type', 'in'),
  },
  {
    name: 'action',
    label: 'Action',
    help: 'ACCEPT, DROP or REJECT; the name of the security group for the type group.',
    kind: 'choice',
    required: true,
    free: true,
    follows: 'pos',
    choices: (_guest, { firewall }, values) => {
      if (!isGroup(values)) return plain(policies);
      return (firewall?.groups ?? []).map(({ group, comment }) => ({
        value: group,
        label: comment ? say`${group}, ${comment}` : group,
      }));
    },
    initial: current('action', 'ACCEPT'),
    problem: (value, _guest, { firewall }, values) => {
      const text = String(value);
      const verdict = (policies as readonly string[]).includes(text);
      if (!isGroup(values)) return verdict ? undefined : 'ACCEPT, DROP or REJECT';
      if (verdict) return 'the name of a security group is needed';
      const unknown = firewall?.groups && !firewall.groups.some(({ group }) => group === text);
      return groupNameProblem(text) ?? (unknown ? `there is no security group ${text}` : undefined);
    },
  },
  {
    name: 'macro',
    label: 'Macro',
    help: 'A known service; it brings its own protocol and ports.',
    kind: 'choice',
    free: true,
    follows: 'pos',
    applies: applies('macro'),
    choices: (_guest, { firewall }) =>
      firewall?.macros
        ? [
            noChoice(say`none`),
            ...firewall.macros.map(({ macro, description }) => ({
              value: macro,
              label: description ? say`${macro}, ${description}` : macro,
            })),
          ]
        : [],
    initial: current('macro'),
    problem: (value, _guest, { firewall }) => {
      const wanted = String(value).toLowerCase();
      const known = firewall?.macros?.some(({ macro }) => macro.toLowerCase() === wanted) ?? true;
      return known ? undefined : `there is no macro ${String(value)}`;
    },
  },
  {
    name: 'proto',
    label: 'Protocol',
    help: 'By name or number. Empty: every protocol.',
    kind: 'choice',
    free: true,
    follows: 'pos',
    applies: applies('proto'),
    choices: () => [
      noChoice(say`any`),
      ...plain(['tcp', 'udp', 'icmp', 'ipv6-icmp', 'igmp', 'gre', 'esp', 'ah', 'sctp']),
    ],
    initial: current('proto'),
    problem: (value) => protocolProblem(String(value)),
  },
  ports('dport', 'Destination ports', 'Ports or ranges with commas, for example 80,8000:8010.'),
  {
    name: 'icmp-type',
    label: 'ICMP type',
    help: 'Empty: every type.',
    kind: 'choice',
    free: true,
    follows: 'pos',
    applies: applies('icmp-type'),
    choices: () => [noChoice(say`any`), ...plain(icmpTypes)],
    initial: current('icmp-type'),
    problem: (value) => (/^[a-z0-9-]+$/.test(String(value)) ? undefined : 'no ICMP type'),
  },
  address('source', 'Source', 'Address, network, range, alias or +IP set. Empty: anybody.'),
  address('dest', 'Destination', 'Address, network, range, alias or +IP set. Empty: any address.'),
  ports('sport', 'Source ports', 'Seldom needed: the port that the other side sends from.'),
  {
    name: 'iface',
    label: 'Network device',
    help: 'Only traffic of this device of the guest, like net0. Empty: all of them.',
    kind: 'choice',
    free: true,
    follows: 'pos',
    choices: (guest, { config }) => [
      noChoice(say`all`),
      ...(config ? nicsOf(config, guest.type) : []).map(({ key }) => ({ value: key, label: key })),
    ],
    initial: current('iface'),
    problem: (value) => nicKeyProblem(String(value)),
  },
  {
    name: 'log',
    label: 'Log',
    help: 'Writes what it matches into the firewall log, at this level.',
    kind: 'choice',
    follows: 'pos',
    applies: applies('log'),
    choices: () => plain(logLevels),
    initial: current('log', 'nolog'),
  },
  {
    name: 'enable',
    label: 'On',
    help: 'A rule that is off is kept and does nothing.',
    kind: 'boolean',
    follows: 'pos',
    initial: (_guest, facts, values) => {
      const rule = ruleAt(values, facts);
      return rule ? rule.enable : true;
    },
  },
  {
    ...commentField,
    follows: 'pos',
    initial: current('comment'),
    problem: (value) => firewallCommentProblem(String(value)),
  },
];
