import type { Guest } from '../domain/guest.ts';
import {
  type Property,
  parseProperty,
  printProperty,
  propertyValue,
  withProperty,
} from '../domain/guest-config.ts';
import { wholeProblem } from '../domain/guest-values.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { currentValue, planOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const displays: readonly (readonly [string, string])[] = [
  ['', 'std, what Proxmox takes by default'],
  ['std', 'std: plain VGA'],
  ['qxl', 'qxl: SPICE'],
  ['virtio', 'virtio: VirtIO-GPU, SPICE too'],
  ['virtio-gl', 'virtio-gl: VirtIO-GPU with 3D, needs libraries on the node'],
  ['qxl2', 'qxl2: SPICE, two monitors'],
  ['qxl3', 'qxl3: SPICE, three monitors'],
  ['qxl4', 'qxl4: SPICE, four monitors'],
  ['vmware', 'vmware: compatible with VMware'],
  ['cirrus', 'cirrus: very old systems'],
  ['serial0', 'serial0: the serial port, for text consoles'],
  ['serial1', 'serial1'],
  ['serial2', 'serial2'],
  ['serial3', 'serial3'],
  ['none', 'none: no display, for a GPU that is passed through'],
];
const hasMemory = (type: string) => /^(?:|std|qxl\d?|virtio(?:-gl)?|vmware|cirrus)$/.test(type);
const spice = /^(?:qxl\d?|virtio(?:-gl)?)$/;

function property(facts: Facts) {
  return parseProperty(currentValue(facts, 'vga') ?? '', 'type');
}

function plan(values: FieldValues, facts: Facts) {
  if (!('type' in values)) return planOf(facts, {});
  const type = textOf(values.type);
  const memory = hasMemory(type) ? textOf(values.memory) || undefined : undefined;
  const next = withProperty(property(facts), {
    type: type || undefined,
    memory,
    clipboard: textOf(values.clipboard) || undefined,
  });
  const vga = written(next);
  return planOf(facts, {
    vga: vga === written(property(facts)) ? currentValue(facts, 'vga') : vga,
  });
}

/** The type stands first and without its key, as Proxmox writes it. */
function written(vga: Property): string {
  const rest = printProperty(vga.filter(({ key }) => key !== 'type'));
  return [propertyValue(vga, 'type') ?? '', rest].filter(Boolean).join(',');
}

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const before = propertyValue(property(facts), 'type') ?? 'std';
  const after = textOf(values.type) || 'std';
  const serial = /^serial\d$/.test(after);
  return [
    ...(spice.test(before) && !spice.test(after) ? [say`SPICE is not possible afterwards.`] : []),
    ...(!spice.test(before) && spice.test(after)
      ? [say`SPICE is possible afterwards: open it with v.`]
      : []),
    ...(serial
      ? [say`There is no picture then; ${guestLabel(guest)} needs a console on that port.`]
      : []),
  ];
}

export const guestSetDisplay = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-display',
  title: 'Display',
  summary: 'Changes the display of a VM: SPICE, VirtIO, serial console or none.',
  fields: [
    {
      name: 'type',
      label: 'Display',
      help: 'SPICE desktops need qxl or virtio.',
      kind: 'choice',
      choices: () => displays.map(([value, label]) => ({ value, label: sanitise(label) })),
      initial: (_guest, facts) => propertyValue(property(facts), 'type') ?? '',
      problem: (value, _guest, facts) =>
        /^serial\d$/.test(String(value)) &&
        facts.config &&
        currentValue(facts, String(value)) === undefined
          ? `the VM has no ${String(value)}; add "${String(value)}: socket" first`
          : undefined,
    },
    {
      name: 'memory',
      label: 'Video memory (MiB)',
      help: 'From 4 to 512. Empty: what fits the display.',
      kind: 'integer',
      initial: (_guest, facts) => {
        const now = propertyValue(property(facts), 'memory');
        return now === undefined ? undefined : Number(now);
      },
      problem: (value) => wholeProblem(value as number, 4, 512),
      applies: (_guest, _facts, values) => hasMemory(textOf(values.type)),
    },
    {
      name: 'clipboard',
      label: 'Clipboard',
      help: 'VNC shares the clipboard through the SPICE agent; such a VM cannot migrate while it runs.',
      kind: 'choice',
      choices: () => [
        { value: '', label: say`as the display has it` },
        { value: 'vnc', label: say`over VNC` },
      ],
      initial: (_guest, facts) => propertyValue(property(facts), 'clipboard') ?? '',
    },
  ],
  privileges: vmPrivilege('VM.Config.HWType'),
  available: (guest, facts) => (guest.type === 'lxc' ? hidden : editable(guest, facts)),
  ...configChange({
    question: (guest) => say`Change the display of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    lines: (guest, values, facts) => (facts.config ? lines(guest, values, facts) : []),
    done: (guest) => say`Display of ${guestLabel(guest)} changed`,
    names: () => ({ vga: 'type' }),
  }),
});
