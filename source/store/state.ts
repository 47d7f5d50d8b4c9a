import type { DetailMap } from '../domain/detail.ts';
import type { Failure } from '../domain/failure.ts';
import type { CallRecord, SiteInventory } from '../domain/inventory.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { SiteId } from '../domain/site.ts';

/** One action under way or ended a moment ago. Times in ms since the epoch. */
export interface Operation {
  readonly id: number;
  readonly action: string;
  readonly title: SafeText;
  readonly target: SafeText;
  readonly site: SiteId;
  readonly startedAt: number;
  readonly upid?: string;
  /** What it does right now, in words: a step, or the last line of its log. */
  readonly step?: SafeText;
  /** 0..1 where the log tells a percentage. */
  readonly progress?: number;
  readonly state: 'running' | 'ok' | 'warning' | 'failed' | 'unanswered';
  readonly endedAt?: number;
  readonly message?: SafeText;
  readonly failure?: Failure;
}

/** Everything known, in one immutable value. Rows that did not change keep their identity. */
export interface DataState {
  readonly sites: readonly SiteInventory[];
  readonly details: DetailMap;
  readonly operations: readonly Operation[];
  /** The newest calls this console made, oldest first. */
  readonly calls: readonly CallRecord[];
}

export const emptyState: DataState = { sites: [], details: {}, operations: [], calls: [] };
