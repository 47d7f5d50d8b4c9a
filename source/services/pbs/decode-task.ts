import type { PbsId } from '../../domain/pbs.ts';
import type { PbsTask, PbsTaskLogPage, PbsTaskStatus } from '../../domain/pbs-task.ts';
import { parsePbsUpid, storeOfTask } from '../../domain/pbs-upid.ts';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import { type TaskOutcome, taskOutcome } from '../../domain/task.ts';
import { amount, logLine, type Row, rowsOf, text, told } from '../decode.ts';
import { moment } from './decode.ts';

/** Rows of GET /nodes/localhost/tasks; what has no valid UPID cannot be followed and is left out. */
export function decodeTasks(server: PbsId, data: readonly unknown[], now: number): PbsTask[] {
  const tasks = new Map<string, PbsTask>();
  for (const row of rowsOf(data)) {
    const task = decodeTask(server, row, now);
    if (task) tasks.set(task.upid, task);
  }
  return [...tasks.values()];
}

function decodeTask(server: PbsId, row: Row, now: number): PbsTask | undefined {
  const upid = parsePbsUpid(row.upid);
  if (!upid) return undefined;
  const endtime = moment(row.endtime, now);
  const status = text(row.status);
  const running = row.endtime === undefined && (status === undefined || status === 'RUNNING');
  const store = storeOfTask(upid);
  return told<PbsTask>({
    site: server,
    upid: upid.upid,
    node: sanitise(upid.node),
    type: sanitise(upid.type),
    id: sanitise(upid.id),
    user: sanitise(upid.tokenid === undefined ? upid.user : `${upid.user}!${upid.tokenid}`),
    starttime: moment(row.starttime, now) ?? upid.starttime,
    endtime,
    status: running ? undefined : status,
    outcome: running ? 'running' : ended(status),
    store: store === undefined ? undefined : sanitise(store),
  });
}

/** An ended task without a status has an unknown outcome: it is not running any more. */
function ended(status: string | undefined): TaskOutcome {
  return status === undefined ? 'unknown' : taskOutcome(status);
}

/** GET …/tasks/{upid}/status: done means `stopped`. */
export function decodeTaskStatus(row: Row, now: number): PbsTaskStatus {
  const running = row.status === 'running';
  const exitstatus = text(row.exitstatus);
  return told<PbsTaskStatus>({
    running,
    outcome: running ? 'running' : ended(exitstatus),
    exitstatus,
    endtime: moment(row.endtime, now),
  });
}

/** GET …/tasks/{upid}/log after `skipped` lines. PBS numbers lines from 1 and tells the number of the last one it has. */
export function decodeTaskLog(
  data: readonly unknown[],
  skipped: number,
  { total, active }: { readonly total?: number; readonly active?: boolean },
): PbsTaskLogPage {
  const rows = rowsOf(data).filter((row) => (amount(row.n) ?? skipped + 1) > skipped);
  const lines: SafeText[] = rows.map((row) => logLine(row.t));
  const last = amount(rows.at(-1)?.n);
  return told<PbsTaskLogPage>({
    lines,
    next: Math.max(skipped, last ?? skipped + lines.length),
    total,
    active,
  });
}
