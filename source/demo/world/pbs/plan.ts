import type { StorageState } from '../model.ts';
import type { PbsHostPlan, PbsPlan } from './seat.ts';

const gib = 2 ** 30;

const homelabHosts: readonly PbsHostPlan[] = [
  {
    name: 'pbs1',
    ip: '192.168.1.6',
    stores: [
      { name: 'main', total: 1000 * gib, used: 812 * gib },
      { name: 'usb', total: 1863 * gib, used: 640 * gib },
    ],
  },
  {
    name: 'pbs2',
    ip: '10.8.0.6',
    stores: [
      { name: 'offsite', total: 1800 * gib, used: 705 * gib },
      { name: 'cold', total: 3700 * gib, used: 2100 * gib },
    ],
  },
];

/** Two servers: one at home, and a small one elsewhere that pulls from it. */
export const homelabPbs: PbsPlan = {
  hosts: homelabHosts,
  builder: async () => (await import('./homelab.ts')).buildHomelab,
};

/** 500 guests with 20,000 snapshots in three datastores. */
export const largePbs: PbsPlan = {
  hosts: [
    {
      name: 'pbs1',
      ip: '10.20.0.6',
      stores: [
        { name: 'fast', total: 40_000 * gib, used: 26_000 * gib },
        { name: 'slow', total: 80_000 * gib, used: 31_000 * gib },
      ],
    },
    {
      name: 'pbs2',
      ip: '10.20.0.7',
      stores: [{ name: 'offsite', total: 60_000 * gib, used: 22_000 * gib }],
    },
  ],
  builder: async () => (await import('./large.ts')).buildLarge,
};

/** The storage of the cluster that stands for a datastore's root namespace. */
export function pbsStorage(
  storage: string,
  nodes: readonly string[],
  host: PbsHostPlan,
  datastore: string,
): StorageState {
  const total = host.stores.find(({ name }) => name === datastore)?.total ?? 0;
  return {
    storage,
    type: 'pbs',
    content: 'backup',
    nodes,
    shared: true,
    total: Object.fromEntries(nodes.map((node) => [node, total])),
    otherUsed: {},
    settings: { datastore, server: host.ip, username: 'pve@pbs!pve' },
    inactiveOn: new Set(),
  };
}
