import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { PveSite } from '../services/types.ts';
import type { Platform } from './platform.ts';
import type { Facts, FieldValues } from './types.ts';

/** How far an action came, for the screen and for stderr. */
export type Progress =
  | { readonly kind: 'step'; readonly text: SafeText }
  | { readonly kind: 'task'; readonly upid: string; readonly node: SafeText };

export type Outcome =
  /** A task was started; execute follows it to its end. */
  | { readonly kind: 'task'; readonly upid: string }
  /** Done without a task, in words. */
  | {
      readonly kind: 'done';
      readonly message: SafeText;
      /** The task it was, when the action followed it itself, and whether it ended with warnings. */
      readonly upid?: string;
      readonly warning?: boolean;
      /** What it was asked for: a command prints it on standard output. */
      readonly output?: readonly SafeText[];
    };

export interface RunContext {
  readonly site: PveSite;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly facts: Facts;
  readonly progress: (progress: Progress) => void;
  readonly platform: Platform;
  /** Aborted when nothing new may be started any more; what runs is still followed. Absent = `signal` alone counts. */
  readonly halt?: AbortSignal;
  /** A command, whose answer goes to standard output. */
  readonly headless?: boolean;
  /** One of the changes of an action that makes several: written into the audit log before and after. */
  readonly audited?: <T>(
    parameters: FieldValues,
    run: () => Promise<Result<T>>,
  ) => Promise<Result<T>>;
  /** Runs to its end another task that this action needs first (SPICE starting a guest). */
  readonly followTask: (upid: string) => Promise<Result<'ok' | 'warning'>>;
}
