import assert from 'node:assert/strict';
import test from 'node:test';
import {
  filterFieldNames,
  matchesFilter,
  parseFilter,
  parseSpan,
} from '../../../source/domain/filter.ts';

const now = Date.UTC(2026, 10, 21, 12);
const web = {
  text: ['101', 'web-server'],
  fields: { tag: ['prod', 'nginx'], node: ['pve1'], status: ['running'], type: ['qemu'] },
};
const passes = (source: string, row: Parameters<typeof matchesFilter>[1] = web) =>
  matchesFilter(parseFilter(source), row, now);

const wanted: readonly [string, boolean][] = [
  ['', true],
  ['   ', true],
  ['web', true],
  ['WEB', true],
  ['101', true],
  ['db', false],
  ['web 101', true],
  ['web db', false],
  ['!db', true],
  ['!web', false],
  ['tag:prod', true],
  ['tag:PROD', true],
  ['tag:test', false],
  ['tag:prod tag:nginx', true],
  ['tag:prod tag:test', false],
  ['!tag:test', true],
  ['!tag:prod', false],
  ['node:pve', true],
  ['status:running type:qemu', true],
  ['status:stopped', false],
  ['web tag:prod !status:stopped', true],
  // A field that the row does not have matches nothing, and its inverse everything.
  ['pool:x', false],
  ['!pool:x', true],
  // Text in a field is no free text.
  ['prod', false],
  ['pve1', false],
  // Half-typed terms must not empty the list.
  ['tag:', true],
  ['!', true],
  ['"', true],
  ['web "', true],
];
for (const [source, found] of wanted) {
  test(`filter ${JSON.stringify(source)} ${found ? 'keeps' : 'drops'} web-server`, () => {
    assert.equal(passes(source), found);
  });
}

test('quotes keep words together', () => {
  const row = { text: ['two words here'], fields: { tag: ['a b'] } };
  assert.equal(passes('"two words"', row), true);
  assert.equal(passes('"words two"', row), false);
  assert.equal(passes('tag:"a b"', row), true);
  assert.equal(passes('!"two words"', row), false);
  assert.equal(passes('"two words', row), true);
});

test('an unknown field is told and taken as text', () => {
  const filter = parseFilter('mac:bc:24');
  assert.match(filter.problem ?? '', /mac: is not a field; use tag, node/);
  assert.equal(matchesFilter(filter, { text: ['mac:bc:24:11'], fields: {} }, now), true);
  assert.equal(parseFilter('tag:x').problem, undefined);
});

test('the source is kept as it was typed', () => {
  assert.equal(parseFilter('  Web tag:X ').source, '  Web tag:X ');
  assert.deepEqual([...filterFieldNames], ['tag', 'node', 'status', 'type', 'pool', 'site']);
});

const day = 86_400_000;
const aged = (days: number | undefined) => ({
  text: ['snap'],
  fields: {},
  ...(days === undefined ? {} : { at: now - days * day }),
});

test('ages are compared in hours, days, weeks, months and years', () => {
  assert.deepEqual(['12h', '30d', '4w', '6m', '1Y'].map(parseSpan), [
    day / 2,
    30 * day,
    28 * day,
    180 * day,
    365 * day,
  ]);
  for (const wrong of ['', '30', 'd', '3x', '-1d', '1.5d', '30d1', '999999d']) {
    assert.equal(parseSpan(wrong), undefined, wrong);
  }
  assert.equal(passes('older:30d', aged(31)), true);
  assert.equal(passes('older:30d', aged(29)), false);
  assert.equal(passes('newer:30d', aged(29)), true);
  assert.equal(passes('newer:30d', aged(31)), false);
  assert.equal(passes('!older:30d', aged(29)), true);
  assert.equal(passes('!older:30d', aged(31)), false);
  assert.equal(passes('older:1w newer:1m snap', aged(10)), true);
});

test('an age that is not known is neither older nor newer', () => {
  for (const source of ['older:1h', 'newer:1y', '!older:1h', '!newer:1y']) {
    assert.equal(passes(source, aged(undefined)), false, source);
  }
});

test('a half-typed age does nothing yet, a wrong one is told', () => {
  for (const source of ['older:', 'older:3', 'newer:30']) {
    assert.equal(passes(source, aged(1)), true, source);
    assert.equal(parseFilter(source).problem, undefined, source);
  }
  assert.match(parseFilter('older:soon').problem ?? '', /older: takes an age such as 12h 30d/);
});
