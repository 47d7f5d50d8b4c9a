import type { ResourceMapping } from '../../world/model.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { nodeParameter, optionalText } from '../parameter-kinds.ts';

type Row = Record<string, unknown>;

const types = [
  ...['bridge', 'bond', 'eth', 'alias', 'vlan', 'fabric', 'OVSBridge', 'OVSBond', 'OVSPort'],
  ...['OVSIntPort', 'vnet', 'any_bridge', 'any_local_bridge', 'include_sdn'],
];
const bridges = ['bridge', 'OVSBridge', 'vnet'];

const plain = { families: ['inet'], method6: 'manual', exists: 1 };

/** The network devices of a node: one card, a bridge on it, and one that has no card. */
function devices(call: Call): Row[] {
  const node = call.world.node(call.node);
  const rows: Row[] = [
    { ...plain, iface: 'eno1', type: 'eth', method: 'manual', active: 1, priority: 3 },
    {
      ...plain,
      iface: 'vmbr0',
      type: 'bridge',
      method: 'static',
      address: node.ip,
      netmask: '24',
      cidr: `${node.ip}/24`,
      gateway: node.ip.replace(/\d+$/, '1'),
      bridge_ports: 'eno1',
      bridge_stp: 'off',
      bridge_fd: '0',
      bridge_vlan_aware: 1,
      bridge_vids: '2-4094',
      autostart: 1,
      active: 1,
      priority: 4,
      comments: 'House network\n',
    },
  ];
  if (node.nodeid > 2) return rows;
  rows.push({
    ...plain,
    iface: 'vmbr1',
    type: 'bridge',
    method: 'manual',
    bridge_ports: '',
    bridge_stp: 'off',
    bridge_fd: '0',
    autostart: 1,
    active: 1,
    priority: 5,
    comments: 'Lab, no way out\n',
  });
  return rows;
}

function networks(call: Call): Row[] {
  const wanted = call.text('type');
  return devices(call)
    .filter((row) => {
      const type = String(row.type);
      if (wanted === undefined || wanted === 'include_sdn') return true;
      return /^any_/.test(wanted) ? bridges.includes(type) : type === wanted;
    })
    .filter(
      (row) =>
        row.type !== 'bridge' ||
        call.mayAny(`/sdn/zones/localnetwork/${row.iface}`, 'SDN.Audit', 'SDN.Use'),
    );
}

function mappingRow(mapping: ResourceMapping): Row {
  const { id, description, map } = mapping;
  return { id, description, map };
}

function mappings(kind: ResourceMapping['kind']): Endpoint {
  return {
    method: 'GET',
    path: `/cluster/mapping/${kind}`,
    permission: 'all',
    parameters: { 'check-node': optionalText({ format: 'pve-node' }) },
    handler: (call) =>
      call.world.mappings
        .filter((one) => one.kind === kind)
        .filter(({ id }) =>
          call.mayAny(`/mapping/${kind}/${id}`, 'Mapping.Modify', 'Mapping.Use', 'Mapping.Audit'),
        )
        .map((one) => ({
          ...mappingRow(one),
          ...(call.text('check-node') === undefined
            ? {}
            : { [kind === 'usb' ? 'error' : 'checks']: [] }),
        })),
  };
}

/** What forms choose from: bridges and mapped devices. */
export const networkEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/network',
    permission: 'all',
    proxyto: 'node',
    parameters: { ...nodeParameter, type: optionalText({ enum: types }) },
    handler: networks,
  },
  {
    method: 'GET',
    path: '/cluster/mapping',
    permission: 'all',
    parameters: {},
    handler: () => [{ name: 'dir' }, { name: 'pci' }, { name: 'usb' }],
  },
  mappings('dir'),
  mappings('pci'),
  mappings('usb'),
];
