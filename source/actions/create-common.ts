import type { Guest, GuestType } from '../domain/guest.ts';
import {
  coresProblem,
  memoryProblem,
  parseTags,
  poolProblem,
  tagsProblem,
  vlanProblem,
  vmidProblem,
  wholeProblem,
} from '../domain/guest-values.ts';
import type { Node } from '../domain/node.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { bridgeChoices, newVmidProblem, poolChoices, storageChoices, textOf } from './choices.ts';
import { disabled, yes } from './guest-common.ts';
import type { Availability, Facts, Field, FieldValue, FieldValues } from './types.ts';

export const createMenu = { id: 'create', key: 'N', title: 'Create' } as const;

type NodeField = Field<Node>;

export const contentOf = (type: GuestType) => (type === 'qemu' ? 'images' : 'rootdir');

/** Creating wants the privilege on all guests, or on the pool that the new one joins. */
export function createPrivileges(): readonly PrivilegeNeed[] {
  return [{ path: '/vms', anyOf: ['VM.Allocate'], orPool: true }];
}

export function createAvailable(node: Node, facts: Facts): Availability {
  if (node.status !== 'online') return disabled(say`node ${node.node} is ${node.status}`);
  if (facts.site.cluster.data?.quorate === false) {
    return disabled(say`the cluster has no quorum; Proxmox refuses every change`);
  }
  return yes;
}

export const vmidField: NodeField = {
  name: 'vmid',
  label: 'VMID',
  help: 'A free id from 100 to 999999999.',
  kind: 'integer',
  required: true,
  initial: (_node, facts) => facts.choices?.nextid,
  problem: (value, _node, facts) => newVmidProblem(value, facts, vmidProblem),
};

/** The storage with the most room is proposed. */
export function storageField(type: GuestType): NodeField {
  return {
    name: 'storage',
    label: 'Disk storage',
    help: 'Storages of this node that can hold disks of such a guest.',
    kind: 'choice',
    required: true,
    choices: (node, facts) => storageChoices(facts, node.node, contentOf(type)),
    initial: (node, facts) => storageChoices(facts, node.node, contentOf(type))[0]?.value,
  };
}

export function sizeField(initial: number): NodeField {
  return {
    name: 'disk-size',
    label: 'Disk size (GiB)',
    help: 'Can be grown later, never shrunk.',
    kind: 'integer',
    required: true,
    initial: () => initial,
    problem: (value) => wholeProblem(textOf(value), 1, 131_072),
  };
}

export function coresField(type: GuestType, initial: number): NodeField {
  return {
    name: 'cores',
    label: 'Cores',
    help: type === 'qemu' ? 'Cores of each socket.' : 'Cores the container may use.',
    kind: 'integer',
    initial: () => initial,
    problem: (value, node) => coresProblem(textOf(value), type) ?? tooManyCores(value, node),
  };
}

function tooManyCores(value: FieldValue, node: Node): string | undefined {
  return node.maxcpu !== undefined && Number(value) > node.maxcpu
    ? `${node.node} has ${node.maxcpu} only`
    : undefined;
}

export function memoryField(initial: number): NodeField {
  return {
    name: 'memory',
    label: 'Memory (MiB)',
    help: 'How much it may use.',
    kind: 'integer',
    required: true,
    initial: () => initial,
    problem: (value) => memoryProblem(textOf(value)),
  };
}

export const networkFields: readonly NodeField[] = [
  {
    name: 'bridge',
    label: 'Bridge',
    help: 'Bridges and vnets of this node. Empty: no network device.',
    kind: 'choice',
    free: true,
    choices: (node, facts) => {
      const bridges = bridgeChoices(facts, node.node);
      return bridges.length === 0 ? [] : [...bridges, { value: '', label: say`no network device` }];
    },
    initial: (node, facts) => bridgeChoices(facts, node.node)[0]?.value,
  },
  {
    name: 'vlan',
    label: 'VLAN tag',
    help: 'From 1 to 4094. Empty: untagged.',
    kind: 'integer',
    applies: (_node, _facts, values) => textOf(values.bridge) !== '',
    problem: (value) => vlanProblem(textOf(value)),
  },
  {
    name: 'firewall',
    label: 'Firewall',
    help: 'The firewall rules of the guest apply to this device.',
    kind: 'boolean',
    initial: () => true,
    applies: (_node, _facts, values) => textOf(values.bridge) !== '',
  },
];

export const lastFields: readonly NodeField[] = [
  {
    name: 'tags',
    label: 'Tags',
    help: 'Separated by ; or spaces.',
    kind: 'text',
    problem: (value) => tagsProblem(textOf(value)),
  },
  {
    name: 'pool',
    label: 'Pool',
    help: 'The pool it joins.',
    kind: 'choice',
    free: true,
    choices: (_node, facts) => poolChoices(facts),
    problem: (value) => poolProblem(textOf(value)),
  },
  {
    name: 'onboot',
    label: 'Start at boot',
    help: 'Starts with the node.',
    kind: 'boolean',
    initial: () => false,
  },
  {
    name: 'start',
    label: 'Start it now',
    help: 'Starts it as soon as it is created.',
    kind: 'boolean',
    initial: () => false,
  },
];

/** The parameters that VMs and containers have in common. */
export function commonParameters(
  values: FieldValues,
): Readonly<Record<string, string | number | boolean>> {
  const tags = parseTags(textOf(values.tags)).join(';');
  const pool = textOf(values.pool);
  return {
    vmid: Number(values.vmid),
    memory: Number(values.memory),
    ...(typeof values.cores === 'number' ? { cores: values.cores } : {}),
    ...(tags === '' ? {} : { tags }),
    ...(pool === '' ? {} : { pool }),
    ...(values.onboot === true ? { onboot: true } : {}),
    ...(values.start === true ? { start: true } : {}),
  };
}

/** `,tag=20,firewall=1`: the end of a network device. */
export function networkTail(values: FieldValues): string {
  const vlan = textOf(values.vlan);
  return `${vlan === '' ? '' : `,tag=${vlan}`}${values.firewall === true ? ',firewall=1' : ''}`;
}

/** `guest 900 web` of a guest that does not exist yet. */
export function newLabel(values: FieldValues, name: FieldValue): SafeText {
  const words = textOf(name);
  const id = values.vmid === undefined ? say`(no VMID yet)` : sanitise(values.vmid);
  return words === '' ? say`${id}` : say`${id} ${sanitise(words)}`;
}

/** The first line of the dialog. */
export function nodeTarget(node: Node): SafeText {
  return say`Target: node ${node.node} · site ${sanitise(node.site)}`;
}

/** A name that others have already is legal and confusing. */
export function sameName(name: string, facts: Facts): readonly Guest[] {
  if (name === '') return [];
  return (facts.site.resources.data?.guests ?? []).filter((guest) => guest.name === name);
}
