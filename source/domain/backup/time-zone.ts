/** A calendar date and a time of day as clocks in some zone show them. `month` 1..12. */
export interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** From the second `at` (since the epoch) on, clocks are `after` instead of `before` seconds ahead of UTC. */
export interface ClockChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** Where a time on the clock lies. `missing` = clocks jump over it, `twice` = they show it two times. */
export interface Located {
  readonly epoch: number;
  readonly how: 'once' | 'twice' | 'missing';
}

/** One time zone. Every time is in whole seconds since the epoch, every offset in seconds east of UTC. */
export interface TimeZone {
  /** As it was asked for: `Europe/Warsaw`, `UTC`. */
  readonly name: string;
  offsetAt(epoch: number): number;
  /** The changes in from < at <= until, oldest first. */
  changes(from: number, until: number): readonly ClockChange[];
  /**
   * The moment of a time on the clock, given as if it were UTC (so it may have run over: minute 60, day 32). It answers as
   * glibc's mktime does when it is not told whether it is summer time (measured with 2.36 in nine zones): a missing time
   * moves on by the length of the gap, a repeated one keeps the offset `like` where that is one of the two.
   */
  locate(wall: number, like: number): Located;
}

const DAY = 86_400;

/**
 * Zones whose winter time is the exception in the tz database (negative daylight saving). There glibc moves a missing time
 * back instead of on, measured with 2.36 for the first two.
 */
const winterIsTheException = /^(?:Europe\/Dublin|Eire|Africa\/(?:Casablanca|El_Aaiun))$/;

/** Lookups in a year before its changes are worth a table. */
const patience = 48;

/** By an IANA name; undefined when the platform does not know it. It remembers the years it was asked about. */
export function timeZone(name: string): TimeZone | undefined {
  const ask = offsetReader(name);
  if (!ask) return undefined;
  const years = new Map<
    number,
    { asked: number; changes?: readonly ClockChange[]; first: number }
  >();
  const tableOf = (year: number) => {
    const from = Date.UTC(year, 0, 1) / 1000;
    const known = years.get(year) ?? { asked: 0, first: ask(from) };
    years.set(year, known);
    return known;
  };
  const changesOf = (year: number): readonly ClockChange[] => {
    const known = tableOf(year);
    known.changes ??= findChanges(ask, year);
    return known.changes;
  };
  const offsetAt = (epoch: number) => {
    const year = yearOf(epoch);
    const known = tableOf(year);
    known.asked += 1;
    if (!known.changes && known.asked < patience) return ask(epoch);
    const last = changesOf(year).findLast(({ at }) => at <= epoch);
    return last ? last.after : known.first;
  };
  return {
    name,
    offsetAt,
    changes: (from, until) => {
      const last = yearOf(until);
      const found: ClockChange[] = [];
      for (let year = yearOf(from); year <= last; year += 1) found.push(...changesOf(year));
      return found.filter(({ at }) => at > from && at <= until);
    },
    locate: (wall, like) => locate(wall, like, offsetAt, winterIsTheException.test(name)),
  };
}

function locate(
  wall: number,
  like: number,
  offsetAt: (epoch: number) => number,
  backwards: boolean,
): Located {
  const [before, after] = [offsetAt(wall - DAY), offsetAt(wall + DAY)];
  if (before === after) return { epoch: wall - before, how: 'once' };
  const early = offsetAt(wall - before) === before;
  const late = offsetAt(wall - after) === after;
  if (early && late) return { epoch: wall - (like === after ? after : before), how: 'twice' };
  if (early || late) return { epoch: wall - (early ? before : after), how: 'once' };
  return { epoch: wall - (backwards ? after : before), how: 'missing' };
}

function yearOf(epoch: number): number {
  return new Date(epoch * 1000).getUTCFullYear();
}

/** Looks at every day of the year; two changes within a day are not seen. */
function findChanges(ask: (epoch: number) => number, year: number): ClockChange[] {
  const found: ClockChange[] = [];
  const end = Date.UTC(year + 1, 0, 1) / 1000;
  let from = Date.UTC(year, 0, 1) / 1000;
  let before = ask(from);
  while (from < end) {
    const to = Math.min(from + DAY, end);
    const after = ask(to - 1);
    if (after !== before) {
      let [low, high] = [from, to - 1];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (ask(middle) === before) low = middle;
        else high = middle;
      }
      found.push({ at: ask(low) === before ? high : low, before, after });
    }
    before = after;
    from = to;
  }
  return found;
}

/** Offset by Intl; undefined for a name that it does not know. */
function offsetReader(name: string): ((epoch: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return (epoch) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(epoch * 1000)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - epoch;
  };
}

/** The clock in a zone, as if it were UTC: seconds that {@link wallOf} takes apart. */
export function clockAt(zone: TimeZone, epoch: number): number {
  return epoch + zone.offsetAt(epoch);
}

/** Takes apart a time on the clock that is given as if it were UTC (seconds). */
export function wallOf(clock: number): Wall {
  const date = new Date(clock * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/** `2026-03-29` */
export function wallDate({ year, month, day }: Wall): string {
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** `02:30`, with seconds only where there are any. */
export function wallTime({ hour, minute, second }: Wall): string {
  return `${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`;
}
