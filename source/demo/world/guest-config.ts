import { bootOrderAfter, type ConfigUpdate, refuseUpdate } from './config-rules.ts';
import { drivePattern, isOwnVolume, mountPattern, parseSize, volumeOf } from './disks.ts';
import { cloudinitKey, hotPlugs, plugsCloudinit } from './hotplug.ts';
import type { ConfigRecord, ConfigValue, GuestState } from './model.ts';
import { property, readProperties, writeProperties } from './property-string.ts';
import { TaskFailure } from './tasks.ts';
import { allocateVolume, creationLine, inSnapshot, removalLine, sizeText } from './volumes.ts';
import type { World } from './world.ts';

const gib = 2 ** 30;
const cloudinitSize = 4 * 2 ** 20;

/** Where the guest is and what is known of it so far; enough to make its disks. */
export type DiskOwner = Pick<GuestState, 'vmid' | 'type' | 'node'>;

function sizeInConfig(config: ConfigRecord, volid: string): number {
  for (const value of Object.values(config)) {
    if (volumeOf(value) === volid) return parseSize(property(String(value), 'size'));
  }
  return 0;
}

/** The size of a volume, wherever its owner names it; 0 = nobody knows. */
export function volumeSize(world: World, guest: GuestState, volid: string): number {
  const known = world.volumeSizes.get(volid);
  if (known !== undefined) return known;
  return sizeInConfig(guest.config, volid) || sizeInConfig(guest.pending as ConfigRecord, volid);
}

/** Fixed sizes of the small state disks, whatever was asked for. */
function stateSize(key: string, value: string): number | undefined {
  if (key === 'tpmstate0') return 4 * 2 ** 20;
  if (key !== 'efidisk0') return undefined;
  return property(value, 'efitype') === '4m' ? 4 * 2 ** 20 : 528 * 1024;
}

function allocate(
  world: World,
  owner: DiskOwner,
  key: string,
  value: string,
  log: (line: string) => void,
): string | undefined {
  const wanted = /^(?:file=|volume=)?([a-z][a-z0-9\-_.]*[a-z0-9]):(cloudinit|\d+(?:\.\d+)?)$/i.exec(
    value.split(',')[0] ?? '',
  );
  const [, storage = '', amount = ''] = wanted ?? [];
  if (!wanted) return undefined;
  const cloudinit = amount === 'cloudinit';
  const size = cloudinit
    ? cloudinitSize
    : (stateSize(key, value) ?? Math.round(Number(amount) * gib));
  if (size <= 0) throw new TaskFailure(`${key}: the size must be greater than 0`);
  const properties = readProperties(value);
  const volid = allocateVolume(world, {
    ...owner,
    storage,
    size,
    format: properties.get('format'),
    ...(cloudinit ? { part: 'cloudinit' } : {}),
  });
  for (const line of creationLine(world, volid)) log(line);
  for (const name of ['format', 'file', 'volume', 'import-from']) properties.delete(name);
  properties.set('', volid);
  if (cloudinit) properties.set('media', 'cdrom');
  properties.set('size', sizeText(size));
  return writeProperties(properties);
}

/**
 * Turns what was asked for a drive or mount point into its configuration line, making new volumes (`local-zfs:8`).
 * @throws TaskFailure in the storage's words
 */
export function diskLine(
  world: World,
  owner: DiskOwner,
  key: string,
  value: string,
  log: (line: string) => void = () => undefined,
): string {
  if (!drivePattern.test(key) && !mountPattern.test(key)) return value;
  const made = allocate(world, owner, key, value, log);
  if (made !== undefined) return made;
  const volid = volumeOf(value);
  if (volid === undefined) return value;
  const iso = /:(?:iso|vztmpl)\//.test(volid);
  const guest = world.guests.get(owner.vmid);
  if (iso) {
    const file = world.files.find(
      (one) => one.volid === volid && (one.node === undefined || one.node === owner.node),
    );
    if (!file) throw new TaskFailure(`volume '${volid}' does not exist`);
    const properties = readProperties(value);
    properties.set('size', `${Math.ceil(file.size / 1024)}K`);
    return writeProperties(properties);
  }
  const size = guest === undefined ? 0 : volumeSize(world, guest, volid);
  const known = guest !== undefined && (size > 0 || isOwnVolume(volid, owner.vmid));
  if (!known) throw new TaskFailure(`volume '${volid}' does not exist`);
  const properties = readProperties(value);
  if (size > 0) properties.set('size', sizeText(size));
  return writeProperties(properties);
}

function nextUnused(config: ConfigRecord): string {
  for (let index = 0; ; index += 1) {
    const key = `unused${index}`;
    if (config[key] === undefined) return key;
  }
}

/** Removes a volume for good. @throws TaskFailure while a snapshot needs it */
export function freeVolume(
  world: World,
  guest: GuestState,
  volid: string,
  log: (line: string) => void,
): void {
  if (inSnapshot(guest, volid)) {
    throw new TaskFailure(`unable to delete '${volid}' - volume is still in use (snapshot?)`);
  }
  for (const line of removalLine(world, volid)) log(line);
  world.volumeSizes.delete(volid);
  world.revision += 1;
}

/** Applies the removal of one key to a configuration; a disk becomes `unusedN` unless it is removed for good. */
function applyRemoval(
  world: World,
  guest: GuestState,
  config: ConfigRecord,
  key: string,
  force: boolean,
  log: (line: string) => void,
): void {
  const value = config[key];
  if (value === undefined) return;
  const volid = volumeOf(value);
  const cdrom = property(String(value), 'media') === 'cdrom';
  const owned = volid !== undefined && isOwnVolume(volid, guest.vmid);
  if (/^unused\d+$/.test(key) && volid !== undefined) {
    freeVolume(world, guest, volid, log);
  } else if (owned && (drivePattern.test(key) || mountPattern.test(key))) {
    if (force || cdrom) freeVolume(world, guest, volid, log);
    else {
      const size = volumeSize(world, guest, volid);
      if (size > 0) world.volumeSizes.set(volid, size);
      config[nextUnused(config)] = volid;
    }
  }
  delete config[key];
}

/** Applies one new value; the disk it replaces becomes `unusedN`, and one that was unused is so no more. */
function applyValue(
  world: World,
  guest: GuestState,
  config: ConfigRecord,
  key: string,
  value: ConfigValue,
): void {
  const before = volumeOf(config[key]);
  const after = volumeOf(value);
  const isDisk = drivePattern.test(key) || mountPattern.test(key);
  if (isDisk && before !== undefined && before !== after && isOwnVolume(before, guest.vmid)) {
    const size = volumeSize(world, guest, before);
    if (size > 0) world.volumeSizes.set(before, size);
    if (property(String(config[key]), 'media') !== 'cdrom') config[nextUnused(config)] = before;
  }
  if (isDisk && after !== undefined) {
    for (const [other, one] of Object.entries(config)) {
      if (/^unused\d+$/.test(other) && volumeOf(one) === after) delete config[other];
    }
    world.volumeSizes.delete(after);
  }
  config[key] = value;
}

/** The cloud-init keys of a configuration. */
export function cloudinitKeys(config: ConfigRecord): ConfigRecord {
  return Object.fromEntries(Object.entries(config).filter(([key]) => cloudinitKey.test(key)));
}

/** Puts a new configuration in place; the cloud-init image stays as it was made. */
function replaceConfig(guest: GuestState, config: ConfigRecord): void {
  const before = cloudinitKeys(guest.config);
  if (JSON.stringify(before) !== JSON.stringify(cloudinitKeys(config))) guest.cloudinit ??= before;
  guest.config = config;
}

interface Waiting {
  value: ConfigValue | null;
  force: boolean;
}

/** A configuration on its way: what it has, and what waits to be applied. */
class Draft {
  readonly waiting = new Map<string, Waiting>();
  readonly config: ConfigRecord;
  readonly #world: World;
  readonly #guest: GuestState;

  constructor(world: World, guest: GuestState) {
    this.#world = world;
    this.#guest = guest;
    this.config = { ...guest.config };
    for (const [key, value] of Object.entries(guest.pending)) {
      this.waiting.set(key, { value, force: guest.pendingForce?.has(key) ?? false });
    }
  }

  /** What waited for this key waits no more; a disk that never got its place becomes unused. */
  drop(key: string): void {
    const volid = volumeOf(this.waiting.get(key)?.value ?? undefined);
    this.waiting.delete(key);
    const { vmid } = this.#guest;
    if (volid === undefined || !drivePattern.test(key) || !isOwnVolume(volid, vmid)) return;
    if (volid === volumeOf(this.config[key])) return;
    this.#world.volumeSizes.set(volid, volumeSize(this.#world, this.#guest, volid));
    this.config[nextUnused(this.config)] = volid;
  }

  remove(key: string, force: boolean): void {
    this.drop(key);
    if (this.config[key] !== undefined) {
      this.waiting.set(key, { value: null, force: force || key.startsWith('unused') });
    }
  }

  put(key: string, value: ConfigValue): void {
    this.drop(key);
    if (String(this.config[key]) !== String(value)) this.waiting.set(key, { value, force: false });
  }
}

/**
 * Changes a configuration as PVE does: everything goes through the pending section, and what a running guest can take at
 * once leaves it again. `log` gets what the storage says.
 * @throws TaskFailure
 */
export function updateConfig(
  world: World,
  guest: GuestState,
  update: ConfigUpdate,
  log: (line: string) => void = () => undefined,
): void {
  refuseUpdate(world, guest, update);
  const draft = new Draft(world, guest);
  const { config, waiting } = draft;
  for (const key of update.revert) draft.drop(key);
  for (const key of update.remove) draft.remove(key, update.force);
  for (const [key, value] of update.set) {
    draft.put(key, typeof value === 'string' ? diskLine(world, guest, key, value, log) : value);
  }
  const boot = bootOrderAfter(guest, update);
  if (boot !== undefined) draft.put('boot', boot);
  const pending: Record<string, ConfigValue | null> = {};
  const forced = new Set<string>();
  for (const [key, { value, force }] of waiting) {
    if (guest.status === 'running' && !hotPlugs(guest, key, value)) {
      pending[key] = value;
      if (force) forced.add(key);
    } else if (value === null) applyRemoval(world, guest, config, key, force, log);
    else applyValue(world, guest, config, key, value);
  }
  world.change(guest, (one) => {
    replaceConfig(one, config);
    one.pending = pending;
    one.pendingForce = forced;
    if (one.status === 'running' && plugsCloudinit(one)) one.cloudinit = undefined;
  });
}

/** Merges what waited for the next start into the configuration. */
export function applyPendingConfig(world: World, guest: GuestState): void {
  const entries = Object.entries(guest.pending);
  if (entries.length === 0) return;
  const config = { ...guest.config };
  for (const [key, value] of entries) {
    const wanted = guest.pendingForce?.has(key) ?? false;
    // A snapshot may have been taken since: then the volume stays.
    const force = wanted && !inSnapshot(guest, volumeOf(config[key]) ?? '');
    if (value === null) applyRemoval(world, guest, config, key, force, () => undefined);
    else applyValue(world, guest, config, key, value);
  }
  world.change(guest, (one) => {
    replaceConfig(one, config);
    one.pending = {};
    one.pendingForce = undefined;
  });
}
