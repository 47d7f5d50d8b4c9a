import assert from 'node:assert/strict';
import test from 'node:test';
import { parseSshAddress, sshAddressText } from '../../../source/domain/ssh-address.ts';

test('reads what ssh takes', () => {
  const cases: readonly [string, object][] = [
    ['pve1', { host: 'pve1' }],
    ['root@pve1', { user: 'root', host: 'pve1' }],
    ['root@192.168.1.10:2222', { user: 'root', host: '192.168.1.10', port: 2222 }],
    ['[fe80::1%eth0]:22', { host: 'fe80::1%eth0', port: 22 }],
    ['fe80::1', { host: 'fe80::1' }],
    ['ssh://admin@pve1:2200/', { user: 'admin', host: 'pve1', port: 2200 }],
    ['DOM\\anna@pve1', { user: 'DOM\\anna', host: 'pve1' }],
    ['a@b@pve1', { user: 'a@b', host: 'pve1' }],
  ];
  for (const [text, wanted] of cases) assert.deepEqual(parseSshAddress(text), wanted, text);
});

test('refuses what could be an option, a command or no host at all', () => {
  const wrong = [
    '',
    '-oProxyCommand=id',
    'root@-oProxyCommand=id',
    '-l@pve1',
    'pve1;id',
    'pve1 id',
    '$(id)',
    'a`id`@pve1',
    'pve1:0',
    'pve1:65536',
    'pve1:x',
    'user@',
    '[fe80::1',
    'pve1\n',
    'pve1/path',
  ];
  for (const text of wrong) assert.equal(parseSshAddress(text), undefined, text);
});

test('writes an address as it would be typed', () => {
  for (const text of ['pve1', 'root@pve1:2222', 'root@[fe80::1]:2222', 'fe80::1']) {
    const address = parseSshAddress(text);
    assert.equal(address && sshAddressText(address), text);
  }
});
