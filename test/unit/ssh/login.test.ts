import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import ssh2, { type AuthContext } from 'ssh2';
import { freePort, newKey, openDoor, startHost, targetOf } from './rig.ts';

const blobOf = (publicKey: string) => Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');

/** Lets in whoever proves to have one of these keys. */
const withKeys =
  (...keys: readonly { readonly public: string }[]) =>
  (context: AuthContext) => {
    if (context.method !== 'publickey') return context.reject(['publickey', 'password']);
    const found = keys.find((key) => blobOf(key.public).equals(context.key.data));
    if (!found) return context.reject(['publickey', 'password']);
    if (!context.signature) return context.accept();
    const parsed = ssh2.utils.parseKey(found.public);
    assert.ok(!(parsed instanceof Error));
    const good = parsed.verify(
      context.blob ?? Buffer.alloc(0),
      context.signature,
      context.hashAlgo,
    );
    return good === true ? context.accept() : context.reject(['publickey']);
  };

const withPassword = (password: string) => (context: AuthContext) =>
  context.method === 'password' && context.password === password
    ? context.accept()
    : context.reject(['password']);

async function failureOf(opening: ReturnType<ReturnType<typeof openDoor>['door']['open']>) {
  const opened = await opening;
  assert.ok(!opened.ok, 'it was refused');
  return opened.failure;
}

for (const type of ['ed25519', 'rsa', 'ecdsa'] as const) {
  test(`a key file without a passphrase: ${type}`, async (t) => {
    const key =
      type === 'ed25519'
        ? newKey()
        : type === 'rsa'
          ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
          : ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    const host = await startHost(t, { login: withKeys(key) });
    const { door, answers, keyFile } = openDoor(t);
    keyFile(`id_${type}`, key);
    assert.ok((await door.open(targetOf(host))).ok);
    assert.deepEqual(answers.secrets, []);
  });
}

test('the passphrase of a key is asked for once, and only when the host takes the key', async (t) => {
  const key = newKey('open sesame');
  const stranger = newKey('never asked');
  const one = await startHost(t, { login: withKeys(key) });
  const two = await startHost(t, { login: withKeys(key) });
  const { door, answers, keyFile } = openDoor(t);
  keyFile('id_rsa', stranger);
  keyFile('id_ed25519', key, false);
  answers.typed = ['wrong', 'open sesame'];
  assert.ok((await door.open(targetOf(one))).ok);
  assert.ok((await door.open(targetOf(two))).ok);
  assert.deepEqual(
    answers.secrets.map(({ prompt, refused }) => [prompt, refused]),
    [
      ['Passphrase of ~/.ssh/id_ed25519', false],
      ['Passphrase of ~/.ssh/id_ed25519', true],
    ],
  );
});

test('a wrong password is asked for again; esc ends it without another try', async (t) => {
  const host = await startHost(t, { login: withPassword('right') });
  const first = openDoor(t);
  first.answers.typed = ['wrong', 'right'];
  assert.ok((await first.door.open(targetOf(host))).ok);
  assert.deepEqual(
    first.answers.secrets.map(({ prompt, refused, echo }) => [prompt, refused, echo]),
    [
      ['Password of root@127.0.0.1', false, false],
      ['Password of root@127.0.0.1', true, false],
    ],
  );
  const second = openDoor(t);
  const before = host.logins.length;
  const failure = await failureOf(second.door.open(targetOf(host)));
  assert.equal(failure.kind, 'cancelled');
  assert.deepEqual(host.logins.slice(before), ['none root']);
});

test('a key that cannot be used is named where a password is asked for instead', async (t) => {
  const key = newKey();
  const passwordOrKey = (context: AuthContext) =>
    context.method === 'password' && context.password === 'right'
      ? context.accept()
      : context.reject(['publickey', 'password']);
  const host = await startHost(t, {
    login: (context) =>
      context.method === 'publickey' ? withKeys(key)(context) : passwordOrKey(context),
  });
  const { door, answers, keyFile } = openDoor(t);
  // The public half is whole, so the host takes the key; the private one is not.
  keyFile('id_ed25519', {
    ...key,
    private: '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n',
  });
  answers.typed = ['right'];
  assert.ok((await door.open(targetOf(host))).ok);
  assert.match(answers.secrets[0]?.instruction ?? '', /id_ed25519 cannot be read/);
});

test('a refused login says what was tried and what the host takes, and no secret', async (t) => {
  const host = await startHost(t, { login: withPassword('right') });
  const { door, answers } = openDoor(t);
  answers.typed = ['hunter2', 'hunter3', 'hunter4'];
  const failure = await failureOf(door.open(targetOf(host, 'anna')));
  assert.equal(failure.kind, 'unauthenticated');
  assert.match(failure.what, /did not let anna in/);
  assert.match(failure.detail ?? '', /tried password; the host takes password/);
  assert.doesNotMatch(JSON.stringify(failure), /hunter/);
  assert.equal(answers.secrets.length, 3);
});

test('keyboard-interactive: every prompt of the host is asked in its words', async (t) => {
  const host = await startHost(t, {
    login: (context) => {
      if (context.method !== 'keyboard-interactive')
        return context.reject(['keyboard-interactive']);
      context.prompt(
        [
          { prompt: 'Password: ', echo: false },
          { prompt: 'Code\u001b[2J: ', echo: true },
        ],
        'Two steps',
        (answers) => {
          if (answers[0] === 'right' && answers[1] === '123456') context.accept();
          else context.reject(['keyboard-interactive']);
        },
      );
    },
  });
  const { door, answers } = openDoor(t);
  answers.typed = ['right', '123456'];
  assert.ok((await door.open(targetOf(host))).ok);
  assert.deepEqual(
    answers.secrets.map(({ prompt, echo, instruction }) => [prompt, echo, instruction]),
    [
      ['Password', false, 'Two steps'],
      ['Code', true, 'Two steps'],
    ],
  );
});

test('a key first, then a code: both are given', async (t) => {
  const key = newKey();
  let keyDone = false;
  const host = await startHost(t, {
    login: (context) => {
      if (context.method === 'publickey' && !keyDone) {
        if (!context.signature) return context.accept();
        keyDone = true;
        return context.reject(['keyboard-interactive'], true);
      }
      if (context.method === 'keyboard-interactive' && keyDone) {
        return void context.prompt([{ prompt: 'Code: ', echo: false }], (answers) =>
          answers[0] === '42' ? context.accept() : context.reject(),
        );
      }
      return context.reject([keyDone ? 'keyboard-interactive' : 'publickey']);
    },
  });
  const { door, answers, keyFile } = openDoor(t);
  keyFile('id_ed25519', key);
  answers.typed = ['42'];
  assert.ok((await door.open(targetOf(host))).ok);
});

test('an agent that does not answer is told, and stops nobody', async (t) => {
  const socket = join(openDoor(t).home, 'agent');
  const dead = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve) => dead.listen(socket, resolve));
  t.after(() => dead.close());
  const host = await startHost(t, { login: withKeys() });
  const { door } = openDoor(t, { env: { SSH_AUTH_SOCK: socket } });
  const failure = await failureOf(door.open(targetOf(host)));
  assert.equal(failure.kind, 'cancelled');
  const keysOnly = await startHost(t, { login: (context) => context.reject(['publickey']) });
  const refused = await failureOf(door.open(targetOf(keysOnly)));
  assert.match(refused.detail ?? '', /the agent does not answer/);
});

/** OpenSSH's format with a cipher in its head that ssh2 cannot do. */
function chachaKey(key: { private: string }): string {
  const lines = key.private.trim().split('\n');
  const bytes = Buffer.from(lines.slice(1, -1).join(''), 'base64');
  const magic = bytes.subarray(0, 15);
  const rest = bytes.subarray(15 + 4 + bytes.readUInt32BE(15));
  const cipher = Buffer.from('chacha20-poly1305@openssh.com');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(cipher.length);
  const encoded = Buffer.concat([magic, length, cipher, rest]).toString('base64');
  return [lines[0], encoded, lines[lines.length - 1], ''].join('\n');
}

/** Something that answers `ssh -G`, as far as these tests need it. */
function fakeSsh(home: string, lines: readonly string[]): string {
  const file = join(home, 'ssh');
  writeFileSync(file, `#!/bin/sh\ncat <<'END'\n${lines.join('\n')}\nEND\n`, { mode: 0o755 });
  return file;
}

async function systemReason(
  t: TestContext,
  host: { readonly port: number },
  make: (rig: ReturnType<typeof openDoor>) => readonly string[],
) {
  const rig = openDoor(t);
  const home = rig.home;
  const program = fakeSsh(home, [
    'user root',
    'hostname 127.0.0.1',
    `port ${host.port}`,
    `userknownhostsfile ${rig.knownHosts}`,
    ...make(rig),
  ]);
  const { door } = openDoor(t, { program });
  const opened = await door.open({ host: 'pve1' }, { command: ['pct', 'enter', "1'01"] });
  assert.ok(opened.ok, JSON.stringify(opened));
  assert.ok('system' in opened.value);
  assert.deepEqual(opened.value.system.argv, [program, '-t', '--', 'pve1', `pct enter '1'\\''01'`]);
  return opened.value.system.reason;
}

test('what the built-in client cannot do is handed to ssh, before a password is asked for', async (t) => {
  const key = newKey('secret');
  const host = await startHost(t, { login: withKeys(key) });
  const cases: readonly [RegExp, (rig: ReturnType<typeof openDoor>) => readonly string[]][] = [
    [/ProxyCommand/, () => ['proxycommand nc %h %p']],
    [/KnownHostsCommand/, () => ['knownhostscommand /bin/true']],
    [
      /id_x is encrypted with chacha20-poly1305/,
      (rig) => {
        const file = rig.keyFile('id_x', { private: chachaKey(key), public: key.public });
        return [`identityfile ${file}`];
      },
    ],
    [
      /is a certificate/,
      (rig) => {
        const file = rig.keyFile('id_y', newKey());
        writeFileSync(`${file}-cert.pub`, 'ssh-ed25519-cert-v01@openssh.com AAAA\n');
        return [`identityfile ${file}`];
      },
    ],
  ];
  for (const [reason, make] of cases) assert.match(await systemReason(t, host, make), reason);
});

test('a port where nothing listens, and a name that does not exist', async (t) => {
  const { door } = openDoor(t);
  const refused = await failureOf(door.open({ host: `127.0.0.1:${await freePort()}` }));
  assert.equal(refused.kind, 'unreachable');
  assert.equal(refused.detail, 'ECONNREFUSED');
  const unknown = await failureOf(door.open({ host: 'no-such-host.invalid' }));
  assert.equal(unknown.kind, 'unreachable');
});

test('a host that says nothing ends with the deadline, and one that is given up at once', async (t) => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => silent.close());
  const address = silent.address();
  assert.ok(address !== null && typeof address === 'object');
  const { door } = openDoor(t, { timings: { login: 60 } });
  const late = await failureOf(door.open(targetOf(address)));
  assert.equal(late.kind, 'timeout');
  const stop = new AbortController();
  const opening = openDoor(t).door.open(targetOf(address), { signal: stop.signal });
  stop.abort();
  assert.equal((await failureOf(opening)).kind, 'cancelled');
});
