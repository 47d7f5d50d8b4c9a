import assert from 'node:assert/strict';
import test from 'node:test';
import type { Resources } from '../../../source/domain/inventory.ts';
import { keepRows, sameValue } from '../../../source/store/keep-identity.ts';
import { resourcesEvery } from '../../../source/store/site-sources.ts';

const keyOf = (row: { readonly id: string }) => row.id;
const rows = (...ids: string[]) => ids.map((id) => ({ id, tags: [id] }));

test('values are the same by what they hold', () => {
  assert.ok(sameValue({ a: 1, b: [1, { c: 'x' }] }, { b: [1, { c: 'x' }], a: 1 }));
  assert.ok(!sameValue({ a: 1 }, { a: 1, b: 2 }));
  assert.ok(!sameValue({ a: 1, b: 2 }, { a: 1 }));
  assert.ok(!sameValue({ a: undefined }, { b: undefined }));
  assert.ok(!sameValue({ a: undefined }, {}));
  assert.ok(!sameValue([1], { 0: 1 }));
  assert.ok(sameValue({ a: Number.NaN }, { a: Number.NaN }));
  assert.ok(!sameValue(new Map([['a', 1]]), new Map([['a', 2]])));
});

test('a list that says the same stays the same object', () => {
  const before = rows('a', 'b');
  assert.equal(keepRows(before, rows('a', 'b'), keyOf), before);
});

test('rows that moved, appeared or changed leave the others as they were', () => {
  const before = rows('a', 'b', 'c');
  const [a, b, c] = before;
  const after = keepRows(before, [...rows('c', 'x', 'a'), { id: 'b', tags: ['new'] }], keyOf);
  assert.equal(after[0], c);
  assert.deepEqual(after[1], { id: 'x', tags: ['x'] });
  assert.equal(after[2], a);
  assert.notEqual(after[3], b);
  assert.deepEqual(after[3], { id: 'b', tags: ['new'] });
});

test('a shorter list is a change', () => {
  const before = rows('a', 'b');
  const after = keepRows(before, rows('a'), keyOf);
  assert.notEqual(after, before);
  assert.equal(after[0], before[0]);
});

test('refreshes become rarer on a large site, but never so rare that its figures count as old', () => {
  const site = (guests: number) =>
    ({ guests: Array(guests), nodes: [], storages: [], pools: [] }) as unknown as Resources;
  assert.equal(resourcesEvery(undefined), 10_000);
  assert.equal(resourcesEvery(site(500)), 10_000);
  assert.equal(resourcesEvery(site(5_000)), 20_000);
  assert.equal(resourcesEvery(site(100_000)), 25_000);
});
