const minute = 60;
const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const words: Readonly<Record<string, string>> = {
  minutely: '*:*',
  hourly: '*:0',
  daily: '0:0',
  weekly: 'mon 0:0',
};

/** The numbers a list means (`0/15`, `1..5`, `*`); undefined = it is none. */
function numbers(text: string, size: number): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d+)(?:\.\.(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const [, from, to, step] = match;
    const first = Number(from ?? 0);
    const last = to === undefined ? (from === undefined || step ? size - 1 : first) : Number(to);
    if (first >= size || last >= size || first > last || step === '0') return undefined;
    for (let each = first; each <= last; each += Number(step ?? 1)) found.add(each);
  }
  return found;
}

function weekdays(text: string): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [from = '', to = from] = part.split('..').map((name) => name.slice(0, 3));
    const [first, last] = [names.indexOf(from), names.indexOf(to)];
    if (first < 0 || last < 0) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === last) break;
    }
  }
  return found;
}

interface Schedule {
  readonly days?: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
}

function parse(text: string): Schedule | undefined {
  const parts = (words[text.trim().toLowerCase()] ?? text).trim().split(/\s+/);
  const days = /^[a-z]/i.test(parts[0] ?? '') ? weekdays(parts.shift() ?? '') : undefined;
  const [time = '', ...more] = parts;
  if (more.length > 0 || (time === '' && days === undefined)) return undefined;
  const [left = '0', right] = (time === '' ? '0:0' : time).split(':');
  const hours = numbers(right === undefined ? '*' : left, 24);
  const minutes = numbers(right ?? left, 60);
  return hours && minutes ? { ...(days ? { days } : {}), hours, minutes } : undefined;
}

/** Can the demo work by this calendar event? Dates in it are beyond it. */
export function isSchedule(text: string): boolean {
  return parse(text) !== undefined;
}

/** The next time after `after` (seconds since the epoch, UTC); undefined = none within eight days. */
export function nextTime(text: string, after: number): number | undefined {
  const schedule = parse(text);
  if (!schedule) return undefined;
  let at = (Math.floor(after / minute) + 1) * minute;
  for (const end = at + 8 * 86_400; at < end; at += minute) {
    const date = new Date(at * 1000);
    if (schedule.days && !schedule.days.has(date.getUTCDay())) continue;
    if (schedule.hours.has(date.getUTCHours()) && schedule.minutes.has(date.getUTCMinutes())) {
      return at;
    }
  }
  return undefined;
}
