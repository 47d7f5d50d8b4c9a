import { removeFromJobs } from './backup-jobs.ts';
import { isOwnVolume, volumeOf, volumeStorage } from './disks.ts';
import { holdFile } from './file-lock.ts';
import { guestWord, refuseLocked, setLock, setStopped } from './guest-power.ts';
import type { GuestState } from './model.ts';
import { jobsOfGuest } from './replication.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import { linkedTo, removalLine } from './volumes.ts';
import type { World } from './world.ts';

export interface Destruction {
  readonly purge: boolean;
  readonly unreferenced: boolean;
  /** lxc: a running one is stopped first. */
  readonly force: boolean;
}

function refuseRunning(guest: GuestState): void {
  if (guest.status !== 'running') return;
  throw new TaskFailure(
    guest.type === 'qemu'
      ? `VM ${guest.vmid} is running - destroy failed`
      : `unable to destroy CT ${guest.vmid} - container is running`,
  );
}

/** @throws TaskFailure what PVE says before the task starts */
export function checkDestroy(world: World, guest: GuestState, wish: Destruction): void {
  const name = `${guestWord(guest)} ${guest.vmid}`;
  if (guest.config.protection === 1) {
    throw new TaskFailure(`can't remove ${name} - protection mode enabled`);
  }
  if (guest.ha && !wish.purge) {
    throw new TaskFailure(
      `unable to remove ${name} - used in HA resources and purge parameter not set.`,
    );
  }
  const [job] = jobsOfGuest(world, guest.vmid);
  if (job && !wish.purge) {
    throw new TaskFailure(
      `There is a replication job '${job.id}' for guest '${guest.vmid}' - Please remove that first.`,
    );
  }
  if (guest.type === 'qemu' || !wish.force) refuseRunning(guest);
}

function volumesOf(guest: GuestState): string[] {
  const volumes = Object.values(guest.config).flatMap((value) => volumeOf(value) ?? []);
  return [...new Set(volumes)].filter((volid) => isOwnVolume(volid, guest.vmid));
}

function refuseBases(world: World, guest: GuestState, volumes: readonly string[]): void {
  if (guest.config.template !== 1) return;
  for (const volid of volumes) {
    const name = volid.slice(volid.indexOf(':') + 1);
    if (linkedTo(world, volumeStorage(volid), name).length > 0) {
      throw new TaskFailure(`base volume '${volid}' is still in use by linked cloned`);
    }
  }
}

/** Removes a guest with its disks; with `purge` also from HA. */
export function* destroyScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  wish: Destruction,
): TaskScript {
  refuseLocked(guest);
  if (guest.type === 'lxc' && wish.force && guest.status === 'running') {
    task.log(`forced to stop CT ${guest.vmid} before destroying!`);
    yield 2;
    setStopped(world, guest);
  }
  refuseRunning(guest);
  const volumes = volumesOf(guest);
  refuseBases(world, guest, volumes);
  const release = holdFile(guest, 'exclusive');
  setLock(world, guest, 'destroyed');
  try {
    for (const volid of volumes) {
      yield 0.5;
      for (const line of removalLine(world, volid)) task.log(line);
    }
    if (wish.unreferenced) {
      for (const volid of [...world.volumeSizes.keys()]) {
        if (isOwnVolume(volid, guest.vmid)) world.volumeSizes.delete(volid);
      }
    }
    if (wish.purge) {
      task.log(`purging ${guestWord(guest)} ${guest.vmid} from related configurations..`);
      for (const job of jobsOfGuest(world, guest.vmid)) world.replication.delete(job.id);
      removeFromJobs(world, guest.vmid);
      if (guest.ha) {
        const name = `${guestWord(guest)} ${guest.vmid}`;
        task.log(`NOTE: removed ${name} from HA resource configuration.`);
      }
    }
    yield 0.5;
    for (const volid of volumes) world.volumeSizes.delete(volid);
    const { accounts } = world;
    accounts.acl = accounts.acl.filter(({ path }) => path !== `/vms/${guest.vmid}`);
    world.removeGuest(guest);
  } finally {
    release();
  }
}
