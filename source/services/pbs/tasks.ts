import { parsePbsUpid } from '../../domain/pbs-upid.ts';
import { fail } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import type { PbsTaskApi } from '../pbs-api.ts';
import type { PbsCaller } from './caller.ts';
import { decodeTaskLog, decodeTaskStatus, decodeTasks } from './decode-task.ts';

export function taskApi(caller: PbsCaller): PbsTaskApi {
  const where = (type: string, id: string) =>
    say`${caller.here} · task ${sanitise(`${type} ${id}`.trim())}`;
  const noTask = async (upid: string) =>
    fail({
      kind: 'invalid',
      what: say`This is no task id: ${sanitise(upid)}`,
      where: caller.here,
    });
  return {
    list: (filter = {}, options) =>
      caller.list(
        'GET /nodes/{node}/tasks',
        {},
        { ...filter },
        { where: caller.here, options },
        (data) => decodeTasks(caller.server, data, caller.now()),
      ),
    status: async (upid, options) => {
      const task = parsePbsUpid(upid);
      if (!task) return noTask(upid);
      return caller.row(
        'GET /nodes/{node}/tasks/{upid}/status',
        { upid },
        {},
        { where: where(task.type, task.id), options },
        (row) => decodeTaskStatus(row, caller.now()),
      );
    },
    log: async (upid, { start, limit }, options) => {
      const task = parsePbsUpid(upid);
      if (!task) return noTask(upid);
      return caller.list(
        'GET /nodes/{node}/tasks/{upid}/log',
        { upid },
        // The number of the first line, from 1, where Proxmox VE takes how many to skip.
        { start: start + 1, limit, 'test-status': true },
        { where: where(task.type, task.id), options },
        (data, envelope) => decodeTaskLog(data, start, envelope),
      );
    },
    stop: async (upid, options) => {
      const task = parsePbsUpid(upid);
      if (!task) return noTask(upid);
      return caller.start(
        'DELETE /nodes/{node}/tasks/{upid}',
        { upid },
        {},
        { where: where(task.type, task.id), options },
      );
    },
  };
}
