import assert from 'node:assert/strict';
import test from 'node:test';
import { confirmLines } from '../../../source/components/confirm.ts';
import { say } from '../../../source/domain/safe-text.ts';

const base = {
  level: 2,
  question: say`Evacuate?`,
  lines: Array.from({ length: 20 }, (_, index) => say`line ${index + 1}`),
  input: '',
  width: 40,
  height: 12,
};
const rows = (top?: number) =>
  confirmLines({ ...base, ...(top === undefined ? {} : { top }) }).map((line) =>
    line.map(({ text }) => text).join(''),
  );

test('a dialog that is too long says how to see the rest, and keeps question and answer', () => {
  const first = rows();
  assert.equal(first.length, base.height);
  assert.equal(first[0], 'Evacuate?');
  assert.ok(first.includes('line 1'));
  assert.ok(first.some((row) => /^… \d+ more lines, ↓ shows them$/.test(row)));
  assert.ok(first.some((row) => row.includes('y/N')));
});

test('scrolled, every line can be seen and none is skipped', () => {
  const seen = new Set(Array.from({ length: 25 }, (_, top) => rows(top)).flat());
  for (const line of base.lines) assert.ok(seen.has(line), line);
  const middle = rows(5);
  assert.ok(middle.some((row) => /^… 5 lines above, \d+ below$/.test(row)));
});

test('further than the end is the end', () => {
  const last = rows(1000);
  assert.equal(last.length, base.height);
  assert.ok(last.includes('line 20'));
  assert.ok(last.some((row) => /lines above, ↑ shows them/.test(row)));
});
