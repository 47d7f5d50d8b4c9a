import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import type { Task } from '../../domain/task.ts';

export interface LostTaskOptions {
  readonly signal?: AbortSignal;
  /** How often to look: a task appears when its worker starts, which may be after the answer was lost. */
  readonly attempts?: number;
  /** ms between two looks. */
  readonly pause?: number;
  sleep?(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** One look at the tasks there are. `incomplete` = the one that is looked for may be there and not be among them. */
export interface TaskLook {
  readonly tasks: readonly Task[];
  readonly incomplete?: Failure;
}

/**
 * Looks until a task fits, or there were enough looks. `undefined` means that the last look was complete and nothing fits;
 * when it was not, the answer is its failure, and whether the task exists stays unknown.
 */
export async function searchTask(
  look: () => Promise<TaskLook>,
  fits: (task: Task) => boolean,
  options: LostTaskOptions,
): Promise<Result<{ upid: string } | undefined>> {
  const { signal, attempts = 3, pause = 1_500, sleep = wait } = options;
  for (let attempt = 1; ; attempt += 1) {
    const { tasks, incomplete } = await look();
    const found = earliest(tasks.filter(fits));
    if (found) return ok({ upid: found.upid });
    if (attempt >= attempts) return incomplete ? fail(incomplete) : ok(undefined);
    await sleep(pause, signal);
    if (signal?.aborted) return fail({ kind: 'cancelled', what: say`Cancelled` });
  }
}

/** Ours was sent first; a later one of the same kind is somebody's second try. */
function earliest(tasks: readonly Task[]): Task | undefined {
  return tasks.reduce<Task | undefined>(
    (first, task) => (first && first.starttime <= task.starttime ? first : task),
    undefined,
  );
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}
