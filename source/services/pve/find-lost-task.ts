import { fail, ok, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { parseUpid, type Task } from '../../domain/task.ts';
import type { PveSite } from '../types.ts';

export interface LostTaskQuery {
  /** The node the call was meant for. */
  readonly node: string;
  /** PVE task types the call may have started. */
  readonly taskTypes: readonly string[];
  /** The task's id: the vmid, a service, or '' for a whole node. */
  readonly id: string;
  /** The server's time when the call was sent, in seconds. */
  readonly since: number;
  /** `user@realm` or `user@realm!tokenid`; absent: the identity in use. */
  readonly user?: string;
}

export interface LostTaskOptions {
  readonly signal?: AbortSignal;
  /** How often to look: a task appears when its worker starts, which may be after the answer was lost. */
  readonly attempts?: number;
  /** ms between two looks. */
  readonly pause?: number;
  sleep?(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

const page = 500;

/**
 * Looks for the task of a call that was sent and never answered, on its node and in the cluster's list. The first one
 * that fits is it. `undefined` means that the node's list was read each time and nothing fits: if it could not be read,
 * the answer is its failure, and whether the task exists stays unknown.
 */
export async function findLostTask(
  site: PveSite,
  query: LostTaskQuery,
  options: LostTaskOptions = {},
): Promise<Result<{ upid: string } | undefined>> {
  const { signal, attempts = 3, pause = 1_500, sleep = wait } = options;
  const call = signal ? { signal } : {};
  const user = query.user ?? site.connection().identity;
  const filter = { since: Math.floor(query.since), limit: page };
  for (let attempt = 1; ; attempt += 1) {
    const [onNode, inCluster] = await Promise.all([
      site.tasks.node(query.node, filter, call),
      site.tasks.cluster(call),
    ]);
    const listed = [...(onNode.ok ? onNode.value : []), ...(inCluster.ok ? inCluster.value : [])];
    const found = earliest(listed.filter((task) => fits(task, query, user)));
    if (found) return ok({ upid: found.upid });
    if (attempt >= attempts) {
      if (!onNode.ok) return onNode;
      // A full page may have cut off the one we look for.
      return onNode.value.length < page ? ok(undefined) : fail(tooMany(query.node));
    }
    await sleep(pause, signal);
    if (signal?.aborted) return fail({ kind: 'cancelled', what: say`Cancelled` });
  }
}

function fits(task: Task, query: LostTaskQuery, user: string | undefined): boolean {
  if (!query.taskTypes.includes(task.type) || task.id !== query.id) return false;
  if (task.starttime < query.since) return false;
  const upid = parseUpid(task.upid);
  if (!upid || user === undefined) return upid !== undefined;
  return user === (upid.tokenid === undefined ? upid.user : `${upid.user}!${upid.tokenid}`);
}

/** Ours was sent first; a later one of the same kind is somebody's second try. */
function earliest(tasks: readonly Task[]): Task | undefined {
  return tasks.reduce<Task | undefined>(
    (first, task) => (first && first.starttime <= task.starttime ? first : task),
    undefined,
  );
}

function tooMany(node: string) {
  return {
    kind: 'bad-answer' as const,
    what: say`There are too many tasks to tell which one it was`,
    where: say`node ${sanitise(node)}`,
  };
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
