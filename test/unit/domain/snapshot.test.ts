import assert from 'node:assert/strict';
import test from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import {
  descendantsOf,
  type Snapshot,
  type SnapshotList,
  snapnameProblem,
  snapshotTree,
} from '../../../source/domain/snapshot.ts';

function snap(name: string, snaptime?: number, parent?: string): Snapshot {
  return {
    name: sanitise(name),
    ...(snaptime === undefined ? {} : { snaptime }),
    ...(parent === undefined ? {} : { parent: sanitise(parent) }),
  };
}

/** The tree as indented names; `*` is where the guest is now. */
function drawn(list: SnapshotList): string[] {
  return snapshotTree(list).map(
    (line) => `${'  '.repeat(line.depth)}${line.current ? '*' : line.snapshot?.name}`,
  );
}

test('children hang under their parents, older ones first, the current state where it belongs', () => {
  const snapshots = [snap('c', 30, 'a'), snap('b', 20, 'a'), snap('a', 10), snap('d', 40, 'b')];
  assert.deepEqual(drawn({ snapshots, currentParent: sanitise('b') }), [
    'a',
    '  b',
    '    d',
    '    *',
    '  c',
  ]);
});

test('without a snapshot there is only the current state', () => {
  assert.deepEqual(drawn({ snapshots: [] }), ['*']);
});

test('the last child of a parent is marked, and rails go on beside further siblings', () => {
  const snapshots = [snap('a', 10), snap('b', 20, 'a'), snap('c', 30, 'a'), snap('d', 25, 'b')];
  const lines = snapshotTree({ snapshots, currentParent: sanitise('c') });
  const told = lines.map((line) => [line.snapshot?.name ?? '*', line.last, line.rails.join()]);
  assert.deepEqual(told, [
    ['a', true, ''],
    ['b', false, 'false'],
    ['d', true, 'false,true'],
    ['c', true, 'false'],
    ['*', true, 'false,false'],
  ]);
});

test('a snapshot whose parent is gone becomes a root', () => {
  const snapshots = [snap('a', 10), snap('orphan', 20, 'deleted')];
  const lines = drawn({ snapshots, currentParent: sanitise('a') });
  assert.deepEqual(lines.sort(), ['  *', 'a', 'orphan']);
});

test('a current state whose parent is gone is shown too', () => {
  assert.deepEqual(drawn({ snapshots: [snap('a', 1)], currentParent: sanitise('x') }), ['a', '*']);
});

const cycles: readonly [string, readonly Snapshot[]][] = [
  ['its own parent', [snap('a', 1, 'a')]],
  ['two that name each other', [snap('a', 1, 'b'), snap('b', 2, 'a')]],
  [
    'a ring of three beside a tree',
    [snap('r'), snap('a', 1, 'c'), snap('b', 2, 'a'), snap('c', 3, 'b')],
  ],
  ['a tail on a ring', [snap('a', 1, 'b'), snap('b', 2, 'a'), snap('t', 3, 'b')]],
];
for (const [name, snapshots] of cycles) {
  test(`a cycle loses nothing and doubles nothing: ${name}`, () => {
    for (const currentParent of [undefined, sanitise('a')]) {
      const lines = snapshotTree({ snapshots, ...(currentParent ? { currentParent } : {}) });
      const names = lines.flatMap((line) => (line.snapshot ? [line.snapshot.name] : [])).sort();
      assert.deepEqual(names, snapshots.map((each) => each.name).sort());
      assert.equal(lines.filter((line) => line.current).length, 1);
    }
  });
}

test('names told twice do not repeat their children', () => {
  const lines = drawn({ snapshots: [snap('a', 1), snap('a', 2), snap('b', 3, 'a')] });
  assert.equal(lines.filter((line) => line.trim() === 'b').length, 1);
});

test('descendants, through cycles too', () => {
  const snapshots = [snap('a', 1), snap('b', 2, 'a'), snap('c', 3, 'b'), snap('x', 4)];
  const names = (name: string) => descendantsOf({ snapshots }, name).map((each) => each.name);
  assert.deepEqual(names('a'), ['b', 'c']);
  assert.deepEqual(names('c'), []);
  const ring = { snapshots: [snap('a', 1, 'b'), snap('b', 2, 'a')] };
  assert.deepEqual(
    descendantsOf(ring, 'a').map((each) => each.name),
    ['b'],
  );
});

test('B25 what Proxmox refuses as a name is refused here, with the reason', () => {
  const bad: readonly [string, RegExp][] = [
    ['', /needs a name/],
    ['current', /reserved/],
    ['pending', /reserved/],
    ['x'.repeat(41), /at most 40/],
    ['has space', /only letters/],
    ['1st', /start with a letter/],
    ['_x', /start with a letter/],
    ['x', /at least 2/],
    ['x.y', /only letters/],
    ['x\n', /only letters/],
    ['żółw', /start with a letter/],
  ];
  for (const [name, wanted] of bad) assert.match(snapnameProblem(name) ?? '', wanted, name);
  for (const name of ['pre-update', 'x1', 'X_y-9', 'x'.repeat(40)]) {
    assert.equal(snapnameProblem(name), undefined, name);
  }
});
