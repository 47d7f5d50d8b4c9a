import type { GuestType } from './guest.ts';
import type { GuestConfig } from './guest-detail.ts';
import { type SafeText, sanitise } from './safe-text.ts';

/*
 * Proxmox's property strings (`default,key=value,…`) and what guests keep in them: disks and NICs (boot and startup order
 * stand in guest-boot.ts). Whether a value may be sent is asked in guest-values.ts and address.ts.
 */

/** One part of a property string. `bare` = written without its key, as the default key of the property may be. */
export interface PropertyPart {
  /** '' when it is bare and the property has no default key. */
  readonly key: string;
  readonly value: string;
  readonly bare?: boolean;
}

/** The parts in their order; unknown keys are kept, so that what we do not know survives a change. */
export type Property = readonly PropertyPart[];

/** `1,fstrim_cloned_disks=1` with the default key `enabled` → enabled=1, fstrim_cloned_disks=1. Never fails. */
export function parseProperty(text: string, defaultKey = ''): Property {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const cut = part.indexOf('=');
      if (cut > 0) return { key: part.slice(0, cut), value: part.slice(cut + 1) };
      return { key: defaultKey, value: part, bare: true };
    });
}

/** The reverse of {@link parseProperty}: an unchanged property prints as it was written. */
export function printProperty(property: Property): string {
  return property
    .map(({ key, value, bare }) => (bare || key === '' ? value : `${key}=${value}`))
    .join(',');
}

export function propertyValue(property: Property, key: string): string | undefined {
  return property.find((part) => part.key === key)?.value;
}

/** Proxmox's booleans in property strings: 1, on, yes, true; a missing key is false. */
export function propertyFlag(property: Property, key: string): boolean {
  return /^(?:1|on|yes|true)$/i.test(propertyValue(property, key) ?? '');
}

/** Sets keys where they stand or at the end, `undefined` takes one out; everything else stays as it is. */
export function withProperty(
  property: Property,
  changes: Readonly<Record<string, string | number | boolean | undefined>>,
): Property {
  const wanted = new Map(
    Object.entries(changes).map(([key, value]) => [
      key,
      typeof value === 'boolean' ? (value ? '1' : '0') : value?.toString(),
    ]),
  );
  const kept = property.flatMap((part) => {
    if (!wanted.has(part.key)) return [part];
    const value = wanted.get(part.key);
    wanted.delete(part.key);
    return value === undefined ? [] : [{ ...part, value }];
  });
  const added = [...wanted].flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value }],
  );
  return [...kept, ...added];
}

/** A key's value exactly as Proxmox has it, for writing it back; what is shown stands in `entries`. */
export function rawValue(
  config: Pick<GuestConfig, 'entries' | 'raw'>,
  key: string,
): string | undefined {
  const from: Readonly<Record<string, string>> = config.raw ?? config.entries;
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

/** How many of each numbered key a guest may have (qemu and lxc), as Proxmox limits them. */
const slots = {
  ide: 4,
  sata: 6,
  scsi: 31,
  virtio: 16,
  mp: 256,
  net: 32,
  unused: 256,
  serial: 4,
  usb: 14,
  hostpci: 16,
  parallel: 3,
  virtiofs: 10,
  ipconfig: 32,
  dev: 256,
  efidisk: 1,
  tpmstate: 1,
} as const;
export type SlotBus = keyof typeof slots;

/** The first free key of a bus (`scsi1`), also past those in `taken`; undefined when all are used. */
export function freeKey(
  config: Pick<GuestConfig, 'entries'>,
  bus: SlotBus,
  taken: readonly string[] = [],
): string | undefined {
  const keys = Array.from({ length: slots[bus] }, (_, index) => `${bus}${index}`);
  return keys.find((key) => !Object.hasOwn(config.entries, key) && !taken.includes(key));
}

const units = ['', 'K', 'M', 'G', 'T'];

/** `32G`, `512M`, `1.5T`, `4096` (bytes) → bytes; undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text.trim());
  return match ? Math.round(Number(match[1]) * 1024 ** units.indexOf(match[2] ?? '')) : undefined;
}

/** Bytes in the largest unit that divides them: `32G`, `528M`. */
export function printSize(bytes: number): string {
  const power = [4, 3, 2, 1].find((each) => bytes > 0 && bytes % 1024 ** each === 0) ?? 0;
  return `${bytes / 1024 ** power}${units[power]}`;
}

/** One disk, CD drive or mount point of a guest's configuration. */
export interface GuestDisk {
  /** `scsi0`, `rootfs`, `unused1` */
  readonly key: SafeText;
  /** `scsi`, `efidisk`, `rootfs`, `mp`, `unused` … */
  readonly bus: SafeText;
  readonly index: number;
  /** `local-lvm:vm-100-disk-0`, `none` (an empty CD drive), or a path on the node. */
  readonly volume: SafeText;
  /** Missing for `none`, the host's own drive, and paths. */
  readonly storage?: SafeText;
  /** Bytes, as the configuration tells; missing for CD drives and unused disks without it. */
  readonly size?: number;
  readonly cdrom: boolean;
  /** The drive that cloud-init's data are generated into. */
  readonly cloudinit: boolean;
  readonly unused: boolean;
  /** Where a container mounts it; `/` for rootfs. */
  readonly mountpoint?: SafeText;
  /** All parts for {@link withProperty}; the volume is `file`, by whichever name it was written. */
  readonly property: Property;
}

const diskKeys: Readonly<Record<GuestType, RegExp>> = {
  qemu: /^(ide|sata|scsi|virtio|efidisk|tpmstate|unused)(\d+)$/,
  lxc: /^(mp|unused|rootfs)(\d*)$/,
};
const diskOrder = [
  'rootfs',
  'mp',
  'scsi',
  'virtio',
  'sata',
  'ide',
  'efidisk',
  'tpmstate',
  'unused',
];

/** Every disk of a configuration, by bus and number, unused ones last. */
export function disksOf(
  config: Pick<GuestConfig, 'entries' | 'raw'>,
  type: GuestType,
): readonly GuestDisk[] {
  const found = Object.keys(config.entries).flatMap((key) => {
    const match = diskKeys[type].exec(key);
    const value = rawValue(config, key);
    return match && value !== undefined ? [diskOf(key, match[1] ?? '', match[2] ?? '', value)] : [];
  });
  const order = (disk: GuestDisk) => diskOrder.indexOf(disk.bus);
  return found.sort((a, b) => order(a) - order(b) || a.index - b.index);
}

function diskOf(key: string, bus: string, index: string, value: string): GuestDisk {
  const property = parseProperty(value, 'file').map((part) =>
    /^(?:file|volume)$/.test(part.key) ? { key: 'file', value: part.value, bare: true } : part,
  );
  const volume = propertyValue(property, 'file') ?? '';
  const storage = /^([a-z][a-z0-9._-]*[a-z0-9]):/i.exec(volume)?.[1];
  const size = parseSize(propertyValue(property, 'size') ?? '');
  const mountpoint = bus === 'rootfs' ? '/' : propertyValue(property, 'mp');
  return {
    key: sanitise(key),
    bus: sanitise(bus),
    index: Number(index || 0),
    volume: sanitise(volume),
    cdrom: propertyValue(property, 'media') === 'cdrom',
    cloudinit: /[:/](?:vm-\d+-)?cloudinit(?:\.[a-z0-9]+)?$/.test(volume),
    unused: bus === 'unused',
    property,
    ...(storage === undefined ? {} : { storage: sanitise(storage) }),
    ...(size === undefined ? {} : { size }),
    ...(mountpoint === undefined ? {} : { mountpoint: sanitise(mountpoint) }),
  };
}

/** One network device. What qemu calls model and macaddr, lxc calls name and hwaddr. */
export interface GuestNic {
  /** `net0` */
  readonly key: SafeText;
  readonly index: number;
  /** qemu: `virtio`, `e1000` … */
  readonly model?: SafeText;
  /** lxc: `eth0` */
  readonly name?: SafeText;
  readonly mac?: SafeText;
  readonly bridge?: SafeText;
  readonly tag?: number;
  readonly trunks?: SafeText;
  readonly firewall: boolean;
  readonly linkDown: boolean;
  /** Megabytes per second. */
  readonly rate?: number;
  readonly mtu?: number;
  /** lxc: CIDR, `dhcp`, `manual`; ip6 also `auto`. */
  readonly ip?: SafeText;
  readonly gw?: SafeText;
  readonly ip6?: SafeText;
  readonly gw6?: SafeText;
  /** All parts; for qemu `model` and `macaddr` are always parts of their own ({@link printNic} joins them again). */
  readonly property: Property;
}

const models =
  /^(?:e1000|e1000-82540em|e1000-82544gc|e1000-82545em|e1000e|i82551|i82557b|i82559er|ne2k_isa|ne2k_pci|pcnet|rtl8139|virtio|vmxnet3)$/;

/**
 * Every network device of a configuration by number. `virtio=BC:24:11:…` is read as model=virtio,macaddr=BC:24:11:…, which
 * PVE takes as well, so that model and MAC can be changed like every other part.
 */
export function nicsOf(
  config: Pick<GuestConfig, 'entries' | 'raw'>,
  type: GuestType,
): readonly GuestNic[] {
  const found = Object.keys(config.entries).flatMap((key) => {
    const index = /^net(\d+)$/.exec(key)?.[1];
    const value = rawValue(config, key);
    return index === undefined || value === undefined
      ? []
      : [nicOf(key, Number(index), value, type)];
  });
  return found.sort((a, b) => a.index - b.index);
}

function nicOf(key: string, index: number, value: string, type: GuestType): GuestNic {
  const property = parseProperty(value, type === 'qemu' ? 'model' : 'name').flatMap((part) =>
    type === 'qemu' && models.test(part.key)
      ? [
          { key: 'model', value: part.key },
          { key: 'macaddr', value: part.value },
        ]
      : [part],
  );
  const words = (name: string, at = name) => {
    const found = propertyValue(property, at);
    return found === undefined || found === '' ? {} : { [name]: sanitise(found) };
  };
  const figure = (name: string) => {
    const found = Number(propertyValue(property, name) ?? 'none');
    return Number.isFinite(found) ? { [name]: found } : {};
  };
  return {
    key: sanitise(key),
    index,
    firewall: propertyFlag(property, 'firewall'),
    linkDown: propertyFlag(property, 'link_down'),
    property,
    ...(type === 'qemu' ? words('model') : words('name')),
    ...words('mac', type === 'qemu' ? 'macaddr' : 'hwaddr'),
    ...words('bridge'),
    ...words('trunks'),
    ...words('ip'),
    ...words('gw'),
    ...words('ip6'),
    ...words('gw6'),
    ...figure('tag'),
    ...figure('rate'),
    ...figure('mtu'),
  };
}

/** A NIC's parts as Proxmox itself writes them: `virtio=BC:24:11:00:00:01,bridge=vmbr0`; without a MAC, PVE makes one. */
export function printNic(property: Property): string {
  const model = propertyValue(property, 'model');
  const mac = propertyValue(property, 'macaddr');
  if (model === undefined || !models.test(model)) return printProperty(property);
  const rest = withProperty(property, { model: undefined, macaddr: undefined });
  return printProperty([mac ? { key: model, value: mac } : { key: '', value: model }, ...rest]);
}
