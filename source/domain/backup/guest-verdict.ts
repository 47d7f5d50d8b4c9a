import { age } from '../format.ts';
import type { GuestKey } from '../guest.ts';
import { joinSafe, type SafeText, sanitise, say } from '../safe-text.ts';
import type { GuestCover, JobCover } from './coverage.ts';
import { type Cure, uniqueCures } from './cure.ts';
import {
  type Level,
  type PlaceVerdict,
  type Reason,
  worstLevel,
  worstReasonFirst,
} from './verdict-types.ts';

/** One guest with all its places. */
export interface GuestVerdict {
  readonly key: GuestKey;
  readonly cover: GuestCover;
  readonly level: Level;
  /** Worst first; of an OK one empty. */
  readonly reasons: readonly Reason[];
  /** Why it is exempt, and what is worth knowing. */
  readonly notes: readonly SafeText[];
  readonly cures: readonly Cure[];
  readonly places: readonly PlaceVerdict[];
  /** The age of the newest good backup anywhere, ms. */
  readonly age?: number;
  /** Nothing backs it up, neither a job nor anybody by hand. */
  readonly unprotected: boolean;
}

/** A backup as young as this shows that something still backs up a guest without a job. */
export const byHandFresh = 26 * 3_600_000;

/**
 * The verdict on a guest: by its jobs and by every place. OK only when a job takes it, all its volumes are known to be in,
 * and every place where something is expected is OK. `byHandWithin` (ms) is how fresh a backup without a job must be.
 */
export function guestVerdict(
  cover: GuestCover,
  places: readonly PlaceVerdict[],
  byHandWithin = byHandFresh,
): GuestVerdict {
  const ages = places.flatMap((place) => (place.age === undefined ? [] : [place.age]));
  const newest = ages.length === 0 ? undefined : Math.min(...ages);
  const base = { key: cover.key, cover, places, ...(newest === undefined ? {} : { age: newest }) };
  const notes = notesOf(places);
  if (cover.state === 'exempt') {
    const why = [say`exempt: ${cover.why}`, ...notes];
    return { ...base, level: 'exempt', reasons: [], notes: why, cures: [], unprotected: false };
  }
  const own = coverReasons(cover, places, newest, byHandWithin);
  const found = [...own, ...partialReasons(cover), ...placesReasons(cover, places)];
  const reasons = worstReasonFirst(found);
  return {
    ...base,
    level: worstLevel(['ok', ...reasons.map(({ level }) => level)]),
    reasons,
    notes,
    cures: uniqueCures([...coverCures(cover), ...places.flatMap(({ cures }) => cures)]),
    unprotected: own.some(({ cause }) => cause === 'unprotected'),
  };
}

function notesOf(places: readonly PlaceVerdict[]): readonly SafeText[] {
  return places.flatMap(({ place, notes, level }) => [
    ...(level === 'planned' ? [say`${place.name}: planned`] : []),
    ...notes.map((note) => say`${place.name}: ${note}`),
  ]);
}

const isExpected = ({ level }: PlaceVerdict) => level !== 'exempt' && level !== 'planned';

/** What the jobs say. */
function coverReasons(
  cover: GuestCover,
  places: readonly PlaceVerdict[],
  newest: number | undefined,
  byHandWithin: number,
): readonly Reason[] {
  if (cover.state === 'covered') return [];
  if (cover.state === 'unknown') {
    const text = say`whether a job takes it is not known: ${cover.why}`;
    return [{ level: 'unknown', cause: 'unread', text }];
  }
  // No job, but something else is to write there, and speaks for itself.
  if (places.some(isExpected)) return [];
  if (newest !== undefined && newest <= byHandWithin) {
    const text = say`${cover.why}, but a backup is ${age(newest)} old: by hand?`;
    return [{ level: 'warn', cause: 'by-hand', text }];
  }
  // A place that did not tell may hold a fresh one.
  const silent = places.filter(
    ({ level, count, asOf }) => level !== 'planned' && (count === undefined || asOf !== undefined),
  );
  if (silent.length > 0) {
    const names = joinSafe(
      silent.map(({ place }) => place.name),
      ', ',
    );
    const text = say`${cover.why}; what ${names} holds is not known`;
    return [{ level: 'unknown', cause: 'unread', text }];
  }
  return [{ level: 'crit', cause: 'unprotected', text: say`unprotected: ${cover.why}` }];
}

/** Volumes that are in no backup, or of which that is not known. */
function partialReasons(cover: GuestCover): readonly Reason[] {
  if (cover.state !== 'covered') return [];
  if (cover.missing === undefined) {
    const text = say`which of its volumes are in the backup is not known`;
    return [{ level: 'unknown', cause: 'partial', text }];
  }
  if (cover.missing.length === 0) return [];
  const parts = cover.missing.map(({ key, why }) => say`${key} (${why})`);
  return [
    { level: 'warn', cause: 'partial', text: say`partial: without ${joinSafe(parts, ', ')}` },
  ];
}

function placesReasons(cover: GuestCover, places: readonly PlaceVerdict[]): readonly Reason[] {
  const reasons = places.flatMap(({ place, reasons: each }) =>
    each.map((reason) => ({ ...reason, text: say`${place.name}: ${reason.text}` })),
  );
  if (cover.state !== 'covered' || places.some(isExpected)) return reasons;
  const text = say`where its backups go is not known`;
  return [...reasons, { level: 'unknown', cause: 'unread', text }];
}

function coverCures(cover: GuestCover): readonly Cure[] {
  if (cover.state === 'unknown') {
    return cover.privilege ? [{ kind: 'grant', privilege: cover.privilege }] : [];
  }
  if (cover.state === 'uncovered') {
    const off = cover.jobs.find(onlyDisabled);
    const enable: readonly Cure[] = off ? [{ kind: 'enable-job', job: off.job.id }] : [];
    return [...enable, { kind: 'add-to-job' }, { kind: 'back-up-now' }];
  }
  // Only a container's mount point or a disk with backup=0 can be taken in; a directory of the host never.
  return (cover.missing ?? [])
    .filter(({ name }) => !name.startsWith('/'))
    .map(({ key }) => ({ kind: 'include-volume', key: sanitise(key) }));
}

function onlyDisabled({ job, selection, why }: JobCover): boolean {
  return !job.enabled && selection !== 'excluded' && why.length === 1;
}

/**
 * Groups of backups whose guest is no longer there. Only where the list of guests is complete, so that a guest that may not
 * be seen is not taken for a lost one. `ref` undefined = the name tells no guest.
 */
export function orphansOf<T extends { readonly ref: GuestKey | undefined }>(
  groups: readonly T[],
  guests: ReadonlySet<GuestKey> | undefined,
): readonly T[] | undefined {
  if (!guests) return undefined;
  return groups.filter(({ ref }) => ref !== undefined && !guests.has(ref));
}
