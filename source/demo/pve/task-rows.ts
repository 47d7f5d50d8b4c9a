import type { TaskRecord } from '../world/tasks.ts';

type Row = Record<string, unknown>;

/**
 * One task as the three lists tell it: `/cluster/tasks` leaves `status` out while it runs, the node's list says
 * `RUNNING`, the status endpoint uses words of its own.
 */
export function taskRow(task: TaskRecord, list: 'cluster' | 'node'): Row {
  const { upid, node, pid, pstart, starttime, type, id, user, tokenid } = task;
  const row: Row = { upid, node, pid, starttime, type, id, user };
  if (list === 'node') row.pstart = pstart;
  if (tokenid !== undefined) row.tokenid = tokenid;
  if (task.status !== undefined) return { ...row, endtime: task.endtime, status: task.status };
  return list === 'node' ? { ...row, status: 'RUNNING' } : row;
}

/** What the status endpoint tells of every task, whether it runs or not. */
export function taskFacts(task: TaskRecord): Row {
  const { upid, node, pid, pstart, starttime, type, id, user, tokenid } = task;
  const facts: Row = { upid, node, pid, pstart, starttime, type, id, user };
  return tokenid === undefined ? facts : { ...facts, tokenid };
}

/** `ok`, `warning`, `error` or `unknown`, as the filters of the task list mean it. */
export function statusClass(status: string): 'ok' | 'warning' | 'error' | 'unknown' {
  if (status === 'OK') return 'ok';
  if (/^WARNINGS: \d+$/.test(status)) return 'warning';
  return status === 'unexpected status' ? 'unknown' : 'error';
}
