import assert from 'node:assert/strict';
import test from 'node:test';
import {
  legacySchedule,
  parseCalendarEvent,
} from '../../../source/domain/backup/calendar-event.ts';

function parsed(text: string) {
  const result = parseCalendarEvent(text);
  assert.ok(result.ok, `${text}: ${result.ok ? '' : result.error}`);
  return result.event;
}

function error(text: string): string {
  const result = parseCalendarEvent(text);
  assert.ok(!result.ok, `${text} should not be taken`);
  return result.error;
}

test('reads what proxmox-time reads', () => {
  const taken = [
    ...[
      'mon',
      'MON',
      'monDay',
      'Tuesday',
      'mon,wed..fri',
      'fri..mon',
      'mon,tue..wednesday,fri..sat',
    ],
    ...['0', '*', '*:0', '*:*:*', '*:3:5', 'mon 2:50', 'mon2:50', '4..10/2:0', '6,4..10:23,5/5'],
    ...['2020-07-31', '02-28', '1965/5-01-01', '2020-7..9-2/2', '2020,2021-12-31', '*-*-1 03:00'],
    ...[
      'minutely',
      'semi-annually',
      'daily UTC',
      'dailyUTC',
      '02:30 UTC',
      'sat *-1..7 4:00',
      '5/0:00',
    ],
  ];
  for (const text of taken) parsed(text);
});

test('takes a schedule apart', () => {
  assert.deepEqual(parsed('mon..fri 02:30'), {
    utc: false,
    weekdays: [0, 1, 2, 3, 4],
    year: [],
    month: [],
    day: [],
    hour: [{ start: 2 }],
    minute: [{ start: 30 }],
    second: [{ start: 0 }],
  });
  assert.deepEqual(parsed('*:0/15').minute, [{ start: 0, step: 15 }]);
  assert.deepEqual(parsed('*-*/2-1').month, [{ start: 1, step: 2 }], 'months count from 1');
  assert.deepEqual(parsed('2..8/3:5,9').hour, [{ start: 2, end: 8, step: 3 }]);
  assert.deepEqual(parsed('2026-12-24 18:00').year, [{ start: 2026 }]);
  assert.deepEqual(parsed('sat..mon').weekdays, [0, 5, 6], 'over the end of the week');
  assert.deepEqual(parsed('sun').hour, [{ start: 0 }], 'a day alone means midnight');
});

test('a single number is a minute of every hour, as on the servers', () => {
  assert.deepEqual(parsed('30').minute, [{ start: 30 }]);
  assert.deepEqual(parsed('30').hour, []);
});

test('words stand for whole events', () => {
  assert.deepEqual(parsed('weekly').weekdays, [0]);
  assert.deepEqual(
    parsed('quarterly').month.map(({ start }) => start),
    [1, 4, 7, 10],
  );
  assert.deepEqual(parsed('yearly'), parsed('annually'));
  assert.equal(parsed('hourly').hour.length, 0);
  assert.equal(parsed('daily UTC').utc, true);
});

test('says in words what is wrong', () => {
  assert.match(error(''), /empty/);
  assert.match(error('25:00'), /hour 25 is too large \(at most 23\)/);
  assert.match(error('2:60'), /minute 60 is too large/);
  assert.match(error('2:00:61'), /second 61/);
  assert.match(error('13-1'), /month 13/);
  assert.match(error('*-*-32'), /day 32/);
  assert.match(error('2200-01-01'), /year 2200/);
  assert.match(error('10..4:0'), /10\.\.4 runs backwards/);
  assert.match(error('monn 2:00'), /“monn” is no weekday/);
  assert.match(error('mon, tue'), /is no weekday/);
  assert.match(error('Daily'), /alone and in small letters/);
  assert.match(error('daily 2:00'), /alone and in small letters/);
  assert.match(error('02:30 utc'), /capitals/);
  assert.match(error('02:30 '), /space at the end/);
  assert.match(error(' 02:30'), /neither a weekday, a date nor a time/);
  assert.match(error('02:30 mon'), /“mon” cannot stand here/);
  assert.match(error('*/0'), /steps of 0/);
  assert.match(error('2:'), /minute is missing/);
  assert.match(error('mon..'), /no weekday/);
  assert.match(error(':30'), /neither a weekday/);
  assert.match(error('2020*-1-1'), /cannot stand here/);
  assert.match(error(`mon ${'1,'.repeat(80)}1`), /longer than 128/);
});

test('hostile text in an error is safe', () => {
  assert.doesNotMatch(error('mon\u001b[2J 2:00\u202e'), /[\u001b\u202e]/);
  assert.match(error('__proto__'), /neither/);
  assert.match(error('constructor'), /no weekday/);
});

test('the older pair of time and weekdays becomes a schedule', () => {
  assert.equal(legacySchedule('02:30', 'mon,wed'), 'mon,wed 02:30');
  assert.equal(legacySchedule('2:30', 'mon;sat'), 'mon,sat 2:30');
  assert.equal(legacySchedule('02:30', 'mon,tue,wed,thu,fri,sat,sun'), '02:30');
  assert.equal(legacySchedule('02:30'), '02:30');
  assert.equal(legacySchedule(undefined, 'mon'), undefined);
  parsed(legacySchedule('02:30', 'mon,wed') ?? '');
});
