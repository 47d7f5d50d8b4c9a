import type { TaskWords } from '../tasks.ts';
import { type AuthId, authIdText } from '../upid.ts';

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}

/** As systemd escapes unit names, which is how PBS writes a worker's id into its UPID: `/` is `-`, all else is `\xNN`. */
export function escapeWorkerId(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte, index) => {
      const char = String.fromCharCode(byte);
      if (char === '/') return '-';
      if (/[A-Za-z0-9_]/.test(char) || (char === '.' && index > 0)) return char;
      return `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

export interface PbsUpidParts {
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  /** Counts the workers of one process. */
  readonly taskId: number;
  readonly starttime: number;
  readonly type: string;
  readonly id: string;
  readonly auth: AuthId;
}

/** A PBS task id: one field more than PVE's, the worker's id escaped. */
export function formatPbsUpid(parts: PbsUpidParts): string {
  const { node, pid, pstart, taskId, starttime, type, id, auth } = parts;
  const numbers = `${hex(pid, 8)}:${hex(pstart, 8)}:${hex(taskId, 8)}:${hex(starttime, 8)}`;
  return `UPID:${node}:${numbers}:${type}:${escapeWorkerId(id)}:${authIdText(auth)}:`;
}

const pattern =
  /^UPID:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8,16}:[0-9A-Fa-f]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/;

export function isPbsUpid(text: string): boolean {
  return pattern.test(text);
}

/** A log line's time as PBS writes it; the demo's servers live in UTC. `now` in ms. */
export function stamped(now: number, text: string): string {
  return `${new Date(now).toISOString().slice(0, 19)}+00:00: ${text}`;
}

/** How a PBS names and logs its tasks. `now` in ms. */
export function pbsTaskWords(now: () => number): TaskWords {
  let taskId = 0;
  return {
    upid: (parts) => {
      taskId += 1;
      return formatPbsUpid({ ...parts, taskId });
    },
    line: (text) => stamped(now(), text),
    stopped: {
      line: 'received abort request ...',
      status: 'abort requested - aborting task',
    },
  };
}
