import assert from 'node:assert/strict';
import test from 'node:test';
import { contrastOf, readableOn } from '../../../source/components/contrast.ts';

test('contrast goes from 1 to 21', () => {
  assert.equal(contrastOf('#000000', '#ffffff'), 21);
  assert.equal(contrastOf('#336699', '#336699'), 1);
  assert.equal(contrastOf('red', '#ffffff'), undefined);
});

test('a readable wanted colour is kept, another is replaced by black or white', () => {
  assert.equal(readableOn('#000000', '#ffee00'), '#ffee00');
  assert.equal(readableOn('#ffff00', '#ffffee'), '#000000');
  assert.equal(readableOn('#202020', '#303030'), '#ffffff');
  assert.equal(readableOn('#202020', undefined), '#ffffff');
  assert.equal(readableOn('#nonsense', undefined), undefined);
});

test('whatever the background, the text on it can be read', () => {
  for (let value = 0; value < 0xffffff; value += 0x010203 * 7) {
    const background = `#${value.toString(16).padStart(6, '0')}`;
    const text = readableOn(background, '#808080') ?? '';
    assert.ok((contrastOf(background, text) ?? 0) >= 3, `${text} on ${background}`);
  }
});
