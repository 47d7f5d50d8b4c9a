import assert from 'node:assert/strict';
import test from 'node:test';
import { lineWidth } from '../../../source/components/compose.ts';
import { type FormField, formLines } from '../../../source/components/form.ts';
import type { Line } from '../../../source/components/line.ts';
import { textBlock } from '../../../source/components/text-block.ts';
import { say } from '../../../source/domain/safe-text.ts';

const textOf = (line: Line | undefined) => (line ?? []).map(({ text }) => text).join('');
const rowsOf = (lines: readonly Line[]) => lines.map((line) => textOf(line).trimEnd());

const field = (name: string, change: Partial<FormField> = {}): FormField => ({
  name,
  label: name,
  help: `About ${name}.`,
  kind: 'text',
  text: `value of ${name}`,
  ...change,
});
const many = Array.from({ length: 30 }, (_, index) => field(`Field ${index}`));
const base = { caret: 0, width: 56, plain: false, caretSign: true };

test('a long form never takes more rows than there are, and shows the focused field', () => {
  for (const height of [8, 10, 12, 20]) {
    for (const focused of [0, 3, 15, 28, 29]) {
      const lines = formLines({ ...base, fields: many, focused, height });
      const rows = rowsOf(lines);
      assert.ok(rows.length <= height, `${rows.length} rows of ${height}`);
      assert.ok(
        rows.some((row) => row.startsWith(`> Field ${focused} `)),
        rows.join('\n'),
      );
      assert.ok(rows.some((row) => row.includes(`About Field ${focused}.`)));
      assert.ok(rows.at(-1)?.includes('enter go on'));
      for (const line of lines.slice(0, -2)) assert.ok(lineWidth(line) <= 56);
    }
  }
});

test('how much lies above and below is told', () => {
  const rows = rowsOf(formLines({ ...base, fields: many, focused: 15, height: 12 }));
  const [, above = 0, below = 0] = /↑ (\d+) more {2}↓ (\d+) more/.exec(rows.join('\n')) ?? [];
  const shown = rows.filter((row) => /Field \d+ /.test(row)).length;
  assert.equal(Number(above) + Number(below) + shown, 30);
  const whole = rowsOf(formLines({ ...base, fields: many, focused: 15 }));
  assert.ok(!whole.join('\n').includes('more'));
});

test('the problem of the focused field stands right below it, however little room there is', () => {
  const fields = many.map((each, index) =>
    index === 20 ? { ...each, problem: 'must be a whole number' } : each,
  );
  for (const height of [6, 8, 12]) {
    const rows = rowsOf(formLines({ ...base, fields, focused: 20, height }));
    const at = rows.findIndex((row) => row.startsWith('> Field 20'));
    assert.ok(at >= 0);
    assert.match(rows[at + 1] ?? '', /✗ must be a whole number/);
  }
});

test('what stands above is cut before the fields are', () => {
  const above = Array.from({ length: 20 }, (_, index): Line => [{ text: say`said ${index}` }]);
  const rows = rowsOf(formLines({ ...base, above, fields: many, focused: 9, height: 12 }));
  assert.ok(rows.length <= 12);
  assert.equal(rows[0], 'said 0');
  assert.ok(rows.some((row) => row.startsWith('> Field 9 ')));
});

test('a text of several lines shows the rows around its caret', () => {
  const text = Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n');
  const caret = text.indexOf('line 25');
  const notes = field('Notes', { kind: 'lines', text });
  const rows = rowsOf(formLines({ ...base, fields: [notes], focused: 0, caret, height: 12 }));
  assert.ok(rows.length <= 12);
  assert.ok(
    rows.some((row) => row.includes('|line 25')),
    rows.join('\n'),
  );
  assert.ok(rows.at(-1)?.includes('ctrl-s go on'));
  const asleep = rowsOf(
    formLines({ ...base, fields: [field('A'), notes], focused: 0, height: 12 }),
  );
  assert.ok(asleep.some((row) => row.includes('line 0')));
  assert.ok(
    !asleep.some((row) => row.includes('line 3')),
    'three rows of it while it is not edited',
  );
});

test('a text block scrolls a long line with its caret and keeps its width', () => {
  const text = `${'x'.repeat(100)}END\nshort`;
  const { lines, caretRow } = textBlock({ text, caret: 103, width: 20, most: 4, caretSign: true });
  assert.equal(caretRow, 0);
  assert.match(textOf(lines[0]), /END\|$/);
  for (const line of lines) assert.ok(lineWidth(line) <= 21);
});

test('an open list shows its cursor, its picks and what is left', () => {
  const items = Array.from({ length: 40 }, (_, index) => ({
    label: say`tag${index}`,
    picked: index % 2 === 0,
  }));
  const tags = field('Tags', {
    kind: 'many',
    picks: [{ label: say`tag0` }, { label: say`tag2` }],
    list: { query: '', items, index: 30 },
  });
  const rows = rowsOf(formLines({ ...base, fields: [...many, tags], focused: 30, height: 14 }));
  assert.ok(rows.length <= 14);
  const text = rows.join('\n');
  assert.match(text, /> Tags +tag0, tag2/);
  assert.match(text, /> \[x\] tag30/);
  assert.match(text, /type to search/);
  assert.match(text, /… \d+ more/);
  assert.match(text, /space picks {2}enter done {2}esc closes the list/);
  const empty = { ...tags, list: { query: 'zzz', items: [], index: 0 } };
  const none = rowsOf(formLines({ ...base, fields: [empty], focused: 0, height: 14 })).join('\n');
  assert.match(none, /nothing matches/);
});

test('for a screen reader picks are words', () => {
  const items = [
    { label: say`scsi0`, picked: true, place: 1 },
    { label: say`net0`, picked: false },
  ];
  const boot = field('Boot', { kind: 'order', picks: [], list: { query: '', items, index: 0 } });
  const text = rowsOf(formLines({ ...base, plain: true, fields: [boot], focused: 0 })).join('\n');
  assert.match(text, /selected picked scsi0/);
  assert.ok(!text.includes('['));
});
