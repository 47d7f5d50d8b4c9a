import assert from 'node:assert/strict';
import test from 'node:test';
import type { Key } from 'ink';
import { keyPresses } from '../../../source/app/keys/key-press.ts';
import { editText, pastedPress } from '../../../source/app/keys/text-field.ts';

const none = {} as Key;
const names = (input: string, key: Partial<Key> = {}) =>
  keyPresses(input, { ...none, ...key }).map((press) => press.name);

test('a burst of letters is one press each', () => {
  assert.deepEqual(names('jjG'), ['j', 'j', 'G']);
});

test('a burst that ends in enter or holds escape keeps them as keys', () => {
  assert.deepEqual(names('y\r'), ['y', 'enter']);
  assert.deepEqual(names('\u001bq'), ['escape', 'q']);
});

test('control characters get names, unknown ones are dropped', () => {
  assert.deepEqual(names('\u0001'), ['ctrl-a']);
  assert.deepEqual(names('\u001f'), []);
  assert.deepEqual(names('a', { ctrl: true }), ['ctrl-a']);
});

test('the rest of an escape sequence torn by a slow link is no key', () => {
  for (const torn of ['[1', '5~', '[A', '[3~', 'OP', '[1;5C']) assert.deepEqual(names(torn), []);
});

test('escape and a key that arrive together are both', () => {
  assert.deepEqual(names('0', { meta: true }), ['escape', '0']);
  assert.deepEqual(names('', { meta: true, upArrow: true }), ['up']);
});

test('special keys have names and modifiers', () => {
  assert.deepEqual(names('', { upArrow: true }), ['up']);
  assert.deepEqual(names('', { tab: true, shift: true }), ['shift-tab']);
  assert.deepEqual(names(' '), ['space']);
});

test('a megabyte without bracketed paste is not a thousand commands', () => {
  assert.deepEqual(names('y'.repeat(1_000_000)), []);
});

test('text fields edit by character, also beyond the basic plane', () => {
  const press = (name: string, text = '') => ({ name, text });
  let field = { text: '', caret: 0 };
  for (const character of ['a', '😀', 'b']) {
    field = editText(field, press(character, character)) ?? field;
  }
  assert.deepEqual(field, { text: 'a😀b', caret: 3 });
  field = editText(field, press('left')) ?? field;
  field = editText(field, press('backspace')) ?? field;
  assert.deepEqual(field, { text: 'ab', caret: 1 });
  assert.equal(editText(field, press('enter')), undefined);
});

test('a paste is cut and loses its line breaks', () => {
  assert.equal(pastedPress('one\ntwo\u001b[2J').text, 'one two [2J');
  assert.ok(pastedPress('x'.repeat(1_000_000)).text.length <= 4096);
});
