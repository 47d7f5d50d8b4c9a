import type { ConfigRecord, GuestState } from './model.ts';

/** One disk line of a guest configuration, read apart. */
export interface GuestDisk {
  /** `scsi0`, `rootfs`, `mp0` … */
  readonly key: string;
  readonly storage: string;
  /** The part of the volume id after the storage: `vm-101-disk-0`, `100/vm-100-disk-0.qcow2`. */
  readonly volname: string;
  /** bytes */
  readonly size: number;
  readonly cdrom: boolean;
  /** False for `backup=0` and for container mount points without `backup=1`. */
  readonly backup: boolean;
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

/** `32G` → bytes */
export function parseSize(text: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text ?? '');
  return match ? Math.round(Number(match[1]) * (units[match[2] ?? ''] ?? 1)) : 0;
}

const diskKey = /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate|mp|unused)\d+|rootfs)$/;

/** The disks of a configuration, drives without a medium left out. */
export function guestDisks(config: ConfigRecord): GuestDisk[] {
  const disks: GuestDisk[] = [];
  for (const [key, value] of Object.entries(config)) {
    if (!diskKey.test(key)) continue;
    const [volid = '', ...options] = String(value).split(',');
    const colon = volid.indexOf(':');
    if (colon < 0) continue;
    const option = (name: string) =>
      options.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
    const volname = volid.slice(colon + 1);
    disks.push({
      key,
      storage: volid.slice(0, colon),
      volname,
      size: parseSize(option('size')),
      cdrom: option('media') === 'cdrom',
      backup: /^mp\d/.test(key) ? option('backup') === '1' : option('backup') !== '0',
    });
  }
  return disks;
}

/** The storage a volume id names; empty when the text is none. */
export function volumeStorage(volid: string): string {
  return /^([a-z][a-z0-9\-_.]*[a-z0-9]):/i.exec(volid)?.[1] ?? '';
}

/** The volume id at the front of a drive or mount point: `local-zfs:vm-100-disk-0`; undefined for `none` and devices. */
export function volumeOf(value: string | number | undefined): string | undefined {
  const [first = ''] = String(value ?? '').split(',');
  const volid = first.replace(/^(?:file|volume)=/, '');
  return volumeStorage(volid) === '' ? undefined : volid;
}

/** Does the volume belong to this guest, by its name? */
export function isOwnVolume(volid: string, vmid: number): boolean {
  const name =
    volid
      .slice(volid.indexOf(':') + 1)
      .split('/')
      .at(-1) ?? '';
  return new RegExp(`^(?:vm|base|subvol|basevol)-${vmid}-`).test(name);
}

export const drivePattern = /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+|cdrom)$/;
export const mountPattern = /^(?:rootfs|mp\d+)$/;

/** Disks that hold the guest's data: no CD drives, no unused volumes. */
export function dataDisks(config: ConfigRecord): GuestDisk[] {
  return guestDisks(config).filter((disk) => !disk.cdrom && !disk.key.startsWith('unused'));
}

/** Size of the disk the guest starts from, bytes: what `maxdisk` tells. */
export function bootDiskSize(guest: Pick<GuestState, 'type' | 'config'>): number {
  const disks = dataDisks(guest.config);
  if (guest.type === 'lxc') return disks.find((disk) => disk.key === 'rootfs')?.size ?? 0;
  const first = /order=([a-z]+\d+)/.exec(String(guest.config.boot ?? ''))?.[1];
  return (disks.find((disk) => disk.key === first) ?? disks[0])?.size ?? 0;
}
