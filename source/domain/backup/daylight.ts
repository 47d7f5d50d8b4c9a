import { type SafeText, sanitise, say } from '../safe-text.ts';
import {
  type CalendarEvent,
  largestGap,
  nextRun,
  previousRun,
  runsBetween,
  zoneOf,
} from './calendar-event.ts';
import {
  type ClockChange,
  clockAt,
  type TimeZone,
  wallDate,
  wallOf,
  wallTime,
} from './time-zone.ts';

/**
 * What a change of the clocks does to a schedule. `missing`: a time of it is jumped over, and no run replaces it before the
 * next regular one · `twice`: a time of it comes two times, and the server takes one of them · `lost`: the server's
 * calculation finds no run from there on, or one that is over (in Europe/Dublin and Africa/Casablanca, whose winter time
 * is the exception).
 */
export interface DaylightFact {
  readonly kind: 'missing' | 'twice' | 'lost';
  /** When the clocks change; seconds since the epoch. */
  readonly at: number;
  /** The local date of the times. */
  readonly date: SafeText;
  /** The first local time concerned, `02:30`, and how many there are. */
  readonly time: SafeText;
  readonly times: number;
  /** The last run before the change and the next one after the times; seconds since the epoch. */
  readonly before?: number;
  readonly next?: number;
  readonly text: SafeText;
}

const DAY = 86_400;
/** Up to this much longer than usual between two runs, nothing was lost. */
const slack = 1800;

/** Every fact in the year (366 d) after `from`, oldest first. Events in UTC have none. */
export function daylightFacts(
  event: CalendarEvent,
  zone: TimeZone,
  from: number,
): readonly DaylightFact[] {
  if (event.utc) return [];
  return zone.changes(from, from + 366 * DAY).flatMap((change) => {
    const fact = factOf(event, zone, change);
    return fact ? [fact] : [];
  });
}

/** The first fact as a sentence for a job's row or form; undefined = nothing happens within a year. */
export function daylightWarning(
  event: CalendarEvent,
  zone: TimeZone,
  from: number,
): SafeText | undefined {
  return daylightFacts(event, zone, from)[0]?.text;
}

function factOf(
  event: CalendarEvent,
  zone: TimeZone,
  change: ClockChange,
): DaylightFact | undefined {
  const { at, before, after } = change;
  const forward = after > before;
  // As if UTC: from the last time before the change to the first one after it.
  const [from, until] = forward ? [at + before, at + after] : [at + after, at + before];
  const times = timesBetween(event, from, until);
  const [first] = times;
  if (first === undefined) return undefined;
  const last = previousRun(event, zone, at - 1);
  const next = nextRun(event, zone, last ?? at - 1);
  const wall = wallOf(first);
  const base = {
    at,
    date: sanitise(wallDate(wall)),
    time: sanitise(wallTime(wall)),
    times: times.length,
    ...(last === undefined ? {} : { before: last }),
    ...(next === undefined ? {} : { next }),
  };
  if (!forward) {
    // Runs so frequent that they go on into the second pass take both.
    if (next !== undefined && next < at + before - after) return undefined;
    return { ...base, kind: 'twice', text: twiceText(base, zone) };
  }
  if (searchFails(event, zone, at, last, next)) {
    return { ...base, kind: 'lost', text: lostText(base, zone) };
  }
  if (next === undefined) return { ...base, kind: 'missing', text: missingText(base, zone, next) };
  const usual = last === undefined ? undefined : largestGap(event, zone, at + DAY)?.usual;
  // A run right after the gap replaces the missing one: hourly jobs lose nothing.
  if (usual !== undefined && last !== undefined && next - last < usual + slack) return undefined;
  return { ...base, kind: 'missing', text: missingText(base, zone, next) };
}

/** Goes back in time, or finds nothing although there are later runs. */
function searchFails(
  event: CalendarEvent,
  zone: TimeZone,
  at: number,
  last: number | undefined,
  next: number | undefined,
): boolean {
  if (next !== undefined) return last !== undefined && next <= last;
  return nextRun(event, zone, at + 2 * DAY) !== undefined;
}

/** Times on the clock at which the event is due, in from <= time < until. */
function timesBetween(event: CalendarEvent, from: number, until: number): readonly number[] {
  const asUtc = { ...event, utc: true };
  const utc = zoneOf(asUtc, 'UTC');
  return utc ? runsBetween(asUtc, utc, from - 1, until - 1, 4000) : [];
}

type Base = Pick<DaylightFact, 'date' | 'time' | 'times'>;

function timeWords({ time, times, date }: Base): SafeText {
  return times === 1 ? say`${time} on ${date}` : say`${time} and ${times - 1} more on ${date}`;
}

function missingText(base: Base, zone: TimeZone, next: number | undefined): SafeText {
  const then =
    next === undefined ? say`there is none` : say`the next is ${localMoment(zone, next)}`;
  return say`${timeWords(base)} ${verb(base, say`does`, say`do`)} not exist in ${sanitise(zone.name)}: no run then, ${then}`;
}

function twiceText(base: Base, zone: TimeZone): SafeText {
  return say`${timeWords(base)} ${verb(base, say`happens`, say`happen`)} twice in ${sanitise(zone.name)}: it runs at one of the two, not at both`;
}

function lostText(base: Base, zone: TimeZone): SafeText {
  return say`${timeWords(base)} ${verb(base, say`does`, say`do`)} not exist in ${sanitise(zone.name)}, and the server's calculation fails there: runs may stop until its scheduler restarts; choose another hour`;
}

function verb({ times }: Base, one: SafeText, more: SafeText): SafeText {
  return times === 1 ? one : more;
}

/** `2026-03-30 02:30` on the clock of the zone. */
export function localMoment(zone: TimeZone, epoch: number): SafeText {
  const wall = wallOf(clockAt(zone, epoch));
  return sanitise(`${wallDate(wall)} ${wallTime(wall)}`);
}
