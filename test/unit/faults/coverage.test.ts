import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'faults.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| .*\([FB]\d+/.test(line));

/** `F1`, `B30`: the numbers a row speaks of, ranges written out. */
function idsOf(row: string): string[] {
  const [, inside = ''] = /\(([FB][^)]*)\)/.exec(row) ?? [];
  return inside.split(', ').flatMap((part) => {
    const [, letter = '', from = '', to = from] = /^([FB])(\d+)(?:–[FB](\d+))?$/.exec(part) ?? [];
    const length = Number(to) - Number(from) + 1;
    return Array.from({ length }, (_, index) => `${letter}${Number(from) + index}`);
  });
}

const faults = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 23, 24, 25, 26, 27, 28, 31, 32, 35];
const inputs = [...Array.from({ length: 25 }, (_, index) => index + 1), 30, 31, 32, 33, 35, 36];

test('the page names every fault and every bad input once', () => {
  const wanted = [...faults.map((id) => `F${id}`), ...inputs.map((id) => `B${id}`)];
  assert.deepEqual(rows.flatMap(idsOf).sort(), wanted.sort());
});

test('every test file named beside them is there and has tests', () => {
  for (const row of rows) {
    const files = row.match(/test\/[\w/-]+\.test\.tsx?/g) ?? [];
    assert.ok(files.length > 0, row);
    for (const file of files) {
      assert.match(readFileSync(join(root, file), 'utf8'), /^test\(|^ {2}test\(/m, file);
    }
  }
});

test('every fault has a test that carries its number', () => {
  for (const row of rows) {
    const files = row.match(/test\/[\w/-]+\.test\.tsx?/g) ?? [];
    const text = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    for (const id of idsOf(row).filter((each) => each.startsWith('F'))) {
      assert.match(text, new RegExp(`test\\(\\s*['\`][^'\`]*\\b${id}\\b`), id);
    }
  }
});
