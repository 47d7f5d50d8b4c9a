import type { GuestState } from '../model.ts';
import type { Noise } from '../noise.ts';
import { gcStatus } from './gc.ts';
import {
  type BackupFile,
  type BackupGroup,
  type BackupSnapshot,
  type Datastore,
  groupKey,
} from './model.ts';
import type { StorePlan } from './seat.ts';
import { guestFiles, sizeOf, unfinished } from './write.ts';

export const gib = 2 ** 30;
const mib = 2 ** 20;
export const day = 86_400;

interface StoreMore {
  readonly path?: string;
  readonly growth?: number;
  readonly mount?: Datastore['mount'];
  readonly maintenance?: Datastore['maintenance'];
  readonly config?: Datastore['config'];
  readonly namespaces?: readonly string[];
}

/** An empty datastore that already takes what its plan says. */
export function makeStore({ name, total, used }: StorePlan, more: StoreMore = {}): Datastore {
  const other = Math.round(used * 0.008);
  return {
    name,
    path: more.path ?? `/mnt/datastore/${name}`,
    total,
    other,
    chunkBytes: used - other,
    garbage: [],
    groups: new Map(),
    namespaces: new Set(more.namespaces ?? []),
    gc: {
      'disk-bytes': 0,
      'disk-chunks': 0,
      'index-data-bytes': 0,
      'index-file-count': 0,
      'pending-bytes': 0,
      'pending-chunks': 0,
      'removed-bad': 0,
      'removed-bytes': 0,
      'removed-chunks': 0,
      'still-bad': 0,
    },
    ...(more.maintenance ? { maintenance: more.maintenance } : {}),
    mount: more.mount ?? 'nonremovable',
    config: more.config ?? {},
    growth: more.growth ?? 0.2,
  };
}

/** What the garbage collection at this time (seconds) has found: it freed a little, and some is still pending. */
export function collected(store: Datastore, at: number, upid: string | undefined): void {
  const pending = Math.round(store.chunkBytes * 0.021);
  // One part may go at the next run, the other is too young for it as well.
  const old = Math.round(pending * 0.7);
  store.garbage.push({ bytes: old, since: at - 23.9 * 3600 });
  store.garbage.push({ bytes: pending - old, since: at - 7200 });
  const status = gcStatus(store, at, upid);
  const removed = Math.round(store.chunkBytes * 0.009);
  store.gc = {
    ...status,
    'removed-bytes': removed,
    'removed-chunks': Math.round(removed / 2_250_000),
  };
}

export interface SnapshotPlan {
  /** seconds since the epoch */
  readonly times: readonly number[];
  readonly owner: string;
  readonly ns?: string;
  readonly comment?: string;
  /** Of the key that it is encrypted with. */
  readonly fingerprint?: string;
}

/** Puts a group with its snapshots into a datastore. */
export function addGroup(
  store: Datastore,
  noise: Noise,
  type: BackupGroup['type'],
  id: string,
  files: readonly BackupFile[],
  plan: SnapshotPlan,
): BackupGroup {
  const { ns = '', times, owner, comment, fingerprint } = plan;
  const size = sizeOf(files);
  const key = noise.key(`pbs/${ns}/${type}/${id}`);
  const snapshots = times.map((time, index): BackupSnapshot => {
    const part = 0.004 + 0.012 * noise.at(key, index);
    return {
      time,
      size,
      files,
      protected: false,
      unique: Math.round(size * part + 12 * mib),
      ...(comment === undefined ? {} : { comment }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    };
  });
  const group: BackupGroup = { ns, type, id, owner, snapshots };
  store.groups.set(groupKey(ns, type, id), group);
  return group;
}

/** A guest's group. */
export function addGuest(
  store: Datastore,
  noise: Noise,
  guest: GuestState,
  plan: SnapshotPlan,
): BackupGroup {
  const type = guest.type === 'qemu' ? 'vm' : 'ct';
  const files = guestFiles(guest, plan.fingerprint === undefined ? 'none' : 'encrypt');
  return addGroup(store, noise, type, String(guest.vmid), files, plan);
}

/** Turns a snapshot into one that was broken off. */
export function breakOff(snapshot: BackupSnapshot): void {
  snapshot.files = unfinished(snapshot.files);
  snapshot.size = undefined;
}

/** A host's own files. */
export function hostFiles(root: number): BackupFile[] {
  const file = (filename: string, size: number): BackupFile => ({
    filename,
    'crypt-mode': 'none',
    size,
  });
  return [
    file('catalog.pcat1.didx', 1_900_000),
    file('etc.pxar.didx', 6_300_000),
    file('root.pxar.didx', root),
    file('client.log.blob', 980),
    file('index.json.blob', 590),
  ];
}
