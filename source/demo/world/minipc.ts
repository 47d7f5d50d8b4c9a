import { createAccounts } from './accounts.ts';
import { day, type GuestPlan, makeGuest } from './guest-plan.ts';
import { makeNode, nvme } from './hardware.ts';
import { poolComments } from './homelab.ts';
import type { FileVolume } from './model.ts';
import type { WorldParts } from './world.ts';

const gib = 2 ** 30;
const node = 'minipc';
const disk = (vmid: number, gigabytes: number) => `local-zfs:vm-${vmid}-disk-0,size=${gigabytes}G`;

const guests: readonly GuestPlan[] = [
  {
    vmid: 100,
    type: 'qemu',
    name: 'app-server',
    node,
    cores: 4,
    memory: 8192,
    disks: { scsi0: disk(100, 60) },
    tags: 'linux;prod',
    pool: 'prod',
    up: 15 * day,
    ip: '192.168.1.100',
    agent: 'answers',
    config: { onboot: 1 },
    snapshots: [{ name: 'clean', ago: 33 * day }],
  },
  {
    vmid: 101,
    type: 'qemu',
    name: 'docker',
    node,
    cores: 4,
    memory: 8192,
    disks: { scsi0: disk(101, 80) },
    tags: 'docker;linux;prod',
    pool: 'prod',
    up: 15 * day,
    ip: '192.168.1.101',
    agent: 'answers',
    load: { cpu: 0.25, mem: 0.7 },
    config: { onboot: 1 },
  },
  {
    vmid: 102,
    type: 'qemu',
    name: 'databases',
    node,
    cores: 2,
    memory: 8192,
    disks: { scsi0: disk(102, 64) },
    tags: 'critical;linux',
    pool: 'prod',
    up: 15 * day,
    ip: '192.168.1.102',
    agent: 'answers',
    config: { onboot: 1, startup: 'order=1' },
  },
  {
    vmid: 110,
    type: 'qemu',
    name: 'win11',
    node,
    cores: 4,
    memory: 8192,
    disks: { scsi0: disk(110, 96) },
    tags: 'desktop;windows',
    pool: 'desktops',
    up: 2 * day,
    ip: '192.168.1.110',
    config: { ostype: 'win11', vga: 'qxl,memory=32', machine: 'pc-q35-10.1' },
  },
  {
    vmid: 111,
    type: 'qemu',
    name: 'win10-test',
    node,
    cores: 2,
    memory: 4096,
    disks: { scsi0: disk(111, 64) },
    tags: 'windows',
    pool: 'desktops',
    config: { ostype: 'win10', vga: 'qxl' },
  },
  {
    vmid: 120,
    type: 'qemu',
    name: 'openwrt-lab',
    node,
    cores: 1,
    memory: 256,
    disks: { scsi0: disk(120, 2) },
    tags: 'embedded',
    pool: 'lab',
    up: 4 * day,
    obeysShutdown: false,
    config: { ostype: 'other' },
  },
  {
    vmid: 200,
    type: 'lxc',
    name: 'monitoring',
    node,
    cores: 2,
    memory: 2048,
    disks: { rootfs: 'local-zfs:subvol-200-disk-0,size=16G' },
    tags: 'prod',
    pool: 'prod',
    up: 15 * day,
    ip: '192.168.1.120',
    config: { onboot: 1 },
  },
];

function image(name: string, size: number, now: number): FileVolume {
  const content = name.endsWith('.iso') ? 'iso' : 'vztmpl';
  return {
    volid: `local:${content}/${name}`,
    node,
    storage: 'local',
    content,
    format: content === 'iso' ? 'iso' : 'tzst',
    size,
    ctime: now - 40 * day,
  };
}

/** One machine without a cluster: an i7 with 64 GB. `now` in ms. */
export function minipcParts(now: number): WorldParts {
  const seconds = Math.floor(now / 1000);
  return {
    clusterName: undefined,
    nodes: [
      makeNode({
        node,
        nodeid: 1,
        ip: '192.168.1.10',
        model: '12th Gen Intel(R) Core(TM) i7-12650H',
        sockets: 1,
        cores: 10,
        cpus: 16,
        memory: 64 * gib,
        rootTotal: 90 * gib,
        rootUsed: 12 * gib,
        disks: [nvme(0, 'KINGSTON SNV2S2000G', 2, 93, 'ZFS')],
        zpool: { name: 'rpool', size: 1.81 * 1024 * gib, devices: ['nvme0n1p3'] },
        bootedAt: seconds - 15 * day - 300,
        updateCount: 6,
        clustered: false,
      }),
    ],
    guests: guests.map((plan) => makeGuest(plan, seconds)),
    storages: [
      {
        storage: 'local',
        type: 'dir',
        content: 'backup,iso,vztmpl',
        nodes: [node],
        shared: false,
        total: { [node]: 90 * gib },
        otherUsed: { [node]: 12 * gib },
        settings: { path: '/var/lib/vz' },
        inactiveOn: new Set(),
      },
      {
        storage: 'local-zfs',
        type: 'zfspool',
        content: 'images,rootdir',
        nodes: [node],
        shared: false,
        total: { [node]: 1760 * gib },
        otherUsed: { [node]: 4 * gib },
        settings: { pool: 'rpool/data', sparse: '1' },
        inactiveOn: new Set(),
      },
    ],
    files: [
      image('debian-13.1.0-amd64-netinst.iso', 783_286_272, seconds),
      image('debian-13-standard_13.1-1_amd64.tar.zst', 124_000_000, seconds),
    ],
    pools: poolComments,
    accounts: createAccounts(),
  };
}
