import assert from 'node:assert/strict';
import test from 'node:test';
import stringWidth from 'string-width';
import {
  combiningLimit,
  FIELD_LIMIT,
  isPlainAscii,
  joinSafe,
  sanitise,
  sanitiseBlock,
  say,
} from '../../../source/domain/safe-text.ts';

/** What could move the cursor, change a colour, hide or turn text round. */
const dangerous =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function harmless(raw: string): string {
  const text = sanitise(raw);
  assert.doesNotMatch(text, dangerous, JSON.stringify(raw));
  assert.equal(sanitise(text), text, 'twice is the same as once');
  return text;
}

const cases: readonly [name: string, raw: string, wanted: string][] = [
  ['B1 clear the screen', 'web\u001b[2J\u001b[Hserver', 'webserver'],
  ['B2 window title', '\u001b]0;you are root\u0007web', 'web'],
  ['B2 window title, ended by ST', '\u001b]2;title\u001b\\web', 'web'],
  ['B3 clipboard', 'a\u001b]52;c;cm0gLXJmIC8K\u0007b', 'ab'],
  ['B4 link', '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\', 'click'],
  ['B5 a state in green', '\u001b[32mRUNNING\u001b[0m', 'RUNNING'],
  ['B6 hidden text', 'a\u001b[8mhidden\u001b[28mb', 'ahiddenb'],
  ['B7 8-bit CSI', 'a\u009b2Jb', 'ab'],
  ['B7 other C1', 'a\u0085\u008db', 'ab'],
  ['B8 DCS and sixel', 'a\u001bPq#0;2;0;0;0~~@@\u001b\\b', 'ab'],
  ['B8 8-bit DCS', 'a\u0090payload\u009cb', 'ab'],
  ['B9 APC, kitty graphics', 'a\u001b_Gf=24;AAAA\u001b\\b', 'ab'],
  ['B9 PM and SOS', 'a\u001b^x\u001b\\\u001bXy\u001b\\b', 'ab'],
  ['a sequence cut in the middle', 'web\u001b[3', 'web'],
  ['an OSC that never ends', 'web\u001b]0;rest of the name', 'web'],
  ['escape alone', 'a\u001bb', 'a'],
  ['B10 carriage return overwrites', 'stopped\rrunning', 'stopped␍running'],
  ['B11 backspaces', 'prod\u0008\u0008\u0008\u0008test', 'prod␈␈␈␈test'],
  ['B12 bell', 'a\u0007b', 'a␇b'],
  ['B13 right-to-left override', 'invoice\u202egnp.exe', 'invoice·gnp.exe'],
  ['B13 isolates and marks', '\u2066a\u2069\u200fb', '·a··b'],
  ['B14 zero-width twin', 'pro\u200bd', 'pro·d'],
  ['B14 word joiner, BOM, soft hyphen', 'a\u2060b\ufeffc\u00add', 'a·b·c·d'],
  ['B14 tag characters', 'web\u{e0041}', 'web·'],
  ['B18 lone surrogates', 'a\ud83db\ude00c', 'a\ufffdb\ufffdc'],
  ['B19 newline and tab', 'one\ntwo\tthree', 'one⏎two three'],
  ['NUL and DEL', 'a\u0000b\u007fc', 'a␀b␡c'],
  ['line separators', 'a\u2028b\u2029c', 'a·b·c'],
];
for (const [name, raw, wanted] of cases) {
  test(`${name}: ${JSON.stringify(wanted)}`, () => assert.equal(harmless(raw), wanted));
}

test('B12 a thousand bells are a thousand cells and nothing else', () => {
  const text = harmless('\u0007'.repeat(1_000));
  assert.equal(text, '␇'.repeat(1_000));
  assert.equal(stringWidth(text), 1_000);
});

test('B15 a homoglyph stays readable but may not be typed as a confirmation', () => {
  const name = harmless('w\u0430ult');
  assert.equal(name, 'w\u0430ult');
  assert.equal(isPlainAscii(name), false);
  assert.equal(isPlainAscii('vault-1'), true);
  assert.equal(isPlainAscii('a\u001bb'), false);
});

test('B16 a name of 10 kB stays whole, notes of 1 MB are cut and say so', () => {
  assert.equal(harmless('x'.repeat(10_000)).length, 10_000);
  const cut = harmless('é'.repeat(1_000_000));
  assert.equal(cut.length, FIELD_LIMIT);
  assert.ok(cut.endsWith('…'));
});

test('B16 cutting never leaves half a character', () => {
  const cut = harmless('😀'.repeat(FIELD_LIMIT));
  assert.doesNotMatch(cut, /[\ud800-\udbff](?![\udc00-\udfff])/);
});

test('B17 wide characters keep their width, joined emoji fall apart visibly', () => {
  assert.equal(harmless('日本'), '日本');
  assert.equal(stringWidth(harmless('日本')), 4);
  assert.equal(harmless('👩\u200d💻'), '👩·💻');
});

test('B17 fifty combining marks become a few', () => {
  const text = harmless(`z${'\u0301'.repeat(50)}a`);
  assert.equal(text, `z${'\u0301'.repeat(combiningLimit)}a`);
  assert.ok(combiningLimit <= 4);
});

test('B18 what is no text is told as text and never throws', () => {
  assert.equal(sanitise(undefined), '');
  assert.equal(sanitise(null), '');
  assert.equal(sanitise(0), '0');
  assert.equal(sanitise(1e308), '1e+308');
  assert.equal(sanitise(true), 'true');
  assert.equal(sanitise('\ufffd\ufffd'), '\ufffd\ufffd');
});

test('B19 a block splits into rows, and a progress bar keeps its last state', () => {
  const log = 'INFO: start\r\nprogress 1%\rprogress 50%\rprogress 100%\ntail\n';
  assert.deepEqual(sanitiseBlock(log), ['INFO: start', 'progress 100%', 'tail']);
  assert.deepEqual(sanitiseBlock('a\n\nb'), ['a', '', 'b']);
  assert.deepEqual(sanitiseBlock(''), []);
  assert.deepEqual(sanitiseBlock(undefined), []);
  assert.deepEqual(sanitiseBlock('one\u001b[2J\ntwo'), ['one', 'two']);
});

test('every control, alone and in front of text, is harmless', () => {
  for (let code = 0; code <= 0x9f; code += 1) {
    harmless(`a${String.fromCharCode(code)}`);
    harmless(`a${String.fromCharCode(code)}[2J`);
  }
});

test('pieces of sequences do not join into one after cleaning', () => {
  // Removing the inner sequence must not leave the outer one behind.
  harmless('\u001b\u001b[0m[2Jx');
  harmless('\u009b\u009b1m2Jx');
  harmless('\u001b[\u001b[0m2Jx');
  harmless('\u001b]0;\u001b]0;x\u0007y\u0007z');
});

test('plain text comes back as it was', () => {
  const text = 'web-server (prod) 100% ~!@#$^&*_+';
  assert.equal(sanitise(text), text);
});

test('our own words take safe text and numbers', () => {
  assert.equal(say`guest ${101} ${sanitise('web\nserver')} is on`, 'guest 101 web⏎server is on');
  assert.equal(joinSafe([sanitise('a'), sanitise('b')], ', '), 'a, b');
});
