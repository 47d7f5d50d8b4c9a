import type { Guest } from '../domain/guest.ts';
import { type Property, propertyFlag, propertyValue } from '../domain/guest-config.ts';
import { isPciAddress } from '../domain/hardware.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import { noChoice, textOf } from './choices.ts';
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
import type { Choice, Facts, FieldValues } from './types.ts';

const isRaw = (values: FieldValues) => isPciAddress(textOf(values.device));
const isSingle = (values: FieldValues) => isRaw(values) && !textOf(values.device).includes(';');
const withoutFunction = (address: string) => address.replace(/\.[0-9a-f]$/i, '');

function deviceChoices(guest: Guest, facts: Facts): readonly Choice[] {
  const own = (facts.hardware?.pci ?? []).map((device) => ({
    value: device.id,
    label: joinSafe(
      [
        nameOf(device.id, device.vendor, device.device),
        ...(device.iommugroup === undefined
          ? []
          : [device.iommugroup < 0 ? say`no IOMMU` : say`IOMMU group ${device.iommugroup}`]),
      ],
      ', ',
    ),
  }));
  return [...mappingChoices(guest, facts, 'pci'), ...own];
}

const chosen = (property: Property) =>
  propertyValue(property, 'mapping') ?? propertyValue(property, 'host') ?? '';

/** It is known of the device that it cannot be divided. */
function isWhole(facts: Facts, values: FieldValues): boolean {
  const device = textOf(values.device);
  const listed =
    facts.hardware?.pci?.find(({ id }) => id === device || withoutFunction(id) === device) ??
    facts.choices?.mappings?.find(({ kind, id }) => kind === 'pci' && id === device);
  return listed !== undefined && !listed.mdev && !facts.hardware?.mdev[device]?.length;
}

function deviceParts(device: string, all: boolean): Record<string, string | undefined> {
  if (device === '') return {};
  if (!isPciAddress(device)) return { host: undefined, mapping: device };
  if (device.includes(';')) return { mapping: undefined, host: device };
  const first = /\.[0-9a-f]$/i.test(device) ? device : `${device}.0`;
  return { mapping: undefined, host: all ? withoutFunction(device) : first };
}

function mdevChoices(facts: Facts, values: FieldValues): readonly Choice[] {
  const types = facts.hardware?.mdev[textOf(values.device)] ?? [];
  if (types.length === 0) return [];
  return [
    noChoice(say`none: the whole device`),
    ...types.map(({ type, name, available }) => ({
      value: type,
      label: joinSafe(
        [name ?? type, ...(available === undefined ? [] : [say`${available} more can be made`])],
        ', ',
      ),
    })),
  ];
}

/** The parts of `hostpciN`. */
const pciParts: readonly PartField[] = [
  {
    name: 'device',
    label: 'Device',
    help: 'A resource mapping by its name, or the address of a device of its node, which only root@pam may set.',
    kind: 'choice',
    required: true,
    free: true,
    choices: deviceChoices,
    fresh: (guest, facts) => deviceChoices(guest, facts)[0]?.value,
    read: chosen,
    write: (value, values, property) => ({
      // A kind of one device means nothing to another.
      ...(chosen(property) === textOf(value) ? {} : { mdev: undefined }),
      ...deviceParts(textOf(value), values['all-functions'] === true),
    }),
    problem: (value, guest, facts) =>
      isPciAddress(String(value)) ? undefined : mappingProblem(String(value), guest, facts, 'pci'),
  },
  {
    name: 'all-functions',
    label: 'All functions',
    help: 'The whole card, for example with the sound of its HDMI port.',
    kind: 'boolean',
    read: (property) => {
      const host = propertyValue(property, 'host') ?? '';
      return host !== '' && !host.includes(';') && withoutFunction(host) === host;
    },
    write: () => ({}),
    applies: (_guest, _facts, values) => isSingle(values),
  },
  {
    name: 'mdev',
    label: 'Mediated device',
    help: 'A share of the device, where it can be divided.',
    kind: 'choice',
    free: true,
    choices: (_guest, facts, values) => mdevChoices(facts, values),
    applies: (_guest, facts, values) => !isWhole(facts, values),
    problem: (value) =>
      /^[^/.:,]+$/.test(String(value)) ? undefined : 'is no type of mediated device',
  },
  {
    name: 'pcie',
    label: 'PCI Express',
    help: 'As a PCI Express device; the machine has to be q35.',
    kind: 'boolean',
    fresh: (_guest, facts) => isQ35(facts),
    problem: (value, _guest, facts) =>
      value === true && facts.config && !isQ35(facts) ? 'its machine is not q35' : undefined,
  },
  {
    name: 'rombar',
    label: 'ROM bar',
    help: 'The guest sees the ROM of the device.',
    kind: 'boolean',
    unset: true,
  },
  {
    name: 'x-vga',
    label: 'Primary GPU',
    help: 'The picture of the VM is on the card, and nowhere else.',
    kind: 'boolean',
  },
];

function isQ35(facts: Facts): boolean {
  return /q35/.test(currentValue(facts, 'machine') ?? '');
}

const isMapped = (property: Property) => propertyValue(property, 'mapping') !== undefined;

/** What passing a PCI device through means. */
function pciLines({ guest, facts, after, before }: HardwareChange): readonly SafeText[] {
  if (after.length === 0) return [];
  const host = propertyValue(after, 'host');
  const device = facts.hardware?.pci?.find(({ id }) => id === host || withoutFunction(id) === host);
  const raw = !isMapped(after) || (before.length > 0 && !isMapped(before));
  return [
    ...boundLines,
    say`All of its memory is taken on ${guest.node} as long as it runs; the balloon frees none.`,
    ...(raw ? rawDeviceLines(facts) : []),
    ...(device?.iommugroup !== undefined && device.iommugroup < 0
      ? [say`The IOMMU of ${guest.node} is off: the VM will not start with it.`]
      : []),
    ...(propertyFlag(after, 'x-vga') && !propertyFlag(before, 'x-vga')
      ? [say`Its screen is not seen from here any more: the picture is on the card.`]
      : []),
  ];
}

/** What adding and changing one have in common. */
export const pciDevice = {
  what: 'PCI device',
  type: 'qemu',
  defaultKey: 'host',
  leading: ['host', 'mapping'],
  parts: pciParts,
  needs: ['pci'],
  privileges: vmPrivilege('VM.Config.HWType'),
  lines: pciLines,
} as const satisfies Omit<Hardware, 'id' | 'title' | 'summary' | 'slot'>;
