import { createHash } from 'node:crypto';
import { cloudinitKeys } from './guest-config.ts';
import { refuseLocked } from './guest-power.ts';
import { type ConfigRecord, type ConfigValue, type GuestState, guestName } from './model.ts';
import { property } from './property-string.ts';
import type { World } from './world.ts';

function wanted(guest: GuestState): ConfigRecord {
  const merged: ConfigRecord = { ...guest.config };
  for (const [key, value] of Object.entries(guest.pending)) {
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  return cloudinitKeys(merged);
}

function shown(key: string, value: ConfigValue): string {
  return key === 'cipassword' ? '**********' : String(value);
}

/**
 * What the image has and what the next one will have. As PVE: addresses are only told when they are new, and of what goes
 * only the name.
 */
export function cloudinitRows(guest: GuestState): Record<string, unknown>[] {
  const made = guest.cloudinit ?? cloudinitKeys(guest.config);
  const next = wanted(guest);
  const rows: Record<string, unknown>[] = [];
  for (const [key, value] of Object.entries(next)) {
    const before = made[key];
    if (before === undefined) rows.push({ key, pending: shown(key, value) });
    else if (!/^ipconfig\d+$/.test(key)) {
      const changed = before === value ? {} : { pending: shown(key, value) };
      rows.push({ key, value: shown(key, before), ...changed });
    }
  }
  const gone = Object.keys(made).filter((key) => next[key] === undefined);
  return [...rows, ...gone.map((key) => ({ key, delete: 1 }))];
}

function hasCloudinitDrive(guest: GuestState): boolean {
  return Object.values(guest.config).some((value) => String(value).includes('-cloudinit'));
}

/** Makes the image anew: what waited for it holds from now on. Without such a drive nothing happens. */
export function regenerateImage(world: World, guest: GuestState): void {
  refuseLocked(guest);
  if (!hasCloudinitDrive(guest)) return;
  world.change(guest, (one) => {
    one.cloudinit = undefined;
  });
}

function userData(guest: GuestState, config: ConfigRecord, hidePassword: boolean): string {
  const name = guestName(guest) || `VM${guest.vmid}`;
  const hostname = name.replace(/\..*$/, '');
  const domain = config.searchdomain;
  const fqdn = name.includes('.') || domain === undefined ? name : `${hostname}.${domain}`;
  const { ciuser, cipassword } = config;
  const keys = decodeURIComponent(String(config.sshkeys ?? ''))
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [
    '#cloud-config',
    `hostname: ${hostname}`,
    'manage_etc_hosts: true',
    `fqdn: ${fqdn}`,
    ...(ciuser === undefined ? [] : [`user: ${ciuser}`]),
    ...(ciuser === 'root' ? ['disable_root: False'] : []),
    ...(cipassword === undefined ? [] : [`password: ${hidePassword ? '**********' : cipassword}`]),
    ...(config.sshkeys === undefined ? [] : ['ssh_authorized_keys:']),
    ...keys.map((key) => `  - ${key}`),
    'chpasswd:',
    '  expire: False',
    ...(ciuser === 'root' ? [] : ['users:', '  - default']),
    ...(config.ciupgrade === 0 ? [] : ['package_upgrade: true']),
    '',
  ].join('\n');
}

/** `24` → `255.255.255.0` */
function netmask(prefix: number): string {
  const bits = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

function subnets(told: string): string[] {
  const lines: string[] = [];
  const ip = property(told, 'ip');
  if (ip === 'dhcp') lines.push('- type: dhcp4');
  else if (ip !== undefined) {
    const [address, prefix] = ip.split('/');
    lines.push(
      '- type: static',
      `  address: '${address}'`,
      `  netmask: '${netmask(Number(prefix))}'`,
    );
    const gateway = property(told, 'gw');
    if (gateway !== undefined) lines.push(`  gateway: '${gateway}'`);
  }
  const ip6 = property(told, 'ip6');
  if (ip6 === 'dhcp') lines.push('- type: dhcp6');
  else if (ip6 === 'auto') lines.push('- type: ipv6_slaac');
  else if (ip6 !== undefined) {
    lines.push('- type: static6', `  address: '${ip6}'`);
    const gateway = property(told, 'gw6');
    if (gateway !== undefined) lines.push(`  gateway: '${gateway}'`);
  }
  return lines.map((line) => `      ${line}`);
}

/** What the nodes themselves ask for names. */
const houseDns = '192.168.1.1';

function networkData(guest: GuestState, config: ConfigRecord): string {
  const lines = ['version: 1', 'config:'];
  const nics = Object.keys(guest.config).filter((one) => /^net\d+$/.test(one));
  for (const key of nics.sort()) {
    const index = Number(key.slice(3));
    const told = config[`ipconfig${index}`];
    if (told === undefined) continue;
    const mac = /(?:[0-9A-F]{2}:){5}[0-9A-F]{2}/i.exec(String(guest.config[key]))?.[0] ?? '';
    lines.push('    - type: physical', `      name: eth${index}`);
    lines.push(`      mac_address: '${mac.toLowerCase()}'`, '      subnets:');
    lines.push(...subnets(String(told)));
  }
  const split = (value: ConfigValue | undefined) =>
    String(value ?? '')
      .split(/\s+/)
      .filter(Boolean);
  lines.push('    - type: nameserver', '      address:');
  lines.push(...split(config.nameserver ?? houseDns).map((one) => `      - '${one}'`));
  const domains = split(config.searchdomain);
  if (domains.length > 0) lines.push('      search:', ...domains.map((one) => `      - '${one}'`));
  return `${lines.join('\n')}\n`;
}

/** One of the three files of the image as it would be made now. */
export function cloudinitFile(
  guest: GuestState,
  type: 'user' | 'network' | 'meta',
  hidePassword: boolean,
): string {
  const config = wanted(guest);
  const user = userData(guest, config, hidePassword);
  if (type === 'user') return user;
  const network = networkData(guest, config);
  if (type === 'network') return network;
  return `instance-id: ${createHash('sha1').update(`${user}${network}`).digest('hex')}\n`;
}
