import assert from 'node:assert/strict';
import test from 'node:test';
import { wrapText } from '../../../source/components/compose.ts';
import { displayWidth, fit } from '../../../source/components/width.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';

const texts: readonly (readonly [string, string])[] = [
  ['one word', '0123456789abcdef'.repeat(1_000)],
  ['wide', '家庭サーバー'.repeat(2_500)],
  ['combining', `z${'\u0301'.repeat(3)}`.repeat(4_000)],
  ['mixed', 'ab é家 '.repeat(2_500)],
];

for (const [name, raw] of texts) {
  test(`B16 B17 notes of 16 kB, ${name}: drawn at once, every line as wide as it says`, () => {
    const text = sanitise(raw);
    const began = performance.now();
    for (const width of [1, 78]) {
      const lines = wrapText(text, width);
      if (width > 1) assert.ok(lines.every((line) => displayWidth(line) <= width));
      assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''), 'nothing is lost');
      assert.equal(displayWidth(fit(text, width)), width);
    }
    assert.ok(performance.now() - began < 3_000, `${performance.now() - began} ms`);
  });
}
