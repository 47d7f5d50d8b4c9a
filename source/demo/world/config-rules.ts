import { drivePattern, mountPattern, volumeOf, volumeStorage } from './disks.ts';
import type { ConfigValue, GuestState } from './model.ts';
import { property } from './property-string.ts';
import { TaskFailure } from './tasks.ts';
import type { World } from './world.ts';

/** One write to a configuration. `force` removes the volumes of deleted disks. */
export interface ConfigUpdate {
  readonly set: ReadonlyMap<string, ConfigValue>;
  readonly remove: readonly string[];
  readonly revert: readonly string[];
  readonly force: boolean;
}

function isCdrom(value: ConfigValue | undefined): boolean {
  return property(String(value ?? ''), 'media') === 'cdrom';
}

function refuseProtected(guest: GuestState, key: string): void {
  if (guest.config.protection !== 1) return;
  const value = guest.config[key];
  const volid = volumeOf(value);
  const unused = key.startsWith('unused');
  if (!drivePattern.test(key) && !mountPattern.test(key) && !unused) return;
  const what =
    guest.type === 'lxc'
      ? `can't remove CT ${guest.vmid} drive '${key}'`
      : unused
        ? `can't remove unused disk '${volid}'`
        : `can't remove drive '${key}'`;
  throw new TaskFailure(`${what} - protection mode enabled`);
}

/** What a container's configuration does not let go or take. */
function refuseContainer(world: World, guest: GuestState, update: ConfigUpdate): void {
  for (const key of update.remove) {
    if (/^(?:memory|rootfs|ostype)$/.test(key)) {
      throw new TaskFailure(`unable to delete required option '${key}'`);
    }
    if (key === 'unprivileged')
      throw new TaskFailure(`unable to delete read-only option: '${key}'`);
  }
  for (const [key, value] of update.set) {
    if (key === 'unprivileged')
      throw new TaskFailure(`unable to modify read-only option: '${key}'`);
    if (!mountPattern.test(key)) continue;
    if (guest.config.protection === 1) {
      throw new TaskFailure(
        `can't update CT ${guest.vmid} drive '${key}' - protection mode enabled`,
      );
    }
    const name = volumeStorage(volumeOf(value) ?? '');
    const storage = world.storages.get(name);
    if (storage && !storage.content.split(',').includes('rootdir')) {
      throw new TaskFailure(`storage '${name}' does not allow content type 'rootdir' (Container)`);
    }
  }
}

/** Every device of a new boot order must be there. */
function refuseBootOrder(guest: GuestState, update: ConfigUpdate): void {
  const boot = update.set.get('boot');
  if (boot === undefined) return;
  for (const device of property(String(boot), 'order')?.split(';').filter(Boolean) ?? []) {
    const there =
      guest.config[device] !== undefined ||
      (guest.pending[device] ?? null) !== null ||
      update.set.has(device);
    if (!there || update.remove.includes(device)) {
      throw new TaskFailure(`invalid bootorder: device '${device}' does not exist'`);
    }
  }
}

/** The state was made for one version. */
function refuseTpmVersion(guest: GuestState, update: ConfigUpdate): void {
  const [now, next] = [guest.config.tpmstate0, update.set.get('tpmstate0')];
  if (now === undefined || next === undefined || volumeOf(now) !== volumeOf(next)) return;
  const version = (value: ConfigValue) => property(String(value), 'version') ?? 'v1.2';
  if (version(now) !== version(next)) {
    throw new TaskFailure('cannot change TPM state version after creation');
  }
}

/** @throws TaskFailure what the configuration as a whole does not allow */
export function refuseUpdate(world: World, guest: GuestState, update: ConfigUpdate): void {
  for (const key of update.remove) refuseProtected(guest, key);
  if (guest.type === 'lxc') refuseContainer(world, guest, update);
  else {
    refuseBootOrder(guest, update);
    refuseTpmVersion(guest, update);
  }
}

/** Detached drives leave the boot order, new CD drives join its end; undefined = it stays. */
export function bootOrderAfter(guest: GuestState, update: ConfigUpdate): string | undefined {
  if (guest.type === 'lxc' || update.set.has('boot') || update.revert.includes('boot')) {
    return undefined;
  }
  const boot = String(guest.pending.boot ?? guest.config.boot ?? '');
  const order = property(boot, 'order')?.split(';').filter(Boolean) ?? [];
  if (order.length === 0) return undefined;
  const discs = [...update.set]
    .filter(([key, value]) => drivePattern.test(key) && isCdrom(value) && !order.includes(key))
    .map(([key]) => key);
  const after = [...order.filter((device) => !update.remove.includes(device)), ...discs];
  return after.join(';') === order.join(';') ? undefined : `order=${after.join(';')}`;
}
