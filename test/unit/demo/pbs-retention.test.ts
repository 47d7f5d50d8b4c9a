import assert from 'node:assert/strict';
import test from 'node:test';
import { nextEvent } from '../../../source/demo/world/pbs/calendar.ts';
import type { BackupSnapshot, KeepOptions } from '../../../source/demo/world/pbs/model.ts';
import { pruneInfo } from '../../../source/demo/world/pbs/retention.ts';

const whole = [{ filename: 'index.json.blob', 'crypt-mode': 'none', size: 1 }] as const;

function snapshot(time: string, more: Partial<BackupSnapshot> = {}): BackupSnapshot {
  const seconds = Date.parse(time) / 1000;
  return { time: seconds, size: 1, files: whole, protected: false, unique: 0, ...more };
}

/** Kept times, as short texts. */
function kept(snapshots: readonly BackupSnapshot[], options: KeepOptions): string[] {
  return pruneInfo(snapshots, options)
    .filter(({ mark }) => mark !== 'remove')
    .map((one) => new Date(one.snapshot.time * 1000).toISOString().slice(0, 13));
}

const days = (...list: string[]) => list.map((day) => snapshot(`${day}:00:00Z`));

test('a rule keeps the newest of each period, and periods without a backup do not count', () => {
  const all = days('2026-03-01T03', '2026-03-09T03', '2026-03-09T15', '2026-03-10T03');
  assert.deepEqual(kept(all, { 'keep-daily': 2 }), ['2026-03-09T15', '2026-03-10T03']);
  assert.deepEqual(kept(all, { 'keep-daily': 3 }), [
    '2026-03-01T03',
    '2026-03-09T15',
    '2026-03-10T03',
  ]);
  assert.deepEqual(kept(all, { 'keep-last': 3 }).length, 3);
});

test('what one rule keeps is not counted by the next', () => {
  const all = days('2026-01-05T03', '2026-02-02T03', '2026-03-02T03', '2026-03-03T03');
  assert.deepEqual(kept(all, { 'keep-daily': 1, 'keep-monthly': 1 }), [
    '2026-02-02T03',
    '2026-03-03T03',
  ]);
});

test('weeks are those of the calendar that begin on Monday, also over new year', () => {
  // 31 December 2026 and 1 January 2027 lie in week 53 of 2026.
  const all = days('2026-12-27T03', '2026-12-31T03', '2027-01-01T03', '2027-01-04T03');
  assert.deepEqual(kept(all, { 'keep-weekly': 3 }), [
    '2026-12-27T03',
    '2027-01-01T03',
    '2027-01-04T03',
  ]);
});

test('protected ones stay and count for nothing; unfinished ones only as the newest', () => {
  const unfinished = { size: undefined, files: [] };
  const all = [
    snapshot('2026-03-01T03:00:00Z', unfinished),
    snapshot('2026-03-02T03:00:00Z', { protected: true }),
    snapshot('2026-03-03T03:00:00Z'),
    snapshot('2026-03-04T03:00:00Z'),
    snapshot('2026-03-05T03:00:00Z', unfinished),
  ];
  const marks = pruneInfo(all, { 'keep-last': 1 }).map(({ mark }) => mark);
  assert.deepEqual(marks, ['remove', 'protected', 'remove', 'keep', 'keep-partial']);
  const none = pruneInfo(all, {}).map(({ mark }) => mark);
  assert.deepEqual(none.slice(1), ['protected', 'keep', 'keep', 'keep-partial']);
});

test('calendar events give the next time', () => {
  const at = (event: string, from: string) => {
    const next = nextEvent(event, Date.parse(`${from}:00Z`) / 1000);
    return next === undefined ? undefined : new Date(next * 1000).toISOString().slice(0, 16);
  };
  const now = '2026-07-18T12:00';
  assert.equal(at('daily', now), '2026-07-19T00:00');
  assert.equal(at('21:30', now), '2026-07-18T21:30');
  assert.equal(at('12:00', now), '2026-07-19T12:00');
  assert.equal(at('mon..fri 02:30', now), '2026-07-20T02:30');
  assert.equal(at('sat 05:00', now), '2026-07-25T05:00');
  assert.equal(at('*/2:15', now), '2026-07-18T12:15');
  assert.equal(at('*:0/15', now), '2026-07-18T12:15');
  assert.equal(at('*-1 00:00', now), '2026-08-01T00:00');
  assert.equal(at('monthly', now), '2026-08-01T00:00');
  assert.equal(at('hourly', now), '2026-07-18T13:00');
  assert.equal(at('tomorrow', now), undefined);
  assert.equal(at('25:00', now), undefined);
});
