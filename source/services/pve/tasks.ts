import { sanitise, say } from '../../domain/safe-text.ts';
import { parseUpid } from '../../domain/task.ts';
import type { TaskApi } from '../types.ts';
import type { Caller } from './caller.ts';
import { decodeTaskLog, decodeTaskStatus, decodeTasks } from './decode-task.ts';

/** A task is asked about on the node that runs it, which its UPID names. */
export function taskApi(caller: Caller): TaskApi {
  const where = (node: string, type: string, id: string) =>
    say`${caller.node(node)} · task ${sanitise(`${type} ${id}`.trim())}`;
  const noTask = async (upid: string) =>
    caller.impossible(say`This is no task id: ${sanitise(upid)}`, caller.here);
  return {
    cluster: (options) =>
      caller.list('GET /cluster/tasks', {}, {}, { where: caller.here, options }, (data) =>
        decodeTasks(caller.site, data),
      ),
    node: (node, filter, options) =>
      caller.list(
        'GET /nodes/{node}/tasks',
        { node },
        // The default is `archive`, which hides what is running.
        { source: 'all', ...filter },
        { where: caller.node(node), options },
        (data) => decodeTasks(caller.site, data),
      ),
    status: (upid, options) => {
      const task = parseUpid(upid);
      if (!task) return noTask(upid);
      return caller.row(
        'GET /nodes/{node}/tasks/{upid}/status',
        { node: task.node, upid },
        {},
        { where: where(task.node, task.type, task.id), options },
        decodeTaskStatus,
      );
    },
    log: (upid, { start, limit }, options) => {
      const task = parseUpid(upid);
      if (!task) return noTask(upid);
      return caller.list(
        'GET /nodes/{node}/tasks/{upid}/log',
        { node: task.node, upid },
        { start, limit },
        { where: where(task.node, task.type, task.id), options },
        (data, total) => decodeTaskLog(data, start, total),
      );
    },
    stop: (upid, options) => {
      const task = parseUpid(upid);
      if (!task) return noTask(upid);
      return caller.start(
        'DELETE /nodes/{node}/tasks/{upid}',
        { node: task.node, upid },
        {},
        { where: where(task.node, task.type, task.id), options },
      );
    },
  };
}
