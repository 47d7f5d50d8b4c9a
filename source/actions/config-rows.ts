import type { GuestType } from '../domain/guest.ts';

/** Which action edits a configuration key, by id; the first pattern that fits. */
const editors: readonly (readonly [RegExp, string, GuestType?])[] = [
  [/^(?:name|hostname)$/, 'guest.set-name'],
  [/^(?:cores|sockets|cpu|cpulimit|cpuunits|vcpus|numa)$/, 'guest.set-cpu'],
  [/^(?:memory|balloon|swap|shares)$/, 'guest.set-memory'],
  [/^net\d+$/, 'guest.nic-edit'],
  [/^unused\d+$/, 'guest.disk-attach'],
  [/^(?:(?:scsi|sata|ide|virtio|mp)\d+|rootfs)$/, 'guest.disk-edit'],
  [/^hostpci\d+$/, 'guest.pci-edit'],
  [/^usb\d+$/, 'guest.usb-edit'],
  [/^virtiofs\d+$/, 'guest.virtiofs-edit'],
  [/^dev\d+$/, 'guest.device-edit'],
  [/^audio0$/, 'guest.audio-set'],
  [/^rng0$/, 'guest.rng-set'],
  [/^amd-sev$/, 'guest.sev-set'],
  [/^intel-tdx$/, 'guest.tdx-set'],
  [/^vga$/, 'guest.set-display'],
  [/^(?:bios|machine|scsihw)$/, 'guest.set-machine'],
  [/^(?:hotplug|tablet|acpi|kvm|localtime|startdate|freeze|vmstatestorage)$/, 'guest.set-system'],
  [/^smbios1$/, 'guest.set-smbios'],
  [/^spice_enhancements$/, 'guest.set-spice'],
  [/^agent$/, 'guest.set-agent'],
  [/^(?:cmode|console|tty|timezone)$/, 'guest.set-console'],
  [/^boot$/, 'guest.set-boot'],
  [/^(?:onboot|startup|protection|ostype)$/, 'guest.set-options'],
  [/^(?:ci[a-z]+|sshkeys|ipconfig\d+)$/, 'guest.cloud-init', 'qemu'],
  [/^(?:nameserver|searchdomain)$/, 'guest.cloud-init', 'qemu'],
  [/^(?:nameserver|searchdomain)$/, 'guest.set-dns', 'lxc'],
  [/^features$/, 'guest.set-features', 'lxc'],
  [/^tags$/, 'guest.tags'],
  [/^description$/, 'guest.notes'],
];

/** The action that fits a row of the configuration; undefined = the whole menu has to be asked. */
export function editorOf(key: string, value: string | undefined, type: GuestType) {
  if (/(?:^|,)media=cdrom(?:,|$)/.test(value ?? '')) return 'guest.mount-iso';
  return editors.find(([pattern, , only]) => pattern.test(key) && (!only || only === type))?.[1];
}
