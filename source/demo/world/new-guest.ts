import type { Address, ConfigRecord, GuestState, GuestType } from './model.ts';
import { property, readProperties, writeProperties } from './property-string.ts';
import type { World } from './world.ts';

/** A MAC address of Proxmox's own range that nobody has. */
export function freshMac(world: World, vmid: number, key: string): string {
  for (let turn = 0; ; turn += 1) {
    const hex = world.noise.hex(`mac/${vmid}/${key}/${world.revision}`, 6, turn).toUpperCase();
    const mac = `BC:24:11:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
    const used = [...world.guests.values()].some((guest) =>
      JSON.stringify(guest.config).includes(mac),
    );
    if (!used) return mac;
  }
}

const models = /^(?:e1000e?|e1000-825\w+|i825\w+|ne2k_\w+|pcnet|rtl8139|virtio|vmxnet3)$/;

/** A VM's NIC as its configuration keeps it: model with MAC first, a made one when none is told. */
export function vmNicLine(world: World, vmid: number, key: string, value: string): string {
  const properties = readProperties(value);
  const inline = [...properties.keys()].find((name) => models.test(name));
  const model = inline ?? properties.get('model') ?? properties.get('') ?? 'virtio';
  const mac =
    (inline === undefined ? undefined : properties.get(inline)) ??
    properties.get('macaddr') ??
    freshMac(world, vmid, key);
  for (const name of ['', 'model', 'macaddr', model]) properties.delete(name);
  const rest = writeProperties(properties);
  return `${model}=${mac.toUpperCase()}${rest === '' ? '' : `,${rest}`}`;
}

/** A container's NIC with its MAC address and type. */
export function containerNicLine(world: World, vmid: number, key: string, value: string): string {
  const properties = readProperties(value);
  const name = properties.get('name') ?? `eth${key.replace(/\D/g, '')}`;
  if (!properties.has('hwaddr')) properties.set('hwaddr', freshMac(world, vmid, key));
  properties.delete('name');
  properties.set('type', 'veth');
  return `name=${name},${writeProperties(properties)}`;
}

/** The same NIC with another MAC address. */
export function withFreshMac(world: World, vmid: number, key: string, value: string): string {
  const mac = freshMac(world, vmid, key);
  return value.replace(/(?:[0-9A-F]{2}:){5}[0-9A-F]{2}/i, mac);
}

function macOf(value: string): string {
  return /(?:[0-9A-F]{2}:){5}[0-9A-F]{2}/i.exec(value)?.[0].toLowerCase() ?? '00:00:00:00:00:00';
}

/** What a guest without a past has for addresses: the link-local one, and the static one that its configuration tells. */
export function addressesOf(type: GuestType, config: ConfigRecord): Address[] {
  const addresses: Address[] = [
    { iface: 'lo', mac: '00:00:00:00:00:00', cidrs: ['127.0.0.1/8', '::1/128'] },
  ];
  for (const key of Object.keys(config).filter((one) => /^net\d+$/.test(one))) {
    const value = String(config[key]);
    const mac = macOf(value);
    const [, , , a = '0', b = '0', c = '0'] = mac.split(':');
    const index = Number(key.slice(3));
    const told =
      type === 'lxc'
        ? property(value, 'ip')
        : property(String(config[`ipconfig${index}`] ?? ''), 'ip');
    const fixed = told?.includes('/') ? [told] : [];
    addresses.push({
      iface: type === 'lxc' ? (property(value, 'name') ?? `eth${index}`) : `ens${18 + index}`,
      mac,
      cidrs: [...fixed, `fe80::be24:11ff:fe${a}:${b}${c}/64`],
    });
  }
  return addresses;
}

export interface NewGuest {
  readonly vmid: number;
  readonly type: GuestType;
  readonly node: string;
  readonly lock: string;
  readonly config?: ConfigRecord;
  readonly pool?: string | undefined;
  /** What it is a copy of. */
  readonly like?: GuestState;
}

/** A stopped guest that a task is about to fill. */
export function newGuest(from: NewGuest): GuestState {
  const { vmid, type, node, lock, like, pool, config = {} } = from;
  return {
    vmid,
    type,
    node,
    config,
    pending: {},
    status: 'stopped',
    qmpstatus: 'stopped',
    lock,
    snapshots: [],
    ...(pool === undefined ? {} : { pool }),
    agent: like?.agent ?? 'silent',
    obeysShutdown: like?.obeysShutdown ?? true,
    load: like?.load ?? { cpu: 0.03, mem: 0.35, net: 10_000, disk: 20_000 },
    diskUsed: like?.diskUsed ?? 0.15,
    addresses: [],
  };
}
