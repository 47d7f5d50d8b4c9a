import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import test from 'node:test';
import ssh2 from 'ssh2';
import { hashedName } from '../../../source/services/ssh/known-hosts.ts';
import { knownLine, newKey, openDoor, openShell, startHost, targetOf } from './rig.ts';

test('first contact: the fingerprint is shown, and nothing happens without a yes', async (t) => {
  const host = await startHost(t);
  const { door, answers, knownHosts } = openDoor(t);
  answers.trust = false;
  const refused = await door.open(targetOf(host));
  assert.ok(!refused.ok);
  assert.equal(refused.failure.kind, 'host-key');
  const [question] = answers.hostKeys;
  assert.match(question?.fingerprint ?? '', /^SHA256:[A-Za-z0-9+/]{43}$/);
  assert.equal(question?.keyType, 'ED25519');
  assert.match(refused.failure.detail ?? '', /SHA256:/);
  assert.deepEqual(host.logins, []);
  assert.throws(() => statSync(knownHosts));
});

test('an accepted key is remembered privately and not asked for again', async (t) => {
  const host = await startHost(t);
  const first = openDoor(t);
  const opened = await first.door.open(targetOf(host));
  assert.ok(opened.ok);
  assert.equal(statSync(first.knownHosts).mode & 0o777, 0o600);
  assert.equal(readFileSync(first.knownHosts, 'utf8'), `${knownLine(host)}\n`);
  const later = openDoor(t);
  later.know(knownLine(host));
  assert.ok((await later.door.open(targetOf(host))).ok);
  assert.deepEqual(later.answers.hostKeys, []);
});

test('a changed key is a hard stop that names file and line; nobody is asked', async (t) => {
  const host = await startHost(t);
  const { door, answers, know, knownHosts } = openDoor(t);
  const other = ssh2.utils.parseKey(newKey().private);
  assert.ok(!(other instanceof Error));
  know('# a comment', knownLine({ port: host.port, hostKey: other.getPublicSSH() }));
  const stopped = await door.open(targetOf(host));
  assert.ok(!stopped.ok);
  assert.equal(stopped.failure.kind, 'host-key');
  assert.match(stopped.failure.what, /has changed/);
  assert.ok(stopped.failure.next?.includes(`${knownHosts}, line 2`));
  assert.match(stopped.failure.detail ?? '', /shows ED25519 SHA256:/);
  assert.deepEqual(answers.hostKeys, []);
  assert.deepEqual(host.logins, []);
});

test('a revoked key is a hard stop', async (t) => {
  const host = await startHost(t);
  const { door, know } = openDoor(t);
  know(knownLine(host), `@revoked ${knownLine(host).replace(/^\S+/, '*')}`);
  const stopped = await door.open(targetOf(host));
  assert.ok(!stopped.ok);
  assert.match(stopped.failure.what, /was revoked/);
  assert.match(stopped.failure.detail ?? '', /line 2$/);
  assert.deepEqual(host.logins, []);
});

test('a host known by a hashed RSA key is asked for that key, not for a newer one', async (t) => {
  const rsa = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });
  const host = await startHost(t, { hostKeys: [newKey().private, rsa.private] });
  const { door, answers, know } = openDoor(t);
  const [type, encoded] = rsa.public.split(' ');
  know(`${hashedName(`[127.0.0.1]:${host.port}`)} ${type} ${encoded}`);
  assert.ok((await door.open(targetOf(host))).ok);
  assert.deepEqual(answers.hostKeys, []);
});

test('where only a certificate authority vouches, the built-in client connects to nobody', async (t) => {
  const host = await startHost(t);
  const { door, know } = openDoor(t);
  know(`@cert-authority ${knownLine(host)}`);
  const result = await door.open(targetOf(host));
  // There is no ssh here that could do it instead.
  assert.ok(!result.ok);
  assert.equal(result.failure.kind, 'local');
  assert.match(result.failure.what, /certificate authority/);
  assert.equal(host.connections.length, 0);
});

test('a key that cannot be remembered is accepted for this run, which is said', async (t) => {
  const host = await startHost(t);
  const { door, answers } = openDoor(t, { siteSsh: { knownHosts: '/dev/null/known_hosts' } });
  const target = { ...targetOf(host), site: 'home' as never };
  const opened = await door.open(target);
  assert.ok(opened.ok && 'host' in opened.value);
  assert.ok(opened.value.host.notes.some((note) => note.includes('could not be remembered')));
  opened.value.host.release();
  host.connections[0]?.end();
  const console = await openShell(door, target);
  console.close();
  assert.equal(answers.hostKeys.length, 1);
});
