import { age } from '../format.ts';
import { type SafeText, sanitise, say } from '../safe-text.ts';
import { clockAt, type TimeZone, type Wall, wallDate, wallOf } from './time-zone.ts';

/** `keep-*` numbers; absent or 0 = this rule keeps nothing. `all` beats every other. */
export interface KeepRules {
  readonly all?: boolean;
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
}

export const keepNames = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type KeepName = (typeof keepNames)[number];

/** A backup of ONE group: same guest, same storage or namespace. `time` in seconds since the epoch. */
export interface PrunableBackup {
  /** Its volid, or `vm/101/2026-11-21T02:00:00Z`. */
  readonly id: string;
  readonly time: number;
  readonly protected?: boolean;
  /** PBS: it has no manifest yet, because it runs or was broken off. */
  readonly unfinished?: boolean;
  /** PVE: its name is not `vzdump-TYPE-VMID-TIME`; such ones are never pruned. */
  readonly renamed?: boolean;
}

/** `partial` = an unfinished one that PBS leaves alone. */
export type PruneMark = 'keep' | 'remove' | 'protected' | 'renamed' | 'partial';

export interface PruneVerdict<T extends PrunableBackup = PrunableBackup> {
  readonly backup: T;
  readonly mark: PruneMark;
  /** The rule that keeps it. */
  readonly rule?: KeepName | 'all';
  /** The period it is kept for, `2026-W48`, `2026-11-21`. */
  readonly period?: SafeText;
  /** It is the `place`-th that the rule keeps, from 1. */
  readonly place?: number;
  readonly why: SafeText;
}

/** Which program prunes, and the zone of the machine on which it does. */
export interface Pruner {
  /** `pve` for storages of files; a PBS storage is pruned by the PBS, in the PBS's zone, also when PVE asks for it. */
  readonly by: 'pve' | 'pbs';
  readonly zone: TimeZone;
}

/** Does any rule keep something? Without one, nothing is pruned. */
export function keepsSomething(rules: KeepRules): boolean {
  return rules.all === true || keepNames.some((name) => (rules[name] ?? 0) > 0);
}

const pad = (value: number) => String(value).padStart(2, '0');

/** ISO 8601: weeks start on Monday, and the first is the one with the year's first Thursday. */
function isoWeek({ year, month, day }: Wall): string {
  const date = new Date(Date.UTC(year, month - 1, day));
  const weekday = (date.getUTCDay() + 6) % 7;
  date.setUTCDate(date.getUTCDate() - weekday + 3);
  const thursday = date.getUTCFullYear();
  const first = Date.UTC(thursday, 0, 1);
  const week = Math.floor((date.getTime() - first) / (7 * 86_400_000)) + 1;
  return `${thursday}-W${pad(week)}`;
}

/** The period a moment lies in. `last` has one for each second; hours that happen twice are one. */
function periodOf(rule: KeepName, zone: TimeZone, time: number): string {
  const wall = wallOf(clockAt(zone, time));
  if (rule === 'hourly') return `${wallDate(wall)} ${pad(wall.hour)}:00`;
  if (rule === 'daily') return wallDate(wall);
  if (rule === 'weekly') return isoWeek(wall);
  if (rule === 'monthly') return wallDate(wall).slice(0, 7);
  return rule === 'yearly' ? String(wall.year) : String(time);
}

/**
 * What would be kept and removed of one group, newest first: PVE's `prune_mark_backup_group` and PBS's
 * `compute_prune_info`. Rules come in the order of {@link keepNames}; each first looks which periods hold a backup that an
 * earlier rule keeps, and keeps the newest of the next periods. Periods without a backup do not count. Protected ones are
 * left out of the count by both. Backups with the same time keep the order in which they come.
 */
export function simulatePrune<T extends PrunableBackup>(
  backups: readonly T[],
  rules: KeepRules,
  pruner: Pruner,
): readonly PruneVerdict<T>[] {
  const list = [...backups].sort((a, b) => b.time - a.time);
  const marks = new Map<T, PruneVerdict<T>>();
  for (const backup of list) {
    const fixed = fixedMark(backup, pruner.by);
    if (fixed) marks.set(backup, fixed);
  }
  if (rules.all || !keepsSomething(rules)) {
    return list.map((backup) => marks.get(backup) ?? untouched(backup, rules));
  }
  if (pruner.by === 'pbs') markUnfinished(list, marks);
  for (const rule of keepNames) applyRule(list, marks, rule, rules[rule] ?? 0, pruner.zone);
  return list.map((backup) => marks.get(backup) ?? removed(backup, say`no rule keeps it`));
}

/** Marks that no rule changes. */
function fixedMark<T extends PrunableBackup>(
  backup: T,
  by: Pruner['by'],
): PruneVerdict<T> | undefined {
  if (backup.protected) {
    return { backup, mark: 'protected', why: say`protected: never pruned, and not counted` };
  }
  if (by === 'pve' && backup.renamed) {
    return {
      backup,
      mark: 'renamed',
      why: say`not named as Proxmox does: pruning leaves it alone`,
    };
  }
  return undefined;
}

function untouched<T extends PrunableBackup>(backup: T, rules: KeepRules): PruneVerdict<T> {
  return rules.all
    ? { backup, mark: 'keep', rule: 'all', why: say`keep-all keeps every backup` }
    : { backup, mark: 'keep', why: say`no keep rule is set, so nothing is pruned` };
}

function removed<T extends PrunableBackup>(backup: T, why: SafeText): PruneVerdict<T> {
  return { backup, mark: 'remove', why };
}

/** PBS: an unfinished one stays only while it is the newest of all. A protected one counts like any other here. */
function markUnfinished<T extends PrunableBackup>(
  list: readonly T[],
  marks: Map<T, PruneVerdict<T>>,
): void {
  for (const [index, backup] of list.entries()) {
    if (!backup.unfinished || marks.has(backup)) continue;
    const why = say`not finished and the newest: it may be running`;
    marks.set(
      backup,
      index === 0
        ? { backup, mark: 'partial', why }
        : removed(backup, say`never finished, and there is a newer one`),
    );
  }
}

function applyRule<T extends PrunableBackup>(
  list: readonly T[],
  marks: Map<T, PruneVerdict<T>>,
  rule: KeepName,
  keep: number,
  zone: TimeZone,
): void {
  if (keep <= 0) return;
  const covered = new Set<string>();
  for (const backup of list) {
    if (marks.get(backup)?.mark === 'keep') covered.add(periodOf(rule, zone, backup.time));
  }
  const taken = new Set<string>();
  for (const backup of list) {
    const period = periodOf(rule, zone, backup.time);
    if (marks.has(backup) || covered.has(period)) continue;
    const shown = rule === 'last' ? undefined : sanitise(period);
    if (taken.has(period)) {
      const words = shown === undefined ? say`of that second` : say`of ${shown}`;
      marks.set(backup, removed(backup, say`keep-${sanitise(rule)} keeps a newer one ${words}`));
      continue;
    }
    if (taken.size >= keep) return;
    taken.add(period);
    marks.set(backup, {
      backup,
      mark: 'keep',
      rule,
      place: taken.size,
      ...(shown === undefined ? {} : { period: shown }),
      why: keptBy(rule, taken.size, keep, shown),
    });
  }
}

function keptBy(rule: KeepName, place: number, keep: number, period?: SafeText): SafeText {
  const where = period === undefined ? say`` : say`, newest of ${period}`;
  return say`keep-${sanitise(rule)}: ${place} of ${keep}${where}`;
}

/**
 * Is there what a rule `count:N` promises? `under` only when the guest is older than N periods (all in ms); `over` when more
 * than one is too many, which means that cleaning up does not work.
 */
export function countVerdict(
  have: number,
  wanted: number,
  period: number,
  guestAge: number | undefined,
): { readonly state: 'right' | 'under' | 'over' | 'young' | 'unknown'; readonly why: SafeText } {
  if (have > wanted + 1) {
    return {
      state: 'over',
      why: say`${have} backups where ${wanted} are kept: cleaning up does not work`,
    };
  }
  if (have >= wanted) return { state: 'right', why: say`${have} of ${wanted} backups` };
  if (guestAge === undefined) {
    return {
      state: 'unknown',
      why: say`${have} of ${wanted} backups; how old the guest is, is not known`,
    };
  }
  const span = age(wanted * period);
  return guestAge > wanted * period
    ? { state: 'under', why: say`${have} of ${wanted} backups after ${span}` }
    : { state: 'young', why: say`${have} of ${wanted} backups; the guest is younger than ${span}` };
}
