import type { Guest } from '../domain/guest.ts';
import { parseStartup, printStartup, type Startup } from '../domain/guest-boot.ts';
import {
  parseProperty,
  printProperty,
  propertyFlag,
  withProperty,
} from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { configChange } from './config-change.ts';
import { currentFlag, currentValue, plainValue, planOf, type Wanted } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type Field, type FieldValues } from './types.ts';

const isQemu = (guest: Guest) => guest.type === 'qemu';
const systems: readonly (readonly [string, string])[] = [
  ['l26', 'Linux 2.6 and later'],
  ['win11', 'Windows 11, 2022, 2025'],
  ['win10', 'Windows 10, 2016, 2019'],
  ['win8', 'Windows 8, 2012'],
  ['win7', 'Windows 7, 2008r2'],
  ['w2k8', 'Windows Vista, 2008'],
  ['wxp', 'Windows XP, 2003'],
  ['w2k', 'Windows 2000'],
  ['l24', 'Linux 2.4'],
  ['solaris', 'Solaris'],
  ['other', 'other'],
];

const startup = (facts: Facts) => parseStartup(currentValue(facts, 'startup') ?? '');
const agent = (facts: Facts) => parseProperty(currentValue(facts, 'agent') ?? '', 'enabled');

function startupWanted(values: FieldValues, facts: Facts): Wanted {
  const names = (['order', 'up', 'down'] as const).filter((name) => name in values);
  if (names.length === 0) return {};
  const now = startup(facts);
  const next: { -readonly [K in keyof Startup]: Startup[K] } = { ...now };
  for (const name of names) {
    const value = values[name];
    if (typeof value === 'number') next[name] = value;
    else delete next[name];
  }
  // Written anew only when a part differs: the same can be written in several ways.
  const same = (['order', 'up', 'down'] as const).every((name) => next[name] === now[name]);
  return { startup: same ? currentValue(facts, 'startup') : printStartup(next) };
}

function agentWanted(values: FieldValues, facts: Facts): Wanted {
  if (!('agent' in values)) return {};
  const now = agent(facts);
  const on = values.agent === true;
  if (propertyFlag(now, 'enabled') === on) return {};
  return { agent: printProperty(withProperty(now, { enabled: on })).replace(/^enabled=/, '') };
}

function plan(guest: Guest, values: FieldValues, facts: Facts) {
  const flag = (name: string) => (name in values ? { [name]: values[name] === true } : {});
  return planOf(facts, {
    ...flag('onboot'),
    ...startupWanted(values, facts),
    ...flag('protection'),
    ...(isQemu(guest) && 'ostype' in values ? { ostype: plainValue(values.ostype) } : {}),
    ...(isQemu(guest) ? agentWanted(values, facts) : {}),
  });
}

function lines(values: FieldValues, facts: Facts): SafeText[] {
  const unprotected = currentFlag(facts, 'protection') && values.protection === false;
  const agentOn = facts.config && values.agent === true && !propertyFlag(agent(facts), 'enabled');
  return [
    ...(unprotected ? [say`It and its disks can be destroyed afterwards.`] : []),
    ...(agentOn ? [say`The agent has to be installed inside: qemu-guest-agent.`] : []),
  ];
}

const seconds = (name: 'up' | 'down', label: string, help: string): Field<Guest> => ({
  name,
  label,
  help,
  kind: 'integer',
  initial: (_guest, facts) => startup(facts)[name],
  problem: (value) => (Number(value) < 0 ? 'must be 0 or more seconds' : undefined),
});

export const guestSetOptions = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-options',
  title: 'Options',
  summary: 'Changes start at boot, start order, protection, OS type and the agent.',
  batch: true,
  fields: [
    {
      name: 'onboot',
      label: 'Start at boot',
      help: 'Starts with its node.',
      kind: 'boolean',
      initial: (_guest, facts) => currentFlag(facts, 'onboot'),
    },
    {
      name: 'order',
      label: 'Start order',
      help: 'Lower numbers start first and shut down last. Empty: after all that have one.',
      kind: 'integer',
      initial: (_guest, facts) => startup(facts).order,
      problem: (value) => (Number(value) < 0 ? 'must be 0 or more' : undefined),
    },
    seconds('up', 'Wait after start (s)', 'Seconds before the next guest starts.'),
    seconds('down', 'Wait for shutdown (s)', 'Seconds it gets to shut down. Empty: 180.'),
    {
      name: 'protection',
      label: 'Protection',
      help: 'The guest and its disks cannot be destroyed while it is on.',
      kind: 'boolean',
      initial: (_guest, facts) => currentFlag(facts, 'protection'),
    },
    {
      name: 'ostype',
      label: 'OS type',
      help: 'Decides about defaults that suit the system inside.',
      kind: 'choice',
      free: true,
      choices: () => systems.map(([value, label]) => ({ value, label: say`${sanitise(label)}` })),
      initial: (_guest, facts) => currentValue(facts, 'ostype'),
      problem: (value) => (/^[a-z0-9]+$/.test(String(value)) ? undefined : 'is no OS type'),
      applies: isQemu,
    },
    {
      name: 'agent',
      label: 'Guest agent',
      help: 'Proxmox talks to the agent inside: clean shutdowns, addresses, consistent backups.',
      kind: 'boolean',
      initial: (_guest, facts) => propertyFlag(agent(facts), 'enabled'),
      applies: isQemu,
    },
  ],
  privileges: vmPrivilege('VM.Config.Options'),
  available: editable,
  ...configChange({
    level: 1,
    question: (guest) => say`Change the options of ${guestLabel(guest)}?`,
    plan,
    lines: (_guest, values, facts) => lines(values, facts),
    done: (guest) => say`Options of ${guestLabel(guest)} changed`,
    names: () => ({ startup: 'order' }),
  }),
});
