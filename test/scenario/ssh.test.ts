// Debian packages: openssh-server
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { Secret } from '../../source/domain/secret.ts';
import type { SiteId } from '../../source/domain/site.ts';
import { createSshDoor } from '../../source/services/ssh/door.ts';
import {
  hostKeyFingerprint,
  judgeHostKey,
  parseKnownHosts,
} from '../../source/services/ssh/known-hosts.ts';
import type {
  HostKeyQuestion,
  SecretQuestion,
  SshConsole,
  SshDoor,
} from '../../source/services/ssh/types.ts';
import { startTerminal } from '../support/pty.ts';
import { knownLine, makeKey, me, startSshd, writeSshConfig } from '../support/sshd.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';

const site = 'home' as SiteId;

interface Asked {
  readonly hostKeys: HostKeyQuestion[];
  readonly secrets: SecretQuestion[];
}

/** A door that reads one ssh_config and nothing else, and what it asked. */
function openDoor(
  t: TestContext,
  config: string,
  options: {
    readonly trust?: boolean;
    readonly passphrase?: string;
    readonly agent?: string;
  } = {},
): { door: SshDoor; asked: Asked } {
  const asked: Asked = { hostKeys: [], secrets: [] };
  const door = createSshDoor({
    user: me,
    home: tempDir(t, 'home'),
    env: {
      PATH: process.env.PATH,
      TERM: 'xterm-256color',
      ...(options.agent ? { SSH_AUTH_SOCK: options.agent } : {}),
    },
    now: () => performance.now(),
    siteSsh: () => ({ config }),
    asker: {
      trustHostKey: async (question) => {
        asked.hostKeys.push(question);
        return options.trust === true;
      },
      sshSecret: async (question) => {
        asked.secrets.push(question);
        return options.passphrase === undefined ? undefined : new Secret(options.passphrase);
      },
    },
  });
  t.after(() => door.close());
  return { door, asked };
}

async function shellOn(door: SshDoor, host: string): Promise<SshConsole> {
  const opened = await door.shell({ site, host }, { columns: 90, rows: 30 });
  assert.ok(opened.ok, JSON.stringify(opened));
  assert.ok('console' in opened.value, JSON.stringify(opened.value));
  return opened.value.console;
}

function watch(console: SshConsole) {
  const seen = { text: '', closed: false };
  console.onData((bytes) => {
    seen.text += Buffer.from(bytes).toString();
  });
  console.onClose((failure) => {
    assert.equal(failure, undefined);
    seen.closed = true;
  });
  return {
    shows: (wanted: string) =>
      until(`"${wanted}" in the shell`, () => seen.text.includes(wanted) || undefined),
    end: () => until('the end of the shell', () => seen.closed || undefined),
  };
}

async function startAgent(t: TestContext, directory: string): Promise<string> {
  const socket = join(directory, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  t.after(() => agent.kill());
  await until('the agent', () => existsSync(socket) || undefined);
  return socket;
}

test('a key of the agent opens a real shell on a pty: sizes follow, the exit code comes back', async (t) => {
  const directory = tempDir(t, 'ssh');
  const key = makeKey(directory, 'key', '-N', 'not for us');
  const server = await startSshd(t, directory, { authorized: [key.line] });
  const socket = await startAgent(t, directory);
  const askpass = join(directory, 'askpass');
  writeFileSync(askpass, '#!/bin/sh\necho not for us\n', { mode: 0o700 });
  execFileSync('ssh-add', ['-q', key.path], {
    stdio: 'ignore',
    env: {
      ...process.env,
      SSH_AUTH_SOCK: socket,
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: 'force',
    },
  });
  const { config } = writeSshConfig(
    directory,
    [{ name: 'pve1', server, key }],
    [knownLine(server)],
  );
  const { door, asked } = openDoor(t, config, { agent: socket });
  const console = await shellOn(door, 'pve1');
  const { shows, end } = watch(console);
  console.write('stty size; tty; echo end-$((1+1))\r');
  await shows('end-2');
  await shows('30 90');
  console.resize(101, 41);
  console.write('stty size\r');
  await shows('41 101');
  console.write('exit 7\r');
  await end();
  assert.deepEqual(console.exit(), { code: 7 });
  assert.deepEqual(asked, { hostKeys: [], secrets: [] });
});

test('an encrypted key: its passphrase is asked for once for all hosts', async (t) => {
  const directory = tempDir(t, 'ssh');
  const key = makeKey(directory, 'key', '-N', 'open sesame', '-a', '1');
  const one = await startSshd(t, directory, { authorized: [key.line] });
  const two = await startSshd(t, directory, { authorized: [key.line] });
  const { config } = writeSshConfig(
    directory,
    [
      { name: 'pve1', server: one, key },
      { name: 'pve2', server: two, key },
    ],
    [knownLine(one), knownLine(two)],
  );
  const { door, asked } = openDoor(t, config, { passphrase: 'open sesame' });
  for (const host of ['pve1', 'pve2']) (await shellOn(door, host)).close();
  assert.equal(asked.secrets.length, 1);
  assert.match(asked.secrets[0]?.prompt ?? '', /^Passphrase of /);
  const wrong = openDoor(t, config, { passphrase: 'not it' });
  const refused = await wrong.door.open({ site, host: 'pve1' });
  assert.ok(!refused.ok);
  assert.equal(refused.failure.kind, 'unauthenticated');
  assert.match(refused.failure.detail ?? '', /key is locked; the host takes publickey/);
  assert.doesNotMatch(JSON.stringify(refused), /not it/);
  assert.equal(wrong.asked.secrets.length, 3);
});

test('a jump host: two host keys are checked, and the way leads through the first', async (t) => {
  const directory = tempDir(t, 'ssh');
  const key = makeKey(directory, 'key');
  const jump = await startSshd(t, directory, {
    authorized: [key.line],
    lines: ['LogLevel DEBUG1'],
  });
  const inside = await startSshd(t, directory, { authorized: [key.line] });
  const hosts = [
    { name: 'jump', server: jump, key },
    { name: 'inside', server: inside, key, lines: ['ProxyJump jump'] },
  ];
  const { config } = writeSshConfig(directory, hosts, [knownLine(jump), knownLine(inside)]);
  const { door } = openDoor(t, config);
  const console = await shellOn(door, 'inside');
  const { shows, end } = watch(console);
  console.write('echo inside-$((40+2)); exit\r');
  await shows('inside-42');
  await end();
  assert.match(
    jump.log(),
    new RegExp(`direct-tcpip.*port ${inside.port}|127\\.0\\.0\\.1 port ${inside.port}`),
  );
  await inside.stop();
  const gone = await openDoor(t, config).door.open({ site, host: 'inside' });
  assert.ok(!gone.ok);
  assert.equal(gone.failure.kind, 'unreachable');
  assert.match(gone.failure.what, /jump host does not lead on to 127\.0\.0\.1/);
  writeSshConfig(directory, hosts, [knownLine(inside)]);
  const stranger = openDoor(t, config);
  const refused = await stranger.door.open({ site, host: 'inside' });
  assert.ok(!refused.ok);
  assert.deepEqual(
    stranger.asked.hostKeys.map(({ host }) => host),
    ['jump'],
  );
});

test('first contact is asked with the fingerprint of ssh-keygen; what is accepted, ssh itself accepts', async (t) => {
  const directory = tempDir(t, 'ssh');
  const key = makeKey(directory, 'key');
  const server = await startSshd(t, directory, { authorized: [key.line] });
  const hosts = [{ name: 'pve1', server, key, lines: ['HashKnownHosts yes'] }];
  const { config, knownHosts } = writeSshConfig(directory, hosts);
  const no = openDoor(t, config);
  const refused = await no.door.open({ site, host: 'pve1' });
  assert.ok(!refused.ok);
  assert.equal(refused.failure.kind, 'host-key');
  assert.equal(readFileSync(knownHosts, 'utf8'), '');
  assert.doesNotMatch(server.log(), /Accepted publickey/);
  const shown = execFileSync('ssh-keygen', ['-lf', `${server.hostKey.path}.pub`], {
    encoding: 'utf8',
  });
  assert.ok(shown.includes(no.asked.hostKeys[0]?.fingerprint ?? 'none'));
  const yes = openDoor(t, config, { trust: true });
  assert.ok((await yes.door.open({ site, host: 'pve1' })).ok);
  assert.match(readFileSync(knownHosts, 'utf8'), /^\|1\|/);
  execFileSync('ssh', [
    '-F',
    config,
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=yes',
    'pve1',
    'true',
  ]);
});

test('a changed host key stops everything and names the line; a revoked one too', async (t) => {
  const directory = tempDir(t, 'ssh');
  const key = makeKey(directory, 'key');
  const before = await startSshd(t, directory, { authorized: [key.line] });
  const { config, knownHosts } = writeSshConfig(
    directory,
    [{ name: 'pve1', server: before, key }],
    [knownLine(before)],
  );
  execFileSync('ssh-keygen', ['-q', '-H', '-f', knownHosts], { stdio: 'ignore' });
  assert.ok((await openDoor(t, config).door.open({ site, host: 'pve1' })).ok);
  await before.stop();
  const after = await startSshd(t, directory, { authorized: [key.line], port: before.port });
  const { door, asked } = openDoor(t, config, { trust: true });
  const stopped = await door.open({ site, host: 'pve1' });
  assert.ok(!stopped.ok);
  assert.equal(stopped.failure.kind, 'host-key');
  assert.match(stopped.failure.what, /has changed/);
  assert.ok(stopped.failure.next?.includes(`${knownHosts}, line 1`));
  assert.deepEqual(asked.hostKeys, []);
  assert.doesNotMatch(after.log(), /Accepted publickey/);
  writeFileSync(knownHosts, `${knownLine(after)}\n@revoked * ${after.hostKey.line}\n`);
  const revoked = await openDoor(t, config).door.open({ site, host: 'pve1' });
  assert.ok(!revoked.ok);
  assert.match(revoked.failure.what, /revoked/);
});

/** Runs what was handed to the system's ssh on a terminal, and sees that it gets in. */
async function getsIn(t: TestContext, argv: readonly string[]): Promise<void> {
  const [file = '', ...args] = argv;
  const terminal = startTerminal({ t, program: { file, args } });
  terminal.send('echo in-$((20+3)); exit\r');
  await terminal.waitFor('in-23');
  assert.equal(await terminal.waitExit(), 0);
}

test('certificates and chacha20 keys are handed to the system ssh, which gets in', async (t) => {
  const directory = tempDir(t, 'ssh');
  const authority = makeKey(directory, 'authority');
  const certified = makeKey(directory, 'certified');
  execFileSync('ssh-keygen', [
    '-q',
    '-s',
    authority.path,
    '-I',
    'me',
    '-n',
    me,
    `${certified.path}.pub`,
  ]);
  const hostKey = makeKey(directory, 'host');
  execFileSync('ssh-keygen', [
    '-q',
    '-s',
    authority.path,
    '-I',
    'host',
    '-h',
    '-n',
    '127.0.0.1',
    `${hostKey.path}.pub`,
  ]);
  const plain = makeKey(directory, 'plain');
  const chacha = makeKey(
    directory,
    'chacha',
    '-N',
    'secret',
    '-Z',
    'chacha20-poly1305@openssh.com',
    '-a',
    '1',
  );
  const byUser = await startSshd(t, directory, {
    lines: [`TrustedUserCAKeys ${authority.path}.pub`],
  });
  const byHost = await startSshd(t, directory, {
    hostKey,
    authorized: [plain.line],
    lines: [`HostCertificate ${hostKey.path}-cert.pub`],
  });
  const byKey = await startSshd(t, directory, { authorized: [chacha.line] });
  const { config } = writeSshConfig(
    directory,
    [
      { name: 'user-cert', server: byUser, key: certified },
      { name: 'host-cert', server: byHost, key: plain },
      { name: 'chacha', server: byKey, key: chacha },
    ],
    [
      knownLine(byUser),
      knownLine(byKey),
      `@cert-authority [127.0.0.1]:${byHost.port} ${authority.line}`,
    ],
  );
  const cases = [
    ['user-cert', /certified-cert is a certificate/],
    ['host-cert', /certificate authority vouches for its key/],
    ['chacha', /chacha is encrypted with chacha20-poly1305/],
  ] as const;
  for (const [host, reason] of cases) {
    const { door, asked } = openDoor(t, config);
    const opened = await door.open({ site, host });
    assert.ok(opened.ok, JSON.stringify(opened));
    assert.ok('system' in opened.value, host);
    assert.match(opened.value.system.reason, reason);
    assert.deepEqual(asked, { hostKeys: [], secrets: [] });
    if (host !== 'chacha') await getsIn(t, opened.value.system.argv);
  }
});

test("fingerprints and hashes are those of OpenSSH's own tools", (t) => {
  const directory = tempDir(t, 'ssh');
  const { path, line } = makeKey(directory, 'key');
  const real = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  const shown = execFileSync('ssh-keygen', ['-lf', `${path}.pub`], { encoding: 'utf8' });
  assert.ok(shown.includes(hostKeyFingerprint(real)));
  const file = join(directory, 'known_hosts');
  writeFileSync(file, `[pve1]:2222 ${line}\n`);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
  const text = readFileSync(file, 'utf8');
  assert.match(text, /^\|1\|/);
  const known = parseKnownHosts(text, file);
  assert.equal(judgeHostKey(known, '[pve1]:2222', real).verdict, 'ok');
  assert.equal(judgeHostKey(known, 'pve1', real).verdict, 'unknown');
});

test('a host that allows one session on a connection gets a second connection, not a refusal', async (t) => {
  const directory = tempDir(t, 'ssh');
  const key = makeKey(directory, 'key', '-N', 'open sesame');
  const server = await startSshd(t, directory, {
    authorized: [key.line],
    lines: ['MaxSessions 1', 'LogLevel VERBOSE'],
  });
  const { config } = writeSshConfig(
    directory,
    [{ name: 'pve1', server, key }],
    [knownLine(server)],
  );
  const { door, asked } = openDoor(t, config, { passphrase: 'open sesame' });
  const logins = () => server.log().split('Accepted publickey').length - 1;
  const shells: SshConsole[] = [];
  for (let index = 0; index < 3; index += 1) {
    const console = await shellOn(door, 'pve1');
    const { shows } = watch(console);
    console.write(`echo shell-$((${index}+10))\r`);
    await shows(`shell-${index + 10}`);
    shells.push(console);
  }
  assert.equal(logins(), 3, 'each has a connection of its own');
  assert.equal(asked.secrets.length, 1, 'the passphrase is asked for once all the same');
  // A place that became free is used before another connection is made.
  const [first] = shells;
  assert.ok(first);
  first.onClose(() => undefined);
  const ended = watch(first).end();
  first.write('exit\r');
  await ended;
  const again = await shellOn(door, 'pve1');
  await (async () => {
    const { shows } = watch(again);
    again.write('echo again-$((1+1))\r');
    await shows('again-2');
  })();
  assert.equal(logins(), 3);
  for (const each of [...shells.slice(1), again]) each.close();
});

test('AddKeysToAgent: an unlocked key is in the agent afterwards, as ssh would put it there', async (t) => {
  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    const directory = tempDir(t, 'ssh');
    const key = makeKey(directory, 'key', '-t', type, '-N', 'open sesame');
    const server = await startSshd(t, directory, { authorized: [key.line] });
    const socket = await startAgent(t, directory);
    const { config } = writeSshConfig(
      directory,
      [{ name: 'pve1', server, key }],
      [knownLine(server)],
    );
    writeFileSync(config, `AddKeysToAgent yes\n${readFileSync(config, 'utf8')}`);
    const first = openDoor(t, config, { agent: socket, passphrase: 'open sesame' });
    const opened = await first.door.open({ site, host: 'pve1' });
    assert.ok(opened.ok && 'host' in opened.value);
    assert.deepEqual(opened.value.host.notes, []);
    assert.equal(first.asked.secrets.length, 1);
    const listed = execFileSync('ssh-add', ['-L'], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      encoding: 'utf8',
    });
    assert.ok(listed.includes(key.line.split(' ')[1] ?? '?'), `${type}: ${listed}`);
    // The agent can sign with it: nobody is asked again, and the file is not needed any more.
    const second = openDoor(t, config, { agent: socket });
    assert.ok((await second.door.open({ site, host: 'pve1' })).ok, type);
    assert.equal(second.asked.secrets.length, 0);
  }
});

test('HostKeyAlgorithms: their order and what they leave out, as ssh keeps to it', async (t) => {
  const directory = tempDir(t, 'ssh');
  const key = makeKey(directory, 'key');
  const server = await startSshd(t, directory, {
    authorized: [key.line],
    lines: [`HostKey ${makeKey(directory, 'rsa_host', '-t', 'rsa').path}`],
  });
  const asksFor = async (line: string) => {
    const { config } = writeSshConfig(directory, [{ name: 'pve1', server, key }], []);
    writeFileSync(config, `${line}\n${readFileSync(config, 'utf8')}`);
    const { door, asked } = openDoor(t, config, { trust: false });
    const opened = await door.open({ site, host: 'pve1' });
    return asked.hostKeys[0]?.keyType ?? (opened.ok && 'system' in opened.value ? 'system' : '');
  };
  assert.equal(await asksFor(''), 'ED25519');
  assert.equal(await asksFor('HostKeyAlgorithms rsa-sha2-512,ssh-ed25519'), 'RSA');
  assert.equal(await asksFor('HostKeyAlgorithms -ssh-ed25519*'), 'RSA');
  assert.equal(await asksFor('HostKeyAlgorithms sk-ssh-ed25519@openssh.com'), 'system');
  // A host that is known by another type than the first one wanted is the same host.
  const { config } = writeSshConfig(
    directory,
    [{ name: 'pve1', server, key }],
    [knownLine(server)],
  );
  const own = 'HostKeyAlgorithms rsa-sha2-512,ssh-ed25519';
  writeFileSync(config, `${own}\n${readFileSync(config, 'utf8')}`);
  const known = openDoor(t, config, { trust: false });
  assert.ok((await known.door.open({ site, host: 'pve1' })).ok);
  assert.deepEqual(known.asked.hostKeys, []);
});
