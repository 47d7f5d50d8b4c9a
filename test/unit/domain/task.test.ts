import assert from 'node:assert/strict';
import test from 'node:test';
import { parseUpid, taskOutcome } from '../../../source/domain/task.ts';

test('a UPID in its parts', () => {
  const upid = 'UPID:pve1:000A1B2C:0BCDEF01:691F2A3B:qmstart:101:root@pam:';
  assert.deepEqual(parseUpid(upid), {
    upid,
    node: 'pve1',
    pid: 0x000a1b2c,
    pstart: 0x0bcdef01,
    starttime: 0x691f2a3b,
    type: 'qmstart',
    id: '101',
    user: 'root@pam',
  });
});

test('B24 a node that has been up for long has nine digits in pstart', () => {
  const found = parseUpid('UPID:pve1:0000ABCD:123456789:691F2A3B:vzdump:101:root@pam:');
  assert.equal(found?.pstart, 0x123456789);
});

test('B24 node names with dots and dashes', () => {
  const found = parseUpid('UPID:pve-1.lab.example:0000ABCD:00000001:691F2A3B:qmstop:7:a@pve:');
  assert.equal(found?.node, 'pve-1.lab.example');
});

test('B24 the token is told apart from its user', () => {
  const found = parseUpid('UPID:pve1:0000ABCD:00000001:691F2A3B:qmstart:101:root@pam!tui:');
  assert.equal(found?.user, 'root@pam');
  assert.equal(found?.tokenid, 'tui');
  const none = parseUpid('UPID:pve1:0000ABCD:00000001:691F2A3B:qmstart:101:root@pam:');
  assert.ok(none && !('tokenid' in none));
});

test('a task of no object has an empty id', () => {
  const found = parseUpid('UPID:pve1:0000ABCD:00000001:691F2A3B:startall::root@pam:');
  assert.equal(found?.id, '');
});

const others: readonly unknown[] = [
  null,
  undefined,
  42,
  {},
  '',
  'OK',
  'UPID:',
  'UPID:pve1:0000ABCD:00000001:691F2A3B:qmstart:101:root@pam',
  'UPID:pve1:ABCD:00000001:691F2A3B:qmstart:101:root@pam:',
  'UPID:pve1:0000ABCD:1234567890:691F2A3B:qmstart:101:root@pam:',
  'UPID:-pve1:0000ABCD:00000001:691F2A3B:qmstart:101:root@pam:',
  'UPID:pve1:0000ABCD:00000001:691F2A3B:qm/../start:101:root@pam:',
  'UPID:pve1:0000ABCD:00000001:691F2A3B:qmstart:101:root@pam:\n',
  ' UPID:pve1:0000ABCD:00000001:691F2A3B:qmstart:101:root@pam:',
];
for (const text of others) {
  test(`no UPID: ${JSON.stringify(text) ?? 'undefined'}`, () => {
    assert.equal(parseUpid(text), undefined);
  });
}

test('exit statuses as Proxmox means them', () => {
  assert.equal(taskOutcome(undefined), 'running');
  assert.equal(taskOutcome(''), 'running');
  assert.equal(taskOutcome('OK'), 'ok');
  assert.equal(taskOutcome('WARNINGS: 3'), 'warning');
  assert.equal(taskOutcome('unexpected status'), 'unknown');
  assert.equal(taskOutcome('command failed'), 'error');
  assert.equal(taskOutcome('OK, almost'), 'error');
  assert.equal(taskOutcome('ok'), 'error');
});
