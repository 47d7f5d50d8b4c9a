import { dataDisks } from './disks.ts';
import { refuseLocked, setRunning, setStopped } from './guest-power.ts';
import { type ConfigRecord, type GuestState, isTemplate, type SnapshotState } from './model.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import type { World } from './world.ts';

const gib = 2 ** 30;

/** Can every disk of the guest be snapshotted where it lies? (lvmthin, zfs, qcow2 files; not raw files) */
export function canSnapshot(world: World, guest: GuestState): boolean {
  return dataDisks(guest.config).every((disk) => {
    const type = world.storages.get(disk.storage)?.type;
    return type === 'lvmthin' || type === 'zfspool' || disk.volname.endsWith('.qcow2');
  });
}

function storageOfState(world: World, guest: GuestState): string {
  const disk = dataDisks(guest.config)[0];
  return disk?.storage ?? [...world.storages.keys()][0] ?? 'local';
}

function lock(world: World, guest: GuestState, name: string | undefined): void {
  world.change(guest, (one) => {
    one.lock = name;
  });
}

export interface SnapshotRequest {
  readonly snapname: string;
  readonly description: string;
  readonly vmstate: boolean;
}

function* saveState(
  world: World,
  guest: GuestState,
  task: TaskControl,
  storage: string,
): TaskScript {
  const memory = world.meter.guestMemory(guest, guest.config, world.clock.seconds) / gib;
  task.log(`saving VM state and RAM using storage '${storage}'`);
  const steps = Math.max(1, Math.min(5, Math.ceil(memory)));
  for (let step = 1; step <= steps; step += 1) {
    yield 1;
    task.log(`${((memory * step) / steps).toFixed(2)} GiB in ${step}s`);
  }
  task.log(`completed saving the VM state in ${steps}s, saved ${memory.toFixed(2)} GiB`);
}

function logDiskSnapshot(
  world: World,
  guest: GuestState,
  task: TaskControl,
  snapname: string,
): void {
  for (const disk of dataDisks(guest.config)) {
    const volid = `${disk.storage}:${disk.volname}`;
    task.log(
      guest.type === 'qemu'
        ? `snapshotting 'drive-${disk.key}' (${volid})`
        : `snapshotting '${disk.key}' (${volid})`,
    );
    if (world.storages.get(disk.storage)?.type === 'lvmthin') {
      task.log(`  Logical volume "snap_${disk.volname}_${snapname}" created.`);
    }
  }
}

/** Takes a snapshot; the guest is locked as `snapshot` meanwhile. */
export function* createSnapshotScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  request: SnapshotRequest,
): TaskScript {
  const { snapname, description } = request;
  if (isTemplate(guest)) throw new TaskFailure("you can't take a snapshot if it's a template");
  refuseLocked(guest);
  if (guest.snapshots.some((snapshot) => snapshot.name === snapname)) {
    throw new TaskFailure(`snapshot name '${snapname}' already used`);
  }
  if (!canSnapshot(world, guest)) throw new TaskFailure('snapshot feature is not available');
  lock(world, guest, 'snapshot');
  try {
    const withRam = request.vmstate && guest.status === 'running';
    const storage = storageOfState(world, guest);
    if (withRam) yield* saveState(world, guest, task, storage);
    logDiskSnapshot(world, guest, task, snapname);
    yield 2;
    const snapshot: SnapshotState = {
      name: snapname,
      description,
      snaptime: world.clock.seconds,
      config: guest.config,
      ...(guest.parent === undefined ? {} : { parent: guest.parent }),
      ...(withRam ? { vmstate: `${storage}:vm-${guest.vmid}-state-${snapname}` } : {}),
    };
    world.change(guest, (one) => {
      one.snapshots = [...one.snapshots, snapshot];
      one.parent = snapname;
    });
  } finally {
    lock(world, guest, undefined);
  }
}

/** Snapshots taken after this one: what ZFS would have to destroy. */
function newerThan(guest: GuestState, snapshot: SnapshotState): SnapshotState[] {
  return guest.snapshots.slice(guest.snapshots.indexOf(snapshot) + 1);
}

function findSnapshot(guest: GuestState, snapname: string): SnapshotState {
  const snapshot = guest.snapshots.find((one) => one.name === snapname);
  if (!snapshot) throw new TaskFailure(`snapshot '${snapname}' does not exist`);
  return snapshot;
}

/** @throws TaskFailure where ZFS can only go back to the newest snapshot */
function refuseBlocked(world: World, guest: GuestState, snapshot: SnapshotState): void {
  if (newerThan(guest, snapshot).length === 0) return;
  for (const disk of dataDisks(snapshot.config)) {
    if (world.storages.get(disk.storage)?.type === 'zfspool') {
      throw new TaskFailure(
        `can't rollback, '${snapshot.name}' is not most recent snapshot on '${disk.storage}:${disk.volname}'`,
      );
    }
  }
}

/** Goes back to a snapshot: a running guest is stopped, and runs again only from a saved RAM or when asked. */
export function* rollbackScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  request: { readonly snapname: string; readonly start: boolean },
): TaskScript {
  const snapshot = findSnapshot(guest, request.snapname);
  if (snapshot.snapstate !== undefined) {
    throw new TaskFailure(
      `unable to rollback to incomplete snapshot (snapstate = ${snapshot.snapstate})`,
    );
  }
  refuseBlocked(world, guest, snapshot);
  refuseLocked(guest);
  lock(world, guest, 'rollback');
  try {
    if (guest.status === 'running') {
      yield 1;
      setStopped(world, guest);
    }
    for (const disk of dataDisks(snapshot.config)) {
      if (world.storages.get(disk.storage)?.type === 'lvmthin') {
        task.log(`  Logical volume "${disk.volname}" successfully removed.`);
        task.log(`  Logical volume "${disk.volname}" created.`);
      }
    }
    yield 2;
    world.change(guest, (one) => {
      one.config = snapshot.config;
      one.pending = {};
      one.parent = snapshot.name;
    });
    if (snapshot.vmstate !== undefined) {
      task.log(`Resuming from ${snapshot.vmstate}`);
      yield 2;
      setRunning(world, guest);
    }
  } finally {
    lock(world, guest, undefined);
  }
  if (request.start && guest.status !== 'running') {
    yield 2;
    setRunning(world, guest);
  }
}

/** Removes a snapshot; its children then descend from its parent. */
export function* deleteSnapshotScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  snapname: string,
): TaskScript {
  const snapshot = findSnapshot(guest, snapname);
  refuseLocked(guest);
  lock(world, guest, 'snapshot-delete');
  snapshot.snapstate = 'delete';
  let done = false;
  try {
    for (const disk of dataDisks(snapshot.config)) {
      if (world.storages.get(disk.storage)?.type === 'lvmthin') {
        task.log(`  Logical volume "snap_${disk.volname}_${snapname}" successfully removed.`);
      }
    }
    yield 2;
    world.change(guest, (one) => {
      one.snapshots = one.snapshots.filter((other) => other !== snapshot);
      for (const child of one.snapshots) {
        if (child.parent === snapname) child.parent = snapshot.parent;
      }
      if (one.parent === snapname) one.parent = snapshot.parent;
    });
    done = true;
  } finally {
    if (!done) snapshot.snapstate = undefined;
    lock(world, guest, undefined);
  }
}

/** The configuration a snapshot keeps, as GET …/snapshot/{name}/config tells it. */
export function snapshotConfig(guest: GuestState, snapshot: SnapshotState): ConfigRecord {
  return {
    ...snapshot.config,
    snaptime: snapshot.snaptime,
    ...(snapshot.description === '' ? {} : { description: snapshot.description }),
    ...(snapshot.parent === undefined ? {} : { parent: snapshot.parent }),
    ...(snapshot.vmstate === undefined ? {} : { vmstate: snapshot.vmstate }),
    ...(guest.type === 'qemu' && snapshot.vmstate !== undefined
      ? { runningmachine: 'pc-i440fx-10.1+pve0' }
      : {}),
  };
}
