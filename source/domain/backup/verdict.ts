import { age } from '../format.ts';
import { type SafeText, say } from '../safe-text.ts';
import type { Artefact } from './artefact.ts';
import { type Cure, uniqueCures } from './cure.ts';
import {
  ageReasons,
  clockReasons,
  newestGood,
  sizeReasons,
  verifiedAt,
  verifiedUndated,
  verifyReasons,
} from './verdict-rules.ts';
import {
  type Place,
  type PlaceInput,
  type PlaceVerdict,
  type Reason,
  worstLevel,
  worstReasonFirst,
} from './verdict-types.ts';

/** Judges one guest in one place. */
export function placeVerdict(input: PlaceInput): PlaceVerdict {
  const { place, artefacts, expected } = input;
  const notes = runNotes(input);
  const failedRun = input.lastRun?.outcome === 'failed' ? { lastRunFailed: true } : {};
  const base = { place, notes, ...failedRun };
  if (place.planned) return { ...base, level: 'planned', reasons: [], cures: [] };
  if (!('told' in artefacts)) {
    const reason: Reason = { level: 'unknown', cause: 'unread', text: artefacts.unknown };
    const cures: Cure[] = artefacts.privilege
      ? [{ kind: 'grant', privilege: artefacts.privilege }]
      : [{ kind: 'look-at', place: place.name }];
    // A store that is known to be away is more than unread.
    const reasons = worstReasonFirst([...placeReasons(place), reason]);
    return expected
      ? { ...base, level: worstLevel(reasons.map(({ level }) => level)), reasons, cures }
      : { ...base, level: 'exempt', reasons: [], cures: [] };
  }
  return toldVerdict(input, artefacts.told, artefacts.asOf, base);
}

function toldVerdict(
  input: PlaceInput,
  list: readonly Artefact[],
  asOf: number | undefined,
  base: Pick<PlaceVerdict, 'place' | 'notes' | 'lastRunFailed'>,
): PlaceVerdict {
  const { place, expected } = input;
  const serverNow = input.now + (place.skew ?? 0);
  const lastGood = newestGood(list);
  const since = lastGood?.time === undefined ? undefined : Math.max(0, serverNow - lastGood.time);
  const verified = verifiedAt(list);
  const undated = verified === undefined && verifiedUndated(list);
  const notes = undated ? [...base.notes, say`verified, but when is not told`] : base.notes;
  const found = {
    ...base,
    notes,
    count: list.length,
    ...(lastGood ? { lastGood } : {}),
    ...(since === undefined ? {} : { age: since }),
    ...(verified === undefined ? {} : { verifiedAt: verified }),
    ...(asOf === undefined ? {} : { asOf }),
  };
  if (!expected) {
    const note = say`no job writes to ${place.name}`;
    return { ...found, level: 'exempt', notes: [...notes, note], reasons: [], cures: [] };
  }
  const judged = [
    ...placeReasons(place),
    ...clockReasons(list, serverNow),
    ...ageReasons(input, list, lastGood, since),
    ...verifyReasons(input, list, verified, serverNow),
    ...sizeReasons(list),
  ];
  const reasons = worstReasonFirst(asOf === undefined ? judged : stale(judged, asOf, input.now));
  const level = worstLevel(['ok', ...reasons.map((reason) => reason.level)]);
  return { ...found, level, reasons, cures: curesFor(input, list, reasons) };
}

/**
 * What does not answer is not late: nobody knows what it holds by now. What was wrong with the backups it had stays wrong.
 */
function stale(judged: readonly Reason[], asOf: number, now: number): readonly Reason[] {
  const lasting = judged.filter(({ cause }) => cause === 'verify-failed' || cause === 'place');
  const text = say`as of ${age(now - asOf)} ago: no answer since`;
  return [...lasting, { level: 'unknown', cause: 'unread', text }];
}

function runNotes({ running, lastRun }: PlaceInput): readonly SafeText[] {
  const notes: SafeText[] = [];
  if (running) notes.push(say`running now`);
  if (lastRun?.outcome === 'failed') {
    notes.push(say`last run failed: ${lastRun.reason ?? say`no reason told`}`);
  }
  if (lastRun?.outcome === 'unknown') notes.push(say`how the last run ended is not known`);
  return notes;
}

function placeReasons({ name, problem }: Place): readonly Reason[] {
  if (problem?.level !== 'crit') return [];
  return [{ level: 'crit', cause: 'place', text: say`${name}: ${problem.text}` }];
}

function curesFor(
  input: PlaceInput,
  list: readonly Artefact[],
  reasons: readonly Reason[],
): readonly Cure[] {
  const place = input.place.name;
  const { lastRun } = input;
  const log: readonly Cure[] =
    lastRun?.upid === undefined || lastRun.outcome === 'ok'
      ? []
      : [
          {
            kind: 'open-log',
            upid: lastRun.upid,
            ...(lastRun.line === undefined ? {} : { line: lastRun.line }),
          },
        ];
  const cures = reasons.flatMap(({ cause }): readonly Cure[] => {
    if (cause === 'late' || cause === 'none') return [...log, { kind: 'back-up-now', place }];
    if (cause === 'verify-old') {
      const newest = newestGood(list);
      return [{ kind: 'verify-now', place, ...(newest ? { backup: newest.id } : {}) }];
    }
    if (cause === 'verify-failed') return [{ kind: 'back-up-now', place }];
    if (cause === 'clock') return [{ kind: 'compare-clocks', place }];
    if (cause === 'place' && input.place.problem?.notMounted) return [{ kind: 'mount', place }];
    if (cause === 'identity') return [{ kind: 'back-up-now', place }];
    return [{ kind: 'look-at', place }];
  });
  return uniqueCures([...cures, ...log]);
}
