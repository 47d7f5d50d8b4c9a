import { copyDisk, imageCopyFull } from './disk-copy.ts';
import { drivePattern, mountPattern, volumeOf, volumeStorage } from './disks.ts';
import { holdFile, refuseHeld } from './file-lock.ts';
import { volumeSize } from './guest-config.ts';
import { guestWord, refuseMarked, setLock } from './guest-power.ts';
import { type ConfigRecord, type GuestState, guestName, isTemplate } from './model.ts';
import { addressesOf, newGuest, withFreshMac } from './new-guest.ts';
import { property, readProperties, writeProperties } from './property-string.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import {
  allocateVolume,
  creationLine,
  diskStorage,
  formatOf,
  formatsOf,
  volumeCan,
} from './volumes.ts';
import type { World } from './world.ts';

export interface CloneWish {
  readonly newid: number;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** undefined = as usual: linked from a template, else full. */
  readonly full?: boolean | undefined;
  readonly storage?: string | undefined;
  readonly format?: string | undefined;
  readonly snapname?: string | undefined;
  readonly pool?: string | undefined;
  readonly target?: string | undefined;
  /** KiB/s */
  readonly bwlimit?: number | undefined;
}

export interface SourceDisk {
  readonly key: string;
  readonly value: string;
  readonly volid: string;
  readonly size: number;
}

export interface ClonePlan extends CloneWish {
  readonly linked: boolean;
  /** The configuration that is copied: the current one, or a snapshot's. */
  readonly source: ConfigRecord;
  readonly disks: readonly SourceDisk[];
  readonly node: string;
}

/** @throws TaskFailure when the number is taken */
export function refuseTaken(
  world: World,
  vmid: number,
  message: (taken: GuestState) => string,
): void {
  const taken = world.guests.get(vmid);
  if (taken) throw new TaskFailure(message(taken));
}

/** `VM 101 already exists on node 'pve1'` */
export function takenMessage(taken: GuestState): string {
  return `${guestWord(taken)} ${taken.vmid} already exists on node '${taken.node}'`;
}

/** The disks that a copy gets too: no CD drives, no unused volumes. */
export function sourceDisks(world: World, guest: GuestState, config: ConfigRecord): SourceDisk[] {
  return Object.entries(config).flatMap(([key, raw]) => {
    const value = String(raw);
    const volid = volumeOf(value);
    if (!drivePattern.test(key) && !mountPattern.test(key)) return [];
    if (volid === undefined || property(value, 'media') === 'cdrom') return [];
    return [{ key, value, volid, size: volumeSize(world, guest, volid) }];
  });
}

function checkDisks(world: World, guest: GuestState, plan: ClonePlan): void {
  for (const { key, volid } of plan.disks) {
    const storage = world.storages.get(volumeStorage(volid));
    const name = volid.slice(volid.indexOf(':') + 1);
    const linked = plan.linked && key !== 'tpmstate0';
    const feature = linked ? 'clone' : 'copy';
    if (!volumeCan(storage, name, feature, plan.snapname !== undefined)) {
      const what = linked ? 'Linked' : 'Full';
      const snap = plan.snapname === undefined ? '' : ' a snapshot of';
      throw new TaskFailure(
        guest.type === 'qemu'
          ? `${what} clone feature is not supported for${snap} '${volid}' (${key})`
          : `${what} clone feature for '${volid}' is not available`,
      );
    }
    if (plan.target !== undefined && plan.target !== guest.node && !storage?.shared) {
      const word = guestWord(guest);
      throw new TaskFailure(
        `can't clone ${word} to node '${plan.target}' (${word} uses local storage)`,
      );
    }
  }
}

function checkTargetStorage(world: World, guest: GuestState, wish: CloneWish): void {
  if (wish.storage === undefined) return;
  const storage = diskStorage(world, wish.target ?? guest.node, wish.storage, guest.type);
  if (wish.target !== undefined && wish.target !== guest.node && !storage.shared) {
    throw new TaskFailure(`can't clone to non-shared storage '${wish.storage}'`);
  }
}

/**
 * Everything PVE checks before the clone's task starts.
 * @throws TaskFailure
 */
export function planClone(world: World, guest: GuestState, wish: CloneWish): ClonePlan {
  refuseHeld(guest, 'shared');
  refuseMarked(guest);
  const { snapname, target } = wish;
  checkTargetStorage(world, guest, wish);
  if (target !== undefined && !world.nodes.has(target)) {
    throw new TaskFailure(`no such cluster node '${target}'`);
  }
  const snapshot = guest.snapshots.find((one) => one.name === snapname);
  if (snapname !== undefined && !snapshot) {
    throw new TaskFailure(`snapshot '${snapname}' does not exist`);
  }
  const full = wish.full ?? !isTemplate(guest);
  const running = guest.status === 'running';
  if (guest.type === 'lxc' && full && running && snapname === undefined) {
    throw new TaskFailure('Full clone of a running container is only possible from a snapshot');
  }
  for (const name of ['storage', 'format'] as const) {
    if (!full && wish[name] !== undefined) {
      throw new TaskFailure(`parameter '${name}' not allowed for linked clones`);
    }
  }
  const source = snapshot?.config ?? guest.config;
  const disks = sourceDisks(world, guest, source);
  if (full && running && snapname === undefined && source.tpmstate0 !== undefined) {
    throw new TaskFailure('cannot clone TPM state while VM is running');
  }
  const plan: ClonePlan = { ...wish, linked: !full, source, disks, node: target ?? guest.node };
  refuseTaken(world, wish.newid, (taken) =>
    guest.type === 'qemu' && taken.node === guest.node && taken.type === 'qemu'
      ? `unable to create VM ${wish.newid}: config file already exists`
      : takenMessage(taken),
  );
  checkDisks(world, guest, plan);
  return plan;
}

function clonedConfig(world: World, guest: GuestState, plan: ClonePlan): ConfigRecord {
  const config: ConfigRecord = {};
  for (const [key, value] of Object.entries(plan.source)) {
    if (/^(?:unused\d+|template|lock|parent|vmstate|snaptime|running.*)$/.test(key)) continue;
    config[key] = /^net\d+$/.test(key)
      ? withFreshMac(world, plan.newid, key, String(value))
      : value;
  }
  const name = guest.type === 'qemu' ? 'name' : 'hostname';
  const old = guestName({ type: guest.type, config: plan.source });
  config[name] = plan.name ?? (guest.type === 'lxc' ? old : `Copy-of-VM-${old || guest.vmid}`);
  if (plan.description !== undefined) config.description = plan.description;
  if (guest.type === 'qemu') {
    const id = world.noise.hex(`uuid/${plan.newid}`, 12, world.revision);
    config.smbios1 = `uuid=5e3c0d2a-0000-4000-8000-${id}`;
    if (config.vmgenid !== undefined) config.vmgenid = `5e3c0d2a-1111-4000-8000-${id}`;
  }
  return config;
}

/** The drive of cloud-init is made anew. */
function cloudinitDrives(config: ConfigRecord, newid: number): void {
  for (const [key, value] of Object.entries(config)) {
    if (!drivePattern.test(key)) continue;
    config[key] = String(value).replace(/vm-\d+-cloudinit/, `vm-${newid}-cloudinit`);
  }
}

function linkedVolume(world: World, made: string, disk: SourceDisk): string {
  const storage = world.storages.get(volumeStorage(made));
  const name = made.slice(made.indexOf(':') + 1);
  const base = disk.volid.slice(disk.volid.indexOf(':') + 1);
  // Thin volumes do not show what they come from; ZFS and files do.
  return storage?.type === 'lvmthin' ? made : `${storage?.storage}:${base}/${name}`;
}

function* cloneDisk(
  world: World,
  guest: GuestState,
  copy: GuestState,
  task: TaskControl,
  plan: ClonePlan,
  disk: SourceDisk,
): TaskScript {
  const old = volumeStorage(disk.volid);
  const storage = plan.linked ? old : (plan.storage ?? old);
  const target = diskStorage(world, plan.node, storage, guest.type);
  const format = formatOf(world.storages.get(old), disk.volid);
  const wanted =
    plan.format ?? (formatsOf(target, guest.type).includes(format) ? format : undefined);
  // The state of a TPM is always copied.
  const linked = plan.linked && disk.key !== 'tpmstate0';
  const kind = linked ? 'linked' : 'full';
  task.log(
    guest.type === 'qemu'
      ? `create ${kind} clone of drive ${disk.key} (${disk.volid})`
      : `create ${kind} clone of ${linked ? 'mount point' : 'mountpoint'} ${disk.key} (${disk.volid})`,
  );
  const made = allocateVolume(world, { ...copy, storage, size: disk.size, format: wanted });
  for (const line of creationLine(world, made)) task.log(line);
  if (linked) yield 1;
  else {
    const label = guest.type === 'qemu' && guest.status === 'running' ? `drive-${disk.key}: ` : '';
    if (label !== '') task.log(`drive mirror is starting for drive-${disk.key}`);
    yield* copyDisk(world, task, {
      guest,
      label,
      size: disk.size,
      node: plan.node,
      storage,
      bwlimit: plan.bwlimit,
      full: imageCopyFull(task),
    });
    if (label !== '') task.log("all 'mirror' jobs are ready");
  }
  const properties = readProperties(disk.value);
  properties.delete('format');
  properties.set('', linked ? linkedVolume(world, made, disk) : made);
  world.change(copy, (one) => {
    one.config = { ...one.config, [disk.key]: writeProperties(properties) };
  });
}

/** Copies a guest. The new one is there from the beginning, locked; a clone that breaks off takes it away again. */
export function* cloneScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  plan: ClonePlan,
): TaskScript {
  refuseTaken(world, plan.newid, takenMessage);
  const release = holdFile(guest, guest.type === 'qemu' ? 'shared' : 'exclusive');
  const { newid, node, pool } = plan;
  const lock = guest.type === 'qemu' ? 'clone' : 'create';
  const copy = newGuest({ vmid: newid, type: guest.type, node, lock, pool, like: guest });
  world.addGuest(copy);
  world.firewalls.copy(guest.vmid, copy.vmid);
  if (guest.type === 'lxc') setLock(world, guest, 'disk');
  const word = guest.type === 'qemu' ? 'VM' : 'container';
  task.log(`creating a clone of ${word} ${guest.vmid} with ID ${newid}`);
  let done = false;
  try {
    for (const disk of plan.disks) yield* cloneDisk(world, guest, copy, task, plan, disk);
    const disks = copy.config;
    const config = { ...clonedConfig(world, guest, plan), ...disks };
    cloudinitDrives(config, newid);
    yield 0.5;
    world.change(copy, (one) => {
      one.config = config;
      one.lock = undefined;
      one.addresses = addressesOf(guest.type, config);
    });
    done = true;
  } catch (error) {
    if (error instanceof TaskFailure) throw new TaskFailure(`clone failed: ${error.message}`);
    throw error;
  } finally {
    if (guest.type === 'lxc') setLock(world, guest, undefined);
    release();
    if (!done) world.removeGuest(copy);
  }
}
