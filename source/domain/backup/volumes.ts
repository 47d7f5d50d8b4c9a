import type { GuestType } from '../guest.ts';
import { type Property, propertyFlag, propertyValue } from '../guest-config.ts';
import { type SafeText, sanitise, say } from '../safe-text.ts';

/** One volume of a guest and whether a backup takes it. `trivial` = nothing is lost without it. */
export interface VolumeCover {
  readonly key: SafeText;
  readonly name: SafeText;
  readonly included: boolean;
  readonly trivial: boolean;
  readonly why: SafeText;
}

/** A disk of the configuration, as `disksOf` tells. */
export interface ConfiguredVolume {
  readonly key: SafeText;
  readonly bus: SafeText;
  readonly volume: SafeText;
  readonly cdrom: boolean;
  readonly unused: boolean;
  readonly property: Property;
}

/**
 * Which volumes a backup takes, by the rules of QemuConfig and LXC::Config `get_backup_volumes`: of a VM every disk without
 * `backup=0`, an EFI disk only with OVMF; of a container rootfs and mount points with `backup=1`. CD drives never count;
 * unused volumes hang on no guest and are in no backup.
 */
export function coveredVolumes(
  type: GuestType,
  disks: readonly ConfiguredVolume[],
  bios?: string,
): readonly VolumeCover[] {
  return disks
    .filter((disk) => !disk.cdrom)
    .map((disk) => {
      const [included, trivial, why] = disk.unused
        ? ([false, true, say`unused: in no backup`] as const)
        : type === 'qemu'
          ? qemuVolume(disk, bios)
          : lxcVolume(disk);
      return { key: disk.key, name: disk.volume, included, trivial, why };
    });
}

type Ruling = readonly [included: boolean, trivial: boolean, why: SafeText];

function qemuVolume(disk: ConfiguredVolume, bios: string | undefined): Ruling {
  if (disk.bus === 'efidisk' && bios !== 'ovmf') {
    return [false, true, say`an EFI disk without OVMF`];
  }
  const told = propertyValue(disk.property, 'backup') !== undefined;
  if (told && !propertyFlag(disk.property, 'backup')) return [false, false, say`backup=0`];
  return [true, false, say`included`];
}

function lxcVolume(disk: ConfiguredVolume): Ruling {
  if (disk.bus === 'rootfs') return [true, false, say`rootfs`];
  if (!/^[a-z][a-z0-9._-]*:/i.test(disk.volume)) {
    return [false, false, say`a directory of the host, never in a backup`];
  }
  return propertyFlag(disk.property, 'backup')
    ? [true, false, say`backup=1`]
    : [false, false, say`mount points need backup=1`];
}

/** A row of GET /cluster/backup/{id}/included_volumes below one guest. */
export interface IncludedVolume {
  readonly id: string;
  readonly name: string;
  readonly included: boolean;
  readonly reason: string;
}

/**
 * The server's own answer. Its reason says `backup=no` for every disk that carries the option, also for `backup=1`, so only
 * `included` is believed.
 */
export function includedVolumes(rows: readonly IncludedVolume[]): readonly VolumeCover[] {
  return rows.map(({ id, name, included, reason }) => ({
    key: sanitise(id),
    name: sanitise(name),
    included,
    trivial: /^efidisk but no OVMF/.test(reason),
    why: included ? say`included` : sanitise(reason),
  }));
}

/** What is left out and matters; none = the backup is whole. */
export function leftOut(volumes: readonly VolumeCover[]): readonly VolumeCover[] {
  return volumes.filter((volume) => !volume.included && !volume.trivial);
}
