/** What kinds of backups a datastore holds. */
export type BackupType = 'vm' | 'ct' | 'host';
export type CryptMode = 'none' | 'encrypt' | 'sign-only';

export interface BackupFile {
  readonly filename: string;
  readonly 'crypt-mode': CryptMode;
  /** bytes */
  readonly size: number;
}

export interface Verification {
  readonly state: 'ok' | 'failed';
  /** The task that found it; its host is not always this one, as a sync copies it. */
  readonly upid: string;
}

export interface BackupSnapshot {
  /** seconds since the epoch */
  readonly time: number;
  /** Sum of the archives; undefined while it is not finished: then it has no index either. */
  size?: number;
  files: readonly BackupFile[];
  comment?: string;
  protected: boolean;
  verification?: Verification;
  /** Of the encryption key: `ab:cd:…` */
  readonly fingerprint?: string;
  /** Bytes of chunks that no other snapshot uses. */
  readonly unique: number;
  /** A chunk of it is damaged, which the next verification finds. */
  readonly damaged?: boolean;
}

export interface BackupGroup {
  /** `''` is the root. */
  readonly ns: string;
  readonly type: BackupType;
  readonly id: string;
  owner: string;
  notes?: string;
  /** Oldest first. */
  snapshots: BackupSnapshot[];
}

/** What a garbage collection left behind. */
export interface GcStatus {
  upid?: string;
  'disk-bytes': number;
  'disk-chunks': number;
  'index-data-bytes': number;
  'index-file-count': number;
  'pending-bytes': number;
  'pending-chunks': number;
  'removed-bad': number;
  'removed-bytes': number;
  'removed-chunks': number;
  'still-bad': number;
}

export interface KeepOptions {
  readonly 'keep-last'?: number;
  readonly 'keep-hourly'?: number;
  readonly 'keep-daily'?: number;
  readonly 'keep-weekly'?: number;
  readonly 'keep-monthly'?: number;
  readonly 'keep-yearly'?: number;
}

export const keepNames = [
  'keep-last',
  'keep-hourly',
  'keep-daily',
  'keep-weekly',
  'keep-monthly',
  'keep-yearly',
] as const;

export interface Datastore {
  readonly name: string;
  readonly path: string;
  /** bytes */
  readonly total: number;
  /** Used by things that are no chunks. */
  readonly other: number;
  /** Chunks on the disk, the garbage among them. */
  chunkBytes: number;
  /** What removed snapshots left: free for a garbage collection a day after its last use. */
  garbage: { readonly bytes: number; readonly since: number }[];
  /** By `ns/type/id`, in no order. */
  readonly groups: Map<string, BackupGroup>;
  /** Paths of all namespaces but the root. */
  readonly namespaces: Set<string>;
  gc: GcStatus;
  maintenance?: { readonly type: 'offline' | 'read-only'; readonly message?: string };
  mount: 'mounted' | 'notmounted' | 'nonremovable';
  /** Keys of datastore.cfg that have no meaning of their own here. */
  config: Record<string, string | number | boolean>;
  /** How much fuller it gets in a year, as part of its size. */
  readonly growth: number;
}

export type JobKind = 'gc' | 'prune' | 'verify' | 'sync';

export interface Job {
  readonly kind: JobKind;
  /** For `gc` the datastore's name. */
  readonly id: string;
  /** As in the configuration: store, schedule, ns, remote … */
  config: Record<string, string | number | boolean | readonly string[]>;
  last?: { readonly upid: string; readonly endtime: number; readonly state: string };
}

export interface Remote {
  readonly name: string;
  /** Address of a server of the demo. */
  readonly host: string;
  readonly authId: string;
  readonly fingerprint: string;
  readonly comment: string;
}

/** Bytes of an average chunk. */
export const chunkSize = 2_250_000;

export function groupKey(ns: string, type: string, id: string): string {
  return `${ns}/${type}/${id}`;
}

/** Is it whole? One that is still written, or was broken off, has no index. */
export function isFinished(snapshot: BackupSnapshot): boolean {
  return snapshot.files.some(({ filename }) => filename === 'index.json.blob');
}

/** `2026-07-18T20:00:03Z` */
export function backupTimeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

export function usedBytes(store: Datastore): number {
  return Math.min(store.total, store.other + store.chunkBytes);
}

/** Does the namespace lie at or below `top`, at most `depth` levels deeper? */
export function namespaceWithin(ns: string, top: string, depth = 7): boolean {
  if (top !== '' && ns !== top && !ns.startsWith(`${top}/`)) return false;
  const levels = (path: string) => (path === '' ? 0 : path.split('/').length);
  return levels(ns) - levels(top) <= depth;
}
