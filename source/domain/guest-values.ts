/*
 * PVE's own rules for what a guest's configuration may hold, asked before a call. Every function answers in a few words why
 * the server would refuse, or undefined when it would not.
 */
import { type GuestType, isVmid } from './guest.ts';
import { bootable } from './guest-boot.ts';
import { parseProperty, parseSize, type SlotBus } from './guest-config.ts';
import type { GuestConfig } from './guest-detail.ts';

type Problem = string | undefined;

/** `mac-addr`: six pairs, and the first byte even, because a multicast address names no device. */
export function macProblem(text: string): Problem {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(text)) return 'not a MAC like BC:24:11:00:00:01';
  if (!/^.[02468ace]/i.test(text)) return 'a multicast MAC, its second digit must be even';
  return undefined;
}

/** VLAN tag, 1 to 4094. */
export function vlanProblem(tag: string | number): Problem {
  return wholeProblem(tag, 1, 4094);
}

/** VLANs a NIC passes through: `2;10-20`. Ranges for qemu only. */
export function trunksProblem(text: string, type: GuestType = 'qemu'): Problem {
  const one = type === 'qemu' ? /^\d+(?:-\d+)?$/ : /^\d+$/;
  const parts = text.split(';');
  if (!parts.every((part) => one.test(part))) return 'VLANs separated by ;, like 2;10';
  const bad = parts.flatMap((part) => part.split('-')).find((tag) => vlanProblem(tag));
  return bad === undefined ? undefined : `${bad} is no VLAN, they go from 1 to 4094`;
}

/** A whole number between two bounds. */
export function wholeProblem(
  value: string | number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): Problem {
  const text = String(value).trim();
  if (!/^-?\d+$/.test(text)) return 'a whole number is needed';
  const number = Number(text);
  if (number < min) return `at least ${min}`;
  if (number > max) return `at most ${max}`;
  return undefined;
}

/** A number between two bounds, with a fraction if need be. */
export function figureProblem(
  value: string | number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): Problem {
  const text = String(value).trim();
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return 'a number is needed';
  if (Number(text) < min) return `at least ${min}`;
  if (Number(text) > max) return `at most ${max}`;
  return undefined;
}

/** A disk's size in Proxmox's words: `8G`, `512M`. */
export function sizeProblem(text: string): Problem {
  const bytes = parseSize(text);
  if (bytes === undefined) return 'not a size like 8G or 512M';
  return bytes > 0 ? undefined : 'more than nothing';
}

/** What resize takes: `+10G`, or the new size. Proxmox never shrinks, so it must be more than `current` (bytes). */
export function growProblem(text: string, current?: number): Problem {
  const bytes = parseSize(text.replace(/^\+/, ''));
  if (bytes === undefined) return 'not a size like +10G or 40G';
  if (text.startsWith('+')) return bytes > 0 ? undefined : 'more than nothing';
  if (current !== undefined && bytes <= current) return 'a disk can only grow';
  return bytes > 0 ? undefined : 'more than nothing';
}

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const dnsName = new RegExp(`^(?:${label}\\.)*${label}$`, 'i');

/** `dns-name`: labels of letters, digits and inner hyphens. */
export function dnsNameProblem(text: string): Problem {
  if (text === '') return 'a name is needed';
  if (/[_ ]/.test(text)) return 'no spaces and no _ in a host name';
  return dnsName.test(text) ? undefined : 'only letters, digits, - and dots';
}

/** A guest's name: a DNS name for both kinds; a container's is its host name, at most 255 characters. */
export function guestNameProblem(text: string, type: GuestType): Problem {
  if (type === 'lxc' && text.length > 255) return `at most 255 characters, this has ${text.length}`;
  return dnsNameProblem(text);
}

/** One tag: letters, digits, `_ - + .`, and not one of the last three at its start. */
export function tagProblem(tag: string): Problem {
  if (tag === '') return 'a tag needs a name';
  if (/^[-+.]/.test(tag)) return 'must start with a letter, a digit or _';
  return /^[a-z0-9_][a-z0-9_\-+.]*$/i.test(tag) ? undefined : 'only letters, digits, _ - + and .';
}

/** The tags of a list as a person types it: separated by `;`, `,` or spaces, each once. */
export function parseTags(text: string): readonly string[] {
  return [...new Set(text.split(/[;, ]+/).filter((tag) => tag !== ''))];
}

export function tagsProblem(text: string): Problem {
  for (const tag of parseTags(text)) {
    const problem = tagProblem(tag);
    if (problem !== undefined) return `${tag}: ${problem}`;
  }
  return undefined;
}

/** `pve-storage-id` */
export function storageProblem(text: string): Problem {
  if (text === '') return 'a storage is needed';
  if (!/^[a-z]/i.test(text)) return 'must start with a letter';
  if (text.length < 2) return 'needs at least 2 characters';
  return /^[a-z][a-z0-9._-]*[a-z0-9]$/i.test(text) ? undefined : 'not a storage id';
}

/** `storage:volume` */
export function volidProblem(text: string): Problem {
  const cut = text.indexOf(':');
  if (cut <= 0 || cut === text.length - 1) return 'not a volume like local:iso/name.iso';
  if (/[\n,]/.test(text)) return 'no commas and no line breaks in a volume';
  return storageProblem(text.slice(0, cut)) === undefined ? undefined : 'no storage before the :';
}

/** What a CD drive takes: an ISO volume, `none`, or `cdrom` (the node's own drive). */
export function isoProblem(text: string): Problem {
  if (text === 'none' || text === 'cdrom') return undefined;
  const problem = volidProblem(text);
  if (problem !== undefined) return problem;
  return /:iso\/.+\.(?:iso|img)$/i.test(text) ? undefined : 'not an ISO like local:iso/name.iso';
}

/** A container template: `local:vztmpl/…tar.zst`. */
export function templateProblem(text: string): Problem {
  const problem = volidProblem(text);
  if (problem !== undefined) return problem;
  return /:vztmpl\/.+/.test(text) ? undefined : 'not a template like local:vztmpl/name.tar.zst';
}

/** Where a container mounts a volume: absolute, without steps upwards. */
export function mountpointProblem(path: string): Problem {
  if (!path.startsWith('/') || path === '/') return 'an absolute path like /srv/data';
  if (/[,\n]/.test(path)) return 'no commas and no line breaks in a path';
  return /(?:^|\/)\.\.?(?:\/|$)/.test(path) ? 'no . and no .. in a path' : undefined;
}

/** `pve-bridge-id` and the name of a container's interface. */
export function interfaceProblem(text: string): Problem {
  if (text === '') return 'a name is needed';
  if (text.length > 15) return `at most 15 characters, this has ${text.length}`;
  return /^[-_.\w]+$/.test(text) ? undefined : 'only letters, digits, - _ and .';
}

/** `order=` of `boot`: each device once, and one that the VM has. [] = it boots from nothing. */
export function bootOrderProblem(
  devices: readonly string[],
  config: Pick<GuestConfig, 'entries' | 'raw'>,
): Problem {
  const known = bootable(config);
  const stranger = devices.find((device) => !known.includes(device));
  if (stranger !== undefined) return `${stranger} is no device of this VM`;
  const double = devices.find((device, index) => devices.indexOf(device) !== index);
  return double === undefined ? undefined : `${double} is there twice`;
}

/** `order=1,up=30,down=60`; the order may stand without its key. */
export function startupProblem(text: string): Problem {
  for (const { key, value } of parseProperty(text, 'order')) {
    if (!['order', 'up', 'down'].includes(key))
      return `${key} is unknown, there are order, up, down`;
    if (!/^\d+$/.test(value)) return `${key} must be a whole number`;
  }
  return undefined;
}

/** Processor cores: per socket for qemu, all of them for lxc (at most 8192). */
export function coresProblem(cores: string | number, type: GuestType): Problem {
  return wholeProblem(cores, 1, type === 'lxc' ? 8192 : undefined);
}

export function socketsProblem(sockets: string | number): Problem {
  return wholeProblem(sockets, 1);
}

/** Share of a CPU's time, 0 = no limit; at most 128 for qemu, 8192 for lxc. */
export function cpulimitProblem(limit: string | number, type: GuestType): Problem {
  return figureProblem(limit, 0, type === 'lxc' ? 8192 : 128);
}

export function cpuunitsProblem(units: string | number, type: GuestType): Problem {
  return type === 'lxc' ? wholeProblem(units, 0, 500_000) : wholeProblem(units, 1, 262_144);
}

/** MiB, at least 16. */
export function memoryProblem(memory: string | number): Problem {
  return wholeProblem(memory, 16);
}

/** MiB; 0 switches the balloon off. More than the memory makes no sense to PVE. */
export function balloonProblem(balloon: string | number, memory?: number): Problem {
  const problem = wholeProblem(balloon, 0);
  if (problem !== undefined || memory === undefined) return problem;
  return Number(balloon) > memory ? `at most the memory, ${memory} MiB` : undefined;
}

/** MiB of a container's swap. */
export function swapProblem(swap: string | number): Problem {
  return wholeProblem(swap, 0);
}

/** Megabytes per second, 0 = no limit. */
export function rateProblem(rate: string | number): Problem {
  return figureProblem(rate, 0);
}

/** qemu takes 1 (as the bridge) to 65520, lxc 64 to 65535. */
export function mtuProblem(mtu: string | number, type: GuestType): Problem {
  return type === 'qemu' ? wholeProblem(mtu, 1, 65_520) : wholeProblem(mtu, 64, 65_535);
}

/** `pve-vmid` */
export function vmidProblem(vmid: string | number): Problem {
  const text = String(vmid).trim();
  return /^\d+$/.test(text) && isVmid(Number(text)) ? undefined : 'a number from 100 to 999999999';
}

/** `pve-poolid`: up to three levels. */
export function poolProblem(pool: string): Problem {
  return /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+){0,2}$/.test(pool) ? undefined : 'not a pool';
}

/** A container's root password; PVE wants at least 5 characters. */
export function passwordProblem(password: string): Problem {
  return password.length < 5 ? 'at least 5 characters' : undefined;
}

/** Public keys in OpenSSH's form, one a line; empty lines and comments are fine. */
export function sshKeysProblem(text: string): Problem {
  const lines = text.split('\n').map((line) => line.trim());
  const bad = lines.findIndex((line) => line !== '' && !line.startsWith('#') && !sshKey.test(line));
  if (bad === -1) return undefined;
  if (/PRIVATE KEY/.test(lines[bad] ?? '')) return 'that is a private key';
  return `line ${bad + 1} is no public key`;
}
const sshKey =
  /(?:^|[ ,"])(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)\s+[A-Za-z0-9+/]{20,}={0,3}(?:\s|$)/;

/** Buses a disk can be added to, by guest type. */
export const diskBuses: Readonly<Record<GuestType, readonly SlotBus[]>> = {
  qemu: ['scsi', 'virtio', 'sata', 'ide'],
  lxc: ['mp'],
};
