import type { Guest } from '../domain/guest.ts';
import { type Property, parseProperty, propertyValue } from '../domain/guest-config.ts';
import { isUsbAddress } from '../domain/hardware.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { currentValue } from './config-plan.ts';
import { vmPrivilege } from './guest-common.ts';
import type { Hardware, HardwareChange } from './hardware-action.ts';
import {
  boundLines,
  mappingChoices,
  mappingProblem,
  nameOf,
  rawDeviceLines,
} from './passed-through.ts';
import type { PartField } from './property-form.ts';
import type { Choice, Facts } from './types.ts';

const isSpice = (text: string) => /^spice$/i.test(text);

function deviceChoices(guest: Guest, facts: Facts): readonly Choice[] {
  const devices = facts.hardware?.usb ?? [];
  const name = (id: SafeText, index: number) => {
    const device = devices[index];
    const words = nameOf(device?.manufacturer, device?.product);
    return words === '' ? id : say`${id} ${words}`;
  };
  return [
    { value: 'spice', label: say`spice: what is plugged in where the viewer runs` },
    ...mappingChoices(guest, facts, 'usb'),
    ...devices.map(({ id }, index) => ({
      value: id,
      label: joinSafe([name(id, index), say`in whatever port`], ', '),
    })),
    ...devices.flatMap(({ id, port }, index) =>
      port === undefined ? [] : [{ value: port, label: say`port ${port}, now ${name(id, index)}` }],
    ),
  ];
}

/** The parts of `usbN`. */
const usbParts: readonly PartField[] = [
  {
    name: 'device',
    label: 'Device',
    help: 'Spice, a resource mapping by its name, or a device of its node: vendor:product or bus-port, which only root@pam may set.',
    kind: 'choice',
    required: true,
    free: true,
    choices: deviceChoices,
    fresh: () => 'spice',
    read: (property) => propertyValue(property, 'mapping') ?? propertyValue(property, 'host') ?? '',
    write: (value) => {
      const device = textOf(value);
      if (device === '') return {};
      return isSpice(device) || isUsbAddress(device)
        ? { mapping: undefined, host: device }
        : { host: undefined, mapping: device };
    },
    problem: (value, guest, facts) => {
      const device = String(value);
      if (isSpice(device) || isUsbAddress(device)) return undefined;
      return mappingProblem(device, guest, facts, 'usb');
    },
  },
  {
    name: 'usb3',
    label: 'USB 3',
    help: 'Matters to old systems only; newer ones have every device at USB 3.',
    kind: 'boolean',
  },
];

const hostOf = (property: Property) => propertyValue(property, 'host');
const isRaw = (property: Property) => {
  const host = hostOf(property);
  return host !== undefined && !isSpice(host);
};

/** What giving a VM this USB device means. */
function usbLines({ facts, before, after }: HardwareChange): readonly SafeText[] {
  const display = propertyValue(parseProperty(currentValue(facts, 'vga') ?? '', 'type'), 'type');
  const spice = /^(?:qxl\d?|virtio(?:-gl)?)$/.test(display ?? '');
  if (isSpice(hostOf(after) ?? '')) {
    return spice ? [] : [say`It works with a SPICE display only; set that too.`];
  }
  if (after.length === 0) return [];
  return [...boundLines, ...(isRaw(after) || isRaw(before) ? rawDeviceLines(facts) : [])];
}

/** What adding and changing one have in common. */
export const usbDevice = {
  what: 'USB device',
  type: 'qemu',
  defaultKey: 'host',
  leading: ['host', 'mapping'],
  parts: usbParts,
  needs: ['usb'],
  privileges: vmPrivilege('VM.Config.HWType'),
  lines: usbLines,
} as const satisfies Omit<Hardware, 'id' | 'title' | 'summary' | 'slot'>;
