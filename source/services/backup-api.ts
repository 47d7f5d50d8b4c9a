import type { BackupJob, BackupList } from '../domain/backup.ts';
import type { Permissions } from '../domain/permission.ts';
import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { Storage } from '../domain/storage.ts';
import type { GuestAt } from './guest-api.ts';
import type { CallOptions, Started } from './types.ts';

/** POST /nodes/{node}/vzdump for one guest. */
export interface BackupRequest {
  readonly storage: string;
  readonly mode: 'snapshot' | 'suspend' | 'stop';
  /** 0 (none), gzip, lzo, zstd; a Proxmox Backup Server compresses by itself. */
  readonly compress?: string;
  readonly notesTemplate?: string;
  readonly protected?: boolean;
  /** Removes older backups by the storage's retention afterwards. Always sent: Proxmox's default is to do so. */
  readonly remove: boolean;
  /** KiB/s; takes Sys.Modify on `/`. */
  readonly bwlimit?: number;
}

/** Where backups are looked for, and what the identity may do there. */
export interface BackupPlaces {
  readonly storages: readonly Storage[];
  readonly permissions: Permissions | undefined;
}

/** Backups of guests. `node` is one that reaches the storage. */
export interface BackupApi {
  /** Every storage is asked; what one of them did not tell stands in `sources`, and is no failure of the whole. */
  list(guest: GuestAt, places: BackupPlaces, options?: CallOptions): Promise<Result<BackupList>>;
  /** No UPID = Proxmox found nothing to do: the guest is not on that node any more. */
  create(guest: GuestAt, request: BackupRequest, options?: CallOptions): Promise<Result<Started>>;
  /** The whole notes; lists tell the first line only. */
  notes(node: string, volid: string, options?: CallOptions): Promise<Result<string>>;
  change(
    node: string,
    volid: string,
    change: { readonly notes?: string; readonly protected?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** For good. Proxmox refuses a protected one. */
  remove(node: string, volid: string, options?: CallOptions): Promise<Result<Started>>;
  /** The guest's configuration inside the backup, line by line. */
  config(node: string, volid: string, options?: CallOptions): Promise<Result<readonly SafeText[]>>;
  /** Which backups the storage keeps, as its options say (`keep-last=3,keep-daily=7`). */
  retention(node: string, storage: string, options?: CallOptions): Promise<Result<SafeText>>;
  /** GET /cluster/backup, takes Sys.Audit on `/`. */
  jobs(options?: CallOptions): Promise<Result<readonly BackupJob[]>>;
}
