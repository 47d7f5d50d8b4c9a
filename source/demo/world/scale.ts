import { createAccounts } from './accounts.ts';
import { day, makeGuest, type SnapshotPlan } from './guest-plan.ts';
import { makeNode, nvme } from './hardware.ts';
import { poolComments } from './homelab.ts';
import type { GuestState, NodeState, StorageState } from './model.ts';
import { largePbs, pbsStorage } from './pbs/plan.ts';
import type { WorldParts } from './world.ts';

const gib = 2 ** 30;
interface Size {
  readonly nodes: number;
  readonly guestsPerNode: number;
}
const roles = ['web', 'db', 'cache', 'queue', 'build', 'proxy', 'mail', 'files', 'dev', 'test'];

/** Every fourth guest has some, a few of them with RAM; their ages go up to 80 days. */
function snapshotsOf(vmid: number, index: number, lxc: boolean): readonly SnapshotPlan[] {
  if (index % 4 !== 0) return [];
  const ago = (3 + (vmid % 77)) * day;
  const first = { name: 'weekly', ago, description: 'Taken by the weekly job' };
  const vmstate = !lxc && index % 16 === 0;
  return index % 8 === 0
    ? [first, { name: 'pre-update', ago: 2 * day, parent: 'weekly', vmstate }]
    : [first];
}

function guest(nodeIndex: number, index: number, now: number, { guestsPerNode }: Size): GuestState {
  const vmid = 1000 + nodeIndex * guestsPerNode + index;
  const role = roles[index % roles.length] ?? 'web';
  const lxc = index % 3 === 2;
  const pool = index % 10 === 0 ? 'prod' : index % 10 === 7 ? 'lab' : undefined;
  return makeGuest(
    {
      vmid,
      type: lxc ? 'lxc' : 'qemu',
      name: `${role}-${nodeIndex + 1}-${index}`,
      node: `pve${nodeIndex + 1}`,
      cores: 1 + (index % 4),
      memory: 512 * (1 + (index % 6)),
      disks: lxc
        ? { rootfs: `local-zfs:subvol-${vmid}-disk-0,size=8G` }
        : { scsi0: `local-zfs:vm-${vmid}-disk-0,size=${16 + (index % 5) * 8}G` },
      tags: index % 7 === 0 ? `${role};critical` : role,
      ...(pool === undefined ? {} : { pool }),
      ...(index % 11 === 5 ? {} : { up: (1 + ((vmid * 37) % 200)) * day }),
      snapshots: snapshotsOf(vmid, index, lxc),
      load: { cpu: 0.01 + ((vmid * 7919) % 100) / 400, mem: 0.3 + ((vmid * 31) % 50) / 100 },
    },
    now,
  );
}

function makeNodes(now: number, count: number): NodeState[] {
  return Array.from({ length: count }, (_, index) =>
    makeNode({
      node: `pve${index + 1}`,
      nodeid: index + 1,
      ip: `10.20.${Math.floor(index / 250)}.${10 + index}`,
      model: 'AMD EPYC 7313P 16-Core Processor',
      sockets: 1,
      cores: 16,
      cpus: 32,
      memory: 256 * gib,
      rootTotal: 94 * gib,
      rootUsed: 14 * gib,
      disks: [nvme(0, 'SAMSUNG MZQL23T8HCLS-00A07', 3.84, 97, 'ZFS')],
      zpool: { name: 'rpool', size: 3500 * gib, devices: ['nvme0n1p3'] },
      bootedAt: now - 210 * day - index * 3600,
      updateCount: index % 4,
      clustered: true,
    }),
  );
}

/** 50 nodes with 100 guests each, to see what holds. `now` in ms. */
export function scaleParts(now: number): WorldParts {
  return makeParts(now, { nodes: 50, guestsPerNode: 100 });
}

/** 10 nodes with 50 guests each and two backup servers. `now` in ms. */
export function backupScaleParts(now: number): WorldParts {
  const parts = makeParts(now, { nodes: 10, guestsPerNode: 50 });
  const names = parts.nodes.map(({ node }) => node);
  const [first, second] = largePbs.hosts;
  const storages =
    first && second
      ? [
          pbsStorage('pbs-fast', names, first, 'fast'),
          pbsStorage('pbs-slow', names, first, 'slow'),
          pbsStorage('pbs-offsite', names, second, 'offsite'),
        ]
      : [];
  return { ...parts, storages: [...parts.storages, ...storages], pbs: largePbs };
}

function makeParts(now: number, size: Size): WorldParts {
  const seconds = Math.floor(now / 1000);
  const nodes = makeNodes(seconds, size.nodes);
  const names = nodes.map((node) => node.node);
  const sizes = (bytes: number) => Object.fromEntries(names.map((name) => [name, bytes]));
  const storage = (name: string, type: StorageState['type'], total: number): StorageState => ({
    storage: name,
    type,
    content: type === 'dir' ? 'backup,iso,vztmpl' : 'images,rootdir',
    nodes: names,
    shared: false,
    total: sizes(total),
    otherUsed: sizes(14 * gib),
    settings: type === 'dir' ? { path: '/var/lib/vz' } : { pool: 'rpool/data' },
    inactiveOn: new Set(),
  });
  return {
    clusterName: 'scale',
    nodes,
    guests: nodes.flatMap((_, node) =>
      Array.from({ length: size.guestsPerNode }, (__, index) => guest(node, index, seconds, size)),
    ),
    storages: [storage('local', 'dir', 94 * gib), storage('local-zfs', 'zfspool', 3400 * gib)],
    files: [],
    pools: poolComments,
    accounts: createAccounts(),
  };
}
