import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import {
  type CalendarEvent,
  defaultRpo,
  largestGap,
  nextRun,
  parseCalendarEvent,
  previousRun,
  runsBetween,
  zoneOf,
} from '../../../source/domain/backup/calendar-event.ts';
import { type TimeZone, timeZone } from '../../../source/domain/backup/time-zone.ts';
import { forSeeds, type Random } from './random.ts';

const HOUR = 3600;
const DAY = 86_400;
const at = (text: string) => Date.parse(text) / 1000;
const iso = (epoch: number | undefined) =>
  epoch === undefined ? 'never' : new Date(epoch * 1000).toISOString().slice(0, 19);

function event(text: string): CalendarEvent {
  const parsed = parseCalendarEvent(text);
  assert.ok(parsed.ok, text);
  return parsed.event;
}

function zone(name: string): TimeZone {
  const found = timeZone(name);
  assert.ok(found, name);
  return found;
}

const warsaw = zone('Europe/Warsaw');
const next = (text: string, after: string, where = warsaw) =>
  iso(nextRun(event(text), where, at(after)));

test('finds what the servers find with mktime, also where clocks change', () => {
  const file = readFileSync(join(import.meta.dirname, 'mktime-runs.txt'), 'utf8');
  const rows = file.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.ok(rows.length > 250);
  for (const row of rows) {
    const [name = '', text = '', after, jump, runs = ''] = row.split('|');
    const where = zone(name);
    const frequent = /^\*:/.test(text);
    let last = Number(after);
    for (const run of runs.split(',')) {
      const wanted = run === '-' ? undefined : Number(run);
      assert.equal(
        iso(nextRun(event(text), where, last)),
        iso(wanted),
        `${name} ${text} after ${iso(last)}`,
      );
      if (wanted === undefined) break;
      last = frequent && wanted < Number(jump) ? Number(jump) : wanted;
    }
  }
});

test('plain schedules', () => {
  assert.equal(next('02:30', '2026-01-10T00:00:00Z'), '2026-01-10T01:30:00');
  assert.equal(next('02:30', '2026-01-10T01:30:00Z'), '2026-01-11T01:30:00', 'strictly later');
  assert.equal(next('mon..fri 02:30', '2026-01-09T12:00:00Z'), '2026-01-12T01:30:00');
  assert.equal(next('monthly', '2026-01-10T00:00:00Z'), '2026-01-31T23:00:00');
  assert.equal(next('*:0/15', '2026-01-10T00:07:00Z'), '2026-01-10T00:15:00');
  assert.equal(next('02:30 UTC', '2026-07-10T00:00:00Z'), '2026-07-10T02:30:00');
  assert.equal(next('02-29', '2026-01-01T00:00:00Z'), '2028-02-28T23:00:00');
  assert.equal(next('sun *-1..7 4:00', '2026-02-10T00:00:00Z'), '2026-03-01T03:00:00');
  assert.equal(next('2025-12-31', '2026-01-01T00:00:00Z'), 'never');
  assert.equal(next('02-30', '2026-01-01T00:00:00Z'), 'never');
});

test('a time that is jumped over is left out that day', () => {
  assert.equal(next('02:30', '2026-03-28T12:00:00Z'), '2026-03-30T00:30:00');
  assert.equal(next('sun 02:00', '2026-03-28T12:00:00Z'), '2026-04-05T00:00:00');
  const havana = zone('America/Havana');
  assert.equal(next('daily', '2026-03-07T12:00:00Z', havana), '2026-03-09T04:00:00');
});

test('a time that comes twice runs once', () => {
  assert.equal(next('02:30', '2026-10-24T12:00:00Z'), '2026-10-25T00:30:00');
  assert.equal(next('02:30', '2026-10-25T00:30:00Z'), '2026-10-26T01:30:00');
  assert.equal(next('hourly', '2026-10-25T00:00:00Z'), '2026-10-25T02:00:00');
});

test('where winter time is the exception, the search fails in the gap', () => {
  const dublin = zone('Europe/Dublin');
  assert.equal(next('01:30', '2026-03-28T12:00:00Z', dublin), 'never');
  assert.equal(next('02:30', '2026-03-28T12:00:00Z', dublin), '2026-03-29T01:30:00');
  assert.deepEqual(runsBetween(event('hourly'), dublin, at('2026-03-28T22:30:00Z')).length, 2);
});

test('an unknown zone is none', () => {
  assert.equal(timeZone('Mars/Olympus'), undefined);
  assert.equal(zoneOf(event('daily'), 'Mars/Olympus'), undefined);
  assert.ok(zoneOf(event('daily UTC'), 'Mars/Olympus'), 'an event in UTC needs none');
});

const zones = [
  'Europe/Warsaw',
  'America/New_York',
  'America/Havana',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
];

/** Minutes and hours whose steps divide the hour and the day, as people write them. */
function randomSchedule(random: Random): string {
  const minute = random.pick(['0', '30', '*/15', '5/20', '10,40', '*', '59']);
  const hour = random.pick(['*', '2', '1..3', '0/6', '2,14', '23', '0', '*/3']);
  const days = random.pick(['', '', 'mon..fri ', 'sun ', 'sat..mon ', 'wed,sun ']);
  const date = random.pick(['', '', '', '*-1 ', '*-*-25..31 ', '3,10-* ', '*-8/7 ']);
  return `${days}${date}${hour}:${minute}`;
}

/** Independent of the walk: does a minute's clock fit? */
function fits(text: string, clock: Date): boolean {
  const parts = text.split(' ');
  const [hour = '', minute = ''] = (parts.pop() ?? '').split(':');
  const within = (terms: string, value: number, low: number) =>
    terms.split(',').some((term) => {
      const [range = '', step] = term.split('/');
      const [from = '', to] = range.split('..');
      const start = from === '*' ? low : Number(from);
      const end = to !== undefined ? Number(to) : from === '*' || step ? 99 : start;
      return value >= start && value <= end && (value - start) % Number(step ?? 1) === 0;
    });
  const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  for (const part of parts) {
    if (/^[a-z]/.test(part)) {
      const set = part.split(',').flatMap((range) => {
        const [a = '', b = a] = range.split('..');
        const found: number[] = [];
        for (let day = names.indexOf(a); ; day = (day + 1) % 7) {
          found.push(day);
          if (day === names.indexOf(b)) return found;
        }
      });
      if (!set.includes(clock.getUTCDay())) return false;
    } else {
      const [day = '', month = ''] = part.split('-').reverse();
      if (!within(month, clock.getUTCMonth() + 1, 1) || !within(day, clock.getUTCDate(), 1))
        return false;
    }
  }
  return within(hour, clock.getUTCHours(), 0) && within(minute, clock.getUTCMinutes(), 0);
}

test('every minute that fits is a run, but for hours that come twice', () => {
  forSeeds(120, (random) => {
    const where = zone(random.pick(zones));
    const text = randomSchedule(random);
    const changes = where.changes(at('2026-01-01T00:00:00Z'), at('2026-12-31T00:00:00Z'));
    const around = changes.length > 0 && random.chance(0.7) ? random.pick(changes).at : undefined;
    const middle = around ?? at('2026-01-01T00:00:00Z') + random.below(300) * DAY;
    const from = Math.floor(middle / 60) * 60 - random.below(2 * 24 * 60) * 60;
    const until = from + 3 * DAY;
    const runs = new Set(runsBetween(event(text), where, from, until, 10_000));
    for (let minute = from + 60; minute <= until; minute += 60) {
      const offset = where.offsetAt(minute);
      const clock = new Date((minute + offset) * 1000);
      const fit = fits(text, clock);
      const words = `${where.name} ${text} ${iso(minute)}`;
      if (runs.has(minute)) assert.ok(fit, `${words} is no time of it`);
      else if (fit) {
        const { how } = where.locate(minute + offset, offset);
        assert.equal(how, 'twice', `${words} was left out`);
      }
    }
  });
});

test('runs come in order, and the previous run of a run is the one before it', () => {
  forSeeds(60, (random) => {
    const where = zone(random.pick(['Europe/Warsaw', 'Asia/Kolkata', 'America/New_York']));
    const text = randomSchedule(random);
    const from = at('2026-01-01T00:00:00Z') + random.below(300) * DAY;
    const runs = runsBetween(event(text), where, from, from + 40 * DAY, 50);
    for (const [index, run] of runs.entries()) {
      assert.ok(index === 0 || run > (runs[index - 1] ?? 0));
      assert.equal(iso(previousRun(event(text), where, run)), iso(run), `${text} at ${iso(run)}`);
    }
  });
  assert.equal(
    iso(previousRun(event('yearly'), warsaw, at('2026-06-01T00:00:00Z'))),
    '2025-12-31T23:00:00',
  );
  assert.equal(previousRun(event('2040-01-01'), warsaw, at('2026-06-01T00:00:00Z')), undefined);
});

test('the largest gap with and without the change of the clocks', () => {
  const from = at('2026-01-15T00:00:00Z');
  const gap = (text: string, where = warsaw) => {
    const found = largestGap(event(text), where, from);
    return found && [found.longest.seconds / HOUR, found.usual / HOUR];
  };
  assert.deepEqual(gap('daily'), [25, 24]);
  assert.deepEqual(gap('02:30'), [47, 24]);
  assert.deepEqual(gap('mon..fri 04:00'), [73, 72]);
  assert.deepEqual(gap('weekly'), [169, 168]);
  assert.deepEqual(gap('hourly'), [2, 1]);
  assert.deepEqual(gap('*:0/15'), [1.25, 0.25]);
  assert.deepEqual(gap('daily', zone('Asia/Kolkata')), [24, 24]);
  assert.deepEqual(gap('yearly')?.[0], 366 * 24, 'leap years count');
  assert.equal(gap('2026-12-31'), undefined);
});

test('how old a backup may be by its schedule', () => {
  assert.equal(defaultRpo(DAY), 26 * HOUR);
  assert.equal(defaultRpo(7 * DAY), 8 * DAY);
  assert.equal(
    defaultRpo(DAY, 2 * HOUR),
    29 * HOUR,
    'twice the duration and the hour of the clocks',
  );
  assert.equal(defaultRpo(HOUR), 2 * HOUR);
  assert.equal(defaultRpo(3 * DAY), 73 * HOUR);
});
