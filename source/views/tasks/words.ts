import { age, UNKNOWN } from '../../domain/format.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import { say } from '../../domain/safe-text.ts';
import { sinceServerTime } from '../../domain/server-time.ts';
import type { Task, TaskOutcome } from '../../domain/task.ts';
import type { StateWords } from '../state-words.ts';

/** Proxmox's task types in plain words. A type that is not here is shown as it is. */
const words: Readonly<Record<string, string>> = {
  qmstart: 'Start',
  vzstart: 'Start',
  qmstop: 'Stop',
  vzstop: 'Stop',
  qmshutdown: 'Shut down',
  vzshutdown: 'Shut down',
  qmreboot: 'Reboot',
  vzreboot: 'Reboot',
  qmreset: 'Reset',
  qmpause: 'Suspend',
  qmsuspend: 'Hibernate',
  vzsuspend: 'Suspend',
  qmresume: 'Resume',
  vzresume: 'Resume',
  qmsnapshot: 'Snapshot',
  vzsnapshot: 'Snapshot',
  qmrollback: 'Roll back',
  vzrollback: 'Roll back',
  qmdelsnapshot: 'Delete snapshot',
  vzdelsnapshot: 'Delete snapshot',
  qmclone: 'Clone',
  vzclone: 'Clone',
  qmtemplate: 'Convert to template',
  vztemplate: 'Convert to template',
  qmigrate: 'Migrate',
  vzmigrate: 'Migrate',
  qmmove: 'Move disk',
  move_volume: 'Move volume',
  resize: 'Resize disk',
  qmconfig: 'Change configuration',
  vzconfig: 'Change configuration',
  qmcreate: 'Create',
  vzcreate: 'Create',
  qmrestore: 'Restore',
  vzrestore: 'Restore',
  qmdestroy: 'Destroy',
  vzdestroy: 'Destroy',
  vzdump: 'Back up',
  spiceproxy: 'SPICE desktop',
  spiceshell: 'SPICE shell',
  vncproxy: 'Console',
  vncshell: 'Shell',
  vzconsole: 'Console',
  termproxy: 'Console',
  startall: 'Start all guests',
  stopall: 'Stop all guests',
  suspendall: 'Suspend all guests',
  migrateall: 'Migrate all guests',
  srvstart: 'Start service',
  srvstop: 'Stop service',
  srvrestart: 'Restart service',
  srvreload: 'Reload service',
  aptupdate: 'Refresh package list',
  imgcopy: 'Copy image',
  imgdel: 'Delete volume',
  download: 'Download',
  hastart: 'HA start',
  hastop: 'HA stop',
  hashutdown: 'HA shut down',
  hamigrate: 'HA migrate',
  harelocate: 'HA relocate',
};

export function taskTypeWords(type: SafeText): SafeText {
  return (Object.hasOwn(words, type) ? words[type] : type) as SafeText;
}

/** `Roll back 101`; a backup job over many guests has no id. */
export function taskTitle(task: Pick<Task, 'type' | 'id'>): SafeText {
  const title = taskTypeWords(task.type);
  return task.id === '' ? title : say`${title} ${task.id}`;
}

/** `home/UPID:…`, the identity of a task over all sites. */
export function taskKey(task: Pick<Task, 'site' | 'upid'>): string {
  return `${task.site}/${task.upid}`;
}

const states: Readonly<Record<TaskOutcome, StateWords>> = {
  running: { glyph: say`⟳`, word: say`running`, tone: 'info' },
  ok: { glyph: say`✓`, word: say`ok`, tone: 'good' },
  warning: { glyph: say`⚠`, word: say`warnings`, tone: 'warn' },
  error: { glyph: say`✗`, word: say`failed`, tone: 'bad' },
  unknown: { glyph: say`?`, word: say`unknown`, tone: 'warn' },
};

export function outcomeState(outcome: TaskOutcome): StateWords {
  return states[outcome];
}

/** How long ago, by the server's own clock: `4 min ago`, `?` for a moment that is still to come. */
export function serverAgo(seconds: number, now: number, skew = 0): SafeText {
  const passed = sinceServerTime(seconds * 1000, now, skew);
  return passed === undefined ? UNKNOWN : say`${age(passed)} ago`;
}

export function startedAgo(task: Task, now: number, skew?: number): SafeText {
  return serverAgo(task.starttime, now, skew);
}

/**
 * How long it ran or has been running, in ms; undefined for a task that ended at an unknown time. `skew` = server clock
 * minus ours.
 */
export function taskDuration(task: Task, now: number, skew = 0): number | undefined {
  const { starttime, endtime } = task;
  if (endtime !== undefined) return endtime < starttime ? undefined : (endtime - starttime) * 1000;
  return task.outcome === 'running' ? sinceServerTime(starttime * 1000, now, skew) : undefined;
}
