import assert from 'node:assert/strict';
import test from 'node:test';
import { actionsOf } from '../../../source/actions/registry.ts';
import { menuLetters } from '../../../source/app/model/fixed-keys.ts';
import { facts, guest } from '../actions/fakes.ts';

for (const type of ['qemu', 'lxc'] as const) {
  test(`letters of the edit menu are unique for ${type}, and none of them moves or closes`, () => {
    const letters = actionsOf('guest')
      .filter(({ menu }) => menu?.id === 'edit')
      .filter((action) => action.available(guest({ type }), facts()).state !== 'hidden')
      .map(({ id }) => menuLetters('edit')[id.slice(id.indexOf('.') + 1)] ?? '')
      .filter((letter) => letter !== '');
    assert.ok(letters.length > 15);
    assert.deepEqual(
      letters.filter((letter, index) => letters.indexOf(letter) !== index),
      [],
    );
    for (const letter of letters) assert.doesNotMatch(letter, /^[jkq]$|../);
  });
}
