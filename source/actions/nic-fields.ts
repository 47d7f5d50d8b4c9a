import { ip4ConfigProblem, ip6ConfigProblem, ipv4Problem, ipv6Problem } from '../domain/address.ts';
import type { Guest } from '../domain/guest.ts';
import { type GuestNic, nicsOf, propertyValue } from '../domain/guest-config.ts';
import {
  interfaceProblem,
  macProblem,
  mtuProblem,
  rateProblem,
  trunksProblem,
  vlanProblem,
} from '../domain/guest-values.ts';
import { joinSafe, sanitise, say } from '../domain/safe-text.ts';
import { bridgeChoices, textOf } from './choices.ts';
import type { Choice, Facts, Field, FieldValue, FieldValues } from './types.ts';

const isLxc = (guest: Guest) => guest.type === 'lxc';
const isQemu = (guest: Guest) => guest.type === 'qemu';

export function nics(guest: Guest, facts: Facts): readonly GuestNic[] {
  return facts.config ? nicsOf(facts.config, guest.type) : [];
}

export function findNic(guest: Guest, facts: Facts, key: FieldValue): GuestNic | undefined {
  return nics(guest, facts).find((nic) => nic.key === key);
}

export function nicChoices(guest: Guest, facts: Facts): readonly Choice[] {
  return nics(guest, facts).map((nic) => {
    const parts = [
      nic.key,
      ...(nic.name ? [nic.name] : []),
      ...(nic.bridge ? [nic.bridge] : []),
      ...(nic.tag === undefined ? [] : [say`VLAN ${nic.tag}`]),
      ...(nic.mac ? [nic.mac] : []),
    ];
    return { value: nic.key, label: joinSafe(parts, ', ') };
  });
}

/** The network device an action is about: the one under the cursor, else the first. */
export const nicField: Field<Guest> = {
  name: 'net',
  label: 'Network device',
  help: 'The network device of the guest.',
  kind: 'choice',
  required: true,
  choices: nicChoices,
  initial: (guest, facts) => {
    const all = nics(guest, facts);
    return (all.find(({ key }) => key === facts.configKey) ?? all[0])?.key;
  },
};

const models = ['virtio', 'e1000', 'e1000e', 'rtl8139', 'vmxnet3'] as const;

/** What a part of the chosen device is now; undefined for a new one. */
function part(guest: Guest, facts: Facts, values: FieldValues, name: string): string | undefined {
  const nic = findNic(guest, facts, values.net);
  return nic && propertyValue(nic.property, name);
}

const macPart = (guest: Guest) => (isQemu(guest) ? 'macaddr' : 'hwaddr');
const figure = (value: string | undefined) =>
  value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;

/** The fields of a network device; those of an existing one begin as it is. Names are Proxmox's. */
export const nicFields: readonly Field<Guest>[] = [
  {
    name: 'name',
    label: 'Name inside',
    help: 'What the container calls it, for example eth1.',
    kind: 'text',
    required: true,
    follows: 'net',
    initial: (guest, facts, values) =>
      part(guest, facts, values, 'name') ?? `eth${nics(guest, facts).length}`,
    problem: (value) => interfaceProblem(String(value)),
    applies: isLxc,
  },
  {
    name: 'bridge',
    label: 'Bridge',
    help: 'Bridge or virtual network of its node. Empty: none.',
    kind: 'choice',
    free: true,
    follows: 'net',
    choices: (guest, facts) => bridgeChoices(facts, guest.node),
    initial: (guest, facts, values) =>
      findNic(guest, facts, values.net)
        ? part(guest, facts, values, 'bridge')
        : (bridgeChoices(facts, guest.node)[0]?.value ?? 'vmbr0'),
    problem: (value) => interfaceProblem(String(value)),
  },
  {
    name: 'model',
    label: 'Model',
    help: 'VirtIO is the fastest; Windows needs its driver.',
    kind: 'choice',
    free: true,
    follows: 'net',
    choices: () => models.map((value) => ({ value, label: sanitise(value) })),
    initial: (guest, facts, values) => part(guest, facts, values, 'model') ?? 'virtio',
    applies: isQemu,
  },
  {
    name: 'tag',
    label: 'VLAN tag',
    help: 'From 1 to 4094. Empty: no VLAN.',
    kind: 'integer',
    follows: 'net',
    initial: (guest, facts, values) => figure(part(guest, facts, values, 'tag')),
    problem: (value) => vlanProblem(value as number),
  },
  {
    name: 'trunks',
    label: 'VLAN trunks',
    help: 'VLANs that are passed on to the guest, for example 10;20.',
    kind: 'text',
    follows: 'net',
    initial: (guest, facts, values) => part(guest, facts, values, 'trunks'),
    problem: (value, guest) => trunksProblem(String(value), guest.type),
  },
  {
    name: 'firewall',
    label: 'Firewall',
    help: "Proxmox's firewall looks at it, where the firewall is on.",
    kind: 'boolean',
    follows: 'net',
    initial: (guest, facts, values) => {
      const nic = findNic(guest, facts, values.net);
      return nic ? nic.firewall : true;
    },
  },
  {
    name: 'macaddr',
    label: 'MAC address',
    help: 'Empty: Proxmox makes one.',
    kind: 'text',
    follows: 'net',
    initial: (guest, facts, values) => part(guest, facts, values, macPart(guest)),
    problem: (value) => macProblem(String(value)),
  },
  {
    name: 'ip',
    label: 'IPv4',
    help: 'An address with its prefix (192.168.1.10/24), dhcp or manual.',
    kind: 'text',
    follows: 'net',
    initial: (guest, facts, values) =>
      findNic(guest, facts, values.net) ? part(guest, facts, values, 'ip') : 'dhcp',
    problem: (value) => ip4ConfigProblem(String(value), ['dhcp', 'manual']),
    applies: isLxc,
  },
  {
    name: 'gw',
    label: 'IPv4 gateway',
    help: 'The router of this network.',
    kind: 'text',
    follows: 'net',
    initial: (guest, facts, values) => part(guest, facts, values, 'gw'),
    problem: (value) => ipv4Problem(String(value)),
    applies: (guest, _facts, values) => isLxc(guest) && textOf(values.ip).includes('/'),
  },
  {
    name: 'ip6',
    label: 'IPv6',
    help: 'An address with its prefix, auto, dhcp or manual.',
    kind: 'text',
    follows: 'net',
    initial: (guest, facts, values) => part(guest, facts, values, 'ip6'),
    problem: (value) => ip6ConfigProblem(String(value), ['auto', 'dhcp', 'manual']),
    applies: isLxc,
  },
  {
    name: 'gw6',
    label: 'IPv6 gateway',
    help: 'The router of this network.',
    kind: 'text',
    follows: 'net',
    initial: (guest, facts, values) => part(guest, facts, values, 'gw6'),
    problem: (value) => ipv6Problem(String(value)),
    applies: (guest, _facts, values) => isLxc(guest) && textOf(values.ip6).includes('/'),
  },
  {
    name: 'rate',
    label: 'Rate limit (MB/s)',
    help: 'Megabytes a second, for example 12.5. Empty: no limit.',
    kind: 'text',
    follows: 'net',
    initial: (guest, facts, values) => part(guest, facts, values, 'rate'),
    problem: (value) => rateProblem(String(value)),
  },
  {
    name: 'mtu',
    label: 'MTU',
    help: 'Empty: as the bridge. 1 says so explicitly for a VM with VirtIO.',
    kind: 'integer',
    follows: 'net',
    initial: (guest, facts, values) => figure(part(guest, facts, values, 'mtu')),
    problem: (value, guest) => mtuProblem(value as number, guest.type),
  },
  {
    name: 'link-down',
    label: 'Disconnected',
    help: 'Pulls the virtual cable.',
    kind: 'boolean',
    follows: 'net',
    initial: (guest, facts, values) => findNic(guest, facts, values.net)?.linkDown ?? false,
  },
];
