import type { SafeText } from './safe-text.ts';
import type { SiteId } from './site.ts';

/** The parts of a PVE UPID (api.md section 3). `starttime` in seconds since the epoch. */
export interface Upid {
  readonly upid: string;
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  readonly starttime: number;
  readonly type: string;
  readonly id: string;
  readonly user: string;
  readonly tokenid?: string;
}

const pveUpid =
  /^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s/]*):([^:\s/]+):$/;

/** Parses a PVE UPID; undefined when the text is none (some writes answer null or "OK"). */
export function parseUpid(text: unknown): Upid | undefined {
  const match = typeof text === 'string' ? pveUpid.exec(text) : null;
  if (!match) return undefined;
  const [upid = '', node = '', pid = '', pstart = '', start = '', type = '', id = '', auth = ''] =
    match;
  const [user = '', tokenid] = auth.split('!');
  return {
    upid,
    node,
    pid: Number.parseInt(pid, 16),
    pstart: Number.parseInt(pstart, 16),
    starttime: Number.parseInt(start, 16),
    type,
    id,
    user,
    ...(tokenid === undefined ? {} : { tokenid }),
  };
}

/** `running`, or how it ended: `ok`, `warning` (WARNINGS: n), `error`, `unknown` ("unexpected status": killed or node rebooted). */
export type TaskOutcome = 'running' | 'ok' | 'warning' | 'error' | 'unknown';

/** One task; `starttime`/`endtime` in seconds since the epoch. `status` is Proxmox's own word. */
export interface Task {
  readonly site: SiteId;
  readonly upid: string;
  readonly node: SafeText;
  readonly type: SafeText;
  readonly id: SafeText;
  readonly user: SafeText;
  readonly starttime: number;
  readonly endtime?: number;
  readonly status?: SafeText;
  readonly outcome: TaskOutcome;
}

/** Classifies an exit status as UPID.pm does. */
export function taskOutcome(exitstatus: string | undefined): TaskOutcome {
  if (exitstatus === undefined || exitstatus === '' || exitstatus === 'RUNNING') return 'running';
  if (exitstatus === 'OK') return 'ok';
  if (/^WARNINGS: \d+/.test(exitstatus)) return 'warning';
  if (exitstatus === 'unexpected status' || exitstatus === 'unknown') return 'unknown';
  return 'error';
}

/** GET …/tasks/{upid}/status */
export interface TaskStatus {
  readonly running: boolean;
  readonly outcome: TaskOutcome;
  readonly exitstatus?: SafeText;
}

/** A piece of a task log: `next` is the number of lines read so far, the `start` of the next call. */
export interface TaskLogPage {
  readonly lines: readonly SafeText[];
  readonly next: number;
  readonly total?: number;
}
