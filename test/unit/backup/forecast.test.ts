import assert from 'node:assert/strict';
import test from 'node:test';
import {
  dailyMaxima,
  dedupOf,
  type FillPoint,
  fillHistory,
  forecastFill,
  growthWords,
  serverEstimate,
  trendOf,
} from '../../../source/domain/backup/forecast.ts';
import { forSeeds } from './random.ts';

const DAY = 86_400_000;
const start = Date.parse('2026-10-01T00:00:00Z');

/** One value for each day; undefined = a gap. */
const history = (values: readonly (number | undefined)[]): FillPoint[] =>
  values.map((value, day) => ({
    time: start + day * DAY,
    ...(value === undefined ? {} : { value }),
  }));
const line = (days: number, perDay: number, from = 100) =>
  history(Array.from({ length: days }, (_, day) => from + day * perDay));

test('straight growth: the day is exact', () => {
  const forecast = forecastFill(line(30, 10), 390, 990);
  assert.equal(forecast.state, 'growing');
  assert.deepEqual(
    forecast.state === 'growing' && [forecast.perDay, forecast.fromDays, forecast.toDays],
    [10, 60, 60],
  );
  assert.equal(forecast.text, 'full in ~60 d');
});

test('noise makes a range around the truth', () => {
  forSeeds(40, (random) => {
    const points = history(
      Array.from({ length: 60 }, (_, day) => 100 + day * 10 + random.below(60)),
    );
    const forecast = forecastFill(points, 700, 1700);
    assert.equal(forecast.state, 'growing');
    if (forecast.state !== 'growing') return;
    assert.ok(forecast.toDays !== undefined && forecast.fromDays < forecast.toDays);
    assert.ok(forecast.fromDays >= 80 && forecast.toDays <= 120, forecast.text);
    assert.match(forecast.text, /^full in \d+–\d+ d$/);
  });
});

test('gaps, a day of cleaning up and an outlier do not turn the trend', () => {
  const values: (number | undefined)[] = Array.from({ length: 30 }, (_, day) => 100 + day * 10);
  values[4] = undefined;
  values[5] = undefined;
  values[12] = 5;
  values[20] = 90_000;
  const trend = trendOf(history(values));
  assert.ok(trend && Math.abs(trend.perDay - 10) < 0.5, String(trend?.perDay));
});

test('the interval lies at the ranks that Sen gives', () => {
  // Ten slopes from 1 to 8; of five days, the second and the second last bound nine of ten medians.
  const trend = trendOf(history([0, 1, 3, 7, 15]));
  assert.deepEqual(trend, { perDay: 3.375, low: 1.5, high: 6 });
  assert.equal(trendOf(history([5])), undefined);
});

test('no forecast under 14 days of history', () => {
  const short = forecastFill(line(14, 10), 230, 1000);
  assert.equal(short.state, 'too-short', '13 days lie between the first and the last');
  assert.match(short.text, /13 d of history, 14 are needed/);
  assert.equal(forecastFill(line(15, 10), 240, 1000).state, 'growing');
  assert.equal(forecastFill([], 240, 1000).state, 'too-short');
  const gaps = history([100, ...Array.from({ length: 40 }, () => undefined)]);
  assert.equal(forecastFill(gaps, 100, 1000).state, 'too-short', 'gaps are no data');
});

test('not growing, full, and not known', () => {
  assert.equal(forecastFill(line(30, 0), 100, 1000).text, 'not growing');
  assert.equal(forecastFill(line(30, -3, 500), 410, 1000).state, 'steady');
  assert.equal(forecastFill(line(30, 0.0001), 100, 1000).state, 'steady', 'more than ten years');
  assert.equal(forecastFill(line(30, 10), 1000, 1000).state, 'full');
  assert.equal(forecastFill(line(30, 10), undefined, 1000).state, 'unknown');
  assert.equal(forecastFill(line(30, 10), 100, undefined).state, 'unknown');
  assert.equal(forecastFill(line(30, 10), 100, 0).state, 'unknown');
  assert.equal(forecastFill(line(30, 10), -1, 1000).state, 'unknown');
  assert.equal(forecastFill(line(30, 10, 0), 0, 1000).state, 'growing', 'an empty one is known');
  assert.equal(forecastFill(line(30, 10, 0), 300, 700).text, 'full in ~40 d');
});

test('growth that is not certain has no last day', () => {
  const values = Array.from({ length: 16 }, (_, day) => 100 + ((day * 31) % 50) + day);
  const forecast = forecastFill(history(values), 150, 1000);
  assert.equal(forecast.state, 'growing');
  assert.equal(forecast.state === 'growing' && forecast.toDays, undefined);
  assert.match(forecast.text, /^full in \d+ d or later$/);
});

test('of a day the largest value counts', () => {
  const hourly = [0, 6, 12, 30].map((hour) => ({ time: start + hour * 3_600_000, value: hour }));
  assert.deepEqual(dailyMaxima([...hourly].reverse()), [
    { time: start, value: 12 },
    { time: start + DAY, value: 30 },
  ]);
  assert.deepEqual(dailyMaxima([{ time: start, value: Number.NaN }]), []);
});

test("a PBS's list becomes points with gaps", () => {
  assert.deepEqual(fillHistory([Number.POSITIVE_INFINITY], 0, 60), [{ time: 0 }]);
  assert.deepEqual(fillHistory([0.5, null, undefined, 0], 1000, 60), [
    { time: 1_000_000, value: 0.5 },
    { time: 1_060_000 },
    { time: 1_120_000 },
    { time: 1_180_000, value: 0 },
  ]);
});

test("the server's own estimate in words", () => {
  const now = start;
  assert.match(serverEstimate(undefined, now), /too few points/);
  assert.match(serverEstimate({ kind: 'not-growing' }, now), /no growth/);
  assert.match(serverEstimate({ kind: 'far' }, now), /ten years/);
  assert.equal(
    serverEstimate({ kind: 'at', at: (now + 60 * DAY) / 1000 }, now),
    'the server says in 60 d',
  );
  for (const past of [0, 5]) {
    assert.match(serverEstimate({ kind: 'at', at: now / 1000 - past }, now), /no growth/);
  }
});

test('deduplication is as old as the garbage collection', () => {
  const gc = { indexDataBytes: 1000, diskBytes: 80, at: (start - 3 * DAY) / 1000 };
  assert.deepEqual(dedupOf(gc, start), { factor: 12.5, age: 3 * DAY, text: '12.50 (GC 3 d ago)' });
  assert.equal(
    dedupOf({ indexDataBytes: 1000, diskBytes: 80 }, start).text,
    '12.50, GC age unknown',
  );
  for (const none of [undefined, {}, { indexDataBytes: 0, diskBytes: 0 }, { diskBytes: 5 }]) {
    assert.equal(dedupOf(none, start).factor, undefined, 'never 1 or 0');
  }
});

test('growth in words', () => {
  assert.equal(growthWords(1024 ** 3), '+1.00 GiB/d');
  assert.equal(growthWords(-(1024 ** 2)), '-1.00 MiB/d');
  assert.equal(growthWords(0), '+0 B/d');
  assert.equal(growthWords(undefined), 'growth not known');
  assert.equal(growthWords(Number.NaN), 'growth not known');
});
