import { age } from '../format.ts';
import { joinSafe, type SafeText, say } from '../safe-text.ts';
import type { GuestVerdict } from './guest-verdict.ts';
import { type Level, worstLevel } from './verdict-types.ts';

/** In which part of the line a guest is counted: each in one. */
export type HeadlinePart =
  | 'ok'
  | 'late'
  | 'unprotected'
  | 'unknown'
  | 'bad'
  | 'attention'
  | 'exempt';

/** `bad` = a failed verification or a place that is away · `attention` = any other warning. */
export function headlinePart(
  verdict: Pick<GuestVerdict, 'level' | 'reasons' | 'unprotected'>,
): HeadlinePart {
  const { level, reasons, unprotected } = verdict;
  if (level === 'exempt' || level === 'planned') return 'exempt';
  if (level === 'ok') return 'ok';
  if (unprotected) return 'unprotected';
  if (level === 'unknown') return 'unknown';
  const leading = reasons.filter((reason) => reason.level === level);
  const about = (...causes: readonly string[]) =>
    leading.some(({ cause }) => causes.includes(cause));
  if (about('verify-failed', 'place')) return 'bad';
  return about('late', 'none') ? 'late' : 'attention';
}

/** A store for the end of the line. */
export interface HeadlineStore {
  readonly name: SafeText;
  /** 0..1; undefined = not known. */
  readonly fill?: number;
  /** `full in 40–70 d` */
  readonly forecast?: SafeText;
}

export interface HeadlineInput {
  readonly verdicts: readonly GuestVerdict[];
  /** The list of guests is complete; without it the numbers are a part only. */
  readonly complete: boolean;
  /** Age of the oldest newest copy off the site, ms; null = there is such a place and its age is not known. */
  readonly offsite?: number | null;
  /** Age of the oldest newest verification, ms; null = never or not known. */
  readonly verify?: number | null;
  readonly stores?: readonly HeadlineStore[];
}

export interface Headline {
  readonly text: SafeText;
  readonly level: Level;
  readonly counts: Readonly<Record<HeadlinePart, number>>;
}

const order: readonly (readonly [HeadlinePart, SafeText])[] = [
  ['late', say`late`],
  ['bad', say`bad`],
  ['unprotected', say`unprotected`],
  ['attention', say`to look at`],
  ['unknown', say`unknown`],
];

/**
 * `Backups: 41 ok · 2 late · 1 unprotected · 3 unknown · offsite 9 h · verify 12 d · pbs1 81 % (full in 40–70 d)`. What is
 * zero is left out, but `ok` always stands there. Guests that need no backup are not counted.
 */
export function backupHeadline(input: HeadlineInput): Headline {
  const counts = { ok: 0, late: 0, unprotected: 0, unknown: 0, bad: 0, attention: 0, exempt: 0 };
  for (const verdict of input.verdicts) counts[headlinePart(verdict)] += 1;
  const parts: SafeText[] = [say`${counts.ok} ok`];
  for (const [part, word] of order) {
    if (counts[part] > 0) parts.push(say`${counts[part]} ${word}`);
  }
  if (!input.complete) parts.push(say`there may be more guests`);
  parts.push(...aged(say`offsite`, input.offsite), ...aged(say`verify`, input.verify));
  parts.push(...(input.stores ?? []).map(storeWords));
  return { text: say`Backups: ${joinSafe(parts, ' · ')}`, level: lineLevel(input), counts };
}

function aged(word: SafeText, value: number | null | undefined): readonly SafeText[] {
  return value === undefined ? [] : [say`${word} ${value === null ? say`?` : age(value)}`];
}

function storeWords({ name, fill, forecast }: HeadlineStore): SafeText {
  // Rounded down, so that 99.9 % is not called full.
  const share = fill === undefined ? say`?` : say`${Math.floor(fill * 100)} %`;
  return forecast === undefined ? say`${name} ${share}` : say`${name} ${share} (${forecast})`;
}

/** The worst of all guests; guests that may be hidden, and no guest at all, are not OK: nothing was proven. */
function lineLevel({ verdicts, complete }: HeadlineInput): Level {
  const worst = worstLevel([
    ...verdicts.map(({ level }) => level),
    ...(complete ? [] : (['unknown'] as const)),
  ]);
  return worst === 'exempt' || worst === 'planned' ? 'unknown' : worst;
}
