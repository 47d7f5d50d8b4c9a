import { dataDisks } from '../../world/disks.ts';
import { refuseHeld } from '../../world/file-lock.ts';
import { type GuestState, guestName } from '../../world/model.ts';
import type { World } from '../../world/world.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died } from '../errors.ts';
import { findGuest, rootOnly } from '../guest-access.ts';
import { hasAgent } from '../guest-rows.ts';
import { guestParameters, optionalFlag, text } from '../parameter-kinds.ts';

/**
 * The machine whose agent is to answer.
 * @throws ApiError 500 when none is configured, or it does not answer
 */
function answering(call: Call): GuestState {
  const guest = findGuest(call, 'qemu');
  if (!hasAgent(guest)) throw died('No QEMU guest agent configured');
  if (guest.status !== 'running') throw died(`VM ${guest.vmid} is not running`);
  if (guest.agent !== 'answers' || guest.qmpstatus !== 'running') {
    throw died('QEMU guest agent is not running');
  }
  return guest;
}

function interfaces(guest: GuestState): unknown {
  return guest.addresses.map(({ iface, mac, cidrs }) => ({
    name: iface,
    'hardware-address': mac,
    'ip-addresses': cidrs.map((cidr) => {
      const [address = '', prefix = ''] = cidr.split('/');
      const type = address.includes(':') ? 'ipv6' : 'ipv4';
      return { 'ip-address': address, 'ip-address-type': type, prefix: Number(prefix) };
    }),
  }));
}

function system(id: string, name: string, version: string, kernel: string) {
  return {
    id,
    name,
    'pretty-name': `${name} ${version}`,
    version,
    'version-id': version.split(' ')[0],
    'kernel-release': kernel,
    'kernel-version': '#1 SMP PREEMPT_DYNAMIC',
    machine: 'x86_64',
  };
}

function osInfo(guest: GuestState): unknown {
  const tags = String(guest.config.tags ?? '').split(';');
  if (tags.includes('nixos')) return system('nixos', 'NixOS', '25.11 (Xantusia)', '6.12.60');
  if (tags.includes('windows') || /^w(?:in|xp|2k|vista)/.test(String(guest.config.ostype))) {
    return {
      ...system('mswindows', 'Microsoft Windows', '11', '26100'),
      'pretty-name': 'Windows 11 Pro',
      'kernel-version': '10.0',
    };
  }
  if (guest.config.ciuser === 'ubuntu') {
    return system('ubuntu', 'Ubuntu', '24.04.3 LTS (Noble Numbat)', '6.8.0-88-generic');
  }
  return system('debian', 'Debian GNU/Linux', '13 (trixie)', '6.12.57+deb13-amd64');
}

function fileSystem(mountpoint: string, name: string, total: number, used: number) {
  return {
    name,
    mountpoint,
    type: mountpoint === '/boot' ? 'vfat' : 'ext4',
    'total-bytes': total,
    'used-bytes': used,
    'total-bytes-privileged': Math.round(total * 1.05),
    disk: [],
  };
}

function fsInfo(guest: GuestState): unknown {
  const data = dataDisks(guest.config).filter((disk) => disk.size > 2 ** 30);
  return data.flatMap(({ size }, index) => {
    const letter = 'abcdefgh'[index] ?? 'z';
    const total = Math.round(size * 0.93);
    const used = Math.round(total * guest.diskUsed);
    if (index > 0) return [fileSystem(`/srv/data${index}`, `sd${letter}1`, total, used)];
    const boot = fileSystem('/boot', 'sda1', 512 * 2 ** 20, 96 * 2 ** 20);
    return [fileSystem('/', 'sda2', total, used), boot];
  });
}

function users(guest: GuestState, world: World): unknown {
  const { startedAt = 0 } = guest;
  const since = startedAt + 600;
  if (world.clock.seconds < since || guest.vmid % 2 === 1) return [];
  return [{ user: String(guest.config.ciuser ?? 'root'), 'login-time': since + 0.25 }];
}

function ask(command: string, result: (guest: GuestState, world: World) => unknown): Endpoint {
  return {
    method: 'GET',
    path: `/nodes/{node}/qemu/{vmid}/agent/${command}`,
    permission: {
      path: '/vms/{vmid}',
      privileges: ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'],
      any: true,
    },
    proxyto: 'node',
    parameters: guestParameters,
    handler: (call) => ({ result: result(answering(call), call.world) }),
  };
}

function sendKey(call: Call): null {
  rootOnly(call, 'skiplock');
  const guest = findGuest(call, 'qemu');
  if (guest.status !== 'running') throw died(`VM ${guest.vmid} not running`);
  refuseHeld(guest);
  call.world.sentKeys.push({ vmid: guest.vmid, key: call.required('key') });
  return null;
}

/** What reaches into a running machine: its agent, and its keyboard. */
export const agentEndpoints: readonly Endpoint[] = [
  ask('network-get-interfaces', interfaces),
  ask('get-osinfo', osInfo),
  ask('get-fsinfo', fsInfo),
  ask('get-users', users),
  ask('get-host-name', (guest) => ({ 'host-name': guestName(guest) })),
  {
    method: 'PUT',
    path: '/nodes/{node}/qemu/{vmid}/sendkey',
    permission: { path: '/vms/{vmid}', privileges: ['VM.Console'] },
    proxyto: 'node',
    parameters: { ...guestParameters, key: text(), skiplock: optionalFlag() },
    handler: sendKey,
  },
];
