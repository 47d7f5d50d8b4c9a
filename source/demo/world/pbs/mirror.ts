import type { FileVolume, StorageState } from '../model.ts';
import type { World } from '../world.ts';
import type { PbsHost } from './host.ts';
import { type BackupGroup, type BackupSnapshot, backupTimeText, type Datastore } from './model.ts';

/** What PVE's storage of type `pbs` shows of one snapshot. Notes and protection are the snapshot's own. */
class MirroredVolume implements FileVolume {
  readonly volid: string;
  readonly storage: string;
  readonly content = 'backup';
  readonly format: string;
  readonly ctime: number;
  readonly vmid: number;
  readonly subtype: 'qemu' | 'lxc';
  readonly #world: World;
  readonly #snapshot: BackupSnapshot;

  constructor(world: World, storage: string, group: BackupGroup, snapshot: BackupSnapshot) {
    const { type, id } = group;
    this.volid = `${storage}:backup/${type}/${id}/${backupTimeText(snapshot.time)}`;
    this.storage = storage;
    this.format = `pbs-${type}`;
    this.ctime = snapshot.time;
    this.vmid = Number(id);
    this.subtype = type === 'vm' ? 'qemu' : 'lxc';
    this.#snapshot = snapshot;
    this.#world = world;
  }

  get config(): FileVolume['config'] {
    return this.#world.pbs.guests.find(({ vmid }) => vmid === this.vmid)?.config;
  }

  /** An unfinished one counts as a single byte. */
  get size(): number {
    return this.#snapshot.size ?? 1;
  }

  get notes(): string | undefined {
    return this.#snapshot.comment;
  }

  set notes(text: string | undefined) {
    this.#snapshot.comment = text;
  }

  get protected(): boolean {
    return this.#snapshot.protected;
  }

  set protected(flag: boolean | undefined) {
    this.#snapshot.protected = flag === true;
  }

  get encrypted(): string | undefined {
    return this.#snapshot.fingerprint;
  }

  get verification(): FileVolume['verification'] {
    return this.#snapshot.verification;
  }
}

interface Known {
  readonly file: FileVolume;
  readonly host: PbsHost;
  readonly store: Datastore;
  readonly group: BackupGroup;
}

/** Keeps the world's list of files and the datastores behind its storages the same, whichever side changed. */
export class PbsMirror {
  readonly #world: World;
  readonly #hosts: ReadonlyMap<string, PbsHost>;
  readonly #known = new Map<StorageState, Map<BackupSnapshot, Known>>();
  #seen = '';

  constructor(world: World, hosts: ReadonlyMap<string, PbsHost>) {
    this.#world = world;
    this.#hosts = hosts;
  }

  reconcile(): void {
    const before = this.#state();
    if (this.#seen === before) return;
    for (const storage of this.#world.storages.values()) {
      if (storage.type === 'pbs') this.#reconcile(storage);
    }
    this.#seen = this.#state();
  }

  /** Differs whenever a volume or a snapshot came or went. */
  #state(): string {
    let sum = 0;
    for (const host of this.#hosts.values()) {
      for (const store of host.stores.values()) {
        for (const { snapshots } of store.groups.values()) {
          sum += snapshots.length + (snapshots[0]?.time ?? 0) + (snapshots.at(-1)?.time ?? 0);
        }
      }
    }
    return `${this.#world.files.length} ${sum}`;
  }

  #reconcile(storage: StorageState): void {
    const world = this.#world;
    const { server, datastore = '', namespace = '' } = storage.settings;
    const host = this.#hosts.get(world.pbs.hostAt(server)?.name ?? '');
    const store = host?.stores.get(datastore);
    if (!host || !store) return;
    const known = this.#known.get(storage) ?? new Map<BackupSnapshot, Known>();
    this.#known.set(storage, known);
    const there = new Set(world.files.filter((file) => file.storage === storage.storage));
    for (const [snapshot, { file, group }] of known) {
      if (there.has(file)) continue;
      // It was removed on the cluster's side.
      known.delete(snapshot);
      if (group.snapshots.includes(snapshot)) host.forget(store, group, snapshot);
    }
    const live = new Set<BackupSnapshot>();
    const fresh: FileVolume[] = [];
    for (const group of store.groups.values()) {
      if (group.ns !== namespace || group.type === 'host' || !/^\d+$/.test(group.id)) continue;
      for (const snapshot of group.snapshots) {
        live.add(snapshot);
        if (known.has(snapshot)) continue;
        const file = new MirroredVolume(world, storage.storage, group, snapshot);
        known.set(snapshot, { file, host, store, group });
        fresh.push(file);
      }
    }
    const gone = new Set<FileVolume>();
    for (const [snapshot, { file }] of known) {
      if (live.has(snapshot)) continue;
      known.delete(snapshot);
      gone.add(file);
    }
    if (gone.size === 0 && fresh.length === 0) return;
    const left = world.files.filter((file) => !gone.has(file));
    world.files.length = 0;
    for (const file of left) world.files.push(file);
    for (const file of fresh) world.files.push(file);
  }
}
