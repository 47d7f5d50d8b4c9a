import type { PbsId } from './pbs.ts';
import type { KeepOptions } from './pbs-content.ts';
import type { GcStatus } from './pbs-datastore.ts';
import type { SafeText } from './safe-text.ts';
import type { TaskOutcome } from './task.ts';

/** How a job's last run went: `never` it ran, it is `running`, or how it ended. `unknown` = the server cannot tell. */
export interface JobRun {
  readonly outcome: TaskOutcome | 'never';
  /** The server's own words: `OK`, `WARNINGS: 2`, or an error. */
  readonly state?: SafeText;
  readonly upid?: string;
  /** s */
  readonly starttime?: number;
  readonly endtime?: number;
}

interface Job {
  readonly server: PbsId;
  readonly id: SafeText;
  readonly store: SafeText;
  /** Absent = the root namespace. */
  readonly ns?: SafeText;
  /** How many levels of namespaces below; absent = all. */
  readonly maxDepth?: number;
  /** A calendar event; absent = it runs only by hand. */
  readonly schedule?: SafeText;
  readonly comment?: SafeText;
  /** s; in the past = overdue. Absent = none planned. */
  readonly nextRun?: number;
  readonly last: JobRun;
}

export interface PbsPruneJob extends Job {
  readonly kind: 'prune';
  readonly disabled: boolean;
  readonly keep: KeepOptions;
}

export interface PbsSyncJob extends Job {
  readonly kind: 'sync';
  readonly direction: 'pull' | 'push';
  /** Absent = between datastores of this server. */
  readonly remote?: SafeText;
  readonly remoteStore: SafeText;
  readonly remoteNs?: SafeText;
  readonly owner?: SafeText;
  /** What vanished at the source is removed here as well. */
  readonly removeVanished?: boolean;
  readonly groupFilter?: readonly SafeText[];
  readonly transferLast?: number;
  readonly encryptedOnly?: boolean;
  readonly verifiedOnly?: boolean;
  readonly rateIn?: SafeText;
  readonly rateOut?: SafeText;
}

export interface PbsVerifyJob extends Job {
  readonly kind: 'verify';
  /** Snapshots that were verified are left out, until `outdatedAfter` days have passed. */
  readonly ignoreVerified?: boolean;
  readonly outdatedAfter?: number;
}

export type PbsJob = PbsPruneJob | PbsSyncJob | PbsVerifyJob;

/** GET /admin/gc: one row for each datastore, with or without a schedule. */
export interface PbsGcJob {
  readonly server: PbsId;
  readonly store: SafeText;
  readonly schedule?: SafeText;
  /** s */
  readonly nextRun?: number;
  readonly last: JobRun;
  /** How long the last run took, in s. */
  readonly duration?: number;
  readonly status?: GcStatus;
}
