import { dataDisks } from '../../world/disks.ts';
import type { GuestState, GuestType } from '../../world/model.ts';
import { type VolumeFeature, volumeCan } from '../../world/volumes.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died } from '../errors.ts';
import { findGuest } from '../guest-access.ts';
import { guestRow, guestStatus } from '../guest-rows.ts';
import {
  guestParameters,
  nodeParameter,
  optionalFlag,
  optionalText,
  text,
} from '../parameter-kinds.ts';

const audit = { path: '/vms/{vmid}', privileges: ['VM.Audit'] };

function subdirs(...names: string[]) {
  return () => names.map((subdir) => ({ subdir }));
}

function list(call: Call, type: GuestType): unknown[] {
  return call.world
    .guestsOf(call.node)
    .filter((guest) => guest.type === type && call.may(`/vms/${guest.vmid}`, 'VM.Audit'))
    .map((guest) => guestRow(call, guest));
}

/** Can every disk do it where it lies, now or at a snapshot? */
function able(call: Call, guest: GuestState, feature: VolumeFeature, snapshot: boolean): boolean {
  return dataDisks(guest.config).every(({ storage, volname }) =>
    volumeCan(call.world.storages.get(storage), volname, feature, snapshot),
  );
}

function feature(call: Call, guest: GuestState): Record<string, unknown> {
  const wanted = call.required('feature');
  const snapname = call.text('snapname');
  if (snapname !== undefined && !guest.snapshots.some((one) => one.name === snapname)) {
    throw died(`snapshot '${snapname}' does not exist`);
  }
  const kind = wanted === 'clone' || wanted === 'copy' ? wanted : 'snapshot';
  const can = able(call, guest, kind, snapname !== undefined);
  return {
    hasFeature: can ? 1 : 0,
    ...(guest.type === 'qemu' ? { nodes: can ? [guest.node] : [] } : {}),
  };
}

function addressOf(cidr: string) {
  const [address = '', prefix = ''] = cidr.split('/');
  const type = address.includes(':') ? 'inet6' : 'inet';
  return { 'ip-address': address, 'ip-address-type': type, prefix: Number(prefix) };
}

function containerInterfaces(call: Call): unknown {
  const guest = findGuest(call, 'lxc');
  if (guest.status !== 'running') return null;
  return guest.addresses.map(({ iface, mac, cidrs }) => {
    const inet = cidrs.find((cidr) => !cidr.includes(':'));
    const inet6 = cidrs.find((cidr) => cidr.includes(':'));
    return {
      name: iface,
      hwaddr: mac,
      'hardware-address': mac,
      ...(inet === undefined ? {} : { inet }),
      ...(inet6 === undefined ? {} : { inet6 }),
      'ip-addresses': cidrs.map(addressOf),
    };
  });
}

function endpointsOf(type: GuestType): Endpoint[] {
  const base = `/nodes/{node}/${type}`;
  const guest = `${base}/{vmid}`;
  const one = { method: 'GET', proxyto: 'node', parameters: guestParameters } as const;
  return [
    {
      ...one,
      path: base,
      permission: 'all',
      parameters: type === 'qemu' ? { ...nodeParameter, full: optionalFlag() } : nodeParameter,
      handler: (call) => list(call, type),
    },
    {
      ...one,
      path: guest,
      permission: 'all',
      handler: subdirs('config', 'pending', 'status', 'snapshot', 'rrddata', 'feature', 'firewall'),
    },
    {
      ...one,
      path: `${guest}/status`,
      permission: 'all',
      handler: subdirs('current', 'start', 'stop', 'shutdown', 'reboot', 'suspend', 'resume'),
    },
    {
      ...one,
      path: `${guest}/status/current`,
      permission: audit,
      handler: (call) => guestStatus(call, findGuest(call, type)),
    },
    {
      ...one,
      path: `${guest}/feature`,
      permission: audit,
      parameters: {
        ...guestParameters,
        feature: text({ enum: ['snapshot', 'clone', 'copy'] }),
        snapname: optionalText({ maxLength: 40, format: 'pve-configid' }),
      },
      handler: (call) => feature(call, findGuest(call, type)),
    },
  ];
}

export const guestEndpoints: readonly Endpoint[] = [
  ...endpointsOf('qemu'),
  ...endpointsOf('lxc'),
  {
    method: 'GET',
    path: '/nodes/{node}/lxc/{vmid}/interfaces',
    permission: audit,
    proxyto: 'node',
    parameters: guestParameters,
    handler: containerInterfaces,
  },
];
