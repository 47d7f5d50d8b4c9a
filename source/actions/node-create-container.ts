import { ip4ConfigProblem, ipProblem, nameserversProblem } from '../domain/address.ts';
import { bytes } from '../domain/format.ts';
import {
  dnsNameProblem,
  guestNameProblem,
  passwordProblem,
  sshKeysProblem,
  swapProblem,
  templateProblem,
} from '../domain/guest-values.ts';
import type { Node } from '../domain/node.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { Secret } from '../domain/secret.ts';
import { freeOf, imageChoices, storagesFor, textOf } from './choices.ts';
import {
  commonParameters,
  coresField,
  createAvailable,
  createMenu,
  createPrivileges,
  lastFields,
  memoryField,
  networkFields,
  networkTail,
  newLabel,
  nodeTarget,
  sizeField,
  storageField,
  vmidField,
} from './create-common.ts';
import { followed } from './followed.ts';
import { fieldsNamed } from './refused-fields.ts';
import { defineAction, type Facts, type Field, type FieldValues } from './types.ts';

type Parameters = Readonly<Record<string, string | number | boolean | Secret>>;

const networked = (_node: Node, _facts: unknown, values: FieldValues) =>
  textOf(values.bridge) !== '';

const fields: readonly Field<Node>[] = [
  vmidField,
  {
    name: 'hostname',
    label: 'Host name',
    help: 'Letters, digits, hyphens and dots. Empty: CT and its VMID.',
    kind: 'text',
    problem: (value) => guestNameProblem(textOf(value), 'lxc'),
  },
  {
    name: 'ostemplate',
    label: 'Template',
    help: 'Templates that are on this node, like local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst.',
    kind: 'choice',
    free: true,
    required: true,
    choices: (node, facts) => imageChoices(facts, node.node, 'vztmpl'),
    initial: (node, facts) => imageChoices(facts, node.node, 'vztmpl')[0]?.value,
    problem: (value) => templateProblem(textOf(value)),
  },
  {
    name: 'password',
    label: 'Root password',
    help: 'At least 5 characters. Empty: with SSH keys only.',
    kind: 'secret',
    problem: (value) => passwordProblem(textOf(value)),
  },
  {
    name: 'ssh-public-keys',
    label: 'SSH keys of root',
    help: 'Public keys, one in each line.',
    kind: 'lines',
    problem: (value) => sshKeysProblem(textOf(value)),
  },
  {
    name: 'unprivileged',
    label: 'Unprivileged',
    help: 'Root inside is nobody outside. Switch it off only if you must; it cannot be changed later.',
    kind: 'boolean',
    initial: () => true,
  },
  {
    name: 'nesting',
    label: 'Nesting',
    help: 'Newer systemd and containers inside need it.',
    kind: 'boolean',
    initial: () => true,
  },
  storageField('lxc'),
  sizeField(8),
  coresField('lxc', 1),
  memoryField(512),
  {
    name: 'swap',
    label: 'Swap (MiB)',
    help: 'On top of the memory; 0 for none.',
    kind: 'integer',
    initial: () => 512,
    problem: (value) => swapProblem(textOf(value)),
  },
  ...networkFields,
  {
    name: 'ip',
    label: 'IPv4',
    help: 'One of dhcp, manual, or an address with its prefix like 192.168.1.50/24.',
    kind: 'text',
    initial: () => 'dhcp',
    applies: networked,
    problem: (value) => ip4ConfigProblem(textOf(value), ['dhcp', 'manual']),
  },
  {
    name: 'gateway',
    label: 'Gateway',
    help: 'Only with an address of its own.',
    kind: 'text',
    applies: (node, facts, values) =>
      networked(node, facts, values) && textOf(values.ip).includes('/'),
    problem: (value) => ipProblem(textOf(value)),
  },
  {
    name: 'nameserver',
    label: 'DNS servers',
    help: 'Addresses separated by spaces. Empty: as the node.',
    kind: 'text',
    problem: (value) => nameserversProblem(textOf(value)),
  },
  {
    name: 'searchdomain',
    label: 'DNS domain',
    help: 'Empty: as the node.',
    kind: 'text',
    problem: (value) => dnsNameProblem(textOf(value)),
  },
  ...lastFields,
];

/** The parameters of POST /nodes/{node}/lxc. */
export function containerParameters(values: FieldValues): Parameters {
  const text = (name: string) => {
    const value = textOf(values[name]).trim();
    return value === '' ? {} : { [name]: value };
  };
  const password = textOf(values.password);
  const bridge = textOf(values.bridge);
  const ip = textOf(values.ip);
  const gateway = textOf(values.gateway);
  const address = `${ip === '' ? '' : `,ip=${ip}`}${gateway === '' ? '' : `,gw=${gateway}`}`;
  return {
    ...commonParameters(values),
    ...text('hostname'),
    ...text('ostemplate'),
    ...(password === '' ? {} : { password: new Secret(password) }),
    ...text('ssh-public-keys'),
    // PVE's own default is privileged, so the choice is always sent.
    unprivileged: values.unprivileged === true,
    ...(values.nesting === true ? { features: 'nesting=1' } : {}),
    rootfs: `${textOf(values.storage)}:${textOf(values['disk-size'])}`,
    ...(typeof values.swap === 'number' ? { swap: values.swap } : {}),
    ...(bridge === ''
      ? {}
      : { net0: `name=eth0,bridge=${bridge}${address}${networkTail(values)}` }),
    ...text('nameserver'),
    ...text('searchdomain'),
  };
}

function lines(node: Node, values: FieldValues, facts: Facts): SafeText[] {
  const storage = textOf(values.storage);
  const row = storagesFor(facts, node.node, 'rootdir').find((each) => each.storage === storage);
  const room = row ? say`, ${bytes(freeOf(row))} free` : say``;
  const bridge = textOf(values.bridge);
  const size = sanitise(values['disk-size']);
  return [
    say`From ${sanitise(values.ostemplate)}.`,
    say`${sanitise(values.cores ?? 'all')} core(s), ${sanitise(values.memory)} MiB of memory.`,
    say`Root disk: ${size} GiB on ${sanitise(storage)}${room}.`,
    bridge === ''
      ? say`No network device.`
      : say`Network: ${sanitise(bridge)}, ${sanitise(textOf(values.ip) || 'no address')}.`,
    ...(values.unprivileged === true
      ? []
      : [say`Privileged: root inside is root on the node if it breaks out.`]),
    ...(textOf(values.password) === '' && textOf(values['ssh-public-keys']).trim() === ''
      ? [say`No password and no key: it can only be entered from its node.`]
      : []),
    ...(values.start === true ? [say`It is started at once.`] : []),
  ];
}

export const nodeCreateContainer = defineAction<'node'>({
  id: 'node.create-container',
  scope: 'node',
  key: '',
  menu: createMenu,
  onGuests: true,
  title: 'Create container',
  summary: 'Creates a container on the node from a template.',
  effect: 'change',
  needs: ['choices'],
  batch: false,
  fields,
  privileges: createPrivileges,
  available: createAvailable,
  confirm: (node, values, facts) => ({
    level: 1,
    question: say`Create container ${newLabel(values, values.hostname)} on ${node.node}?`,
    lines: [nodeTarget(node), ...lines(node, values, facts)],
  }),
  taskTypes: ['vzcreate'],
  taskId: (_node, values) => String(values.vmid),
  touches: ['resources', 'tasks'],
  run: async (node, values, context) => {
    const { site, signal } = context;
    const parameters = containerParameters(values);
    const started = await site.guests.create(node.node, 'lxc', parameters, { signal });
    const message = say`Container ${newLabel(values, values.hostname)} is created on ${node.node}`;
    const named = fieldsNamed(started, {
      rootfs: 'disk-size',
      net0: 'bridge',
      features: 'nesting',
    });
    return followed(named, node.node, message, context);
  },
});
