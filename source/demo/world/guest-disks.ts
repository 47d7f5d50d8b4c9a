import { copyDisk, imageCopyFull } from './disk-copy.ts';
import { parseSize, volumeOf, volumeStorage } from './disks.ts';
import { holding } from './file-lock.ts';
import { freeVolume, volumeSize } from './guest-config.ts';
import { refuseLocked, refuseMarked, setLock } from './guest-power.ts';
import type { GuestState } from './model.ts';
import { property, readProperties, writeProperties } from './property-string.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import {
  allocateVolume,
  creationLine,
  diskStorage,
  formatOf,
  formatsOf,
  inSnapshot,
  noSpace,
  sizeText,
} from './volumes.ts';
import type { World } from './world.ts';

function setKey(world: World, guest: GuestState, key: string, value: string): void {
  world.change(guest, (one) => {
    one.config = { ...one.config, [key]: value };
  });
}

/** The new size of a disk: `+10G` on top of the old one, or absolute. Bytes. */
export function newSize(before: number, text: string): number {
  return text.startsWith('+') ? before + parseSize(text.slice(1)) : parseSize(text);
}

/**
 * What a container's resize is refused for before its task starts; a machine's task tells it itself.
 * @throws TaskFailure
 */
export function checkResize(world: World, guest: GuestState, key: string, size: string): number {
  refuseLocked(guest);
  return checkSize(world, guest, key, size);
}

function checkSize(world: World, guest: GuestState, key: string, size: string): number {
  refuseMarked(guest);
  const value = guest.config[key];
  const volid = volumeOf(value);
  if (value === undefined) throw new TaskFailure(`disk '${key}' does not exist`);
  if (property(String(value), 'media') === 'cdrom')
    throw new TaskFailure("you can't resize a cdrom");
  if (volid === undefined) throw new TaskFailure(`disk '${key}' has no associated volume`);
  const before = volumeSize(world, guest, volid);
  const after = newSize(before, size);
  if (guest.type === 'lxc' && after === before) {
    throw new TaskFailure('disk is already at specified size');
  }
  if (after < before) {
    throw new TaskFailure(
      guest.type === 'qemu' ? 'shrinking disks is not supported' : 'unable to shrink disk size',
    );
  }
  return after;
}

export function* resizeScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  key: string,
  wanted: string,
  digest: () => void,
): TaskScript {
  yield* holding([guest], function* () {
    digest();
    const size = checkSize(world, guest, key, wanted);
    const value = String(guest.config[key] ?? '');
    const volid = volumeOf(value) ?? '';
    const name = volid.slice(volid.indexOf(':') + 1);
    const storage = world.storages.get(volumeStorage(volid));
    if (storage?.type === 'lvmthin') {
      task.log(`  Size of logical volume pve/${name} changed to ${sizeText(size)}.`);
      task.log(`  Logical volume pve/${name} successfully resized.`);
    }
    if (formatOf(storage, name) === 'qcow2') task.log('Image resized.');
    yield 1;
    if (guest.type === 'lxc' && formatOf(storage, name) !== 'subvol') {
      task.log('resize2fs 1.47.2 (1-Jan-2025)');
    }
    const properties = readProperties(value);
    properties.set('size', sizeText(size));
    setKey(world, guest, key, writeProperties(properties));
    task.log(`update ${guest.type === 'qemu' ? 'VM' : 'CT'} ${guest.vmid}: resize --disk ${key}`);
  });
}

export interface MoveRequest {
  readonly disk: string;
  readonly storage: string;
  readonly format?: string | undefined;
  readonly remove: boolean;
  /** KiB/s */
  readonly bwlimit?: number | undefined;
}

/** @throws TaskFailure what PVE says before the task starts */
export function checkMove(world: World, guest: GuestState, move: MoveRequest): void {
  const value = guest.config[move.disk];
  refuseLocked(guest);
  if (value === undefined) {
    throw new TaskFailure(
      guest.type === 'qemu'
        ? `disk '${move.disk}' does not exist`
        : `volume '${move.disk}' does not exist`,
    );
  }
  if (property(String(value), 'media') === 'cdrom') throw new TaskFailure("you can't move a cdrom");
  const volid = volumeOf(value);
  if (volid === undefined) throw new TaskFailure(`disk '${move.disk}' has no associated volume`);
  if (guest.type === 'lxc' && guest.status === 'running') {
    throw new TaskFailure('cannot move volumes of a running container');
  }
  const from = volumeStorage(volid);
  const old = formatOf(world.storages.get(from), volid);
  if (from === move.storage && (move.format === undefined || move.format === old)) {
    throw new TaskFailure("you can't move to the same storage with same format");
  }
  const target = diskStorage(world, guest.node, move.storage, guest.type);
  if (move.format !== undefined && !formatsOf(target, guest.type).includes(move.format)) {
    throw new TaskFailure(`unsupported format '${move.format}'`);
  }
  if (move.remove && inSnapshot(guest, volid)) {
    const what = guest.type === 'qemu' ? 'disk' : 'volume';
    throw new TaskFailure(`you can't move a ${what} with snapshots and delete the source`);
  }
}

function* copyFor(
  world: World,
  guest: GuestState,
  task: TaskControl,
  move: MoveRequest,
  size: number,
): TaskScript {
  const { storage, bwlimit } = move;
  const common = { guest, size, node: guest.node, storage, bwlimit };
  if (guest.type === 'lxc') {
    task.log(`Creating filesystem with ${Math.round(size / 4096)} 4k blocks`);
    yield 3;
    yield* copyDisk(world, task, {
      ...common,
      label: '',
      full: () => {
        task.log(`rsync: [receiver] write failed: ${noSpace} (28)`);
        return new TaskFailure(
          `command 'rsync --stats -X -A --numeric-ids -aH' failed: exit code 11`,
        );
      },
    });
    return;
  }
  if (guest.status !== 'running') {
    yield* copyDisk(world, task, { ...common, label: '', full: imageCopyFull(task) });
    return;
  }
  const label = `drive-${move.disk}`;
  task.log(`drive mirror is starting for ${label}`);
  yield* copyDisk(world, task, {
    ...common,
    label: `${label}: `,
    full: () => {
      task.log(`${label}: Cancelling block job`);
      task.log(`${label}: Done.`);
      return new TaskFailure(`block job (mirror) error: ${label}: '${noSpace}'`);
    },
  });
  task.log("all 'mirror' jobs are ready");
  task.log(`${label}: Completing block job...`);
  yield 1;
  task.log(`${label}: Completed successfully.`);
  task.log(`${label}: mirror-job finished`);
}

/** Copies a disk to another storage; the old one becomes `unusedN` unless it is to go. */
export function* moveScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  move: MoveRequest,
): TaskScript {
  const { disk } = move;
  yield* holding([guest], function* () {
    const value = String(guest.config[disk] ?? '');
    const volid = volumeOf(value) ?? '';
    const size = volumeSize(world, guest, volid);
    // Only containers are marked; for machines the lock of the file is all.
    if (guest.type === 'lxc') setLock(world, guest, 'disk');
    try {
      if (guest.type === 'qemu') {
        const from = `'${volid}' from current storage '${volumeStorage(volid)}'`;
        task.log(`copying volume ${from} to target storage '${move.storage}'`);
        task.log(`create full clone of drive ${disk} (${volid})`);
      }
      const made = allocateVolume(world, {
        ...guest,
        storage: move.storage,
        size,
        format: move.format,
      });
      for (const line of creationLine(world, made)) task.log(line);
      yield* copyFor(world, guest, task, move, size);
      const properties = readProperties(value);
      properties.delete('format');
      properties.set('', made);
      const config = { ...guest.config, [disk]: writeProperties(properties) };
      if (move.remove) {
        if (guest.type === 'qemu') {
          task.log(`removing source volume '${volid}' after successful copy`);
        }
        freeVolume(world, guest, volid, task.log);
      } else {
        world.volumeSizes.set(volid, size);
        let index = 0;
        while (config[`unused${index}`] !== undefined) index += 1;
        config[`unused${index}`] = volid;
        const where = `'unused${index}' to config`;
        if (guest.type === 'qemu') task.log(`adding source volume '${volid}' as ${where}`);
      }
      world.change(guest, (one) => {
        one.config = config;
      });
    } catch (error) {
      if (!(error instanceof TaskFailure) || guest.type === 'lxc') throw error;
      throw new TaskFailure(`storage migration failed: ${error.message}`);
    } finally {
      if (guest.type === 'lxc') setLock(world, guest, undefined);
    }
  });
}
