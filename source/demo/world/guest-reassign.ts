import { volumeOf, volumeStorage } from './disks.ts';
import { holding } from './file-lock.ts';
import { volumeSize } from './guest-config.ts';
import { refuseLocked } from './guest-power.ts';
import { type GuestState, isTemplate } from './model.ts';
import { property, readProperties, writeProperties } from './property-string.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import {
  allocateVolume,
  formatOf,
  inSnapshot,
  removalLine,
  sizeText,
  volumeCan,
} from './volumes.ts';
import type { World } from './world.ts';

export interface Reassignment {
  readonly disk: string;
  readonly target: GuestState;
  readonly targetDisk: string;
}

/** @throws TaskFailure what PVE says before the task starts */
export function checkReassign(world: World, guest: GuestState, wish: Reassignment): void {
  const { disk, target, targetDisk } = wish;
  const word = guest.type === 'qemu' ? 'VM' : 'CT';
  if (guest.node !== target.node) {
    throw new TaskFailure(
      `Both ${word === 'VM' ? 'VMs' : 'containers'} need to be on the same node (${guest.node} != ${target.node})`,
    );
  }
  refuseLocked(guest);
  refuseLocked(target);
  const kind = guest.type === 'qemu' ? 'disks' : 'volumes';
  if (isTemplate(guest) || isTemplate(target)) {
    throw new TaskFailure(`Can't move ${kind} from or to template ${word}s`);
  }
  const what = guest.type === 'qemu' ? 'Disk' : 'Volume';
  const value = guest.config[disk];
  const volid = volumeOf(value);
  if (volid === undefined) {
    throw new TaskFailure(`${what} '${disk}' for ${word} '${guest.vmid}' does not exist`);
  }
  if (target.config[targetDisk] !== undefined) {
    throw new TaskFailure(
      `Target ${what.toLowerCase()} key '${targetDisk}' is already in use for ${word} '${target.vmid}'`,
    );
  }
  if (property(String(value), 'media') === 'cdrom') {
    throw new TaskFailure("CD drive contents can't be moved to another VM");
  }
  if (inSnapshot(guest, volid)) {
    throw new TaskFailure(`Can't move ${what.toLowerCase()} used by a snapshot to another ${word}`);
  }
  if (!volumeCan(world.storages.get(volumeStorage(volid)), volid, 'copy', false)) {
    throw new TaskFailure(`Storage does not support moving of this disk to another ${word}`);
  }
  if (guest.status === 'running' && !disk.startsWith('unused')) {
    throw new TaskFailure(
      `Cannot move ${what.toLowerCase()} to another ${word} while the source ${word} is running - detach first`,
    );
  }
}

/** Gives a disk to another guest of the same node. */
export function* reassignScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  wish: Reassignment,
): TaskScript {
  const { disk, target, targetDisk } = wish;
  const word = guest.type === 'qemu' ? 'VM' : 'CT';
  yield* holding([guest, target], function* () {
    const value = String(guest.config[disk] ?? '');
    const volid = volumeOf(value) ?? '';
    const size = volumeSize(world, guest, volid);
    task.log(
      `moving ${guest.type === 'qemu' ? 'disk' : 'volume'} '${disk}' from ${word} '${guest.vmid}' to '${target.vmid}'`,
    );
    yield 1;
    const storage = volumeStorage(volid);
    const made = allocateVolume(world, {
      ...target,
      storage,
      size,
      format: formatOf(world.storages.get(storage), volid),
    });
    for (const line of removalLine(world, volid)) task.log(line.replace('removed', 'renamed'));
    const properties = readProperties(value);
    properties.set('', made);
    if (size > 0) properties.set('size', sizeText(size));
    const unused = targetDisk.startsWith('unused');
    world.volumeSizes.delete(volid);
    if (unused) world.volumeSizes.set(made, size);
    world.change(guest, (one) => {
      const { [disk]: _gone, ...config } = one.config;
      one.config = config;
    });
    const line = unused ? made : writeProperties(properties);
    world.change(target, (one) => {
      one.config = { ...one.config, [targetDisk]: line };
    });
    task.log(`removing disk '${disk}' from ${word} '${guest.vmid}' config`);
  });
}
