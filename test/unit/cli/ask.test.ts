import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { createAsker } from '../../../source/cli/ask.ts';
import type { Host } from '../../../source/cli/host.ts';
import { createOutput } from '../../../source/cli/output.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';

/** A terminal whose keyboard types `answer` each time a prompt appears. */
function terminal(answers: readonly string[], isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const stdout = new PassThrough();
  let shown = '';
  const rest = [...answers];
  stderr.on('data', (chunk) => {
    shown += chunk;
    if (/: $/.test(String(chunk))) {
      const next = rest.shift();
      if (next === undefined) stdin.end();
      else setImmediate(() => stdin.write(next));
    }
  });
  const host = { stdin, stdout, stderr } as unknown as Host;
  return { asker: createAsker(host, createOutput(stdout, stderr)), shown: () => shown };
}

const certificate = {
  site: 'home' as SiteId,
  endpoint: 'https://pve1:8006',
  fingerprint: 'AA:BB',
  subject: sanitise('CN=pve1'),
};
const login = { site: 'home' as SiteId, user: 'ann@pve', offered: ['totp', 'recovery'] as const };

test('a certificate is shown whole, and only the whole word accepts it', async () => {
  const answers = ['yes\n', 'once\n', 'no\n', '\n', 'y\n', 'YES\n'];
  const { asker, shown } = terminal(answers);
  const given: string[] = [];
  for (const _ of answers) given.push(await asker.trustCertificate(certificate));
  assert.deepEqual(given, ['yes', 'once', 'no', 'no', 'no', 'no']);
  for (const text of ['https://pve1:8006', 'AA:BB', 'CN=pve1', 'pvenode cert info', '[no]']) {
    assert.ok(shown().includes(text), text);
  }
});

test('the end of input is a no', async () => {
  const { asker } = terminal([]);
  assert.equal(await asker.trustCertificate(certificate), 'no');
});

test('without a terminal everything is refused, with the line that would answer it', async () => {
  const { asker, shown } = terminal(['yes\n'], false);
  assert.equal(await asker.trustCertificate(certificate), 'no');
  assert.ok(shown().includes('tls: {fingerprint: "AA:BB"}'));
  assert.equal(await asker.secondFactor(login), undefined);
  assert.match(shown(), /Use an API token/);
});

test('a one-time code is read without showing it; a key with dashes is a recovery key', async () => {
  const { asker, shown } = terminal(['123456\r', 'aaaa-bbbb-cccc-dddd\r', '\r']);
  const code = await asker.secondFactor(login);
  assert.equal(code?.kind, 'totp');
  assert.equal(code?.code.reveal(), '123456');
  const key = await asker.secondFactor({ ...login, refused: sanitise('wrong code') });
  assert.equal(key?.kind, 'recovery');
  assert.equal(await asker.secondFactor(login), undefined);
  assert.doesNotMatch(shown(), /123456|aaaa/);
  assert.match(shown(), /The code was refused: wrong code/);
});

test('a second factor that needs a browser is told', async () => {
  const { asker, shown } = terminal([]);
  assert.equal(await asker.secondFactor({ ...login, offered: ['webauthn'] }), undefined);
  assert.match(shown(), /needs a browser/);
});

test('questions that come together are asked one after the other', async () => {
  const { asker } = terminal(['yes\n', '654321\r']);
  const [trusted, code] = await Promise.all([
    asker.trustCertificate(certificate),
    asker.secondFactor(login),
  ]);
  assert.equal(trusted, 'yes');
  assert.equal(code?.code.reveal(), '654321');
});

const hostKey = {
  host: sanitise('pve1'),
  address: sanitise('192.168.1.10'),
  keyType: sanitise('ED25519'),
  fingerprint: 'SHA256:abc',
};
const secret = { prompt: sanitise('Password of root@pve1'), host: sanitise('root@pve1') };

test('an SSH host key: only the whole word accepts it, and nobody at a terminal is a no', async () => {
  const { asker, shown } = terminal(['yes\n', 'y\n', '\n']);
  const given = [];
  for (let turn = 0; turn < 3; turn += 1) given.push(await asker.trustHostKey(hostKey));
  assert.deepEqual(given, [true, false, false]);
  for (const text of ['pve1 (192.168.1.10)', 'ED25519', 'SHA256:abc', '[no]']) {
    assert.ok(shown().includes(text), text);
  }
  const absent = terminal(['yes\n'], false);
  assert.equal(await absent.asker.trustHostKey(hostKey), false);
  assert.match(absent.shown(), /Nobody is here/);
});

test('an SSH password is not shown, and keeps its spaces', async () => {
  const { asker, shown } = terminal([' two words \n']);
  const given = await asker.sshSecret({ ...secret, refused: true, echo: false });
  assert.equal(given?.reveal(), ' two words ');
  assert.ok(!shown().includes('two words'));
  assert.match(shown(), /last answer was not right/);
  const absent = terminal(['x\n'], false);
  assert.equal(await absent.asker.sshSecret({ ...secret, refused: false, echo: false }), undefined);
  assert.match(absent.shown(), /Use ssh-agent/);
});
