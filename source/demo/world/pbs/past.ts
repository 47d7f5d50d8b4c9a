import type { AuthId } from '../upid.ts';
import type { PbsHost } from './host.ts';
import { formatPbsUpid, stamped } from './upid.ts';

export interface PastTask {
  readonly type: string;
  readonly id: string;
  readonly auth: AuthId;
  /** seconds since the epoch */
  readonly start: number;
  readonly took: number;
  /** `OK`, `WARNINGS: n` or an error. */
  readonly status: string;
  readonly log: readonly string[];
}

/** The id of a task of the past: the same whenever it is asked for. */
export function pastUpid(
  node: string,
  bootedAt: number,
  task: Pick<PastTask, 'type' | 'id' | 'auth' | 'start'>,
): string {
  return formatPbsUpid({
    node,
    pid: 900 + (task.start % 30_000),
    pstart: (Math.max(0, task.start - bootedAt) * 100) % 0x1_0000_0000,
    taskId: Math.floor(task.start / 60) % 0x1_0000,
    starttime: task.start,
    type: task.type,
    id: task.id,
    auth: task.auth,
  });
}

/** Puts tasks of the past into the list, oldest first; those that would still run are left out. */
export function addPast(host: PbsHost, tasks: readonly PastTask[]): void {
  const now = host.seat.bornAt;
  for (const task of [...tasks].sort((a, b) => a.start - b.start)) {
    const { start, took, type, id, auth, status } = task;
    if (start + took >= now) continue;
    const step = (took * 1000) / (task.log.length + 1);
    const end =
      status === 'OK' || status.startsWith('WARN') ? `TASK ${status}` : `TASK ERROR: ${status}`;
    host.tasks.add({
      upid: pastUpid(host.name, host.bootedAt, task),
      node: host.name,
      pid: 900 + (start % 30_000),
      pstart: (Math.max(0, start - host.bootedAt) * 100) % 0x1_0000_0000,
      starttime: start,
      type,
      id,
      user: auth.user,
      ...(auth.token === undefined ? {} : { tokenid: auth.token }),
      endtime: start + took,
      status,
      log: [
        ...task.log.map((line, index) => stamped(start * 1000 + step * index, line)),
        stamped((start + took) * 1000, end),
      ],
    });
  }
}

/** Who an id names: `pve@pbs!pve`. */
export function authOf(text: string): AuthId {
  const [user = '', token] = text.split('!');
  return token === undefined ? { user } : { user, token };
}
