import type { SafeText } from '../safe-text.ts';
import type { Artefact } from './artefact.ts';
import type { Cure } from './cure.ts';
import type { Told } from './told.ts';

/** `planned` = the place does not exist yet · `exempt` = nothing is expected there. Neither counts as OK. */
export type Level = 'ok' | 'warn' | 'crit' | 'unknown' | 'planned' | 'exempt';

/** What a finding is about; the headline counts by it. */
export type Cause =
  | 'late'
  | 'none'
  | 'unprotected'
  | 'by-hand'
  | 'partial'
  | 'verify-failed'
  | 'verify-old'
  | 'size'
  | 'place'
  | 'clock'
  | 'identity'
  | 'unread'
  | 'rpo';

/** One thing that keeps a verdict from being OK. */
export interface Reason {
  readonly level: 'warn' | 'crit' | 'unknown';
  readonly cause: Cause;
  readonly text: SafeText;
}

/** Where backups are: a storage, a namespace of a PBS, or another tier. */
export interface Place {
  readonly id: string;
  readonly name: SafeText;
  /** PBS verifies; elsewhere nothing does. */
  readonly verifies?: boolean;
  /** Written down for later. */
  readonly planned?: boolean;
  /** It cannot be used now: not mounted, broken (`crit`), or in maintenance (`info`). */
  readonly problem?: {
    readonly level: 'crit' | 'info';
    readonly text: SafeText;
    readonly notMounted?: boolean;
  };
  /** Its clock minus ours, ms. */
  readonly skew?: number;
}

/** The last run of a job for the guest, by its task's log. `at` in ms. */
export interface LastRun {
  readonly outcome: 'ok' | 'failed' | 'unknown';
  readonly reason?: SafeText;
  readonly at?: number;
  readonly upid?: string;
  readonly line?: number;
}

/** One guest in one place. Spans and moments in ms. */
export interface PlaceInput {
  readonly place: Place;
  readonly artefacts: Told<readonly Artefact[]>;
  /** Something should write there: a job with this storage, a copy of another place. */
  readonly expected: boolean;
  /** How old the last good one may be; undefined = neither given nor told by a schedule. */
  readonly rpo?: number;
  /** How old the last verification may be. */
  readonly verifyWithin?: number;
  readonly running?: boolean;
  readonly lastRun?: LastRun;
  /** When the guest was made (`meta: ctime`). */
  readonly guestCreated?: number;
  /** Our clock. */
  readonly now: number;
}

export interface PlaceVerdict {
  readonly place: Place;
  readonly level: Level;
  /** Worst first; of an OK one empty. */
  readonly reasons: readonly Reason[];
  /** What is worth knowing and changes no level: `running now`, `last run failed: …`. */
  readonly notes: readonly SafeText[];
  readonly cures: readonly Cure[];
  readonly lastGood?: Artefact;
  readonly age?: number;
  /** Good and bad ones together; undefined = not known. */
  readonly count?: number;
  /** When the newest verification of this copy that went well was. */
  readonly verifiedAt?: number;
  /** The values are from then: the place did not answer since. */
  readonly asOf?: number;
  readonly lastRunFailed?: boolean;
}

const ranks: Readonly<Record<Level, number>> = {
  exempt: 0,
  planned: 0,
  ok: 1,
  warn: 2,
  unknown: 3,
  crit: 4,
};

/** The worse of levels: crit, unknown, warn, ok; planned and exempt ones do not count. */
export function worstLevel(levels: readonly Level[]): Level {
  return [...levels].sort((a, b) => ranks[b] - ranks[a])[0] ?? 'exempt';
}

export function worstReasonFirst(reasons: readonly Reason[]): readonly Reason[] {
  return [...reasons].sort((a, b) => ranks[b.level] - ranks[a.level]);
}
