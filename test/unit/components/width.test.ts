import assert from 'node:assert/strict';
import test from 'node:test';
import stringWidth from 'string-width';
import { toAscii } from '../../../source/components/ascii.ts';
import { wrapText } from '../../../source/components/compose.ts';
import type { Line } from '../../../source/components/line.ts';
import { paintLine } from '../../../source/components/paint.ts';
import { createTheme, themeNames } from '../../../source/components/theme.ts';
import { cut, displayWidth, fit, head, skip } from '../../../source/components/width.ts';
import { type SafeText, sanitise, say } from '../../../source/domain/safe-text.ts';

const samples = [
  'web-server',
  '日本語のサーバー',
  'café́́',
  '👩‍👩‍👧‍👦 family',
  '👍🏽👍🏽',
  '🇩🇪🇫🇷',
  'ａｂｃ wide',
  'กำลัง',
  'mix日a本b',
  '',
];
const withoutColour = (text: string) => text.replace(/\u001b\[[0-9;]*m/g, '');

test('display width counts cells', () => {
  assert.equal(displayWidth('abc'), 3);
  assert.equal(displayWidth('日本'), 4);
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('👩‍👩‍👧‍👦'), 2);
});

test('fit gives exactly the width for every script and width', () => {
  for (const text of samples) {
    for (let width = 0; width <= 24; width += 1) {
      for (const align of ['left', 'right'] as const) {
        assert.equal(displayWidth(fit(text, width, align)), width, `${text} in ${width}`);
      }
    }
  }
});

test('cut keeps whole characters and says that it cut', () => {
  assert.equal(cut('日本語', 4), '日…');
  assert.equal(cut('日本語', 5), '日本…');
  assert.equal(cut('日本語', 6), '日本語');
  assert.equal(cut('abcdef', 4), 'abc…');
  assert.equal(cut('abcdef', 4, '~'), 'abc~');
  assert.equal(cut('👩‍👩‍👧‍👦x', 2), '…');
  assert.equal(cut('abc', 0), '');
  assert.equal(head('日本', 1), '');
});

test('skip drops cells from the left and keeps the columns', () => {
  assert.equal(skip('abcdef', 2), 'cdef');
  assert.equal(skip('日本語', 2), '本語');
  assert.equal(skip('日本語', 1), ' 本語');
  assert.equal(skip('abc', 9), '');
});

test('a painted line has exactly its width, in every theme', () => {
  const line: Line = [
    { text: say`● `, tone: 'good' },
    { text: sanitise('日本語サーバー'), tone: 'bad', bold: true },
    { text: say` 42%` },
  ];
  for (const name of themeNames) {
    for (const level of [0, 1, 3] as const) {
      for (const ascii of [false, true]) {
        const theme = createTheme(name, { level, ascii });
        for (let width = 1; width < 30; width += 1) {
          for (const look of [{}, { cursor: true }, { stale: true }]) {
            const painted = withoutColour(paintLine(line, width, theme, look));
            assert.equal(displayWidth(painted), width, `${name} ${width} ${painted}`);
          }
        }
      }
    }
  }
});

test('a cut on the border of two segments is marked', () => {
  const theme = createTheme('none', { level: 0 });
  const line: Line = [{ text: say`abcd` }, { text: say`efgh` }];
  assert.equal(paintLine(line, 4, theme), 'abc…');
  assert.equal(paintLine([{ text: say`abcd` }, { text: say`  ` }], 4, theme), 'abcd');
  assert.equal(paintLine([{ text: sanitise('ab日') }, { text: say`x` }], 4, theme), 'ab… ');
});

test('level 0 writes no escape sequence, the no-colour theme no colour', () => {
  const line: Line = [{ text: say`x`, tone: 'bad', bold: true, inverse: true }];
  assert.equal(paintLine(line, 1, createTheme('dark', { level: 0 })), 'x');
  const plain = paintLine(line, 1, createTheme('none', { level: 3 }));
  assert.notEqual(plain, 'x');
  assert.doesNotMatch(plain, /\u001b\[(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]/);
});

test('the colour-blind theme tells good from bad without red or green', () => {
  const theme = createTheme('colour-blind', { level: 3 });
  const codes = [theme.style('x', 'good'), theme.style('x', 'bad')];
  assert.notEqual(codes[0], codes[1]);
  for (const code of codes) assert.doesNotMatch(code, /\[(?:31|32|91|92)m/);
});

test('ascii replaces our glyphs cell by cell and keeps foreign letters', () => {
  const glyphs = '…–·▸▲▼●○◐◌▣✓✗⚠⟳→│─┌┐└┘├┤█░×‹›';
  const ascii = toAscii(glyphs);
  assert.match(ascii, /^[ -~]+$/);
  assert.equal(ascii.length, displayWidth(glyphs));
  assert.equal(toAscii('日本 é'), '日本 é');
});

test('wrapping keeps every word within the width', () => {
  const text = sanitise(
    'a rather long sentence with 日本語のサーバー and averyveryverylongword in it',
  );
  for (let width = 1; width < 40; width += 1) {
    const lines = wrapText(text, width);
    for (const line of lines) {
      assert.ok(displayWidth(line) <= Math.max(2, width), `${width}: ${line}`);
    }
    assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
  }
  assert.deepEqual(wrapText('' as SafeText, 10), ['']);
});

test('characters counted without a segmenter are one cell each to string-width too', () => {
  for (let code = 0x20; code <= 0xffff; code += 1) {
    const character = String.fromCharCode(code);
    if (/\p{Surrogate}/u.test(character)) continue;
    assert.equal(displayWidth(character), stringWidth(character), code.toString(16));
  }
  // Neighbours do not join either.
  assert.equal(displayWidth('⚠│●▸…é●─'), 8);
});
