import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import type { SiteId } from '../../domain/site.ts';
import {
  parseUpid,
  type Task,
  type TaskLogPage,
  type TaskStatus,
  taskOutcome,
} from '../../domain/task.ts';
import { amount, epoch, logLine, type Row, rowsOf, text, told } from '../decode.ts';

/** Rows of GET /cluster/tasks and GET /nodes/{node}/tasks; what has no valid UPID cannot be followed and is left out. */
export function decodeTasks(site: SiteId, data: readonly unknown[]): Task[] {
  const tasks = new Map<string, Task>();
  for (const row of rowsOf(data)) {
    const task = decodeTask(site, row);
    if (task) tasks.set(task.upid, task);
  }
  return [...tasks.values()];
}

function decodeTask(site: SiteId, row: Row): Task | undefined {
  const upid = parseUpid(row.upid);
  if (!upid) return undefined;
  const endtime = epoch(row.endtime);
  const status = text(row.status);
  const running = endtime === undefined && (status === undefined || status === 'RUNNING');
  return told<Task>({
    site,
    upid: upid.upid,
    node: sanitise(upid.node),
    type: sanitise(upid.type),
    id: sanitise(upid.id),
    user: sanitise(upid.tokenid === undefined ? upid.user : `${upid.user}!${upid.tokenid}`),
    starttime: epoch(row.starttime) ?? upid.starttime,
    endtime,
    status: running ? undefined : status,
    outcome: running ? 'running' : ended(status),
  });
}

/** An ended task without a status has an unknown outcome: it is not running any more. */
function ended(status: string | undefined): Task['outcome'] {
  return status === undefined ? 'unknown' : taskOutcome(status);
}

/** GET …/tasks/{upid}/status: done means `stopped`. */
export function decodeTaskStatus(row: Row): TaskStatus {
  const running = row.status === 'running';
  const exitstatus = text(row.exitstatus);
  return told<TaskStatus>({
    running,
    outcome: running ? 'running' : ended(exitstatus),
    exitstatus,
  });
}

/** GET …/tasks/{upid}/log from line `start` on. An empty log is one line `no content`, which is not part of it. */
export function decodeTaskLog(
  data: readonly unknown[],
  start: number,
  total: number | undefined,
): TaskLogPage {
  const rows = rowsOf(data);
  if (rows.length === 1 && rows[0]?.n === 1 && rows[0].t === 'no content') {
    return { lines: [], next: start, total: 0 };
  }
  const lines: SafeText[] = rows.map((row) => logLine(row.t));
  const last = amount(rows.at(-1)?.n);
  return told({ lines, next: Math.max(start, last ?? start + lines.length), total });
}
