import type { GuestReplication, ReplicationJob } from '../domain/replication.ts';
import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { GuestAt } from './guest-api.ts';
import type { CallOptions, Started } from './types.ts';

/** What a job is made with; absent = left as it is, empty text = unset. */
export interface ReplicationSettings {
  readonly schedule?: string;
  /** Megabytes a second; 0 = no limit. */
  readonly rate?: number;
  readonly comment?: string;
  readonly enabled?: boolean;
}

/** Storage replication. `id` is `VMID-NUMBER`. */
export interface ReplicationApi {
  /** Jobs of all guests that the identity may see, without their states. */
  jobs(options?: CallOptions): Promise<Result<readonly ReplicationJob[]>>;
  /** The guest's jobs with their states; a node that does not answer leaves the states unknown. */
  of(guest: GuestAt, options?: CallOptions): Promise<Result<GuestReplication>>;
  /** One job as it is configured, and the digest of the file of all jobs, which lists do not tell. */
  job(
    id: string,
    options?: CallOptions,
  ): Promise<Result<{ readonly job?: ReplicationJob; readonly digest?: SafeText }>>;
  /** The last run's log; of a long one its end, after a line that says what is left out. */
  log(node: string, id: string, options?: CallOptions): Promise<Result<readonly SafeText[]>>;
  create(
    job: { readonly id: string; readonly target: string } & ReplicationSettings,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** With a digest it is refused when any job was changed since. */
  change(
    id: string,
    settings: ReplicationSettings & { readonly digest?: string },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** Marks it for removal, which its node does later; `force` drops the entry at once and cleans nothing up. */
  remove(
    id: string,
    how: { readonly keep?: boolean; readonly force?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** Has no effect on a job that never ran: that one starts by itself. */
  runNow(node: string, id: string, options?: CallOptions): Promise<Result<Started>>;
}
