import assert from 'node:assert/strict';
import test from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { Secret } from '../../../source/domain/secret.ts';
import { until } from '../../support/until.ts';
import { paste, startScreen } from './screen.ts';

const hostKey = {
  host: sanitise('pve1'),
  address: sanitise('192.168.1.10:2222'),
  keyType: sanitise('ED25519'),
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrwihPBWrPnuBqKmVyZJbuRg',
  file: sanitise('/home/ann/.ssh/known_hosts'),
};

test('a host key: fingerprint and host are shown; enter, a paste and esc accept nothing, y does', async (t) => {
  const given: (boolean | undefined)[] = [];
  const screen = await startScreen(t, [], {
    ask: async (asker) => {
      for (let turn = 0; turn < 3; turn += 1) given.push(await asker.trustHostKey(hostKey));
    },
  });
  for (const key of ['esc', 'n', 'y']) {
    const text = await screen.waitFor('y/N');
    for (const part of ['Trust this host key?', 'pve1, 192.168.1.10:2222', hostKey.fingerprint]) {
      assert.ok(text.includes(part), text);
    }
    await screen.press('enter', 'o');
    screen.send(paste('y'));
    await screen.idle();
    const before = given.length;
    await screen.press(key);
    await until('the answer', () => given.length > before || undefined);
  }
  assert.deepEqual(given, [false, false, true]);
});

test('a passphrase is typed unseen; what a host lets be seen is seen; esc gives up', async (t) => {
  const given: (Secret | undefined)[] = [];
  const question = { host: sanitise('root@pve1'), refused: true };
  const screen = await startScreen(t, [], {
    columns: 80,
    rows: 24,
    ask: async (asker) => {
      const prompt = sanitise('Passphrase of ~/.ssh/id_ed25519');
      given.push(await asker.sshSecret({ ...question, prompt, echo: false }));
      const code = sanitise('Code');
      given.push(await asker.sshSecret({ ...question, prompt: code, echo: true, refused: false }));
      given.push(await asker.sshSecret({ ...question, prompt: code, echo: true }));
    },
  });
  const text = await screen.waitFor('enter sends it');
  assert.match(text, /Passphrase of ~\/\.ssh\/id_ed25519/);
  assert.match(text, /Asked for root@pve1/);
  assert.match(text, /The last answer was not right/);
  screen.send('open sesame');
  await screen.waitFor('•••••••••••');
  await screen.press('enter');
  await screen.waitFor('Code');
  await screen.waitFor('enter sends it');
  screen.send('123456');
  await screen.waitFor('123456');
  await screen.press('enter');
  await until('the second answer', () => given.length === 2 || undefined);
  await screen.waitFor('enter sends it');
  await screen.press('esc');
  await until('the third answer', () => given.length === 3 || undefined);
  assert.deepEqual(
    given.map((each) => each?.reveal()),
    ['open sesame', '123456', undefined],
  );
  assert.ok(!screen.output().includes('sesame'));
});
