import type { PbsId } from './pbs.ts';
import type { SafeText } from './safe-text.ts';

/** Figures of a garbage collection, all in bytes and chunks. A figure that is absent was not told. */
export interface GcStatus {
  readonly upid?: string;
  /** When that run began (s), by its UPID: the figures are as old as this. */
  readonly at?: number;
  readonly diskBytes?: number;
  readonly diskChunks?: number;
  readonly indexDataBytes?: number;
  readonly indexFileCount?: number;
  /** Not used any more, but kept for another day. */
  readonly pendingBytes?: number;
  readonly pendingChunks?: number;
  readonly removedBytes?: number;
  readonly removedChunks?: number;
  readonly removedBad?: number;
  /** Corrupt chunks that are still referred to: backups that cannot be restored whole. */
  readonly stillBad?: number;
}

/** How much smaller the datastore is than its backups, from its last garbage collection; undefined before the first one. */
export function dedupFactor(gc: GcStatus | undefined): number | undefined {
  const { indexDataBytes, diskBytes } = gc ?? {};
  return indexDataBytes && diskBytes ? indexDataBytes / diskBytes : undefined;
}

/**
 * What the server estimates by a straight line through the last month: the day the datastore is full, `not-growing`, or
 * `far` beyond any plan. Absent = it has too few days yet, or does not tell.
 */
export type FullEstimate =
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'not-growing' }
  | { readonly kind: 'far' };

export type MountStatus = 'mounted' | 'notmounted' | 'nonremovable';

/** One row of GET /status/datastore-usage. Bytes; -1 and an all-zero row count as not told. */
export interface DatastoreUsage {
  readonly server: PbsId;
  readonly store: SafeText;
  readonly total?: number;
  readonly used?: number;
  readonly avail?: number;
  /** Used share of the last month, 0 to 1, oldest first; gaps are undefined. */
  readonly history?: readonly (number | undefined)[];
  /** When the first entry of `history` was (s), and how far apart they are (s). */
  readonly historyStart?: number;
  readonly historyDelta?: number;
  readonly full?: FullEstimate;
  readonly gc?: GcStatus;
  /** Why there are no figures, in the server's words: offline, in maintenance, broken. */
  readonly error?: SafeText;
  /** Since PBS 3.3; only a removable datastore can be `notmounted`. */
  readonly mount?: MountStatus;
  /** `filesystem` or `s3`, since PBS 4. */
  readonly backend?: SafeText;
}

/** Why a datastore's figures are not known; `undefined` = they are. */
export function usageUnknown(
  usage: DatastoreUsage,
): 'not-mounted' | 'error' | 'not-told' | undefined {
  if (usage.mount === 'notmounted') return 'not-mounted';
  if (usage.error !== undefined) return 'error';
  return usage.total === undefined || usage.used === undefined ? 'not-told' : undefined;
}

/** A maintenance mode as the configuration has it: `offline`, `read-only`, `delete`, `unmount` … */
export interface Maintenance {
  readonly mode: SafeText;
  readonly message?: SafeText;
}

/** One row of GET /admin/datastore. */
export interface DatastoreEntry {
  readonly server: PbsId;
  readonly store: SafeText;
  readonly comment?: SafeText;
  readonly maintenance?: Maintenance;
  readonly mount?: MountStatus;
  readonly backend?: SafeText;
}

export interface TypeCount {
  readonly groups: number;
  readonly snapshots: number;
}

/** GET /admin/datastore/{store}/status?verbose=1 */
export interface DatastoreStatus {
  readonly server: PbsId;
  readonly store: SafeText;
  readonly total?: number;
  readonly used?: number;
  readonly avail?: number;
  /**
   * By type. A type that is absent has no group this login may see: it has none at all only for a login that may see all
   * of them (`knows(permissions, 'backups', …)`).
   */
  readonly counts?: {
    readonly vm?: TypeCount;
    readonly ct?: TypeCount;
    readonly host?: TypeCount;
    readonly other?: TypeCount;
  };
  readonly gc?: GcStatus;
}

/** One moment of a datastore's history; `at` in seconds, sizes in bytes, rates per second, `ioTicks` in ms. */
export interface DatastorePoint {
  readonly at: number;
  readonly total?: number;
  readonly used?: number;
  readonly available?: number;
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly readIos?: number;
  readonly writeIos?: number;
  readonly ioTicks?: number;
}

/** Backups and reads that use the datastore now. */
export interface ActiveOperations {
  readonly read?: number;
  readonly write?: number;
}
