import assert from 'node:assert/strict';
import test from 'node:test';
import {
  nextRun,
  parseCalendarEvent,
  runsBetween,
} from '../../../source/domain/backup/calendar-event.ts';
import { daylightFacts, daylightWarning } from '../../../source/domain/backup/daylight.ts';
import { scheduleFacts, scheduleRpo } from '../../../source/domain/backup/schedule.ts';
import { clockAt, timeZone, wallOf, wallTime } from '../../../source/domain/backup/time-zone.ts';
import { forSeeds } from './random.ts';

const at = (text: string) => Date.parse(text) / 1000;
const january = at('2026-01-15T00:00:00Z');

function facts(text: string, name: string, from = january) {
  const parsed = parseCalendarEvent(text);
  const zone = timeZone(name);
  assert.ok(parsed.ok && zone);
  return daylightFacts(parsed.event, zone, from);
}

const kinds = (text: string, name = 'Europe/Warsaw') => facts(text, name).map(({ kind }) => kind);

test('the hour that is missing and the hour that comes twice are told, with what follows', () => {
  const [missing, twice, ...more] = facts('02:30', 'Europe/Warsaw');
  assert.equal(more.length, 0);
  assert.equal(missing?.kind, 'missing');
  assert.equal(missing?.date, '2026-03-29');
  assert.equal(missing?.time, '02:30');
  assert.equal(missing?.at, at('2026-03-29T01:00:00Z'));
  assert.equal(missing?.next, at('2026-03-30T00:30:00Z'));
  assert.equal(
    missing?.text,
    '02:30 on 2026-03-29 does not exist in Europe/Warsaw: no run then, the next is 2026-03-30 02:30',
  );
  assert.equal(twice?.kind, 'twice');
  assert.match(twice?.text ?? '', /^02:30 on 2026-10-25 happens twice/);
});

test('edges of the gap: 02:00 is in it, 03:00 and 01:59 are not', () => {
  assert.deepEqual(kinds('02:00'), ['missing', 'twice']);
  assert.deepEqual(kinds('01:59'), []);
  assert.deepEqual(kinds('03:00'), []);
  assert.deepEqual(kinds('02:59'), ['missing', 'twice']);
});

test('nothing is said where nothing is lost', () => {
  assert.deepEqual(kinds('02:30 UTC'), []);
  assert.deepEqual(kinds('02:30', 'Asia/Tokyo'), []);
  assert.deepEqual(kinds('mon..fri 02:30'), [], 'clocks change on a Sunday');
  assert.deepEqual(kinds('hourly'), ['twice'], 'the run at 03:00 replaces the missing one');
  assert.deepEqual(kinds('*:*:*'), [], 'it runs in both hours');
});

test('gaps at midnight and of half an hour', () => {
  assert.equal(facts('daily', 'America/Havana')[0]?.time, '00:00');
  const half = facts('02:00', 'Australia/Lord_Howe');
  assert.deepEqual(
    half.map(({ kind, date }) => [kind, date]),
    [['missing', '2026-10-04']],
  );
  assert.deepEqual(kinds('02:30', 'Australia/Lord_Howe'), []);
});

test('where the search of the server fails, that is said', () => {
  const [lost] = facts('01:30', 'Europe/Dublin');
  assert.equal(lost?.kind, 'lost');
  assert.match(lost?.text ?? '', /runs may stop until its scheduler restarts/);
  // Its clock changes around Ramadan; the days differ between editions of the time zone data.
  assert.ok(kinds('hourly', 'Africa/Casablanca').includes('lost'));
});

test('a single date in the gap never runs, one in the repeated hour does', () => {
  const [never] = facts('2026-03-29 02:30', 'Europe/Warsaw');
  assert.equal(never?.kind, 'missing');
  assert.match(never?.text ?? '', /no run then, there is none$/);
  assert.equal(facts('2026-10-25 02:30', 'Europe/Warsaw')[0]?.kind, 'twice');
});

test('several times of one schedule are counted', () => {
  const [twice] = facts('*:0/15', 'Europe/Warsaw');
  assert.equal(twice?.times, 4);
  assert.match(twice?.text ?? '', /^02:00 and 3 more on 2026-10-25 happen twice/);
});

test('the warning looks one year ahead and not back', () => {
  const parsed = parseCalendarEvent('02:30');
  const zone = timeZone('Europe/Warsaw');
  assert.ok(parsed.ok && zone);
  assert.match(daylightWarning(parsed.event, zone, at('2026-04-01T00:00:00Z')) ?? '', /2026-10-25/);
  assert.match(daylightWarning(parsed.event, zone, at('2026-11-01T00:00:00Z')) ?? '', /2027-03-28/);
});

test('property: a daily time has a fact exactly when a day is without its run or shows it twice', () => {
  const names = ['Europe/Warsaw', 'America/New_York', 'America/Havana', 'Australia/Lord_Howe'];
  forSeeds(60, (random) => {
    const name = random.pick(names);
    const text = `${String(random.below(5)).padStart(2, '0')}:${random.pick(['00', '15', '30', '59'])}`;
    const parsed = parseCalendarEvent(text);
    const zone = timeZone(name);
    assert.ok(parsed.ok && zone);
    const found = facts(text, name);
    const runs = runsBetween(parsed.event, zone, january, january + 366 * 86_400);
    const skipped = runs.filter((run, index) => run - (runs[index - 1] ?? run) > 30 * 3600);
    assert.equal(
      found.filter(({ kind }) => kind === 'missing').length,
      skipped.length,
      `${name} ${text}`,
    );
    for (const run of runs) assert.equal(wallTime(wallOf(clockAt(zone, run))), text);
    for (const { kind, next, before } of found) {
      assert.ok(kind !== 'lost' && next !== undefined && before !== undefined);
      assert.equal(nextRun(parsed.event, zone, before), next);
    }
  });
});

test('a job row: next, previous, gap and warning, or why not', () => {
  const now = Date.parse('2026-03-28T12:00:00Z');
  const full = scheduleFacts({ schedule: '02:30' }, 'Europe/Warsaw', now);
  assert.equal(full.next, Date.parse('2026-03-30T00:30:00Z'));
  assert.equal(full.previous, Date.parse('2026-03-28T01:30:00Z'));
  assert.equal(full.usualGap, 86_400);
  assert.equal(full.daylight[0]?.kind, 'missing');
  assert.equal(scheduleRpo(full), 26 * 3_600_000);
  assert.equal(scheduleRpo(full, 3_600_000), 27 * 3_600_000);
  const unknownZone = scheduleFacts({ schedule: '02:30' }, undefined, now);
  assert.match(unknownZone.error ?? '', /time zone is not known/);
  assert.equal(unknownZone.next, undefined, 'never guessed by our own zone');
  assert.equal(scheduleRpo(unknownZone), undefined);
  assert.ok(scheduleFacts({ schedule: '02:30 UTC' }, undefined, now).next);
  assert.match(scheduleFacts({ schedule: '26:00' }, 'UTC', now).error ?? '', /hour 26/);
  assert.match(
    scheduleFacts({ schedule: '2020-01-01' }, 'UTC', now).error ?? '',
    /never runs again/,
  );
  assert.match(scheduleFacts({}, 'UTC', now).error ?? '', /no schedule/);
  assert.match(scheduleFacts({ schedule: 'daily' }, 'Mars/Olympus', now).error ?? '', /Mars/);
  const legacy = scheduleFacts({ starttime: '02:30', dow: 'sat' }, 'Europe/Warsaw', now);
  assert.equal(legacy.text, 'sat 02:30');
});
