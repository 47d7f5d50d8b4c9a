import { createHash, randomBytes } from 'node:crypto';
import { volumeOf } from '../world/disks.ts';
import type { ConfigValue, GuestType } from '../world/model.ts';
import { containerNicLine, vmNicLine } from '../world/new-guest.ts';
import { property } from '../world/property-string.ts';
import type { World } from '../world/world.ts';
import type { Call } from './endpoint.ts';
import { died, parameterErrors } from './errors.ts';

/** Items of a `pve-…-list`. */
export function items(list: string | undefined): string[] {
  return (list ?? '').split(/[,;\s\0]+/).filter(Boolean);
}

function passwordHash(password: string): string {
  const salt = randomBytes(6).toString('hex');
  return `$5$${salt}$${createHash('sha256').update(`${salt}${password}`).digest('base64url')}`;
}

/** A value as the configuration file keeps it: tags in order and once each, NICs with a MAC address. */
export function asConfigValue(
  world: World,
  guest: { readonly vmid: number; readonly type: GuestType },
  key: string,
  value: unknown,
): ConfigValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  const text = String(value);
  // Only the hash of a password is ever kept.
  if (key === 'cipassword' && !/^\$(?:[156]|2[ay])\$/.test(text)) return passwordHash(text);
  if (key === 'tags') {
    return [...new Set(items(text).map((tag) => tag.toLowerCase()))].sort().join(';');
  }
  if (/^net\d+$/.test(key)) {
    const line = guest.type === 'qemu' ? vmNicLine : containerNicLine;
    return line(world, guest.vmid, key, text);
  }
  return text;
}

/**
 * Checks what the format alone does not: values that do not go together.
 * @throws ApiError 400 that names the parameters
 */
export function checkTogether(
  call: Call,
  type: GuestType,
  merged: (key: string) => string | undefined,
): void {
  const errors: Record<string, string> = {};
  const memory = Number.parseInt(merged('memory') ?? '512', 10);
  const balloon = call.number('balloon');
  if (type === 'qemu' && balloon !== undefined && balloon > memory) {
    throw died('balloon value too large (must be smaller than assigned memory)');
  }
  for (const [key, value] of Object.entries(call.parameters)) {
    if (/^usb\d+$/.test(key)) {
      const told = ['host', '', 'mapping'].filter(
        (name) => property(String(value), name) !== undefined,
      );
      if (told.length !== 1) errors[key] = "either 'host' or 'mapping' must be set.";
    }
    const image = /^(?:ide|sata|scsi|virtio)\d+$/.test(key) && /:iso\//.test(String(value));
    if (image && property(String(value), 'media') !== 'cdrom') {
      errors[key] = "explicit 'media=cdrom' is required for iso images";
    }
    if (type === 'lxc' && key === 'rootfs' && volumeOf(String(value)) === undefined) {
      errors[key] = 'rootfs must be a volume';
    }
  }
  if (Object.keys(errors).length > 0) throw parameterErrors(errors);
}
