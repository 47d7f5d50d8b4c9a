import { mapResult, type Result } from '../domain/result.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { Started } from '../services/types.ts';
import type { Outcome } from './types.ts';

/** A write's answer as an outcome: its task when it started one, else done with `message`. */
export function taskOrDone(
  started: Result<Started>,
  message: SafeText = say`Proxmox accepted it without starting a task`,
): Result<Outcome> {
  return mapResult(started, ({ upid }) =>
    upid ? { kind: 'task', upid } : { kind: 'done', message },
  );
}
