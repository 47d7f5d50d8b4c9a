import {
  ip4ConfigProblem,
  ip6ConfigProblem,
  ipv4Problem,
  ipv6Problem,
  nameserversProblem,
} from '../domain/address.ts';
import type { Guest } from '../domain/guest.ts';
import { disksOf, nicsOf, parseProperty, propertyValue } from '../domain/guest-config.ts';
import { dnsNameProblem, sshKeysProblem } from '../domain/guest-values.ts';
import { say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { currentFlag, currentValue } from './config-plan.ts';
import type { Choice, Facts, Field, FieldValues } from './types.ts';

/** The drive that cloud-init reads; undefined = it has none, or its configuration is not known. */
export function cloudInitDrive(facts: Facts): string | undefined {
  return facts.config && disksOf(facts.config, 'qemu').find((disk) => disk.cloudinit)?.key;
}

/** `ipconfig0` of `net0` */
export function ipconfigKey(values: FieldValues): string | undefined {
  const index = /^net(\d+)$/.exec(textOf(values.net))?.[1];
  return index === undefined ? undefined : `ipconfig${index}`;
}

export function ipconfigOf(facts: Facts, values: FieldValues) {
  const key = ipconfigKey(values);
  return parseProperty(key ? (currentValue(facts, key) ?? '') : '');
}

const part = (name: string) => (_guest: Guest, facts: Facts, values: FieldValues) =>
  propertyValue(ipconfigOf(facts, values), name);

function netChoices(_guest: Guest, facts: Facts): readonly Choice[] {
  if (!facts.config) return [];
  return nicsOf(facts.config, 'qemu').map((nic) => ({
    value: nic.key,
    label: say`${nic.key}, ${nic.bridge ?? say`no bridge`}`,
  }));
}

const address = (
  name: 'ip' | 'gw' | 'ip6' | 'gw6',
  label: string,
  help: string,
  problem: (text: string) => string | undefined,
): Field<Guest> => ({
  name,
  label,
  help,
  kind: 'text',
  follows: 'net',
  initial: part(name),
  problem: (value) => problem(String(value)),
  applies: (_guest, _facts, values) =>
    textOf(values.net) !== '' &&
    (!name.startsWith('gw') || textOf(values[name.replace('gw', 'ip')]).includes('/')),
});

/** What cloud-init tells the VM; names are Proxmox's. */
export const cloudInitFields: readonly Field<Guest>[] = [
  {
    name: 'ciuser',
    label: 'User',
    help: "Empty: the image's own default user.",
    kind: 'text',
    initial: (_guest, facts) => currentValue(facts, 'ciuser'),
    problem: (value) => (/[\s:,]/.test(String(value)) ? 'no spaces, colons or commas' : undefined),
  },
  {
    name: 'cipassword',
    label: 'Password',
    help: 'A new password for the user. Empty: it stays as it is. Keys are better.',
    kind: 'secret',
  },
  {
    name: 'sshkeys',
    label: 'SSH public keys',
    help: 'One a line, as in authorized_keys.',
    kind: 'lines',
    initial: (_guest, facts) => currentValue(facts, 'sshkeys')?.replace(/\n+$/, ''),
    problem: (value) => sshKeysProblem(String(value)),
  },
  {
    name: 'net',
    label: 'Addresses of',
    help: 'The network device whose addresses are below.',
    kind: 'choice',
    choices: netChoices,
    initial: (guest, facts) => {
      const keys = netChoices(guest, facts).map(({ value }) => value);
      const wanted = facts.configKey?.replace('ipconfig', 'net');
      return keys.find((key) => key === wanted) ?? keys[0];
    },
  },
  address('ip', 'IPv4', 'An address with its prefix (192.168.1.10/24) or dhcp.', (text) =>
    ip4ConfigProblem(text),
  ),
  address('gw', 'IPv4 gateway', 'The router of this network.', ipv4Problem),
  address('ip6', 'IPv6', 'An address with its prefix, auto or dhcp.', (text) =>
    ip6ConfigProblem(text),
  ),
  address('gw6', 'IPv6 gateway', 'The router of this network.', ipv6Problem),
  {
    name: 'nameserver',
    label: 'Name servers',
    help: 'Addresses separated by spaces. Empty: those of the node.',
    kind: 'text',
    initial: (_guest, facts) => currentValue(facts, 'nameserver'),
    problem: (value) => nameserversProblem(String(value)),
  },
  {
    name: 'searchdomain',
    label: 'Search domain',
    help: 'Empty: that of the node.',
    kind: 'text',
    initial: (_guest, facts) => currentValue(facts, 'searchdomain'),
    problem: (value) => dnsNameProblem(String(value)),
  },
  {
    name: 'ciupgrade',
    label: 'Upgrade packages at first boot',
    help: 'Installs all updates when the VM boots for the first time.',
    kind: 'boolean',
    initial: (_guest, facts) => currentFlag(facts, 'ciupgrade', true),
  },
];
