import type { CalendarEvent, Term } from './calendar-parse.ts';
import { type TimeZone, timeZone, wallOf } from './time-zone.ts';

export {
  type CalendarEvent,
  type CalendarParsed,
  legacySchedule,
  parseCalendarEvent,
} from './calendar-parse.ts';

/*
 * When a schedule runs. All moments are whole seconds since the epoch. The servers walk along the clock of their own zone
 * with libc's mktime (proxmox-time), and this does the same steps, so that it also finds what they find in the night when
 * clocks change, and where steps do not divide an hour (`*:0/45` skips every second full hour).
 */

const DAY = 86_400;

/** Jumps after which the servers give up. */
const patience = 1000;

/** The fields of a time on the clock from large to small; the weekday hangs on the day. */
type Clock = [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];
const lowest: Readonly<Clock> = [0, 1, 1, 0, 0, 0];

function contains(terms: readonly Term[], value: number): boolean {
  return terms.some(({ start, end, step }) => {
    if (step === undefined) return value >= start && value <= (end ?? start);
    if (step === 0) return value === start;
    return value >= start && value <= (end ?? value) && (value - start) % step === 0;
  });
}

/** The smallest value above `value`; steps without an end go on past the field's range, as they do on the servers. */
function nextIn(terms: readonly Term[], value: number): number | undefined {
  const found = terms.flatMap(({ start, end, step }) => {
    if (value < start) return [start];
    if (step === undefined) return value < (end ?? start) ? [value + 1] : [];
    if (step === 0) return [];
    const next = start + (Math.floor((value - start) / step) + 1) * step;
    return next <= (end ?? next) ? [next] : [];
  });
  return found.length === 0 ? undefined : Math.min(...found);
}

/** Where a walk is: the clock and the offset that it goes by. */
interface Place {
  readonly clock: Readonly<Clock>;
  readonly offset: number;
}

function placeAt(zone: TimeZone, epoch: number): Place {
  const offset = zone.offsetAt(epoch);
  const wall = wallOf(epoch + offset);
  const { year, month, day, hour, minute, second } = wall;
  return { clock: [year, month, day, hour, minute, second], offset };
}

function asUtc([year, month, day, hour, minute, second]: Readonly<Clock>): number {
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** Sets one field, smaller ones to their minimum, and lets the calendar and the zone put it right. */
function jump(zone: TimeZone, { clock, offset }: Place, field: number, value: number): Place {
  const wanted = clock.map((old, index) =>
    index < field ? old : index === field ? value : (lowest[index] ?? 0),
  ) as Clock;
  return placeAt(zone, zone.locate(asUtc(wanted), offset).epoch);
}

/** The first field that does not fit and where to go from there; `fits` when all do, undefined when there is no way on. */
function advice(
  event: CalendarEvent,
  clock: Readonly<Clock>,
): { readonly field: number; readonly value: number } | 'fits' | undefined {
  const { year, month, day, hour, minute, second } = event;
  for (const [field, terms] of [year, month, day].entries()) {
    const value = clock[field] ?? 0;
    if (terms.length > 0 && !contains(terms, value)) return onward(clock, field, terms, value);
  }
  if (event.weekdays.length > 0) {
    const today = (new Date(asUtc(clock) * 1000).getUTCDay() + 6) % 7;
    if (!event.weekdays.includes(today)) {
      const next = event.weekdays.find((each) => each > today) ?? 7;
      return { field: 2, value: clock[2] + next - today };
    }
  }
  for (const [index, terms] of [hour, minute, second].entries()) {
    const field = index + 3;
    const value = clock[field] ?? 0;
    if (terms.length > 0 && !contains(terms, value)) return onward(clock, field, terms, value);
  }
  return 'fits';
}

function onward(clock: Readonly<Clock>, field: number, terms: readonly Term[], value: number) {
  const next = nextIn(terms, value);
  if (next !== undefined) return { field, value: next };
  return field === 0 ? undefined : { field: field - 1, value: (clock[field - 1] ?? 0) + 1 };
}

/**
 * The first run after `after`; undefined = the server finds none (`02-30`, a year that is over, or it gives up at a change
 * of the clocks). An event in UTC does not look at the zone.
 */
export function nextRun(event: CalendarEvent, zone: TimeZone, after: number): number | undefined {
  const own = event.utc ? utcZone : zone;
  let place = placeAt(own, after + 1);
  for (let count = 0; count <= patience; count += 1) {
    const next = advice(event, place.clock);
    if (next === undefined) return undefined;
    if (next === 'fits') return own.locate(asUtc(place.clock), place.offset).epoch;
    place = jump(own, place, next.field, next.value);
  }
  return undefined;
}

/** Offsets of UTC without asking Intl. */
const utcZone: TimeZone = {
  name: 'UTC',
  offsetAt: () => 0,
  changes: () => [],
  locate: (wall) => ({ epoch: wall, how: 'once' }),
};

/** The zone that the event is counted in; undefined for a name that is none. */
export function zoneOf(event: CalendarEvent, name: string): TimeZone | undefined {
  return event.utc || name === 'UTC' ? utcZone : timeZone(name);
}

/** At most `count` runs in after < run <= until, one after the other. */
export function runsBetween(
  event: CalendarEvent,
  zone: TimeZone,
  after: number,
  until = Number.POSITIVE_INFINITY,
  count = 1000,
): readonly number[] {
  const found: number[] = [];
  for (let at = after; found.length < count; ) {
    const next = nextRun(event, zone, at);
    // A walk that goes back at a change of the clocks would never end.
    if (next === undefined || next > until || next <= at) break;
    found.push(next);
    at = next;
  }
  return found;
}

/** How far back a run is looked for, in days: first near, then far. */
const lookBack = [0.1, 1.5, 8, 64, 400, 3000];

/** The last run at or before `before`, as far as eight years back. */
export function previousRun(
  event: CalendarEvent,
  zone: TimeZone,
  before: number,
): number | undefined {
  for (const days of lookBack) {
    const runs = runsBetween(event, zone, before - Math.round(days * DAY), before, 10_000);
    if (runs.length > 0) return runs.at(-1);
  }
  return undefined;
}

/** Two runs with nothing between them; `seconds` apart. */
export interface RunGap {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

/** Runs looked at for gaps; more often than this in a year is never far apart. */
const enough = 1500;

/**
 * The longest time between two runs in the year (366 d) after `from`, or between the next three when they are rarer.
 * `usual` leaves out gaps with a change of the clocks inside: for `daily` it is 24 h while `longest` is 25 h, and for a time
 * that is skipped in one night `longest` is 48 h less the hour. undefined = there are not two runs.
 */
export function largestGap(
  event: CalendarEvent,
  zone: TimeZone,
  from: number,
): { readonly longest: RunGap; readonly usual: number } | undefined {
  const own = event.utc ? utcZone : zone;
  const changes = own.changes(from, from + 366 * DAY);
  const yearly = gapsOf(runsUntil(event, own, from, from + 366 * DAY));
  const around = changes.flatMap(({ at }) =>
    gapsOf(runsUntil(event, own, at - 5 * 3600, at + 2 * DAY)),
  );
  const all = [...yearly, ...around];
  const [first, ...rest] = all;
  if (!first) return undefined;
  const longest = rest.reduce((a, b) => (b.seconds > a.seconds ? b : a), first);
  const whole = all.filter((gap) => !changes.some(({ at }) => at > gap.from && at <= gap.to));
  const usual = Math.max(0, ...whole.map(({ seconds }) => seconds));
  return { longest, usual: usual === 0 ? longest.seconds : usual };
}

/** Those up to `until`, but at least three where there are that many. */
function runsUntil(
  event: CalendarEvent,
  zone: TimeZone,
  after: number,
  until: number,
): readonly number[] {
  const found = runsBetween(event, zone, after, until, enough);
  if (found.length >= 3) return found;
  const rest = 3 - found.length;
  return [...found, ...runsBetween(event, zone, found.at(-1) ?? after, undefined, rest)];
}

function gapsOf(runs: readonly number[]): RunGap[] {
  return runs
    .slice(1)
    .map((to, index) => ({ from: runs[index] ?? to, to, seconds: to - (runs[index] ?? to) }));
}

/**
 * The age in seconds up to which a backup is in time when nobody said so: the usual gap between runs, twice the last run's
 * duration and an hour for the change of the clocks; at least 26 h for a daily job and 8 d for a weekly one.
 */
export function defaultRpo(usualGap: number, lastDuration = 0): number {
  const floor = usualGap >= 6.5 * DAY ? 8 * DAY : usualGap >= 23 * 3600 ? 26 * 3600 : 0;
  return Math.max(floor, usualGap + 2 * lastDuration + 3600);
}
