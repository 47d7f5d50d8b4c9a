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
  percent,
  rate,
  uptime,
  usedOf,
} from '../../../source/domain/format.ts';
import { isVmid } from '../../../source/domain/guest.ts';

const GiB = 1024 ** 3;

test('what nobody told is never shown as a number', () => {
  const senseless = [undefined, Number.NaN, Number.POSITIVE_INFINITY];
  for (const value of senseless) {
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
  }
  assert.equal(usedOf(undefined, undefined), '?');
  assert.equal(usedOf(1.5 * GiB, undefined), '1.50 GiB/?');
  assert.equal(usedOf(undefined, 4 * GiB), '?/4.00 GiB');
  assert.equal(count(undefined, 'guest'), '? guests');
});

test('sizes in IEC units with three digits', () => {
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(1023), '1023 B');
  assert.equal(bytes(1024), '1.00 KiB');
  assert.equal(bytes(1.5 * GiB), '1.50 GiB');
  assert.equal(bytes(15.5 * GiB), '15.5 GiB');
  assert.equal(bytes(155 * GiB), '155 GiB');
  assert.equal(bytes(1023.9 * GiB), '1.00 TiB');
  assert.equal(rate(12.34 * 1024 * 1024), '12.3 MiB/s');
  assert.equal(usedOf(1.5 * GiB, 4 * GiB), '1.50/4.00 GiB');
  assert.equal(usedOf(512 * 1024 * 1024, 4 * GiB), '512 MiB/4.00 GiB');
});

test('a little is not nothing and nearly is not all', () => {
  assert.equal(percent(0), '0%');
  assert.equal(percent(0.001), '<1%');
  assert.equal(percent(0.23), '23%');
  assert.equal(percent(0.9999), '99%');
  assert.equal(percent(1), '100%');
});

test('B20 a total of nothing gives no fraction', () => {
  assert.equal(fractionOf(0, 0), undefined);
  assert.equal(fractionOf(1, undefined), undefined);
  assert.equal(fractionOf(1, 4), 0.25);
});

test('ages in one unit, spans in two', () => {
  const minute = 60_000;
  const day = 24 * 60 * minute;
  assert.equal(age(4_200), '4 s');
  assert.equal(age(-5_000), '0 s');
  assert.equal(age(12 * minute), '12 min');
  assert.equal(age(3 * 60 * minute), '3 h');
  assert.equal(age(31 * 60 * minute), '31 h');
  assert.equal(age(5 * day), '5 d');
  assert.equal(duration(125_000), '2 min 5 s');
  assert.equal(duration(5 * day + 2 * 60 * minute), '5 d 2 h');
  assert.equal(duration(0), '0 s');
  assert.equal(uptime(0), '–');
  assert.equal(uptime(3_600), '1 h');
});

test('B23 times that are no times are unknown', () => {
  assert.equal(dateTime(8.64e15 + 1), '?');
  assert.equal(dateTime(new Date(2026, 10, 21, 14, 3).getTime()), '2026-11-21 14:03');
});

test('B22 VMIDs in Proxmox’s range', () => {
  for (const good of [100, 101, 999_999_999]) assert.equal(isVmid(good), true);
  for (const bad of [0, 99, 1_000_000_000, 100.5, Number.NaN]) assert.equal(isVmid(bad), false);
});
