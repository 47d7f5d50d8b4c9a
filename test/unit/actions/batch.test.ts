import assert from 'node:assert/strict';
import test from 'node:test';
import { inBatches } from '../../../source/actions/batch.ts';

test('four at a time, and never two that share something; results keep their order', async () => {
  const items = ['a1', 'a2', 'b1', 'c1', 'd1', 'e1', 'a3', 'b2'];
  const running = new Set<string>();
  let most = 0;
  const results = await inBatches(
    items,
    async (item) => {
      assert.ok(![...running].some((other) => other[0] === item[0]), `${item} beside its own`);
      running.add(item);
      most = Math.max(most, running.size);
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      running.delete(item);
      return item.toUpperCase();
    },
    4,
    (item) => item[0],
  );
  assert.deepEqual(
    results,
    items.map((item) => item.toUpperCase()),
  );
  assert.equal(most, 4);
});

test('without anything shared the order is that of the list', async () => {
  const begun: number[] = [];
  await inBatches([1, 2, 3, 4, 5], async (item) => {
    begun.push(item);
    await new Promise(setImmediate);
  });
  assert.deepEqual(begun, [1, 2, 3, 4, 5]);
});
