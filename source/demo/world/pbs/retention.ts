import { type BackupSnapshot, isFinished, type KeepOptions, keepNames } from './model.ts';

export type PruneMark = 'keep' | 'keep-partial' | 'protected' | 'remove';

export interface PruneInfo {
  readonly snapshot: BackupSnapshot;
  readonly mark: PruneMark;
}

const day = 86_400_000;

/** Year and number of the ISO week, which belongs to the year of its Thursday. */
function isoWeek(date: Date): string {
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() + (3 - weekday) * day);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - first) / (7 * day)) + 1;
  return `${thursday.getUTCFullYear()}/${week}`;
}

/** The period that a backup counts for, by rule. The demo's servers live in UTC. */
const periods: Readonly<Record<(typeof keepNames)[number], (date: Date) => string>> = {
  'keep-last': (date) => date.toISOString(),
  'keep-hourly': (date) => date.toISOString().slice(0, 13),
  'keep-daily': (date) => date.toISOString().slice(0, 10),
  'keep-weekly': isoWeek,
  'keep-monthly': (date) => date.toISOString().slice(0, 7),
  'keep-yearly': (date) => date.toISOString().slice(0, 4),
};

/**
 * One rule: the newest backup of each period that none of the kept ones belongs to, until `keep` are found. Periods
 * without a backup do not count.
 */
function markPeriods(
  marks: Map<BackupSnapshot, PruneMark>,
  newestFirst: readonly BackupSnapshot[],
  keep: number,
  periodOf: (date: Date) => string,
): void {
  const period = (snapshot: BackupSnapshot) => periodOf(new Date(snapshot.time * 1000));
  const before = new Set(
    newestFirst.filter((one) => marks.get(one) === 'keep').map((one) => period(one)),
  );
  const found = new Set<string>();
  for (const snapshot of newestFirst) {
    if (marks.has(snapshot)) continue;
    if (snapshot.protected) {
      marks.set(snapshot, 'protected');
      continue;
    }
    const id = period(snapshot);
    if (before.has(id)) continue;
    if (found.has(id)) {
      marks.set(snapshot, 'remove');
      continue;
    }
    if (found.size >= keep) break;
    found.add(id);
    marks.set(snapshot, 'keep');
  }
}

/** The newest unfinished one may still be running; those before a finished one are left-overs. */
function markUnfinished(
  marks: Map<BackupSnapshot, PruneMark>,
  newestFirst: readonly BackupSnapshot[],
): void {
  let mayRun = true;
  for (const snapshot of newestFirst) {
    if (!isFinished(snapshot)) marks.set(snapshot, mayRun ? 'keep-partial' : 'remove');
    mayRun = false;
  }
}

export function keepsSomething(options: KeepOptions): boolean {
  return keepNames.some((name) => (options[name] ?? 0) > 0);
}

/** What pruning one group does, oldest first. Without any rule everything is kept. */
export function pruneInfo(
  snapshots: readonly BackupSnapshot[],
  options: KeepOptions,
): readonly PruneInfo[] {
  const newestFirst = [...snapshots].sort((a, b) => b.time - a.time);
  const marks = new Map<BackupSnapshot, PruneMark>();
  markUnfinished(marks, newestFirst);
  for (const name of keepNames) {
    const keep = options[name];
    if (keep !== undefined) markPeriods(marks, newestFirst, keep, periods[name]);
  }
  const all = !keepsSomething(options);
  return newestFirst.reverse().map((snapshot) => ({
    snapshot,
    mark: snapshot.protected ? 'protected' : (marks.get(snapshot) ?? (all ? 'keep' : 'remove')),
  }));
}

/** Does this mark let the snapshot live? */
export function survives(mark: PruneMark): boolean {
  return mark !== 'remove';
}

/** `--keep-last 3 --keep-daily 7`, as a prune task logs its rules. */
export function keepText(options: KeepOptions): string {
  return keepNames
    .filter((name) => options[name] !== undefined)
    .map((name) => `--${name} ${options[name]}`)
    .join(' ');
}
