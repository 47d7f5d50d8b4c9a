import assert from 'node:assert/strict';
import test from 'node:test';
import {
  defaultConfig,
  globMatches,
  parseSshConfig,
  sshOptions,
} from '../../../source/services/ssh/host-config.ts';

const ann = {
  user: 'ann',
  home: '/home/ann',
  env: { SSH_AUTH_SOCK: '/run/agent', LANG: 'C.UTF-8', LC_TIME: 'de', SECRET: 'x' },
};
const pve1 = { host: 'pve1' };
const read = (...lines: readonly string[]) => parseSshConfig(lines.join('\n'), pve1, ann);

test('the answer of ssh -G, several files and ~ included', () => {
  const config = read(
    'host pve1',
    'user root',
    'hostname 192.168.1.10',
    'port 2222',
    'identityfile ~/.ssh/id_lab',
    'identityfile /keys/with space',
    'identitiesonly yes',
    'userknownhostsfile /home/ann/.ssh/known_hosts ~/more "/a b"',
    'globalknownhostsfile /etc/ssh/ssh_known_hosts',
    'hashknownhosts yes',
    'stricthostkeychecking true',
    'proxyjump one,root@two:2022',
    'connecttimeout 3',
    'serveraliveinterval 5',
    'serveralivecountmax 2',
    'sendenv LANG',
    'sendenv LC_*',
    'setenv MODE=lab one',
    'passwordauthentication no',
    'numberofpasswordprompts 1',
    'hostkeyalias lab',
    'addressfamily inet',
  );
  assert.deepEqual(config, {
    alias: 'pve1',
    user: 'root',
    host: '192.168.1.10',
    port: 2222,
    identityFiles: ['/home/ann/.ssh/id_lab', '/keys/with space'],
    identitiesOnly: true,
    agent: '/run/agent',
    forwardAgent: false,
    certificateFiles: [],
    userKnownHosts: ['/home/ann/.ssh/known_hosts', '/home/ann/more', '/a b'],
    globalKnownHosts: ['/etc/ssh/ssh_known_hosts'],
    hashKnownHosts: true,
    strict: true,
    hostKeyAlias: 'lab',
    jumps: ['one', 'root@two:2022'],
    connectTimeout: 3000,
    keepalive: { interval: 5000, count: 2 },
    methods: ['gssapi-with-mic', 'hostbased', 'publickey', 'keyboard-interactive'],
    passwordPrompts: 1,
    gssapi: false,
    family: 4,
    env: { LANG: 'C.UTF-8', LC_TIME: 'de', MODE: 'lab one' },
    fromSsh: true,
  });
});

test('none means none, and what is missing has its default', () => {
  const config = read(
    'user root',
    'hostname pve1',
    'proxyjump none',
    'proxycommand none',
    'identityagent none',
    'identityfile none',
    'connecttimeout none',
    'serveraliveinterval 0',
  );
  assert.deepEqual(config.jumps, []);
  assert.equal(config.needsSystem, undefined);
  assert.equal(config.agent, undefined);
  assert.deepEqual(config.identityFiles, []);
  assert.equal(config.connectTimeout, 10_000);
  assert.equal(config.port, 22);
  // A dead host must not hold the terminal for ever.
  assert.deepEqual(config.keepalive, { interval: 15_000, count: 3 });
});

test('the agent: by name, by variable, by path', () => {
  assert.equal(read('identityagent SSH_AUTH_SOCK').agent, '/run/agent');
  assert.equal(read('identityagent $SSH_AUTH_SOCK').agent, '/run/agent');
  const braces = '{SSH_AUTH_SOCK}';
  assert.equal(read(`identityagent $${braces}`).agent, '/run/agent');
  assert.equal(read('identityagent ~/agent').agent, '/home/ann/agent');
});

test('settings that only ssh itself can do are named', () => {
  for (const [line, name] of [
    ['proxycommand nc %h %p', 'ProxyCommand'],
    ['pkcs11provider /lib/x.so', 'PKCS11Provider'],
    ['revokedhostkeys /etc/krl', 'RevokedHostKeys'],
    ['knownhostscommand /bin/x', 'KnownHostsCommand'],
  ] as const) {
    assert.match(read(line).needsSystem ?? '', new RegExp(name));
  }
});

test('without an ssh its own defaults hold, and the homelab file before them', () => {
  const plain = defaultConfig({ host: 'pve1' }, undefined, ann);
  assert.equal(plain.user, 'ann');
  assert.deepEqual(plain.userKnownHosts, [
    '/home/ann/.ssh/known_hosts',
    '/home/ann/.ssh/known_hosts2',
  ]);
  assert.ok(plain.identityFiles.includes('/home/ann/.ssh/id_ed25519'));
  assert.equal(plain.fromSsh, false);
  const site = { knownHosts: '/lab/known', identityFile: '/lab/key' };
  const named = defaultConfig({ host: 'pve1', user: 'root', port: 2222 }, site, ann);
  assert.equal(named.user, 'root');
  assert.equal(named.port, 2222);
  assert.deepEqual(named.userKnownHosts, ['/lab/known']);
  assert.equal(named.identityFiles[0], '/lab/key');
});

test('options for the command line', () => {
  const site = { config: '/lab/conf', knownHosts: '/lab/100% known', identityFile: '/lab/key' };
  assert.deepEqual(sshOptions({ host: 'pve1', user: 'root', port: 2222 }, site), [
    ...['-F', '/lab/conf', '-o', 'UserKnownHostsFile="/lab/100%% known"', '-i', '/lab/key'],
    ...['-p', '2222', '-l', 'root'],
  ]);
  assert.deepEqual(sshOptions({ host: 'pve1' }, undefined), []);
});

test('patterns', () => {
  assert.ok(globMatches('LC_*', 'LC_ALL'));
  assert.ok(!globMatches('LC_?', 'LC_ALL'));
  assert.ok(globMatches('a.c', 'a.c') && !globMatches('a.c', 'abc'));
});

test('AddKeysToAgent and HostKeyAlgorithms', () => {
  const added = (value: string) => read(`addkeystoagent ${value}`).addToAgent;
  assert.equal(added('false'), undefined);
  assert.equal(added('no'), undefined);
  assert.deepEqual(added('yes'), { how: 'add' });
  assert.deepEqual(added('true'), { how: 'add' });
  assert.deepEqual(added('ask'), { how: 'ask' });
  assert.deepEqual(added('confirm 3600'), { how: 'confirm', lifetime: 3600 });
  assert.deepEqual(added('600'), { how: 'add', lifetime: 600 });
  assert.deepEqual(read('hostkeyalgorithms rsa-sha2-512,ssh-ed25519').hostKeyAlgorithms, [
    'rsa-sha2-512',
    'ssh-ed25519',
  ]);
});
