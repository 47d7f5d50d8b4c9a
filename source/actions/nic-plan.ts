import type { Guest } from '../domain/guest.ts';
import {
  type GuestNic,
  type Property,
  printNic,
  printProperty,
  withProperty,
} from '../domain/guest-config.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { type ConfigPlan, planOf } from './config-plan.ts';
import type { Facts, FieldValues } from './types.ts';

const texts = ['bridge', 'tag', 'trunks', 'rate', 'mtu'];
const addresses = ['ip', 'gw', 'ip6', 'gw6'];

/** A switch that is off is left out, as Proxmox writes it, unless it was written out before. */
function flagPart(nic: GuestNic | undefined, name: string, value: boolean) {
  if (value) return true;
  return nic?.property.some((part) => part.key === name) ? false : undefined;
}

/** The parts of the device as the form has them; what the form does not know stays. */
function changed(guest: Guest, values: FieldValues, nic: GuestNic | undefined): Property {
  const parts: Record<string, string | number | boolean | undefined> = {};
  const names = guest.type === 'qemu' ? texts : [...texts, ...addresses];
  for (const name of names) {
    // A hidden gateway goes with its address.
    if (name in values || addresses.includes(name)) parts[name] = textOf(values[name]) || undefined;
  }
  for (const [field, name] of [
    ['firewall', 'firewall'],
    ['link-down', 'link_down'],
  ] as const) {
    if (field in values) parts[name] = flagPart(nic, name, values[field] === true);
  }
  const mac = guest.type === 'qemu' ? 'macaddr' : 'hwaddr';
  if ('macaddr' in values) parts[mac] = textOf(values.macaddr).toUpperCase() || undefined;
  if (guest.type === 'qemu') {
    const model = textOf(values.model) || 'virtio';
    const old = nic ? nic.property : [{ key: 'model', value: model }];
    return withProperty(old, { ...('model' in values ? { model } : {}), ...parts });
  }
  const old = nic ? nic.property : [{ key: 'name', value: textOf(values.name) }];
  const kind = nic ? {} : { type: 'veth' };
  return withProperty(old, {
    ...('name' in values ? { name: textOf(values.name) } : {}),
    ...parts,
    ...kind,
  });
}

/** What the device's key becomes; nothing when no part differs. */
export function nicPlan(
  guest: Guest,
  values: FieldValues,
  facts: Facts,
  key: string,
  nic: GuestNic | undefined,
): ConfigPlan {
  const property = changed(guest, values, nic);
  const print = (each: Property) => (guest.type === 'qemu' ? printNic(each) : printProperty(each));
  const same = nic && sameMac(print(nic.property)) === sameMac(print(property));
  return same ? { set: {}, gone: [] } : planOf(facts, { [key]: print(property) });
}

/** MAC addresses are the same in upper and lower case. */
const sameMac = (text: string) =>
  text.replace(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/gi, (mac) => mac.toUpperCase());

/** Another guest with this MAC on the same site would fight for it: only told, as Proxmox allows it. */
export function nicLines(guest: Guest, nic: GuestNic | undefined, values: FieldValues): SafeText[] {
  const off = values['link-down'] === true && nic?.linkDown !== true;
  const moved = nic && 'bridge' in values && textOf(values.bridge) !== (nic.bridge ?? '');
  const retagged = nic && 'tag' in values && textOf(values.tag) !== String(nic.tag ?? '');
  return [
    ...(off ? [say`Its network is cut.`] : []),
    ...(moved || retagged
      ? [say`It changes its network: connections through ${nic.key} break until its address fits.`]
      : []),
    ...(guest.type === 'lxc' && nic && 'macaddr' in values && textOf(values.macaddr) === ''
      ? [say`Proxmox makes a new MAC address.`]
      : []),
  ];
}
