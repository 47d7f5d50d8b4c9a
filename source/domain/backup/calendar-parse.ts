import { type SafeText, sanitise, say } from '../safe-text.ts';

/** Values of one field: `start`, or from `start` to `end`, or from `start` in steps (to `end`, where there is one). */
export interface Term {
  readonly start: number;
  readonly end?: number;
  readonly step?: number;
}

/** A calendar event taken apart. An empty list stands for `*`: every value. */
export interface CalendarEvent {
  /** Counted in UTC instead of the server's own zone. */
  readonly utc: boolean;
  /** 0 = Monday … 6 = Sunday; empty = every day. */
  readonly weekdays: readonly number[];
  readonly year: readonly Term[];
  readonly month: readonly Term[];
  readonly day: readonly Term[];
  readonly hour: readonly Term[];
  readonly minute: readonly Term[];
  readonly second: readonly Term[];
}

export type CalendarParsed =
  | { readonly ok: true; readonly event: CalendarEvent }
  | { readonly ok: false; readonly error: SafeText };

/** One step of reading: what was read and what is left, or why it cannot be. */
type Step<T> = { readonly value: T; readonly rest: string } | { readonly error: SafeText };

const zero: readonly Term[] = [{ start: 0 }];
const first: readonly Term[] = [{ start: 1 }];
const every: CalendarEvent = {
  utc: false,
  weekdays: [],
  year: [],
  month: [],
  day: [],
  hour: [],
  minute: [],
  second: zero,
};
const hourly: CalendarEvent = { ...every, minute: zero };
const daily: CalendarEvent = { ...hourly, hour: zero };
const monthly: CalendarEvent = { ...daily, day: first };
const inMonths = (...months: readonly number[]): CalendarEvent => ({
  ...monthly,
  month: months.map((start) => ({ start })),
});

/** The words for whole events; lower case only, as the servers take them. */
const words: Readonly<Record<string, CalendarEvent>> = {
  minutely: every,
  hourly,
  daily,
  weekly: { ...daily, weekdays: [0] },
  monthly,
  yearly: inMonths(1),
  annually: inMonths(1),
  quarterly: inMonths(1, 4, 7, 10),
  semiannually: inMonths(1, 7),
  'semi-annually': inMonths(1, 7),
};

const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** What PVE takes at most for a schedule. */
const longest = 128;

/**
 * Reads a schedule as PVE and PBS do (both use the crate proxmox-time): weekdays, date and time, each optional, then `UTC`.
 * It accepts what they accept, with their limits: `UTC` in capitals, nothing after the time, a single number is a minute.
 */
export function parseCalendarEvent(text: string): CalendarParsed {
  if (text === '') return { ok: false, error: say`the schedule is empty` };
  if (text.length > longest) {
    return { ok: false, error: say`the schedule is longer than ${longest} characters` };
  }
  const utc = text.endsWith('UTC');
  const read = readEvent(utc ? text.slice(0, -3).replace(/ +$/, '') : text);
  if ('error' in read) return { ok: false, error: read.error };
  if (read.rest !== '') return { ok: false, error: surplus(read.rest) };
  return { ok: true, event: { ...read.value, utc } };
}

function surplus(rest: string): SafeText {
  if (/^\s*utc$/i.test(rest)) return say`UTC has to be written in capitals`;
  if (/^\s+$/.test(rest)) return say`there is a space at the end`;
  return say`“${sanitise(rest.trim())}” cannot stand here`;
}

function readEvent(text: string): Step<CalendarEvent> {
  const whole = Object.hasOwn(words, text) ? words[text] : undefined;
  if (whole) return { value: whole, rest: '' };
  let rest = text;
  let event: CalendarEvent = daily;
  if (/^[a-z]/i.test(rest)) {
    const days = readWeekdays(rest);
    if ('error' in days) return days;
    event = { ...event, weekdays: days.value };
    rest = days.rest.replace(/^[ \t]+/, '');
  }
  if (/^[\d*./,]*-/.test(rest)) {
    const date = readDate(rest);
    if ('error' in date) return date;
    event = { ...event, ...date.value };
    rest = date.rest.replace(/^[ \t]+/, '');
  }
  if (/^[\d*]/.test(rest)) {
    const time = readTime(rest);
    if ('error' in time) return time;
    return { value: { ...event, ...time.value }, rest: time.rest };
  }
  if (rest === text) {
    return { error: say`it starts with neither a weekday, a date nor a time` };
  }
  return { value: event, rest };
}

function readWeekday(text: string): Step<number> {
  const name = /^[a-z]+/i.exec(text)?.[0] ?? '';
  const found = dayNames.findIndex((day) => [day, day.slice(0, 3)].includes(name.toLowerCase()));
  if (found !== -1) return { value: found, rest: text.slice(name.length) };
  const shown = sanitise(name === '' ? text.slice(0, 12) : name);
  if (Object.hasOwn(words, name.toLowerCase())) {
    return { error: say`“${shown}” has to stand alone and in small letters` };
  }
  return { error: say`“${shown}” is no weekday (mon, tue, wed, thu, fri, sat, sun)` };
}

/** `mon`, `mon,wed..fri`, `sat..mon` (over the end of the week). */
function readWeekdays(text: string): Step<readonly number[]> {
  const found = new Set<number>();
  let rest = text;
  for (;;) {
    const from = readWeekday(rest);
    if ('error' in from) return from;
    rest = from.rest;
    let to = from.value;
    if (rest.startsWith('..')) {
      const end = readWeekday(rest.slice(2));
      if ('error' in end) return end;
      to = end.value;
      rest = end.rest;
    }
    for (let day = from.value; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === to) break;
    }
    if (!rest.startsWith(',')) break;
    rest = rest.slice(1);
  }
  return { value: [...found].sort((a, b) => a - b), rest };
}

interface Field {
  readonly name: SafeText;
  /** Where `*` with steps starts. */
  readonly lowest: number;
  readonly highest: number;
}

const fields = {
  year: { name: say`year`, lowest: 0, highest: 2199 },
  month: { name: say`month`, lowest: 1, highest: 12 },
  day: { name: say`day`, lowest: 1, highest: 31 },
  hour: { name: say`hour`, lowest: 0, highest: 23 },
  minute: { name: say`minute`, lowest: 0, highest: 59 },
  second: { name: say`second`, lowest: 0, highest: 59 },
} as const;

function readNumber(text: string, field: Field): Step<number> {
  const digits = /^\d+/.exec(text)?.[0];
  if (digits === undefined) {
    const found = text === '' ? say`nothing` : say`“${sanitise(text.slice(0, 12))}”`;
    return { error: say`a ${field.name} is missing: found ${found}` };
  }
  const value = Number(digits);
  if (value > field.highest) {
    return {
      error: say`${field.name} ${sanitise(digits)} is too large (at most ${field.highest})`,
    };
  }
  return { value, rest: text.slice(digits.length) };
}

/** `5`, `5..9`, `5/2`, `5..9/2` */
function readTerm(text: string, field: Field): Step<Term> {
  const start = readNumber(text, field);
  if ('error' in start) return start;
  let term: Term = { start: start.value };
  let rest = start.rest;
  if (rest.startsWith('..')) {
    const end = readNumber(rest.slice(2), field);
    if ('error' in end) return end;
    if (end.value < term.start) {
      return { error: say`the range ${term.start}..${end.value} runs backwards` };
    }
    term = { ...term, end: end.value };
    rest = end.rest;
  }
  if (!rest.startsWith('/')) return { value: term, rest };
  const step = readNumber(rest.slice(1), field);
  if ('error' in step) return step;
  return { value: { ...term, step: step.value }, rest: step.rest };
}

function readTerms(text: string, field: Field): Step<readonly Term[]> {
  if (text.startsWith('*')) {
    if (!text.startsWith('*/')) return { value: [], rest: text.slice(1) };
    const step = readNumber(text.slice(2), field);
    if ('error' in step) return step;
    if (step.value === 0) return { error: say`steps of 0 lead nowhere` };
    return { value: [{ start: field.lowest, step: step.value }], rest: step.rest };
  }
  const terms: Term[] = [];
  let rest = `,${text}`;
  while (rest.startsWith(',')) {
    const term = readTerm(rest.slice(1), field);
    if ('error' in term) return term;
    terms.push(term.value);
    rest = term.rest;
  }
  return { value: terms, rest };
}

/** `year-month-day` or `month-day` */
function readDate(text: string): Step<Pick<CalendarEvent, 'year' | 'month' | 'day'>> {
  const dashes = /^[\d*./,]*-[\d*./,]*-/.test(text);
  let rest = text;
  let year: readonly Term[] = [];
  if (dashes) {
    const read = readTerms(rest, fields.year);
    if ('error' in read) return read;
    if (!read.rest.startsWith('-')) return { error: surplus(read.rest) };
    year = read.value;
    rest = read.rest.slice(1);
  }
  const month = readTerms(rest, fields.month);
  if ('error' in month) return month;
  if (!month.rest.startsWith('-')) return { error: surplus(month.rest) };
  const day = readTerms(month.rest.slice(1), fields.day);
  if ('error' in day) return day;
  return { value: { year, month: month.value, day: day.value }, rest: day.rest };
}

/** `minute`, `hour:minute` or `hour:minute:second` */
function readTime(text: string): Step<Pick<CalendarEvent, 'hour' | 'minute' | 'second'>> {
  const colon = /^[\d*./,]*:/.test(text);
  let rest = text;
  let hour: readonly Term[] = [];
  if (colon) {
    const read = readTerms(rest, fields.hour);
    if ('error' in read) return read;
    if (!read.rest.startsWith(':')) return { error: surplus(read.rest) };
    hour = read.value;
    rest = read.rest.slice(1);
  }
  const minute = readTerms(rest, fields.minute);
  if ('error' in minute) return minute;
  if (!minute.rest.startsWith(':')) {
    return { value: { hour, minute: minute.value, second: zero }, rest: minute.rest };
  }
  const second = readTerms(minute.rest.slice(1), fields.second);
  if ('error' in second) return second;
  return {
    value: { hour, minute: minute.value, second: second.value },
    rest: second.rest,
  };
}

/**
 * The schedule of a job from before PVE 7.1 (`vzdump.cron`): a time `2:30` and weekdays `mon,sat`, none = every day.
 * undefined when there is no time.
 */
export function legacySchedule(starttime?: string, dow?: string): string | undefined {
  if (starttime === undefined || starttime === '') return undefined;
  const days = (dow ?? '').trim();
  const everyDay = days === '' || new Set(days.split(/[\s,;]+/)).size === 7;
  return everyDay ? starttime : `${days.replace(/[\s;]+/g, ',')} ${starttime}`;
}
