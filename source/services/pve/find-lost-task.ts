import type { Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { parseUpid, type Task } from '../../domain/task.ts';
import { type LostTaskOptions, searchTask, type TaskLook } from '../session/lost-task.ts';
import type { PveSite } from '../types.ts';

export type { LostTaskOptions } from '../session/lost-task.ts';

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

const page = 500;

/**
 * Looks for the task of a call that was sent and never answered, on its node and in the cluster's list. The first one
 * that fits is it. `undefined` means that the node's list was read each time and nothing fits: if it could not be read,
 * the answer is its failure, and whether the task exists stays unknown.
 */
export function findLostTask(
  site: PveSite,
  query: LostTaskQuery,
  options: LostTaskOptions = {},
): Promise<Result<{ upid: string } | undefined>> {
  const call = options.signal ? { signal: options.signal } : {};
  const user = query.user ?? site.connection().identity;
  const filter = { since: Math.floor(query.since), limit: page };
  const look = async (): Promise<TaskLook> => {
    const [onNode, inCluster] = await Promise.all([
      site.tasks.node(query.node, filter, call),
      site.tasks.cluster(call),
    ]);
    const tasks = [...(onNode.ok ? onNode.value : []), ...(inCluster.ok ? inCluster.value : [])];
    if (!onNode.ok) return { tasks, incomplete: onNode.failure };
    // A full page may have cut off the one we look for.
    return onNode.value.length < page ? { tasks } : { tasks, incomplete: tooMany(query.node) };
  };
  return searchTask(look, (task) => fits(task, query, user), options);
}

function fits(task: Task, query: LostTaskQuery, user: string | undefined): boolean {
  if (!query.taskTypes.includes(task.type) || task.id !== query.id) return false;
  if (task.starttime < query.since) return false;
  const upid = parseUpid(task.upid);
  if (!upid || user === undefined) return upid !== undefined;
  return user === (upid.tokenid === undefined ? upid.user : `${upid.user}!${upid.tokenid}`);
}

function tooMany(node: string) {
  return {
    kind: 'bad-answer' as const,
    what: say`There are too many tasks to tell which one it was`,
    where: say`node ${sanitise(node)}`,
  };
}
