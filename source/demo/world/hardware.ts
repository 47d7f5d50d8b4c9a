import type { DiskState, NodeState, PackageUpdate, ServiceState } from './model.ts';

const tib = 1e12;

/** unit, description, state, active state, unit file state */
const serviceList: readonly (readonly [string, string, string, string, string])[] = [
  ['chrony', 'chrony, an NTP client/server', 'running', 'active', 'enabled'],
  ['corosync', 'Corosync Cluster Engine', 'running', 'active', 'enabled'],
  ['cron', 'Regular background program processing daemon', 'running', 'active', 'enabled'],
  ['ksmtuned', 'Kernel Samepage Merging (KSM) Tuning Daemon', 'running', 'active', 'enabled'],
  ['lxcfs', 'FUSE filesystem for LXC', 'running', 'active', 'enabled'],
  ['postfix', 'Postfix Mail Transport Agent', 'exited', 'active', 'enabled'],
  ['proxmox-firewall', 'Proxmox nftables firewall', 'running', 'active', 'enabled'],
  ['pve-cluster', 'The Proxmox VE cluster filesystem', 'running', 'active', 'enabled'],
  ['pve-firewall', 'Proxmox VE firewall', 'running', 'active', 'enabled'],
  ['pve-ha-crm', 'PVE Cluster HA Resource Manager Daemon', 'running', 'active', 'enabled'],
  ['pve-ha-lrm', 'PVE Local HA Resource Manager Daemon', 'running', 'active', 'enabled'],
  ['pve-lxc-syscalld', 'Proxmox VE LXC Syscall Daemon', 'running', 'active', 'enabled'],
  ['pvedaemon', 'PVE API Daemon', 'running', 'active', 'enabled'],
  ['pvefw-logger', 'Proxmox VE firewall logger', 'running', 'active', 'static'],
  ['pveproxy', 'PVE API Proxy Server', 'running', 'active', 'enabled'],
  ['pvescheduler', 'Proxmox VE scheduler', 'running', 'active', 'enabled'],
  ['pvestatd', 'PVE Status Daemon', 'running', 'active', 'enabled'],
  ['qmeventd', 'PVE Qemu Event Daemon', 'running', 'active', 'enabled'],
  ['spiceproxy', 'PVE SPICE Proxy Server', 'running', 'active', 'enabled'],
  ['sshd', 'OpenBSD Secure Shell server', 'running', 'active', 'enabled'],
  ['syslog', 'syslog', 'dead', 'inactive', 'not-found'],
  ['systemd-journald', 'Journal Service', 'running', 'active', 'static'],
  ['systemd-timesyncd', 'systemd-timesyncd', 'dead', 'inactive', 'not-found'],
];

/** The names GET /nodes/{node}/services knows. */
export const serviceNames: readonly string[] = serviceList.map(([name]) => name);

export function nodeServices(clustered: boolean): ServiceState[] {
  return serviceList.map(([service, desc, state, activeState, unitState]) => ({
    service,
    desc,
    state: service === 'corosync' && !clustered ? 'dead' : state,
    activeState: service === 'corosync' && !clustered ? 'inactive' : activeState,
    unitState,
  }));
}

export function nvme(
  index: number,
  model: string,
  size: number,
  wearout: number,
  used: string,
): DiskState {
  return {
    devpath: `/dev/nvme${index}n1`,
    type: 'nvme',
    size: Math.round(size * tib),
    vendor: 'unknown',
    model,
    serial: `S6DEMO0N${100_000 + index * 7919}`,
    rpm: 0,
    health: 'PASSED',
    wearout,
    used,
    mounted: false,
    hours: 9000 + index * 731,
    temperature: 41 + index,
  };
}

/** A disk on a SATA port; without `wearout` it spins. */
export function sata(
  letter: string,
  model: string,
  size: number,
  used: string,
  more: Partial<DiskState> = {},
): DiskState {
  const ssd = more.wearout !== undefined;
  return {
    devpath: `/dev/sd${letter}`,
    type: ssd ? 'ssd' : 'hdd',
    size: Math.round(size * tib),
    vendor: 'ATA     ',
    model,
    serial: `WDDEMO${letter.toUpperCase()}04711`,
    rpm: ssd ? 0 : 5400,
    health: 'PASSED',
    used,
    mounted: false,
    hours: 21_480,
    temperature: 34,
    ...more,
  };
}

const updateList: readonly PackageUpdate[] = [
  ['libpve-storage-perl', 'Proxmox VE storage management library', '9.0.18', '9.1.0', 'perl'],
  ['pve-manager', 'Proxmox Virtual Environment Management Tools', '9.2.3', '9.2.4', 'admin'],
  ['proxmox-kernel-6.17', 'Latest Proxmox Kernel Image', '6.17.2-1', '6.17.4-1', 'kernel'],
  ['qemu-server', 'Qemu Server Tools', '9.1.8', '9.1.9', 'admin'],
  [
    'openssl',
    'Secure Sockets Layer toolkit - cryptographic utility',
    '3.5.1-1',
    '3.5.1-1+deb13u1',
    'utils',
  ],
  [
    'libssl3t64',
    'Secure Sockets Layer toolkit - shared libraries',
    '3.5.1-1',
    '3.5.1-1+deb13u1',
    'libs',
  ],
].map(([name = '', title = '', oldVersion = '', version = '', section = '']) => ({
  name,
  title,
  oldVersion,
  version,
  section,
  origin: /ssl/.test(name) ? 'Debian' : 'Proxmox',
}));

/** The first `count` packages that wait to be installed. */
export function packageUpdates(count: number): PackageUpdate[] {
  return updateList.slice(0, count);
}

export type NodePlan = Omit<
  NodeState,
  'services' | 'updates' | 'nextPid' | 'downSince' | 'poweredOff' | 'mac'
> & { readonly updateCount: number; readonly clustered: boolean };

export function makeNode(plan: NodePlan): NodeState {
  const { updateCount, clustered, ...rest } = plan;
  return {
    ...rest,
    mac: `bc:24:11:00:00:${(16 + plan.nodeid).toString(16).padStart(2, '0')}`,
    services: nodeServices(clustered),
    updates: packageUpdates(updateCount),
    nextPid: 1200 + plan.nodeid * 311,
  };
}
