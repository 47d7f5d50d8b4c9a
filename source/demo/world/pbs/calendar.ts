const minute = 60;
const day = 86_400;
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const words: Readonly<Record<string, string>> = {
  minutely: '*:*',
  hourly: '*:00',
  daily: '00:00',
  weekly: 'mon 00:00',
  monthly: '*-1 00:00',
  yearly: '1-1 00:00',
};

/** `*`, `5`, `2,14`, `8..18`, every 15th, `0/6` within `low`..`high`; undefined = not understood. */
function numbers(text: string, low: number, high: number): Set<number> | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const [, first = '', last, step] = match;
    const from = first === '*' ? low : Number(first);
    const open = first === '*' || step !== undefined;
    const to = last === undefined ? (open ? high : from) : Number(last);
    if (from < low || to > high || step === '0') return undefined;
    for (let value = from; value <= to; value += Number(step ?? 1)) found.add(value);
  }
  return found;
}

function days(text: string): Set<number> | undefined {
  const found = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [first = '', last = first] = part.split('..');
    const from = weekdays.indexOf(first.slice(0, 3));
    const to = weekdays.indexOf(last.slice(0, 3));
    if (from < 0 || to < 0) return undefined;
    for (let at = from; ; at = (at + 1) % 7) {
      found.add(at);
      if (at === to) break;
    }
  }
  return found;
}

interface Calendar {
  readonly weekdays: ReadonlySet<number> | undefined;
  readonly months: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
}

function parse(event: string): Calendar | undefined {
  const parts = (words[event.trim()] ?? event.trim()).split(/\s+/);
  const named = /^[a-z]/i.test(parts[0] ?? '') ? days(parts.shift() ?? '') : undefined;
  if (/^[a-z]/i.test(event.trim()) && words[event.trim()] === undefined && !named) return undefined;
  const date = parts[0]?.includes('-') ? (parts.shift() ?? '') : '*-*';
  const [month = '', dayOfMonth = ''] = date.split('-').slice(-2);
  const time = parts.shift() ?? '00:00';
  if (parts.length > 0) return undefined;
  const [hour = '', minutes] = time.includes(':') ? time.split(':') : ['*', time];
  const months = numbers(month, 1, 12);
  const monthDays = numbers(dayOfMonth, 1, 31);
  const hours = numbers(hour, 0, 23);
  const inHour = numbers(minutes ?? '0', 0, 59);
  if (!months || !monthDays || !hours || !inHour) return undefined;
  return { weekdays: named, months, days: monthDays, hours, minutes: inHour };
}

/** Is this a calendar event that the demo understands? */
export function isCalendarEvent(event: string): boolean {
  return parse(event) !== undefined;
}

/** The first time after `from` (both seconds since the epoch, UTC) that a calendar event means. */
export function nextEvent(event: string, from: number): number | undefined {
  const calendar = parse(event);
  if (!calendar) return undefined;
  let at = (Math.floor(from / minute) + 1) * minute;
  const end = from + 366 * day;
  while (at <= end) {
    const date = new Date(at * 1000);
    const dayFits =
      calendar.months.has(date.getUTCMonth() + 1) &&
      calendar.days.has(date.getUTCDate()) &&
      (calendar.weekdays?.has(date.getUTCDay()) ?? true);
    if (!dayFits) at = (Math.floor(at / day) + 1) * day;
    else if (!calendar.hours.has(date.getUTCHours())) at = (Math.floor(at / 3600) + 1) * 3600;
    else if (!calendar.minutes.has(date.getUTCMinutes())) at += minute;
    else return at;
  }
  return undefined;
}
