import type { Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import type { PbsServer } from '../pbs-api.ts';
import { type LostTaskOptions, searchTask, type TaskLook } from '../session/lost-task.ts';

export interface LostPbsTaskQuery {
  /** Task types the call may have started: `garbage_collection`, `verify_snapshot`, `syncjob` … */
  readonly taskTypes: readonly string[];
  /** The task's whole id where it is known beforehand: `main` of a garbage collection. */
  readonly id?: string;
  /** The datastore it works on, for the kinds whose id tells it. */
  readonly store?: string;
  /** The server's time when the call was sent, in seconds. */
  readonly since: number;
  /** `user@realm` or `user@realm!tokenid`; absent: the identity in use. */
  readonly user?: string;
}

const page = 500;

/**
 * Looks for the task of a call that was sent to a Proxmox Backup Server and never answered. The first one that fits is it.
 * `undefined` = the list was read and nothing fits; a failure = whether it exists stays unknown.
 */
export function findLostPbsTask(
  server: PbsServer,
  query: LostPbsTaskQuery,
  options: LostTaskOptions = {},
): Promise<Result<{ upid: string } | undefined>> {
  const call = options.signal ? { signal: options.signal } : {};
  const user = query.user ?? server.connection().identity;
  const look = async (): Promise<TaskLook> => {
    const listed = await server.tasks.list({ since: Math.floor(query.since), limit: page }, call);
    if (!listed.ok) return { tasks: [], incomplete: listed.failure };
    const tasks = listed.value.filter(
      ({ store }) => query.store === undefined || store === undefined || store === query.store,
    );
    if (listed.value.length < page) return { tasks };
    const what = say`There are too many tasks to tell which one it was`;
    return { tasks, incomplete: { kind: 'bad-answer', what } };
  };
  const fits = ({ type, id, user: by, starttime }: TaskLook['tasks'][number]) =>
    query.taskTypes.includes(type) &&
    (query.id === undefined || query.id === id) &&
    starttime >= Math.floor(query.since) &&
    (user === undefined || user === by);
  return searchTask(look, fits, options);
}
