import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { quoteCommand, quoteWord } from '../../../source/services/ssh/quote.ts';

const hostile = [
  '',
  ' ',
  'plain',
  "it's",
  "'; touch /tmp/owned; '",
  '$(id)',
  '`id`',
  '$HOME',
  'a\\b',
  'a"b',
  'new\nline',
  'tab\there',
  '-rf',
  '*',
  '~root',
  '!!',
  '# comment',
  '&& id',
  'zażółć 😀',
  '\u001b[31m',
];

test('a shell splits a quoted command into exactly its words again', () => {
  const command = quoteCommand(['printf', '%s\\0', ...hostile]);
  for (const shell of ['/bin/sh', '/bin/bash']) {
    const printed = execFileSync(shell, ['-c', command], { encoding: 'utf8' });
    assert.deepEqual(printed.split('\0').slice(0, -1), hostile, shell);
  }
});

test('harmless words stay readable', () => {
  assert.equal(quoteCommand(['pct', 'enter', '101']), 'pct enter 101');
  assert.equal(quoteWord('root@pve1:/var/lib/vz'), 'root@pve1:/var/lib/vz');
});

test('a NUL is refused: it would cut the word short', () => {
  assert.throws(() => quoteWord('a\0b'), RangeError);
});
