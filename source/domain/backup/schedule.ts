import { type SafeText, sanitise, say } from '../safe-text.ts';
import {
  defaultRpo,
  largestGap,
  legacySchedule,
  nextRun,
  parseCalendarEvent,
  previousRun,
  type RunGap,
  zoneOf,
} from './calendar-event.ts';
import { type DaylightFact, daylightFacts } from './daylight.ts';

/** What a schedule means on its server. Moments in ms since the epoch, spans in seconds. */
export interface ScheduleFacts {
  /** As the server has it, or made from a time and weekdays of before PVE 7.1. */
  readonly text: SafeText;
  /** Why nothing else is told: no schedule, one that the server does not take, a zone that nobody told. */
  readonly error?: SafeText;
  readonly next?: number;
  readonly previous?: number;
  readonly longest?: RunGap;
  readonly usualGap?: number;
  /** In the next year, oldest first. */
  readonly daylight: readonly DaylightFact[];
}

/** A job's schedule: a calendar event, or the older pair. */
export interface Scheduled {
  readonly schedule?: string;
  readonly starttime?: string;
  readonly dow?: string;
}

/** The calendar event of a job, also of one from before PVE 7.1; undefined = it never runs by itself. */
export function scheduleText({ schedule, starttime, dow }: Scheduled): string | undefined {
  return schedule === undefined || schedule === '' ? legacySchedule(starttime, dow) : schedule;
}

/** Everything about a schedule at `now` (ms). `zone` is the server's own, undefined = not known. */
export function scheduleFacts(
  job: Scheduled,
  zone: string | undefined,
  now: number,
): ScheduleFacts {
  const text = scheduleText(job);
  if (text === undefined) return { text: say``, error: say`no schedule`, daylight: [] };
  const shown = sanitise(text);
  const parsed = parseCalendarEvent(text);
  if (!parsed.ok) return { text: shown, error: parsed.error, daylight: [] };
  if (zone === undefined && !parsed.event.utc) {
    return { text: shown, error: say`the server's time zone is not known`, daylight: [] };
  }
  const own = zoneOf(parsed.event, zone ?? 'UTC');
  if (!own) {
    const error = say`the time zone ${sanitise(zone)} is not known here`;
    return { text: shown, error, daylight: [] };
  }
  const at = Math.floor(now / 1000);
  const next = nextRun(parsed.event, own, at);
  const previous = previousRun(parsed.event, own, at);
  const gap = largestGap(parsed.event, own, at);
  return {
    text: shown,
    daylight: daylightFacts(parsed.event, own, at),
    ...(next === undefined ? { error: say`it never runs again` } : { next: next * 1000 }),
    ...(previous === undefined ? {} : { previous: previous * 1000 }),
    ...(gap ? { longest: gap.longest, usualGap: gap.usual } : {}),
  };
}

/** How old a backup may be in ms when nobody said so; undefined = the schedule does not tell. `lastDuration` in ms. */
export function scheduleRpo(facts: ScheduleFacts, lastDuration = 0): number | undefined {
  if (facts.usualGap === undefined) return undefined;
  return defaultRpo(facts.usualGap, lastDuration / 1000) * 1000;
}
