import type { Guest } from '../domain/guest.ts';
import { parseProperty, propertyValue } from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { type ConfigPlan, currentValue, keyNames } from './config-plan.ts';
import { isRunning } from './guest-common.ts';
import type { Facts } from './types.ts';

/** Keys that are about the guest and not its hardware: they are true as soon as they are written. */
const always =
  /^(?:name|hostname|onboot|startup|description|protection|tags|hookscript|unused\d+)$/;
/** What a container takes while it runs. */
const liveLxc = /^(?:memory|swap|cores|cpulimit|cpuunits|net\d+|nameserver|searchdomain)$/;
/** What a VM takes while it runs, whatever its hotplug setting. */
const liveQemu = /^(?:cpulimit|cpuunits|shares|balloon)$/;
const cloudInit = /^(?:ci[a-z]+|sshkeys|ipconfig\d+|nameserver|searchdomain)$/;

/** Hotplug feature → the keys it lets a running VM take. `ide` never; memory and CPU need more than this setting. */
const hotplug: Readonly<Record<string, RegExp>> = {
  network: /^net\d+$/,
  disk: /^(?:scsi|virtio)\d+$/,
  usb: /^usb\d+$/,
  memory: /^memory$/,
  cloudinit: cloudInit,
};

function hotplugOf(facts: Facts): readonly string[] {
  const value = currentValue(facts, 'hotplug') ?? '1';
  return value === '1' ? ['network', 'disk', 'usb'] : value.split(',');
}

/** What a running VM keeps as it is of a disk that stays; limits and what backups do with it change at once. */
const lateDiskParts = 'aio cache discard iothread product queues ro ssd vendor'.split(' ');
/** Systems that take a USB device while they run. */
const takesUsb = /^(?:l26|win(?:8|10|11))$/;

/** What the running guest has; what waits for its next start does not count. */
function runningValue(facts: Facts, key: string): string | undefined {
  const entry = facts.pending?.find((each) => each.key === key);
  return entry ? entry.value : currentValue(facts, key);
}

/** Is the same disk only described anew? Then: does a running VM take it? */
function keptDisk(facts: Facts, key: string, after: string): boolean | undefined {
  const now = runningValue(facts, key);
  if (now === undefined) return undefined;
  const [old, next] = [parseProperty(now, 'file'), parseProperty(after, 'file')];
  if (propertyValue(old, 'file') !== propertyValue(next, 'file')) return undefined;
  return lateDiskParts.every((part) => propertyValue(old, part) === propertyValue(next, part));
}

/** Does a running guest take this key at once? A CD's medium is told apart by its caller. `after` undefined = it goes. */
function isLive(guest: Guest, facts: Facts, key: string, after: string | undefined): boolean {
  if (always.test(key)) return true;
  if (guest.type === 'lxc') {
    // What is mounted or passed through already stays so until the next start.
    if (/^(?:mp|dev)\d+$/.test(key)) {
      return after !== undefined && runningValue(facts, key) === undefined;
    }
    return liveLxc.test(key);
  }
  if (liveQemu.test(key)) return true;
  if (after !== undefined && /^(?:ide|sata|scsi|virtio)\d+$/.test(key)) {
    const kept = keptDisk(facts, key, after);
    if (kept !== undefined) return kept;
  }
  if (/^usb\d+$/.test(key) && !takesUsb.test(currentValue(facts, 'ostype') ?? '')) return false;
  return hotplugOf(facts).some((feature) => hotplug[feature]?.test(key));
}

/** When the change is true: now, or from the next start on. Proxmox itself decides; afterwards its answer is told. */
export function effectLines(
  guest: Guest,
  facts: Facts,
  { set, gone }: ConfigPlan,
): readonly SafeText[] {
  const keys = [...Object.keys(set), ...gone];
  const hardware = keys.filter((key) => !always.test(key));
  if (hardware.length === 0) return [];
  if (!isRunning(guest)) return [say`It is stopped: this is so from its next start on.`];
  const now = hardware.filter((key) => {
    const after = set[key];
    return isLive(guest, facts, key, typeof after === 'string' ? after : undefined);
  });
  const later = hardware.filter((key) => !now.includes(key));
  const init = later.filter((key) => guest.type === 'qemu' && cloudInit.test(key));
  const rest = later.filter((key) => !init.includes(key));
  return [
    ...(now.length > 0 ? [say`At once, while it runs: ${keyNames(now)}.`] : []),
    ...(rest.length > 0
      ? [
          say`At the next start: ${keyNames(rest)}. A reboot from inside is not enough; use Reboot, or shut down and start.`,
        ]
      : []),
    ...(init.length > 0
      ? [say`Inside the VM at its next boot, when cloud-init reads its drive: ${keyNames(init)}.`]
      : []),
  ];
}

/** `hostpci0: gpu (mapping)`: what is passed through, where it matters for the change. */
export function passthroughLines(facts: Facts): readonly SafeText[] {
  const entries = Object.entries(facts.config?.entries ?? {});
  return entries
    .filter(([key]) => /^(?:hostpci|usb)\d+$/.test(key))
    .map(([key, value]) => {
      const property = parseProperty(value, 'host');
      const mapping = propertyValue(property, 'mapping');
      const known = facts.choices?.mappings?.find((each) => each.id === mapping);
      const about = known?.description ? say` (${known.description})` : say``;
      return mapping
        ? say`${sanitise(key)} passes through the mapping ${sanitise(mapping)}${about}.`
        : say`${sanitise(key)} passes through ${sanitise(propertyValue(property, 'host') ?? value)} of its node.`;
    });
}
