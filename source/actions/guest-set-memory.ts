import type { Guest } from '../domain/guest.ts';
import { parseProperty, propertyValue } from '../domain/guest-config.ts';
import { balloonProblem, memoryProblem, swapProblem } from '../domain/guest-values.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { configChange } from './config-change.ts';
import { passthroughLines } from './config-effect.ts';
import { currentNumber, currentValue, plainValue, planOf, wantedOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, isRunning, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValue, type FieldValues } from './types.ts';

/** MiB. A VM's may be written as `current=4096`. */
function memoryOf(facts: Facts): number | undefined {
  const value = propertyValue(
    parseProperty(currentValue(facts, 'memory') ?? '', 'current'),
    'current',
  );
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

function plan(guest: Guest, values: FieldValues, facts: Facts) {
  const memory = (value: FieldValue) => {
    const text = plainValue(value);
    // Written as it was, so that the same value is no change.
    return text === String(memoryOf(facts)) ? currentValue(facts, 'memory') : text;
  };
  const own = { [guest.type === 'qemu' ? 'balloon' : 'swap']: plainValue };
  return planOf(facts, wantedOf(values, { memory, ...own }));
}

function more(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const before = memoryOf(facts);
  const after = typeof values.memory === 'number' ? values.memory : undefined;
  const less = before !== undefined && after !== undefined && after < before;
  const passed = passthroughLines(facts);
  const node = facts.site.resources.data?.nodes.find((each) => each.node === guest.node);
  const whole = node?.maxmem === undefined ? undefined : Math.floor(node.maxmem / 2 ** 20);
  return [
    ...(less && guest.type === 'lxc' && isRunning(guest)
      ? [say`It runs with less at once: processes that do not fit are killed.`]
      : []),
    ...(whole !== undefined && after !== undefined && after > whole
      ? [say`Node ${guest.node} has ${whole} MiB in all.`]
      : []),
    ...passed,
    ...(passed.length > 0 &&
    facts.config &&
    /^hostpci/m.test(Object.keys(facts.config.entries).join('\n'))
      ? [
          say`A PCI device is passed through: all memory is taken at the start, the balloon frees none.`,
        ]
      : []),
  ];
}

export const guestSetMemory = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-memory',
  title: 'Memory',
  summary: 'Changes memory, balloon and swap.',
  fields: [
    {
      name: 'memory',
      label: 'Memory (MiB)',
      help: 'At least 16. Empty: 512.',
      kind: 'integer',
      initial: (_guest, facts) => memoryOf(facts),
      problem: (value) => memoryProblem(value as number),
    },
    {
      name: 'balloon',
      label: 'Balloon minimum (MiB)',
      help: 'Proxmox may take the VM down to this when the node runs short. 0: no balloon. Empty: all of it stays.',
      kind: 'integer',
      initial: (_guest, facts) => currentNumber(facts, 'balloon'),
      problem: (value, _guest, facts, values) =>
        balloonProblem(
          value as number,
          typeof values.memory === 'number' ? values.memory : memoryOf(facts),
        ),
      applies: (guest) => guest.type === 'qemu',
    },
    {
      name: 'swap',
      label: 'Swap (MiB)',
      help: 'How much of the swap of its node it may use. Empty: 512.',
      kind: 'integer',
      initial: (_guest, facts) => currentNumber(facts, 'swap'),
      problem: (value) => swapProblem(value as number),
      applies: (guest) => guest.type === 'lxc',
    },
  ],
  privileges: vmPrivilege('VM.Config.Memory'),
  available: editable,
  ...configChange({
    question: (guest) => say`Change the memory of ${guestLabel(guest)}?`,
    plan,
    lines: more,
    done: (guest) => say`Memory of ${guestLabel(guest)} changed`,
  }),
});
