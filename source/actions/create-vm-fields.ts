import { cidr4Problem, ipProblem } from '../domain/address.ts';
import {
  balloonProblem,
  guestNameProblem,
  isoProblem,
  socketsProblem,
  sshKeysProblem,
} from '../domain/guest-values.ts';
import type { Node } from '../domain/node.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { imageChoices, noChoice, textOf } from './choices.ts';
import {
  coresField,
  lastFields,
  memoryField,
  networkFields,
  sizeField,
  storageField,
  vmidField,
} from './create-common.ts';
import type { Choice, Field, FieldValues } from './types.ts';

const options = (all: Readonly<Record<string, string>>): readonly Choice[] =>
  Object.entries(all).map(([value, label]) => ({ value, label: sanitise(label) }));

const systems = options({
  l26: 'Linux 2.6 and newer',
  win11: 'Windows 11, 2022, 2025',
  win10: 'Windows 10, 2016, 2019',
  win8: 'Windows 8, 2012',
  win7: 'Windows 7, 2008 R2',
  l24: 'Linux 2.4',
  solaris: 'Solaris',
  other: 'other',
});
const processors = options({
  'x86-64-v2-AES': 'x86-64-v2-AES',
  host: 'host: all of this CPU, moves to equal ones only',
  'x86-64-v3': 'x86-64-v3',
  'x86-64-v4': 'x86-64-v4',
  kvm64: 'kvm64',
});
const buses = options({ scsi: 'SCSI', virtio: 'VirtIO block', sata: 'SATA', ide: 'IDE' });
const models = options({
  virtio: 'VirtIO',
  e1000: 'Intel E1000',
  e1000e: 'Intel E1000E',
  rtl8139: 'Realtek RTL8139',
  vmxnet3: 'VMware vmxnet3',
});
const displays = options({
  std: 'standard VGA',
  qxl: 'SPICE (qxl)',
  virtio: 'VirtIO GPU',
  serial0: 'serial terminal 0',
  none: 'none',
});

const cloudinit = (_node: Node, _facts: unknown, values: FieldValues) => values.cloudinit === true;
const bus = (...names: string[]) => {
  return (_node: Node, _facts: unknown, values: FieldValues) => names.includes(textOf(values.bus));
};

const system: readonly Field<Node>[] = [
  {
    name: 'name',
    label: 'Name',
    help: 'As a host name: letters, digits, hyphens and dots.',
    kind: 'text',
    problem: (value) => guestNameProblem(textOf(value), 'qemu'),
  },
  {
    name: 'iso',
    label: 'CD image',
    help: 'The ISO it can be installed from.',
    kind: 'choice',
    free: true,
    choices: (node, facts) =>
      facts.choices?.images?.[node.node]
        ? [noChoice(say`none`), ...imageChoices(facts, node.node, 'iso')]
        : [],
    problem: (value) => isoProblem(textOf(value)),
  },
  {
    name: 'ostype',
    label: 'Guest system',
    help: 'Proxmox adapts the virtual hardware to it.',
    kind: 'choice',
    choices: () => systems,
    initial: () => 'l26',
  },
  {
    name: 'bios',
    label: 'Firmware',
    help: 'OVMF is UEFI; a small EFI disk is made for it.',
    kind: 'choice',
    choices: () => options({ seabios: 'SeaBIOS', ovmf: 'OVMF (UEFI)' }),
    initial: () => 'seabios',
  },
  {
    name: 'pre-enrolled-keys',
    label: 'Secure boot keys',
    help: 'The EFI disk comes with the keys of the distributions and of Microsoft, and secure boot is on.',
    kind: 'boolean',
    initial: () => true,
    applies: (_node, _facts, values) => values.bios === 'ovmf',
  },
  {
    name: 'tpm',
    label: 'TPM',
    help: 'Version 2.0; Windows 11 asks for one.',
    kind: 'boolean',
    initial: () => false,
  },
  {
    name: 'machine',
    label: 'Machine',
    help: 'Q35 has PCIe; i440fx is the older one.',
    kind: 'choice',
    choices: () => options({ q35: 'q35', pc: 'i440fx' }),
    initial: () => 'q35',
  },
  {
    name: 'agent',
    label: 'Guest agent',
    help: 'Proxmox talks to the agent inside, once it is installed there.',
    kind: 'boolean',
    initial: () => true,
  },
  {
    name: 'display',
    label: 'Display',
    help: 'SPICE needs qxl or VirtIO GPU.',
    kind: 'choice',
    choices: () => displays,
    initial: () => 'std',
  },
];

const disk: readonly Field<Node>[] = [
  storageField('qemu'),
  sizeField(32),
  {
    name: 'bus',
    label: 'Disk bus',
    help: 'SCSI with the VirtIO SCSI single controller is the quick one.',
    kind: 'choice',
    choices: () => buses,
    initial: () => 'scsi',
  },
  {
    name: 'discard',
    label: 'Discard',
    help: 'Passes trims on, so that thin storages get space back.',
    kind: 'boolean',
    initial: () => true,
  },
  {
    name: 'ssd',
    label: 'SSD emulation',
    help: 'The system inside sees a solid-state disk.',
    kind: 'boolean',
    initial: () => false,
    applies: bus('scsi', 'sata', 'ide'),
  },
  {
    name: 'iothread',
    label: 'IO thread',
    help: 'The disk gets a thread of its own.',
    kind: 'boolean',
    initial: () => true,
    applies: bus('scsi', 'virtio'),
  },
];

const processor: readonly Field<Node>[] = [
  coresField('qemu', 2),
  {
    name: 'sockets',
    label: 'Sockets',
    help: 'Cores times sockets is what it has.',
    kind: 'integer',
    initial: () => 1,
    problem: (value) => socketsProblem(textOf(value)),
  },
  {
    name: 'cpu',
    label: 'CPU type',
    help: 'What the CPU looks like from inside.',
    kind: 'choice',
    free: true,
    choices: () => processors,
    initial: () => 'x86-64-v2-AES',
  },
  memoryField(2048),
  {
    name: 'balloon',
    label: 'Least memory (MiB)',
    help: 'The balloon may take it down to this when the node is short. Empty: as the memory; 0: no balloon.',
    kind: 'integer',
    problem: (value, _node, _facts, values) =>
      balloonProblem(textOf(value), typeof values.memory === 'number' ? values.memory : undefined),
  },
];

const cloud: readonly Field<Node>[] = [
  {
    name: 'cloudinit',
    label: 'Cloud-init drive',
    help: 'For images that set themselves up at first start.',
    kind: 'boolean',
    initial: () => false,
  },
  {
    name: 'ciuser',
    label: 'Cloud-init user',
    help: 'Empty: the user that the image brings.',
    kind: 'text',
    applies: cloudinit,
  },
  {
    name: 'cipassword',
    label: 'Cloud-init password',
    help: 'Keys are better; a password lies hashed on the drive.',
    kind: 'secret',
    applies: cloudinit,
  },
  {
    name: 'sshkeys',
    label: 'SSH keys',
    help: 'Public keys, one in each line.',
    kind: 'lines',
    applies: cloudinit,
    problem: (value) => sshKeysProblem(textOf(value)),
  },
  {
    name: 'ip',
    label: 'IPv4',
    help: 'Either dhcp or an address with its prefix, like 192.168.1.50/24.',
    kind: 'text',
    initial: () => 'dhcp',
    applies: cloudinit,
    problem: (value) => (value === 'dhcp' ? undefined : cidr4Problem(textOf(value))),
  },
  {
    name: 'gateway',
    label: 'Gateway',
    help: 'Only with an address of its own.',
    kind: 'text',
    applies: (node, facts, values) =>
      cloudinit(node, facts, values) && !['', 'dhcp'].includes(textOf(values.ip)),
    problem: (value) => ipProblem(textOf(value)),
  },
];

const [bridge, ...restOfNetwork] = networkFields;

/** The form of a new VM, in the order of Proxmox's own wizard. */
export const vmFields: readonly Field<Node>[] = [
  vmidField,
  ...system,
  ...disk,
  ...processor,
  ...(bridge ? [bridge] : []),
  {
    name: 'model',
    label: 'Network card',
    help: 'VirtIO needs a driver in Windows.',
    kind: 'choice',
    choices: () => models,
    initial: () => 'virtio',
    applies: (_node, _facts, values) => textOf(values.bridge) !== '',
  },
  ...restOfNetwork,
  ...cloud,
  ...lastFields,
];
