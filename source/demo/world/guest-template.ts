import { volumeStorage } from './disks.ts';
import { holdFile } from './file-lock.ts';
import { sourceDisks } from './guest-clone.ts';
import { guestWord, refuseLocked } from './guest-power.ts';
import { type ConfigRecord, type GuestState, isTemplate } from './model.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import { volumeCan } from './volumes.ts';
import type { World } from './world.ts';

/** @throws TaskFailure what PVE says before a guest becomes a template */
export function checkTemplate(world: World, guest: GuestState): void {
  refuseLocked(guest);
  const word = guestWord(guest);
  if (guest.snapshots.length > 0) {
    throw new TaskFailure(`unable to create template, because ${word} contains snapshots`);
  }
  if (isTemplate(guest)) throw new TaskFailure("you can't convert a template to a template");
  if (guest.status === 'running') {
    throw new TaskFailure(
      word === 'VM'
        ? "you can't convert a VM to template if VM is running"
        : "you can't convert a CT to template if the CT is running",
    );
  }
  for (const { volid } of sourceDisks(world, guest, guest.config)) {
    const storage = world.storages.get(volumeStorage(volid));
    if (!volumeCan(storage, volid, 'template', false)) {
      throw new TaskFailure(`${volid}: Template feature is not available`);
    }
  }
}

/** Renames the disks to base images and marks the guest, for good. */
export function makeTemplate(world: World, guest: GuestState, task?: TaskControl): void {
  const config: ConfigRecord = { ...guest.config, template: 1 };
  for (const { key, value, volid } of sourceDisks(world, guest, guest.config)) {
    const base = volid
      .replace(/(^|[:/])vm-(\d+-disk)/, '$1base-$2')
      .replace(/(^|[:/])subvol-(\d+-disk)/, '$1basevol-$2');
    config[key] = value.replace(volid, base);
    const [from, to] = [volid, base].map((one) => one.slice(one.indexOf(':') + 1));
    if (world.storages.get(volumeStorage(volid))?.type === 'lvmthin') {
      task?.log(`  Renamed "${from}" to "${to}" in volume group "pve"`);
      task?.log(`  Logical volume pve/${to} changed.`);
    }
  }
  world.change(guest, (one) => {
    one.config = config;
  });
}

export function* templateScript(world: World, guest: GuestState, task: TaskControl): TaskScript {
  const release = holdFile(guest, 'exclusive');
  try {
    yield 1;
    makeTemplate(world, guest, task);
  } finally {
    release();
  }
}
