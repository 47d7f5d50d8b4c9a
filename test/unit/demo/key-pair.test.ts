import assert from 'node:assert/strict';
import test from 'node:test';
import ssh2 from 'ssh2';
import { newKeyPair } from '../../../source/demo/ssh/key-pair.ts';

test('a key pair that cannot be read is made anew', () => {
  const sound = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  let made = 0;
  const pair = newKeyPair({
    parseKey: ssh2.utils.parseKey,
    generateKeyPairSync: ((..._given: unknown[]) => {
      made += 1;
      return made < 3 ? { ...sound, private: sound.private.slice(0, 120) } : sound;
    }) as typeof ssh2.utils.generateKeyPairSync,
  });
  assert.equal(made, 3);
  assert.equal(pair.private, sound.private);
});

test('every pair can be read, with its passphrase too', () => {
  for (const passphrase of [undefined, 'open sesame']) {
    const pair = newKeyPair(ssh2.utils, passphrase === undefined ? {} : { passphrase });
    assert.ok(!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error));
    assert.match(pair.public, /^ssh-ed25519 /);
  }
});
