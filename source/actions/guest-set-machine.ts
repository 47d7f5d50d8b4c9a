import type { Guest } from '../domain/guest.ts';
import {
  parseProperty,
  printProperty,
  propertyValue,
  withProperty,
} from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { noChoice, textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { currentValue, plainValue, planOf, type Wanted, wantedOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const machine = (facts: Facts) => parseProperty(currentValue(facts, 'machine') ?? '', 'type');

/** `pc-q35-9.2+pve1`: Proxmox's own pattern of machine types. */
const machineType =
  /^(?:pc|q35|virt|pc(?:-i440fx|-q35)?-\d+(?:\.\d+)+(?:\+pve\d+)?(?:\.pxe)?|virt-\d+(?:\.\d+)+(?:\+pve\d+)?)$/;

const controllers: readonly (readonly [string, string])[] = [
  ['virtio-scsi-single', 'VirtIO SCSI single: a queue for each disk'],
  ['virtio-scsi-pci', 'VirtIO SCSI'],
  ['lsi', 'LSI 53C895A'],
  ['lsi53c810', 'LSI 53C810'],
  ['megasas', 'MegaRAID SAS 8708EM2'],
  ['pvscsi', 'VMware PVSCSI'],
];

function machineWanted(values: FieldValues, facts: Facts): Wanted {
  const changes = Object.fromEntries(
    (['machine', 'viommu'] as const)
      .filter((name) => name in values)
      .map((name) => [name === 'machine' ? 'type' : name, plainValue(values[name])]),
  );
  if (Object.keys(changes).length === 0) return {};
  // The type may stand without its key, and comes first.
  const [type, rest] = [{ type: undefined }, withProperty(machine(facts), changes)] as const;
  const others = printProperty(withProperty(rest, type));
  const first = propertyValue(rest, 'type');
  return { machine: [first, others].filter((part) => part).join(',') };
}

function plan(values: FieldValues, facts: Facts) {
  return planOf(facts, {
    ...wantedOf(values, { bios: plainValue, scsihw: plainValue }),
    ...machineWanted(values, facts),
  });
}

function lines(values: FieldValues, facts: Facts): SafeText[] {
  const { set, gone } = plan(values, facts);
  const changed = (key: string) => key in set || gone.includes(key);
  const uefi = set.bios === 'ovmf' && currentValue(facts, 'efidisk0') === undefined;
  return [
    ...(changed('bios')
      ? [say`A system that was installed for the other firmware does not start with this one.`]
      : []),
    ...(uefi ? [say`Without an EFI disk the boot entries are lost at every stop: add one.`] : []),
    ...(changed('machine')
      ? [
          say`Devices change their addresses: Windows may ask for activation, Linux rename its network.`,
        ]
      : []),
    ...(changed('scsihw')
      ? [say`The system inside needs the driver of the new controller to find its disks.`]
      : []),
  ];
}

export const guestSetMachine = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-machine',
  title: 'Machine and BIOS',
  summary: 'Changes firmware, machine type, vIOMMU and SCSI controller of a VM.',
  fields: [
    {
      name: 'bios',
      label: 'BIOS',
      help: 'UEFI needs an EFI disk to keep its boot entries.',
      kind: 'choice',
      choices: () => [
        noChoice(say`as Proxmox has it: SeaBIOS`),
        { value: 'seabios', label: say`SeaBIOS` },
        { value: 'ovmf', label: say`OVMF (UEFI)` },
      ],
      initial: (_guest, facts) => currentValue(facts, 'bios') ?? '',
    },
    {
      name: 'machine',
      label: 'Machine type',
      help: 'PCIe passthrough needs q35. A version, as in pc-q35-9.2, holds it there.',
      kind: 'choice',
      free: true,
      choices: () => [
        noChoice(say`as Proxmox has it: i440fx`),
        { value: 'pc', label: say`pc (i440fx)` },
        { value: 'q35', label: say`q35` },
      ],
      initial: (_guest, facts) => propertyValue(machine(facts), 'type') ?? '',
      problem: (value) =>
        machineType.test(String(value)) ? undefined : 'is no machine type, as q35 or pc-q35-9.2 is',
    },
    {
      name: 'viommu',
      label: 'Virtual IOMMU',
      help: 'For passthrough inside the VM. Intel needs q35.',
      kind: 'choice',
      choices: () => [
        noChoice(say`none`),
        { value: 'intel', label: say`Intel` },
        { value: 'virtio', label: say`VirtIO` },
      ],
      initial: (_guest, facts) => propertyValue(machine(facts), 'viommu') ?? '',
      problem: (value, _guest, _facts, values) =>
        value === 'intel' && !textOf(values.machine).includes('q35')
          ? 'needs the machine type q35'
          : undefined,
    },
    {
      name: 'scsihw',
      label: 'SCSI controller',
      help: 'I/O threads need VirtIO SCSI single.',
      kind: 'choice',
      choices: () => [
        noChoice(say`as Proxmox has it: LSI 53C895A`),
        ...controllers.map(([value, label]) => ({ value, label: sanitise(label) })),
      ],
      initial: (_guest, facts) => currentValue(facts, 'scsihw') ?? '',
    },
  ],
  // The firmware is a matter of VM.Config.Options: Proxmox says so where only that is missing.
  privileges: vmPrivilege('VM.Config.HWType'),
  available: (guest: Guest, facts) => (guest.type === 'lxc' ? hidden : editable(guest, facts)),
  ...configChange({
    question: (guest) => say`Change the machine of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    lines: (_guest, values, facts) => lines(values, facts),
    done: (guest) => say`Machine of ${guestLabel(guest)} changed`,
  }),
});
