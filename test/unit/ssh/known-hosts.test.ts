import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import {
  hashedName,
  hostsMatch,
  judgeHostKey,
  knownHostName,
  knownTypes,
  onlyAuthority,
  parseKnownHosts,
} from '../../../source/services/ssh/known-hosts.ts';
import { readKnownHosts, rememberHostKey } from '../../../source/services/ssh/known-hosts-files.ts';
import { tempDir } from '../../support/temp.ts';

const blob = (type: string, fill: string) => {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.from(fill.repeat(16))]);
};
const ed = blob('ssh-ed25519', 'a');
const otherEd = blob('ssh-ed25519', 'b');
const rsa = blob('ssh-rsa', 'c');
const line = (hosts: string, type: string, key: Buffer) =>
  `${hosts} ${type} ${key.toString('base64')}`;
const judge = (text: string, name: string, key: Buffer) =>
  judgeHostKey(parseKnownHosts(text, 'known_hosts'), name, key);

test('names: lower case, a port only when it is not 22', () => {
  assert.equal(knownHostName('PVE1', 22), 'pve1');
  assert.equal(knownHostName('pve1', 2222), '[pve1]:2222');
});

test('plain, hashed, several names and several keys', () => {
  const text = [
    '# a comment',
    '',
    'broken line',
    line('pve1,192.168.1.10', 'ssh-rsa', rsa),
    line('pve1', 'ssh-ed25519', ed),
    line(hashedName('[pve2]:2222'), 'ssh-ed25519', ed),
  ].join('\n');
  assert.equal(judge(text, 'pve1', ed).verdict, 'ok');
  assert.equal(judge(text, 'pve1', rsa).verdict, 'ok');
  assert.equal(judge(text, '192.168.1.10', rsa).verdict, 'ok');
  assert.equal(judge(text, '[pve2]:2222', ed).verdict, 'ok');
  assert.equal(judge(text, 'pve2', ed).verdict, 'unknown');
  assert.equal(judge(text, 'pve3', ed).verdict, 'unknown');
  assert.deepEqual(knownTypes(parseKnownHosts(text, 'f'), 'pve1'), ['ssh-rsa', 'ssh-ed25519']);
});

test('a changed key names the file and the line, for plain and for hashed entries', () => {
  const hashed = line(hashedName('pve1'), 'ssh-ed25519', ed);
  for (const text of [`\n${line('pve1', 'ssh-ed25519', ed)}`, `\n${hashed}`]) {
    const judged = judge(text, 'pve1', otherEd);
    assert.equal(judged.verdict, 'changed');
    assert.ok('place' in judged);
    assert.equal(judged.place.line, 2);
    assert.equal(judged.place.file, 'known_hosts');
  }
  // Known by another type only: the host would have been asked for that one first.
  assert.equal(judge(line('pve1', 'ssh-rsa', rsa), 'pve1', ed).verdict, 'changed');
});

test('a revoked key is refused even where it is also known', () => {
  const known = line('pve1', 'ssh-ed25519', ed);
  const text = `${known}\n@revoked ${line('*', 'ssh-ed25519', ed)}`;
  assert.equal(judge(text, 'pve1', ed).verdict, 'revoked');
  assert.equal(judge(text, 'pve1', otherEd).verdict, 'changed');
});

test('patterns and negation', () => {
  assert.ok(hostsMatch('*.lab,!db.lab', 'web.lab'));
  assert.ok(!hostsMatch('*.lab,!db.lab', 'db.lab'));
  assert.ok(!hostsMatch('!db.lab,*.lab', 'db.lab'));
  assert.ok(hostsMatch('192.168.1.?', '192.168.1.7'));
  assert.ok(!hostsMatch('192.168.1.?', '192.168.1.77'));
  assert.ok(hostsMatch('[PVE1]:2222', '[pve1]:2222'));
  assert.ok(!hostsMatch('pve.', 'pvex'));
  assert.ok(!hostsMatch('|2|x|y', 'pve1'));
});

test('a certificate authority vouches for nothing by itself', () => {
  const authority = `@cert-authority ${line('*.lab', 'ssh-ed25519', ed)}`;
  assert.equal(judge(authority, 'web.lab', ed).verdict, 'authority');
  assert.equal(onlyAuthority(parseKnownHosts(authority, 'f'), 'web.lab')?.line, 1);
  const both = `${authority}\n${line('web.lab', 'ssh-ed25519', otherEd)}`;
  assert.equal(onlyAuthority(parseKnownHosts(both, 'f'), 'web.lab'), undefined);
  assert.equal(judge(both, 'web.lab', otherEd).verdict, 'ok');
});

test('an accepted key is appended, in a private file, and OpenSSH finds it', async (t) => {
  const directory = tempDir(t, 'ssh');
  for (const hash of [false, true]) {
    const file = join(directory, `new-${hash}`, 'known_hosts');
    assert.equal(await rememberHostKey(file, '[pve1]:2222', ed, hash), undefined);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(directory, `new-${hash}`)).mode & 0o777, 0o700);
    assert.equal(readFileSync(file, 'utf8').includes('pve1'), !hash);
    assert.equal(judge(readFileSync(file, 'utf8'), '[pve1]:2222', ed).verdict, 'ok');
  }
  const open = join(directory, 'no-end-of-line');
  writeFileSync(open, line('pve0', 'ssh-ed25519', ed));
  await rememberHostKey(open, 'pve1', rsa, false);
  const text = readFileSync(open, 'utf8');
  assert.equal(judge(text, 'pve0', ed).verdict, 'ok');
  assert.equal(judge(text, 'pve1', rsa).verdict, 'ok');
  assert.match(text, /\n$/);
});

test('a file that cannot be read stops everything; a missing one does not', async (t) => {
  const directory = tempDir(t, 'ssh');
  const missing = await readKnownHosts({
    userKnownHosts: [join(directory, 'none'), '/dev/null'],
    globalKnownHosts: [],
  });
  assert.ok(missing.ok);
  assert.deepEqual(missing.value, []);
  const folder = join(directory, 'folder');
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const wrong = await readKnownHosts({ userKnownHosts: [folder], globalKnownHosts: [] });
  assert.ok(!wrong.ok);
  assert.equal(wrong.failure.kind, 'local');
  assert.match(wrong.failure.what, /no host key can be checked/);
});
