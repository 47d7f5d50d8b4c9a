import type { Result } from '../domain/result.ts';
import type { FieldValues } from './types.ts';

/** One line of the audit log before anything is sent: who wants what done to which object. Parameters carry no secrets. */
export interface AuditIntent {
  readonly site: string;
  readonly action: string;
  /** `guest 101 web-server on pve1` */
  readonly target: string;
  readonly parameters: FieldValues;
}

/** How it ended. */
export interface AuditResult {
  readonly outcome: 'ok' | 'warning' | 'failed' | 'unanswered' | 'cancelled';
  readonly upid?: string;
  readonly message: string;
}

/**
 * The audit log (operations.md R25): the intent is on disk before the first byte of a change leaves, or the change does not happen.
 */
export interface AuditLog {
  intent(entry: AuditIntent): Promise<Result<string>>;
  /** `id` is what {@link AuditLog.intent} answered. Failing to write a result is not an error of the action. */
  result(id: string, entry: AuditResult): Promise<void>;
}
