import type { PbsId } from './pbs.ts';
import { type SafeText, sanitise } from './safe-text.ts';
import type { Task, TaskLogPage, TaskStatus } from './task.ts';

/** A task of a Proxmox Backup Server: as every task, its `site` is the server. `node` is the server's own name. */
export interface PbsTask extends Task {
  readonly site: PbsId;
  /** The datastore it worked on, where its id tells. */
  readonly store?: SafeText;
}

export interface PbsTaskStatus extends TaskStatus {
  /** s */
  readonly endtime?: number;
}

/** As every log page: `next` counts the lines read so far, whatever the server counts. */
export interface PbsTaskLogPage extends TaskLogPage {
  /** Was the task still running when this was read? */
  readonly active?: boolean;
}

/** `since` and `until` in seconds; `typefilter` and `userfilter` match parts of a name. */
export interface PbsTaskFilter {
  readonly running?: boolean;
  readonly errors?: boolean;
  /** 0 = all of them; absent = 50. */
  readonly limit?: number;
  readonly start?: number;
  readonly since?: number;
  readonly until?: number;
  readonly store?: string;
  readonly typefilter?: string;
  readonly userfilter?: string;
  readonly statusfilter?: readonly ('ok' | 'warning' | 'error' | 'unknown')[];
}

/** A log line's own time (ms) and its text: PBS writes `2026-11-21T02:00:01+01:00: text`. */
export function splitLogLine(line: SafeText): { readonly at?: number; readonly text: SafeText } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)): ?/.exec(line);
  const at = Date.parse(match?.[1] ?? '');
  if (!match || Number.isNaN(at)) return { text: line };
  return { at, text: sanitise(line.slice(match[0].length)) };
}
