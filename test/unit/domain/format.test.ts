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
import { isVmid } from '../../../source/domain/guest.ts';

const GiB = 1024 ** 3;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test('what nobody told is never shown as a number', () => {
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
    for (const show of [
      bytes,
      rate,
      percent,
      age,
      duration,
      uptime,
      clockTime,
      dateTime,
      decimal,
    ]) {
      assert.equal((show as (value?: number) => string)(value), '?', `${show.name}(${value})`);
    }
    assert.equal(usedOf(value, value), '?');
    assert.equal(usedOf(1.5 * GiB, value), '1.50 GiB/?');
    assert.equal(usedOf(value, 4 * GiB), '?/4.00 GiB');
    assert.equal(count(value, 'guest'), '? guests');
    assert.equal(fractionOf(value, 5), undefined);
    assert.equal(fractionOf(5, value), undefined);
  }
  assert.equal(bytes(undefined, NOT_APPLICABLE), '–');
});

test('sizes in IEC units with three digits', () => {
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(512), '512 B');
  assert.equal(bytes(1023), '1023 B');
  assert.equal(bytes(1024), '1.00 KiB');
  assert.equal(bytes(9.999 * 1024), '10.0 KiB');
  assert.equal(bytes(1.5 * GiB), '1.50 GiB');
  assert.equal(bytes(15.5 * GiB), '15.5 GiB');
  assert.equal(bytes(155 * GiB), '155 GiB');
  assert.equal(bytes(1023.9 * GiB), '1.00 TiB');
  assert.equal(rate(12.34 * 1024 ** 2), '12.3 MiB/s');
  for (let value = 1; value < 1024 ** 6; value *= 1.37) {
    assert.ok(bytes(value).length <= 8, `${value} → ${bytes(value)}`);
  }
});

test('used of total shares the unit where both have it', () => {
  assert.equal(usedOf(1.5 * GiB, 4 * GiB), '1.50/4.00 GiB');
  assert.equal(usedOf(512 * 1024 ** 2, 4 * GiB), '512 MiB/4.00 GiB');
});

test('a little is not nothing and nearly is not all', () => {
  assert.equal(percent(0), '0%');
  assert.equal(percent(0.001), '<1%');
  assert.equal(percent(0.234), '23%');
  assert.equal(percent(0.999), '99%');
  assert.equal(percent(0.9999), '99%');
  assert.equal(percent(1), '100%');
});

test('B20 a total of nothing gives no fraction', () => {
  assert.equal(fractionOf(0, 0), undefined);
  assert.equal(fractionOf(5, 0), undefined);
  assert.equal(fractionOf(1, 4), 0.25);
});

test('ages in one unit, spans in two', () => {
  assert.equal(age(4_200), '4 s');
  assert.equal(age(-5_000), '0 s');
  assert.equal(age(12 * minute), '12 min');
  assert.equal(age(3 * hour), '3 h');
  assert.equal(age(31 * hour), '31 h');
  assert.equal(age(5 * day), '5 d');
  assert.equal(duration(0), '0 s');
  assert.equal(duration(500), '0 s');
  assert.equal(duration(125_000), '2 min 5 s');
  assert.equal(duration(hour), '1 h');
  assert.equal(duration(5 * day + 2 * hour), '5 d 2 h');
  assert.equal(uptime(0), '–');
  assert.equal(uptime(3_600), '1 h');
  assert.equal(uptime(5 * 86_400 + 7200), '5 d 2 h');
});

test('B23 times that are no times are unknown', () => {
  assert.equal(dateTime(8.64e15 + 1), '?');
  assert.equal(dateTime(new Date(2026, 10, 21, 14, 3).getTime()), '2026-11-21 14:03');
});

test('counts agree with their noun', () => {
  assert.equal(count(0, 'guest'), '0 guests');
  assert.equal(count(1, 'guest'), '1 guest');
  assert.equal(count(2, 'address', 'addresses'), '2 addresses');
});

test('B22 VMIDs in Proxmox’s range', () => {
  for (const good of [100, 101, 999_999_999]) assert.equal(isVmid(good), true);
  for (const bad of [0, 99, 1_000_000_000, 100.5, Number.NaN]) assert.equal(isVmid(bad), false);
});
