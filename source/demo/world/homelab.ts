import { createAccounts } from './accounts.ts';
import { archiveName } from './archive-name.ts';
import { day, makeGuest } from './guest-plan.ts';
import { makeNode, nvme, sata } from './hardware.ts';
import { homelabFirewall } from './homelab-firewall.ts';
import { homelabGuests } from './homelab-guests.ts';
import { backupJobs, replicationJobs } from './homelab-jobs.ts';
import type { FileVolume, ResourceMapping, StorageState } from './model.ts';
import { homelabPbs, pbsStorage } from './pbs/plan.ts';
import type { WorldParts } from './world.ts';

const gib = 2 ** 30;
const mib = 2 ** 20;

export const poolComments: ReadonlyMap<string, string> = new Map([
  ['desktops', 'SPICE desktops of the thin client'],
  ['lab', 'May break'],
  ['prod', 'What the house depends on'],
]);

function nodes(now: number) {
  return [
    makeNode({
      node: 'pve1',
      nodeid: 1,
      ip: '192.168.1.10',
      model: '13th Gen Intel(R) Core(TM) i7-13700H',
      sockets: 1,
      cores: 14,
      cpus: 20,
      memory: 64 * gib - 590 * mib,
      rootTotal: 94 * gib,
      rootUsed: 11 * gib,
      disks: [
        nvme(0, 'Samsung SSD 990 PRO 1TB', 1, 96, 'LVM'),
        sata('a', 'CT500MX500SSD1', 0.5, 'BIOS boot', { wearout: 81, mounted: true }),
      ],
      bootedAt: now - 12 * day - 900,
      updateCount: 6,
      clustered: true,
    }),
    makeNode({
      node: 'pve2',
      nodeid: 2,
      ip: '192.168.1.11',
      model: 'AMD Ryzen 7 5700G with Radeon Graphics',
      sockets: 1,
      cores: 8,
      cpus: 16,
      memory: 32 * gib - 610 * mib,
      rootTotal: 58 * gib,
      rootUsed: 9 * gib,
      disks: [
        nvme(0, 'WD_BLACK SN850X 2000GB', 2, 91, 'ZFS'),
        nvme(1, 'WD_BLACK SN850X 2000GB', 2, 92, 'ZFS'),
        sata('a', 'WDC WD40EFPX-68C6CN0', 4, 'ext4', { temperature: 39, mounted: true }),
      ],
      zpool: { name: 'rpool', size: 1.81 * 1024 * gib, devices: ['nvme0n1p3', 'nvme1n1p3'] },
      bootedAt: now - 30 * day - 600,
      updateCount: 3,
      clustered: true,
    }),
    makeNode({
      node: 'pve3',
      nodeid: 3,
      ip: '192.168.1.12',
      model: 'Intel(R) N100',
      sockets: 1,
      cores: 4,
      cpus: 4,
      memory: 16 * gib - 480 * mib,
      rootTotal: 196 * gib,
      rootUsed: 12 * gib,
      disks: [
        sata('a', 'KINGSTON SA400S37480G', 0.48, 'ZFS', { wearout: 37, hours: 31_400 }),
        sata('b', 'ST1000LM035-1RK172', 1, 'ext4', {
          mounted: true,
          hours: 52_118,
          temperature: 47,
        }),
      ],
      zpool: { name: 'rpool', size: 230 * gib, devices: ['sda3'] },
      bootedAt: now - 80 * day,
      updateCount: 0,
      clustered: true,
    }),
  ];
}

function storages(): StorageState[] {
  const all = ['pve1', 'pve2', 'pve3'];
  return [
    {
      storage: 'local',
      type: 'dir',
      content: 'backup,images,iso,rootdir,snippets,vztmpl',
      nodes: all,
      shared: false,
      total: { pve1: 94 * gib, pve2: 58 * gib, pve3: 196 * gib },
      otherUsed: { pve1: 11 * gib, pve2: 9 * gib, pve3: 12 * gib },
      settings: { path: '/var/lib/vz' },
      inactiveOn: new Set(),
    },
    {
      storage: 'local-lvm',
      type: 'lvmthin',
      content: 'images,rootdir',
      nodes: ['pve1'],
      shared: false,
      total: { pve1: 812 * gib },
      otherUsed: { pve1: 0 },
      settings: { thinpool: 'data', vgname: 'pve' },
      inactiveOn: new Set(),
    },
    {
      storage: 'local-zfs',
      type: 'zfspool',
      content: 'images,rootdir',
      nodes: ['pve2', 'pve3'],
      shared: false,
      total: { pve2: 1760 * gib, pve3: 222 * gib },
      otherUsed: { pve2: 9 * gib, pve3: 140 * gib },
      settings: { pool: 'rpool/data', sparse: '1' },
      inactiveOn: new Set(),
    },
    {
      storage: 'backup-nas',
      type: 'nfs',
      content: 'backup,iso,vztmpl',
      nodes: all,
      shared: true,
      total: { pve1: 3726 * gib, pve2: 3726 * gib, pve3: 3726 * gib },
      otherUsed: { pve1: 1830 * gib, pve2: 1830 * gib, pve3: 1830 * gib },
      settings: {
        export: '/volume1/proxmox',
        path: '/mnt/pve/backup-nas',
        server: '192.168.1.5',
        'prune-backups': 'keep-last=7',
      },
      inactiveOn: new Set(),
    },
    ...homelabPbs.hosts.slice(0, 1).map((host) => pbsStorage('pbs', all, host, 'main')),
  ];
}

/** Two machines have a card that a guest may be given; the stick is where home-assistant is. */
const mappings: readonly ResourceMapping[] = [
  {
    kind: 'pci',
    id: 'gpu',
    description: 'Graphics card for desktops',
    map: [
      'node=pve1,path=0000:01:00.0,id=10de:2504,subsystem-id=1043:881d,iommugroup=15',
      'node=pve2,path=0000:0b:00.0,id=10de:2504,subsystem-id=1043:881d,iommugroup=22',
    ],
  },
  {
    kind: 'usb',
    id: 'zigbee',
    description: 'Zigbee stick',
    map: ['node=pve3,id=10c4:ea60', 'node=pve2,id=10c4:ea60'],
  },
  {
    kind: 'dir',
    id: 'media',
    description: 'Films and music',
    map: ['node=pve1,path=/mnt/media', 'node=pve2,path=/mnt/media'],
  },
];

function image(
  storage: string,
  name: string,
  size: number,
  ctime: number,
  node?: string,
): FileVolume {
  const template = !name.endsWith('.iso');
  return {
    volid: `${storage}:${template ? 'vztmpl' : 'iso'}/${name}`,
    ...(node === undefined ? {} : { node }),
    storage,
    content: template ? 'vztmpl' : 'iso',
    format: template ? (name.endsWith('.xz') ? 'txz' : 'tzst') : 'iso',
    size,
    ctime,
  };
}

/** The last nights' archives on the NAS: three of each guest of the pool `prod`. */
function backups(now: number): FileVolume[] {
  const files: FileVolume[] = [];
  const midnight = now - (now % day);
  for (const plan of homelabGuests.filter((one) => one.pool === 'prod')) {
    for (const night of [3, 2, 1]) {
      if (plan.vmid === 106 && night === 1) continue;
      const ctime = midnight - (night - 1) * day + 7200 + (plan.vmid % 60) * 13;
      if (ctime > now) continue;
      files.push({
        volid: `backup-nas:backup/${archiveName(plan.type, plan.vmid, ctime)}`,
        storage: 'backup-nas',
        content: 'backup',
        format: plan.type === 'qemu' ? 'vma.zst' : 'tar.zst',
        size: Math.round(plan.memory * 1.1 * mib + (plan.vmid % 7) * 90 * mib),
        ctime,
        vmid: plan.vmid,
        subtype: plan.type,
        notes: plan.name,
        ...(night === 3 && plan.vmid === 103 ? { protected: true } : {}),
      });
    }
  }
  return files;
}

/** The three-node cluster `homelab`. `now` in ms. */
export function homelabParts(now: number): WorldParts {
  const seconds = Math.floor(now / 1000);
  return {
    clusterName: 'homelab',
    nodes: nodes(seconds),
    guests: homelabGuests.map((plan) => makeGuest(plan, seconds)),
    storages: storages(),
    files: [
      image('local', 'debian-13.1.0-amd64-netinst.iso', 783_286_272, seconds - 70 * day, 'pve1'),
      image('local', 'virtio-win-0.1.271.iso', 709_474_304, seconds - 95 * day, 'pve1'),
      image(
        'local',
        'debian-13-standard_13.1-1_amd64.tar.zst',
        124_000_000,
        seconds - 50 * day,
        'pve2',
      ),
      image(
        'local',
        'ubuntu-24.04-standard_24.04-2_amd64.tar.zst',
        141_000_000,
        seconds - 120 * day,
        'pve3',
      ),
      image('backup-nas', 'Win11_24H2_English_x64.iso', 5_819_484_160, seconds - 88 * day),
      image(
        'backup-nas',
        'nixos-minimal-25.11-x86_64-linux.iso',
        1_610_612_736,
        seconds - 30 * day,
      ),
      image(
        'backup-nas',
        'alpine-3.22-default_20250617_amd64.tar.xz',
        3_500_000,
        seconds - 40 * day,
      ),
      image(
        'backup-nas',
        'debian-13-standard_13.1-1_amd64.tar.zst',
        124_000_000,
        seconds - 50 * day,
      ),
      ...backups(seconds),
    ],
    pools: poolComments,
    mappings,
    firewall: homelabFirewall(now),
    pbs: homelabPbs,
    accounts: createAccounts(),
    replication: replicationJobs(seconds),
    backupJobs,
  };
}
