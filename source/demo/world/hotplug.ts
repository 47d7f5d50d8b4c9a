import { drivePattern, mountPattern, volumeOf } from './disks.ts';
import type { ConfigValue, GuestState } from './model.ts';
import { property } from './property-string.ts';

/** Options that are only kept in the file: they hold from the moment they are written. */
const fastVm =
  /^(?:description|hookscript|lock|migrate_(?:downtime|speed)|name|onboot|protection|shares|startup|tags|vmstatestorage|unused\d+)$/;
const fastContainer =
  /^(?:description|hookscript|hostname|lock|onboot|protection|startup|tags|cores|unused\d+)$/;
/** Limits that the kernel takes while the guest runs. */
const limits = /^(?:cpuunits|cpulimit)$/;
export const cloudinitKey =
  /^(?:cicustom|cipassword|citype|ciuser|ciupgrade|nameserver|searchdomain|sshkeys|ipconfig\d+)$/;

const usualFeatures = 'network,disk,usb';

function features(guest: GuestState): ReadonlySet<string> {
  const told = String(guest.config.hotplug ?? '1');
  const list = told === '1' ? usualFeatures : told === '0' ? '' : told;
  return new Set(list.split(/[,;\s]+/).filter(Boolean));
}

/** Trimming cloned disks is the only thing of the agent that changes while the machine runs. */
function sameAgent(before: ConfigValue | undefined, after: ConfigValue | null): boolean {
  const rest = (value: ConfigValue) =>
    String(value)
      .split(',')
      .filter((part) => !part.startsWith('fstrim_cloned_disks='))
      .join(',');
  return before !== undefined && after !== null && rest(before) === rest(after);
}

/** Are changes of cloud-init put into the image at once? */
export function plugsCloudinit(guest: GuestState): boolean {
  return guest.type === 'qemu' && features(guest).has('cloudinit');
}

function isCdrom(value: ConfigValue | null | undefined): boolean {
  return property(String(value ?? ''), 'media') === 'cdrom';
}

/** Systems that take a USB device while they run. */
const takesUsb = /^(?:l26|win(?:8|10|11))$/;
/** What QEMU is started with for a disk; the rest of its options change while it runs. */
const startedWith = 'aio cache discard iothread product queues ro ssd vendor'.split(' ');

/** undefined = it is another disk, or a new one. */
function takesOptions(now: ConfigValue | undefined, value: ConfigValue | null) {
  if (now === undefined || value === null || volumeOf(now) !== volumeOf(value)) return undefined;
  return startedWith.every((key) => property(String(now), key) === property(String(value), key));
}

function driveTakes(guest: GuestState, key: string, value: ConfigValue | null): boolean {
  const now = guest.config[key];
  if (/^(?:efidisk|tpmstate)\d+$/.test(key)) return false;
  if (isCdrom(now)) return isCdrom(value);
  const options = takesOptions(now, value);
  if (options !== undefined) return options;
  return features(guest).has('disk') && /^(?:scsi|virtio)\d+$/.test(key) && !isCdrom(value);
}

function machineTakes(guest: GuestState, key: string, value: ConfigValue | null): boolean {
  if (fastVm.test(key) || limits.test(key) || cloudinitKey.test(key)) return true;
  const can = features(guest);
  if (/^net\d+$/.test(key)) return can.has('network');
  if (/^usb\d+$/.test(key)) return can.has('usb') && takesUsb.test(String(guest.config.ostype));
  if (key === 'tablet') return can.has('usb');
  if (key === 'vcpus') return can.has('cpu');
  if (key === 'memory') return can.has('memory') && guest.config.numa === 1;
  if (key === 'balloon') return (guest.config.balloon !== 0) === (value !== 0);
  if (key === 'agent') return sameAgent(guest.config.agent, value);
  if (key === 'hotplug') return !/memory|cpu/.test(`${guest.config.hotplug} ${value}`);
  return drivePattern.test(key) && driveTakes(guest, key, value);
}

function containerTakes(guest: GuestState, key: string, value: ConfigValue | null): boolean {
  if (fastContainer.test(key) || limits.test(key)) return true;
  if (/^(?:memory|swap)$/.test(key) || /^net\d+$/.test(key)) return true;
  // A new mount point or device is there at once; an existing one stays as it is until the next start.
  const added = mountPattern.test(key) || /^dev\d+$/.test(key);
  return added && guest.config[key] === undefined && value !== null;
}

/** Does this running guest take the change at once, or at its next start? null = the key goes. */
export function hotPlugs(guest: GuestState, key: string, value: ConfigValue | null): boolean {
  return guest.type === 'qemu'
    ? machineTakes(guest, key, value)
    : containerTakes(guest, key, value);
}
