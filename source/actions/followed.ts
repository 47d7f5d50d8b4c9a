import { ok, type Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { Started } from '../services/types.ts';
import type { Outcome, RunContext } from './types.ts';

/** Follows the task that was started, so that its end can be told in the action's own words instead of its title's. */
export async function followed(
  started: Result<Started>,
  node: SafeText,
  message: SafeText,
  context: RunContext,
): Promise<Result<Outcome>> {
  if (!started.ok) return started;
  const { upid } = started.value;
  if (!upid) return ok({ kind: 'done', message });
  context.progress({ kind: 'task', upid, node });
  const ended = await context.followTask(upid);
  if (!ended.ok) return ended;
  return ok({
    kind: 'done',
    message,
    upid,
    ...(ended.value === 'warning' ? { warning: true } : {}),
  });
}
