import type { Guest } from '../domain/guest.ts';
import { parseProperty, propertyValue } from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { type ConfigPlan, currentValue } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { disabled, guestLabel, isRunning, vmPrivilege } from './guest-common.ts';
import { deviceField, keysOf } from './hardware-action.ts';
import { rawDeviceLines } from './passed-through.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** Devices without a volume of their own; disks are detached, network devices have their own action. */
const removable = {
  qemu: /^(?:(?:hostpci|usb|serial|parallel|virtiofs)\d+|audio0|rng0|amd-sev|intel-tdx)$/,
  lxc: /^dev\d+$/,
} as const;

const keys = (guest: Guest, facts: Facts) => keysOf(facts, removable[guest.type]);

function plan(guest: Guest, values: FieldValues, facts: Facts): ConfigPlan {
  const key = textOf(values.device);
  return { set: {}, gone: keys(guest, facts).includes(key) ? [key] : [] };
}

function serialLines(facts: Facts, key: string): SafeText[] {
  const display = propertyValue(parseProperty(currentValue(facts, 'vga') ?? '', 'type'), 'type');
  return [
    say`Text consoles on it end, and cannot be opened again.`,
    ...(display === key
      ? [say`Its display is this port: choose another display first, or it will not start.`]
      : []),
  ];
}

const meanings: readonly (readonly [RegExp, SafeText])[] = [
  [/^hostpci\d+$/, say`The node can give the device to another guest once this one has stopped.`],
  [/^virtiofs\d+$/, say`What is in the directory stays on the node; mounts inside the VM fail.`],
  [/^audio0$/, say`It has no sound then.`],
  [/^rng0$/, say`Its system has to find randomness elsewhere; old ones start slowly.`],
  [/^(?:amd-sev|intel-tdx)$/, say`Its memory is not encrypted then: the node can read it.`],
  [/^dev\d+$/, say`Programs inside that use the device fail.`],
];

function lines(guest: Guest, values: FieldValues, facts: Facts): readonly SafeText[] {
  const key = textOf(values.device);
  const value = currentValue(facts, key) ?? '';
  const host = propertyValue(parseProperty(value, 'host'), 'host') ?? value;
  const raw =
    (/^(?:hostpci|usb)\d+$/.test(key) && !/mapping=/.test(value) && !/^spice$/i.test(host)) ||
    (/^serial\d+$/.test(key) && value !== 'socket') ||
    /^(?:parallel|dev)\d+$/.test(key);
  return [
    ...meanings.flatMap(([pattern, words]) => (pattern.test(key) ? [words] : [])),
    ...(key.startsWith('serial') ? serialLines(facts, key) : []),
    ...(key.startsWith('usb') && isRunning(guest)
      ? [say`Unmount what is on it inside first, or what was not written yet is lost.`]
      : []),
    ...(raw ? rawDeviceLines(facts).slice(0, 1) : []),
  ];
}

export const guestHardwareRemove = defineAction<'guest'>({
  ...editBase,
  id: 'guest.hardware-remove',
  title: 'Remove device',
  summary: 'Takes a passed-through device, serial port, sound card or shared directory away.',
  effect: 'disrupt',
  fields: [deviceField('device', 'Device', 'What is taken away.', keys)],
  privileges: (guest) =>
    guest.type === 'qemu'
      ? vmPrivilege('VM.Config.HWType', 'VM.Config.Disk')(guest)
      : vmPrivilege('VM.Config.Options')(guest),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    return keys(guest, facts).length > 0 ? stop : disabled(say`it has no such device`);
  },
  ...configChange({
    question: (guest, values) => say`Remove ${sanitise(values.device)} from ${guestLabel(guest)}?`,
    plan,
    lines,
    done: (guest, values) => say`${sanitise(values.device)} removed from ${guestLabel(guest)}`,
    names: () => ({ delete: 'device' }),
  }),
});
