import type { BackupType, GroupAt, NamespaceAt, PbsId, SnapshotAt } from './pbs.ts';
import type { SafeText } from './safe-text.ts';

export interface PbsNamespace {
  /** `prod/db`; the root is the empty text. */
  readonly ns: SafeText;
  readonly comment?: SafeText;
}

/** One row of GET …/groups. */
export interface PbsGroup extends GroupAt {
  readonly server: PbsId;
  readonly store: SafeText;
  readonly ns: SafeText;
  readonly type: BackupType;
  readonly id: SafeText;
  /** Snapshots that are there, finished or not. */
  readonly count?: number;
  /**
   * Only a hint (s): the newest snapshot may still be uploading, and servers before 4.0.17 fold over an unsorted list. The
   * last good backup comes from the snapshots.
   */
  readonly lastBackup?: number;
  readonly owner?: SafeText;
  /** First line of the group's notes. */
  readonly comment?: SafeText;
  readonly files: readonly SafeText[];
}

/** Encryption of one file; `sign-only` is not encrypted. */
export type CryptMode = 'none' | 'encrypt' | 'sign-only';

export interface SnapshotFile {
  readonly filename: SafeText;
  /** Bytes before deduplication; absent when the manifest does not tell. */
  readonly size?: number;
  readonly crypt?: CryptMode;
}

/** The last verification of a snapshot, written into it by whichever server did it. */
export interface Verification {
  /** `unknown` = a state this version does not know. */
  readonly state: 'ok' | 'failed' | 'unknown';
  /** When that verification began (s), by its UPID. */
  readonly at?: number;
  readonly upid?: string;
  /** The server and the datastore that verified. */
  readonly node?: SafeText;
  readonly store?: SafeText;
}

/** One row of GET …/snapshots. */
export interface PbsSnapshot extends SnapshotAt {
  readonly server: PbsId;
  readonly store: SafeText;
  readonly ns: SafeText;
  readonly type: BackupType;
  readonly id: SafeText;
  /** Its identity: `backup-time` as it is. */
  readonly time: number;
  /** The same as a moment (s); absent when it cannot be one: zero, milliseconds, more than 5 min ahead of the server. */
  readonly at?: number;
  /** The manifest is there and was readable: the upload came to its end. Nothing else counts as a backup. */
  readonly finished: boolean;
  /** Bytes before deduplication. */
  readonly size?: number;
  readonly owner?: SafeText;
  /** Absent when the server does not tell. */
  readonly protected?: boolean;
  /** First line of the notes. */
  readonly comment?: SafeText;
  /** Of the encryption key, lower case hex with colons, as Proxmox shows it. */
  readonly fingerprint?: SafeText;
  readonly verification?: Verification;
  readonly files: readonly SnapshotFile[];
}

/** A snapshot whose contents are encrypted: `all`, `some` of its files, or `none`; undefined when no file tells. */
export function encryption(
  snapshot: Pick<PbsSnapshot, 'files'>,
): 'all' | 'some' | 'none' | undefined {
  // The manifest is signed, never encrypted.
  const told = snapshot.files.filter(
    ({ filename, crypt }) => crypt !== undefined && filename !== manifestName,
  );
  if (told.length === 0) return undefined;
  const encrypted = told.filter(({ crypt }) => crypt === 'encrypt').length;
  return encrypted === 0 ? 'none' : encrypted === told.length ? 'all' : 'some';
}

/** The manifest: written last, so its presence means that the upload was completed. */
export const manifestName = 'index.json.blob';

/**
 * Was the copy in this datastore verified here? A sync copies the source's verify state with the snapshot, which says
 * nothing about the copy. Undefined = cannot be told, because the server's own name is not known or the UPID says too little.
 */
export function verifiedHere(
  verification: Verification | undefined,
  here: { readonly node: string | undefined; readonly store: string },
): boolean | undefined {
  if (!verification) return false;
  const { node, store } = verification;
  if (store !== undefined && store !== here.store) return false;
  if (node === undefined || store === undefined || here.node === undefined) return undefined;
  return node === here.node;
}

/** How many of each are kept; what is absent keeps none, and all absent keeps everything. */
export interface KeepOptions {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
}

/** What the server's own dry run says of one snapshot; nothing was removed. */
export interface PruneMark extends NamespaceAt {
  readonly type: BackupType;
  readonly id: SafeText;
  /** s */
  readonly time: number;
  readonly keep: boolean;
  readonly protected?: boolean;
}
