import type { ParameterSpec, ParameterTable } from './endpoint.ts';
import {
  agent,
  amdSev,
  audio,
  containerDevice,
  containerNic,
  display,
  drives,
  efiDisk,
  features,
  hostPci,
  intelTdx,
  memory,
  mountPoint,
  randomNumbers,
  rootfs,
  tpmState,
  unusedVolume,
  usb,
  virtiofs,
  vmNic,
} from './guest-formats.ts';
import {
  optionalFlag,
  optionalInteger,
  optionalNumber,
  optionalText,
  optionalVmid,
  text,
} from './parameter-kinds.ts';

function each(names: string, spec: ParameterSpec): ParameterTable {
  return Object.fromEntries(names.split(' ').map((name) => [name, spec]));
}

const common: ParameterTable = {
  ...each('delete revert', optionalText({ format: 'pve-configid-list' })),
  ...each('cpulimit', optionalNumber({ minimum: 0 })),
  ...each('onboot protection template', optionalFlag()),
  'unused[n]': optionalText({ properties: unusedVolume }),
  description: optionalText({ maxLength: 8192 }),
  digest: optionalText({ maxLength: 40 }),
  hookscript: optionalText(),
  nameserver: optionalText(),
  startup: optionalText({ format: 'pve-startup-order' }),
  tags: optionalText({ format: 'pve-tag-list' }),
};

const vmLocks =
  'backup clone create migrate rollback snapshot snapshot-delete suspending suspended';
const containerLocks =
  'backup create destroyed disk fstrim migrate mounted rollback snapshot snapshot-delete';
const keyboards =
  'de de-ch da en-gb en-us es fi fr fr-be fr-ca fr-ch hu is it ja lt mk nl no pl pt pt-br sv sl tr';
const words = (text: string) => text.split(' ');

/** What PUT …/qemu/{vmid}/config takes. */
export const vmConfigParameters: ParameterTable = {
  ...common,
  ...each(
    'acpi allow-ksm autostart ciupgrade freeze keephugepages kvm localtime numa reboot skiplock tablet tdf',
    optionalFlag(),
  ),
  ...each(
    'affinity args cdrom cicustom cipassword ciuser cpu ivshmem machine numa[n] spice_enhancements watchdog',
    optionalText(),
  ),
  force: optionalFlag({ requires: 'delete' }),
  agent: optionalText({ properties: agent }),
  audio0: optionalText({ properties: audio }),
  boot: optionalText({ format: 'pve-qm-boot' }),
  efidisk0: optionalText({ properties: efiDisk }),
  'amd-sev': optionalText({ properties: amdSev }),
  'hostpci[n]': optionalText({ properties: hostPci }),
  'intel-tdx': optionalText({ properties: intelTdx }),
  rng0: optionalText({ properties: randomNumbers }),
  'virtiofs[n]': optionalText({ properties: virtiofs }),
  hotplug: optionalText({ format: 'pve-hotplug-features' }),
  ...Object.fromEntries(
    Object.entries(drives).map(([bus, properties]) => [`${bus}[n]`, optionalText({ properties })]),
  ),
  'ipconfig[n]': optionalText({ format: 'pve-qm-ipconfig' }),
  memory: optionalText({ properties: memory }),
  nameserver: optionalText({ format: 'address-list' }),
  'net[n]': optionalText({ properties: vmNic }),
  sshkeys: optionalText({ format: 'urlencoded' }),
  tpmstate0: optionalText({ properties: tpmState }),
  'usb[n]': optionalText({ properties: usb }),
  vga: optionalText({ properties: display }),
  ...each('balloon migrate_speed', optionalInteger({ minimum: 0 })),
  ...each('cores smp sockets vcpus', optionalInteger({ minimum: 1 })),
  arch: optionalText({ enum: ['x86_64', 'aarch64'] }),
  bios: optionalText({ enum: ['seabios', 'ovmf'] }),
  bootdisk: optionalText({ pattern: /^(?:ide|sata|scsi|virtio)\d+$/ }),
  citype: optionalText({ enum: ['configdrive2', 'nocloud', 'opennebula'] }),
  cpulimit: optionalNumber({ minimum: 0, maximum: 128 }),
  cpuunits: optionalInteger({ minimum: 1, maximum: 262_144 }),
  hugepages: optionalText({ enum: ['any', '2', '1024'] }),
  keyboard: optionalText({ enum: words(keyboards) }),
  lock: optionalText({ enum: words(vmLocks) }),
  migrate_downtime: optionalNumber({ minimum: 0 }),
  name: optionalText({ format: 'dns-name' }),
  ostype: optionalText({
    enum: words('other wxp w2k w2k3 w2k8 wvista win7 win8 win10 win11 l24 l26 solaris'),
  }),
  'parallel[n]': optionalText({ pattern: /^(?:\/dev\/parport\d+|\/dev\/usb\/lp\d+)$/ }),
  scsihw: optionalText({
    enum: words('lsi lsi53c810 virtio-scsi-pci virtio-scsi-single megasas pvscsi'),
  }),
  searchdomain: optionalText(),
  'serial[n]': optionalText({ pattern: /^(?:\/dev\/[^,]+|socket)$/ }),
  shares: optionalInteger({ minimum: 0, maximum: 50_000 }),
  smbios1: optionalText({ maxLength: 512 }),
  startdate: optionalText({
    pattern: /^(?:now|\d{4}-\d{1,2}-\d{1,2}(?:T\d{1,2}:\d{1,2}:\d{1,2})?)$/,
  }),
  vmgenid: optionalText({
    pattern: /^(?:[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|[01])$/,
  }),
  vmstatestorage: optionalText({ format: 'pve-storage-id' }),
};

/** The asynchronous POST takes two more. */
export const vmConfigPostParameters: ParameterTable = {
  ...vmConfigParameters,
  background_delay: optionalInteger({ minimum: 1, maximum: 30 }),
  'import-working-storage': optionalText({ format: 'pve-storage-id' }),
};

/** What PUT …/lxc/{vmid}/config takes. */
export const containerConfigParameters: ParameterTable = {
  ...common,
  ...each('console debug unprivileged', optionalFlag()),
  'dev[n]': optionalText({ properties: containerDevice }),
  features: optionalText({ properties: features }),
  'mp[n]': optionalText({ properties: mountPoint }),
  'net[n]': optionalText({ properties: containerNic }),
  rootfs: optionalText({ properties: rootfs }),
  arch: optionalText({ enum: words('amd64 i386 arm64 armhf riscv32 riscv64') }),
  cmode: optionalText({ enum: ['shell', 'console', 'tty'] }),
  cores: optionalInteger({ minimum: 1, maximum: 8192 }),
  cpulimit: optionalNumber({ minimum: 0, maximum: 8192 }),
  cpuunits: optionalInteger({ minimum: 0, maximum: 500_000 }),
  entrypoint: optionalText(),
  env: optionalText(),
  hostname: optionalText({ maxLength: 255, format: 'dns-name' }),
  lock: optionalText({ enum: words(containerLocks) }),
  memory: optionalInteger({ minimum: 16 }),
  ostype: optionalText({
    enum: words(
      'debian devuan ubuntu centos fedora opensuse archlinux alpine gentoo nixos unmanaged',
    ),
  }),
  searchdomain: optionalText({ format: 'dns-name-list' }),
  swap: optionalInteger({ minimum: 0 }),
  timezone: optionalText(),
  tty: optionalInteger({ minimum: 0, maximum: 6 }),
};

function without(table: ParameterTable, names: string): ParameterTable {
  const gone = words(names);
  return Object.fromEntries(Object.entries(table).filter(([name]) => !gone.includes(name)));
}

const { optional: _needed, ...vmid } = optionalVmid;

const forNewGuests: ParameterTable = {
  vmid,
  ...each('force ha-managed start unique', optionalFlag()),
  pool: optionalText({ format: 'pve-poolid' }),
  storage: optionalText({ format: 'pve-storage-id' }),
};

/** What POST …/qemu takes. */
export const vmCreateParameters: ParameterTable = {
  ...without(vmConfigParameters, 'delete digest revert skiplock'),
  ...forNewGuests,
  archive: optionalText({ maxLength: 255 }),
  bwlimit: optionalInteger({ minimum: 0 }),
  'import-working-storage': optionalText({ format: 'pve-storage-id' }),
  'live-restore': optionalFlag(),
};

/** What POST …/lxc takes. */
export const containerCreateParameters: ParameterTable = {
  ...without(containerConfigParameters, 'delete digest revert'),
  ...forNewGuests,
  bwlimit: optionalNumber({ minimum: 0 }),
  ...each('ignore-unpack-errors restore', optionalFlag()),
  ostemplate: text({ maxLength: 255 }),
  password: optionalText({ minLength: 5 }),
  'ssh-public-keys': optionalText(),
};
