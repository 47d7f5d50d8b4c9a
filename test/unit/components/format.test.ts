import assert from 'node:assert/strict';
import test from 'node:test';
import {
  age,
  bytes,
  clockTime,
  count,
  dateTime,
  decimal,
  duration,
  fractionOf,
  NOT_APPLICABLE,
  percent,
  rate,
  uptime,
  usedOf,
} from '../../../source/domain/format.ts';

test('bytes use IEC units and three significant digits', () => {
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(512), '512 B');
  assert.equal(bytes(1.5 * 1024 ** 3), '1.50 GiB');
  assert.equal(bytes(15 * 1024 ** 3), '15.0 GiB');
  assert.equal(bytes(150 * 1024 ** 3), '150 GiB');
  assert.equal(bytes(1023.9 * 1024 ** 2), '1.00 GiB');
  assert.equal(bytes(9.999 * 1024), '10.0 KiB');
  for (let value = 1; value < 1024 ** 6; value *= 1.37) {
    assert.ok(bytes(value).length <= 8, `${value} → ${bytes(value)}`);
  }
});

test('an unknown value is never a number', () => {
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const format of [bytes, rate, percent, age, duration, uptime, clockTime, dateTime]) {
      assert.equal(format(value), '?', format.name);
    }
    assert.equal(decimal(value), '?');
    assert.equal(usedOf(value, value), '?');
    assert.equal(count(value, 'guest'), '? guests');
    assert.equal(fractionOf(value, 5), undefined);
  }
  assert.equal(bytes(undefined, NOT_APPLICABLE), '–');
  assert.equal(usedOf(undefined, 1024), '?/1.00 KiB');
  assert.equal(usedOf(1024, undefined), '1.00 KiB/?');
  assert.equal(fractionOf(5, 0), undefined);
});

test('percent never rounds something to nothing or nearly all to all', () => {
  assert.equal(percent(0), '0%');
  assert.equal(percent(0.001), '<1%');
  assert.equal(percent(0.234), '23%');
  assert.equal(percent(0.999), '99%');
  assert.equal(percent(1), '100%');
});

test('used of total shares the unit where both have it', () => {
  assert.equal(usedOf(1.5 * 1024 ** 3, 4 * 1024 ** 3), '1.50/4.00 GiB');
  assert.equal(usedOf(512 * 1024 ** 2, 4 * 1024 ** 3), '512 MiB/4.00 GiB');
});

test('ages and spans', () => {
  assert.equal(age(4000), '4 s');
  assert.equal(age(12 * 60_000), '12 min');
  assert.equal(age(3 * 3_600_000), '3 h');
  assert.equal(age(5 * 86_400_000), '5 d');
  assert.equal(age(-5000), '0 s');
  assert.equal(duration(125_000), '2 min 5 s');
  assert.equal(duration(3_600_000), '1 h');
  assert.equal(duration(500), '0 s');
  assert.equal(uptime(5 * 86_400 + 7200), '5 d 2 h');
  assert.equal(uptime(0), '–');
});

test('counts agree with their noun', () => {
  assert.equal(count(1, 'guest'), '1 guest');
  assert.equal(count(0, 'guest'), '0 guests');
  assert.equal(count(2, 'address', 'addresses'), '2 addresses');
});
