import type { PropertyFormat, PropertySpec } from './property-format.ts';

function each(names: string, spec: PropertySpec): PropertyFormat {
  return Object.fromEntries(names.split(' ').map((name) => [name, spec]));
}

const flag: PropertySpec = { type: 'boolean' };
const text: PropertySpec = { type: 'string' };
const count: PropertySpec = { type: 'integer' };
const number: PropertySpec = { type: 'number' };
const word = (values: string): PropertySpec => ({ type: 'string', enum: values.split(' ') });
const limited = (minimum: number, maximum?: number): PropertySpec => ({
  type: 'integer',
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});

const cards =
  'e1000 e1000-82540em e1000-82544gc e1000-82545em e1000e i82551 i82557b i82559er ne2k_isa ne2k_pci pcnet rtl8139 virtio vmxnet3';

/** `netN` of a VM: the model may be written as the key of the MAC address. */
export const vmNic: PropertyFormat = {
  ...each(cards, { type: 'string', alias: 'macaddr', keyAlias: 'model' }),
  ...each('firewall link_down', flag),
  bridge: { type: 'string', format: 'pve-bridge-id' },
  macaddr: { type: 'string', format: 'mac-addr' },
  model: { type: 'string', enum: cards.split(' '), required: true, defaultKey: true },
  mtu: limited(1, 65_520),
  queues: limited(0, 64),
  rate: { type: 'number', minimum: 0 },
  tag: limited(1, 4094),
  trunks: { type: 'string', pattern: /^\d+(?:-\d+)?(?:;\d+(?:-\d+)?)*$/ },
};

/** `netN` of a container. */
export const containerNic: PropertyFormat = {
  ...each('firewall host-managed link_down', flag),
  bridge: { type: 'string', pattern: /^[-_.\w\d]+$/ },
  gw: { type: 'string', format: 'ipv4' },
  gw6: { type: 'string', format: 'ipv6' },
  hwaddr: { type: 'string', format: 'mac-addr' },
  ip: { type: 'string', format: 'pve-ipv4-config' },
  ip6: { type: 'string', format: 'pve-ipv6-config' },
  mtu: limited(64, 65_535),
  name: { type: 'string', pattern: /^[-_.\w\d]+$/, required: true },
  rate: number,
  tag: limited(1, 4094),
  trunks: { type: 'string', pattern: /^\d+(?:;\d+)*$/ },
  type: word('veth'),
};

const file: PropertySpec = {
  type: 'string',
  format: 'pve-drive',
  required: true,
  defaultKey: true,
};

/** Every kind of drive: what only some buses have is in {@link drives}. */
const anyDrive: PropertyFormat = {
  ...each('backup detect_zeroes replicate shared snapshot', flag),
  ...each('bps bps_rd bps_wr iops iops_max iops_rd iops_rd_max iops_wr iops_wr_max', count),
  ...each('mbps mbps_max mbps_rd mbps_rd_max mbps_wr mbps_wr_max', number),
  bps_rd_length: { type: 'integer', alias: 'bps_rd_max_length' },
  bps_wr_length: { type: 'integer', alias: 'bps_wr_max_length' },
  iops_rd_length: { type: 'integer', alias: 'iops_rd_max_length' },
  iops_wr_length: { type: 'integer', alias: 'iops_wr_max_length' },
  ...each('bps_max_length bps_rd_max_length bps_wr_max_length', limited(1)),
  ...each('iops_max_length iops_rd_max_length iops_wr_max_length', limited(1)),
  aio: word('native threads io_uring'),
  cache: word('none writethrough writeback unsafe directsync'),
  discard: word('ignore on'),
  file,
  format: word('raw qcow qed qcow2 vmdk cloop'),
  'import-from': text,
  media: word('cdrom disk'),
  rerror: word('ignore report stop'),
  serial: { type: 'string', maxLength: 20 },
  size: { type: 'string', format: 'disk-size' },
  volume: { type: 'string', alias: 'file' },
  werror: word('enospc ignore report stop'),
};

const wwn: PropertySpec = { type: 'string', pattern: /^0x[0-9a-fA-F]{16}$/ };

/** By the name of the bus. */
export const drives: Readonly<Record<string, PropertyFormat>> = {
  ide: { ...anyDrive, model: text, ssd: flag, wwn },
  sata: { ...anyDrive, ssd: flag, wwn },
  scsi: {
    ...anyDrive,
    ...each('iothread ro scsiblock ssd', flag),
    product: text,
    queues: limited(2),
    vendor: text,
    wwn,
  },
  virtio: { ...anyDrive, ...each('iothread ro', flag) },
};

const size: PropertySpec = { type: 'string', format: 'disk-size' };

export const efiDisk: PropertyFormat = {
  efitype: word('2m 4m'),
  file,
  format: word('raw qcow qed qcow2 vmdk cloop'),
  'import-from': text,
  'ms-cert': word('2011 2023 2023w 2023k'),
  'pre-enrolled-keys': flag,
  size,
  volume: { type: 'string', alias: 'file' },
};

export const tpmState: PropertyFormat = {
  file,
  format: word('raw qcow2 vmdk'),
  'import-from': text,
  size,
  version: word('v1.2 v2.0'),
  volume: { type: 'string', alias: 'file' },
};

export const agent: PropertyFormat = {
  enabled: { type: 'boolean', required: true, defaultKey: true },
  'freeze-fs': flag,
  'freeze-fs-on-backup': { type: 'boolean', alias: 'freeze-fs' },
  'guest-fsfreeze': { type: 'boolean', alias: 'freeze-fs' },
  fstrim_cloned_disks: flag,
  type: word('virtio isa'),
};

export const display: PropertyFormat = {
  clipboard: word('vnc'),
  memory: limited(4, 512),
  type: {
    ...word(
      'cirrus qxl qxl2 qxl3 qxl4 none serial0 serial1 serial2 serial3 std virtio virtio-gl vmware',
    ),
    defaultKey: true,
  },
};

export const memory: PropertyFormat = {
  current: { type: 'integer', minimum: 16, required: true, defaultKey: true },
};

export const usb: PropertyFormat = {
  host: {
    type: 'string',
    defaultKey: true,
    pattern: /^(?:(?:0x)?[0-9A-Fa-f]{4}:(?:0x)?[0-9A-Fa-f]{4}|\d+-\d+(?:\.\d+)*|spice)$/i,
  },
  mapping: { type: 'string', format: 'pve-configid' },
  usb3: flag,
};

const pciPart = '(?:[a-f0-9]{4,}:)?[a-f0-9]{2}:[a-f0-9]{2}(?:\\.[a-f0-9])?';
const hexId: PropertySpec = { type: 'string', pattern: /^0x[0-9a-fA-F]{4}$/ };

export const hostPci: PropertyFormat = {
  host: {
    type: 'string',
    defaultKey: true,
    pattern: new RegExp(`^${pciPart}(?:;${pciPart})*$`),
  },
  mapping: { type: 'string', format: 'pve-configid' },
  ...each('rombar pcie x-vga legacy-igd', flag),
  ...each('vendor-id device-id sub-vendor-id sub-device-id', hexId),
  driver: word('vfio keep'),
  mdev: { type: 'string', pattern: /^[^/.:]+$/ },
  romfile: { type: 'string', pattern: /^[^,;]+$/ },
};

export const randomNumbers: PropertyFormat = {
  source: { ...word('/dev/urandom /dev/random /dev/hwrng'), required: true, defaultKey: true },
  ...each('max_bytes period', count),
};

export const virtiofs: PropertyFormat = {
  dirid: { type: 'string', format: 'pve-configid', required: true, defaultKey: true },
  cache: word('auto always metadata never'),
  ...each('direct-io expose-acl expose-xattr', flag),
};

export const amdSev: PropertyFormat = {
  type: { ...word('std es snp'), required: true, defaultKey: true },
  ...each('no-debug no-key-sharing allow-smt kernel-hashes', flag),
};

export const intelTdx: PropertyFormat = {
  type: { ...word('tdx'), required: true, defaultKey: true },
  attestation: { type: 'boolean', required: true },
  'vsock-cid': limited(2),
  'vsock-port': limited(0),
};

/** `devN` of a container. */
export const containerDevice: PropertyFormat = {
  path: {
    type: 'string',
    defaultKey: true,
    pattern: /^\/dev\/(?!.*\/\.\.?(?:\/|$)).*$/,
  },
  mode: { type: 'string', pattern: /^0[0-7]{3}$/ },
  ...each('uid gid', limited(0)),
  'deny-write': flag,
};

export const audio: PropertyFormat = {
  device: { ...word('ich9-intel-hda intel-hda AC97'), required: true },
  driver: word('spice none'),
};

const mountOptions: PropertyFormat = {
  ...each('acl quota replicate ro shared', flag),
  idmap: text,
  mountoptions: {
    type: 'string',
    pattern:
      /^(?:discard|lazytime|noatime|nodev|noexec|nosuid)(?:;(?:discard|lazytime|noatime|nodev|noexec|nosuid))*$/,
  },
  size,
  volume: { type: 'string', format: 'pve-lxc-mp-string', required: true, defaultKey: true },
};

export const rootfs: PropertyFormat = mountOptions;
export const mountPoint: PropertyFormat = {
  ...mountOptions,
  ...each('backup keepattrs', flag),
  mp: { type: 'string', format: 'pve-lxc-mp-string', required: true },
};

export const features: PropertyFormat = {
  ...each('force_rw_sys fuse keyctl mknod nesting', flag),
  mount: { type: 'string', pattern: /^[a-zA-Z0-9_; ]+$/ },
};

export const unusedVolume: PropertyFormat = {
  file: { type: 'string', format: 'pve-volume-id', required: true, defaultKey: true },
  volume: { type: 'string', alias: 'file' },
};
