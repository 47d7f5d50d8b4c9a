import type { Guest } from '../domain/guest.ts';
import {
  parseProperty,
  printProperty,
  propertyValue,
  withProperty,
} from '../domain/guest-config.ts';
import {
  coresProblem,
  cpulimitProblem,
  cpuunitsProblem,
  socketsProblem,
} from '../domain/guest-values.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { currentNumber, currentValue, plainValue, planOf, wantedOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValue, type FieldValues } from './types.ts';

/** CPU types that every homelab meets; any other may be typed. */
const types: readonly (readonly [string, string])[] = [
  ['', 'what Proxmox takes by default'],
  ['host', 'host: all the node has; migrates to the same CPU only'],
  ['x86-64-v2-AES', 'x86-64-v2-AES: Nehalem and Bulldozer on, with AES'],
  ['x86-64-v3', 'x86-64-v3: Haswell and Ryzen on'],
  ['x86-64-v4', 'x86-64-v4: with AVX-512'],
  ['x86-64-v2', 'x86-64-v2: without AES'],
  ['kvm64', 'kvm64: very old, runs everywhere'],
  ['max', 'max: everything QEMU can'],
];

function cpuProperty(facts: Facts) {
  return parseProperty(currentValue(facts, 'cpu') ?? '', 'cputype');
}

function cpuValue(facts: Facts, value: FieldValue): string | undefined {
  return printProperty(withProperty(cpuProperty(facts), { cputype: plainValue(value) }))
    .replace(/^cputype=([^,]+)/, '$1')
    .trim();
}

function plan(guest: Guest, values: FieldValues, facts: Facts) {
  const common = { cores: plainValue, cpulimit: plainValue, cpuunits: plainValue };
  const own: Parameters<typeof wantedOf>[1] =
    guest.type === 'qemu' ? { sockets: plainValue, cpu: (value) => cpuValue(facts, value) } : {};
  return planOf(facts, wantedOf(values, { ...common, ...own }));
}

/** vCPUs before and after, and whether the node has as many. */
function totalLines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  if (guest.type === 'lxc' || !facts.config) return [];
  const before = (currentNumber(facts, 'cores') ?? 1) * (currentNumber(facts, 'sockets') ?? 1);
  const of = (name: string) =>
    name in values ? Number(values[name] ?? 1) : (currentNumber(facts, name) ?? 1);
  const after = of('cores') * of('sockets');
  const node = facts.site.resources.data?.nodes.find((each) => each.node === guest.node);
  const tooMany =
    node?.maxcpu !== undefined && after > node.maxcpu
      ? [say`Node ${guest.node} has ${node.maxcpu} CPUs only; Proxmox will not start it.`]
      : [];
  return after === before ? tooMany : [say`vCPUs: ${before} → ${after}`, ...tooMany];
}

export const guestSetCpu = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-cpu',
  title: 'CPU',
  summary: 'Changes cores, sockets, CPU type and limits.',
  fields: [
    {
      name: 'cores',
      label: 'Cores',
      help: 'For a VM per socket. Empty: 1 for a VM, all of the node for a container.',
      kind: 'integer',
      initial: (_guest, facts) => currentNumber(facts, 'cores'),
      problem: (value, guest) => coresProblem(value as number, guest.type),
    },
    {
      name: 'sockets',
      label: 'Sockets',
      help: 'More than 1 only helps software that is licensed or scheduled by socket.',
      kind: 'integer',
      initial: (_guest, facts) => currentNumber(facts, 'sockets'),
      problem: (value) => socketsProblem(value as number),
      applies: (guest) => guest.type === 'qemu',
    },
    {
      name: 'cpu',
      label: 'CPU type',
      help: 'What the VM sees. Other types can be typed.',
      kind: 'choice',
      free: true,
      choices: () => types.map(([value, label]) => ({ value, label: sanitise(label) })),
      initial: (_guest, facts) => propertyValue(cpuProperty(facts), 'cputype') ?? '',
      problem: (value) =>
        /^(?:custom-)?[A-Za-z0-9._-]+$/.test(String(value)) ? undefined : 'is no CPU type',
      applies: (guest) => guest.type === 'qemu',
    },
    {
      name: 'cpulimit',
      label: 'CPU limit',
      help: 'At most as much time as this many CPUs, for example 1.5. Empty or 0: no limit.',
      kind: 'text',
      initial: (_guest, facts) => currentValue(facts, 'cpulimit'),
      problem: (value, guest) => cpulimitProblem(textOf(value), guest.type),
    },
    {
      name: 'cpuunits',
      label: 'CPU weight',
      help: 'Its share when the node is busy, against the weight of the others. Empty: 100.',
      kind: 'integer',
      initial: (_guest, facts) => currentNumber(facts, 'cpuunits'),
      problem: (value, guest) => cpuunitsProblem(value as number, guest.type),
    },
  ],
  privileges: vmPrivilege('VM.Config.CPU'),
  available: editable,
  ...configChange({
    question: (guest) => say`Change the CPU of ${guestLabel(guest)}?`,
    plan,
    lines: totalLines,
    done: (guest) => say`CPU of ${guestLabel(guest)} changed`,
  }),
});
