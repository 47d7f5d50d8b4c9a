import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { parseUpid } from '../domain/task.ts';
import type { PveSite } from '../services/types.ts';

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** New log lines, in order. */
  readonly onLines?: (lines: readonly SafeText[]) => void;
}

/** Lines asked for at once; a log of any length is read page by page, only the ring on screen keeps them. */
const pageSize = 500;
const firstPause = 300;
const longestPause = 2_000;
const outagePause = 10_000;

/** Failures after which asking again cannot help. */
const final = new Set(['unauthenticated', 'tls-changed', 'tls-untrusted', 'denied', 'config']);

/**
 * Follows a task to its end and tells how it ended; a failed task is a failure with Proxmox's own words.
 * A lost connection does not end it: the task goes on without us, so asking goes on too, more slowly.
 */
export async function followTask(
  site: PveSite,
  upid: string,
  options: FollowOptions,
): Promise<Result<'ok' | 'warning'>> {
  let start = 0;
  let lastError: SafeText | undefined;
  const readLog = async () => {
    for (;;) {
      const page = await site.tasks.log(
        upid,
        { start, limit: pageSize },
        { signal: options.signal },
      );
      if (!page.ok || page.value.lines.length === 0) return;
      start = page.value.next;
      for (const line of page.value.lines) {
        if (/^(TASK )?ERROR/.test(line)) lastError = line;
      }
      options.onLines?.(page.value.lines);
      if (page.value.lines.length < pageSize) return;
    }
  };
  let pause = firstPause;
  for (;;) {
    if (options.signal.aborted) return cancelled();
    const status = await site.tasks.status(upid, { signal: options.signal });
    if (options.signal.aborted) return cancelled();
    if (!status.ok) {
      if (final.has(status.failure.kind) || status.failure.kind === 'not-found') return status;
      pause = Math.min(pause * 2, outagePause);
    } else {
      await readLog();
      if (!status.value.running) {
        return ended(upid, status.value.outcome, status.value.exitstatus, lastError);
      }
      pause = Math.min(pause * 1.5, longestPause);
    }
    await options.sleep(pause, options.signal);
  }
}

function cancelled(): Result<never> {
  return fail({
    kind: 'cancelled',
    what: say`No longer followed`,
    next: say`the task itself goes on; see Tasks`,
  });
}

function ended(
  upid: string,
  outcome: string,
  exitstatus: SafeText | undefined,
  lastError: SafeText | undefined,
): Result<'ok' | 'warning'> {
  if (outcome === 'ok' || outcome === 'warning') return ok(outcome);
  const parsed = parseUpid(upid);
  const where = parsed
    ? say`${sanitise(parsed.type)} ${sanitise(parsed.id)} on ${sanitise(parsed.node)}`
    : sanitise(upid);
  return fail({
    kind: 'task-failed',
    what: outcome === 'unknown' ? say`The task ended without a result` : say`The task failed`,
    where,
    next: say`its log says more`,
    detail: exitstatus ?? lastError ?? say`no exit status was told`,
  });
}
