import assert from 'node:assert/strict';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const homelab = await startHomelab({ speed: 40 });
test.after(() => homelab.close());
const { demo, profile } = homelab;
const { world } = demo;
const admin = await profile('admin', [{ id: 'home' }]);
const run = (...argv: readonly string[]) => homelab.run(admin, ['guest', ...argv]);
const writes = () => demo.requests().filter(({ method }) => method !== 'GET').length;

/** The newest backup of web-server on the share. */
function newest() {
  world.settle();
  const [file] = world.files
    .filter(({ storage, vmid }) => storage === 'backup-nas' && vmid === 101)
    .sort((a, b) => b.ctime - a.ctime);
  assert.ok(file);
  return file;
}

test('protecting twice protects, and notes are not wiped without a word', async () => {
  const { volid } = newest();
  for (const time of ['first', 'second']) {
    const done = await run('backup-protect', '101', '--volume', volid);
    assert.equal(done.code, 0, done.err);
    assert.equal(newest().protected, true, time);
  }
  newest().notes = 'first line\nsecond line';
  const from = writes();
  const unsaid = await run('backup-notes', '101', '--volume', volid);
  assert.equal(unsaid.code, 64);
  assert.match(unsaid.err, /notes were not read; say the new ones/);
  assert.equal(writes(), from);
  assert.equal(newest().notes, 'first line\nsecond line');
  const cleared = await run('backup-notes', '101', '--volume', volid, '--notes', '');
  assert.equal(cleared.code, 0, cleared.err);
  assert.equal(newest().notes ?? '', '');
  const open = await run('backup-protect', '101', '--volume', volid, '--no-protected');
  assert.equal(open.code, 0, open.err);
  assert.notEqual(newest().protected, true);
});

test('what the state of the server forbids is a refusal; a value that is never right is a usage error', async () => {
  const file = newest();
  file.protected = true;
  world.change(guestOf(204), (guest) => {
    guest.status = 'stopped';
    guest.qmpstatus = 'stopped';
  });
  const lastRule = String(world.firewalls.of(101).rules.length - 1);
  const from = writes();
  const cases: readonly (readonly [number, RegExp, readonly string[]])[] = [
    [2, /it is protected/, ['backup-remove', '101', '--volume', file.volid, '--confirm', '101']],
    [2, /none of its backups/, ['backup-remove', '101', '--volume', 'nas:x', '--confirm', '101']],
    [2, /99 is not one of/, ['firewall-remove-rule', '101', '--pos', '99']],
    [2, /replication job 204-0 is there/, ['destroy', '204', '--confirm', 'dns']],
    [2, /HA manager/, ['backup', '103', '--storage', 'backup-nas', '--mode', 'stop']],
    [2, /it is the last rule/, ['firewall-rule-down', '101', '--pos', lastRule]],
    [64, /is no weekday/, ['replication-edit', '103', '--id', '103-0', '--schedule', 'every day']],
    [64, /1 or more/, ['replication-edit', '103', '--id', '103-0', '--rate', 'fast']],
    [
      64,
      /--dport/,
      ['firewall-edit-rule', '101', '--pos', '0', '--proto', 'tcp', '--dport', 'a b'],
    ],
    [64, /--volume .*: is needed/, ['backup-remove', '101', '--confirm', 'web-server']],
  ];
  for (const [code, words, argv] of cases) {
    const finished = await run(...argv);
    assert.match(finished.err, words);
    assert.equal(finished.code, code, `${argv.join(' ')}: ${finished.err}`);
  }
  assert.equal(writes(), from, 'nothing was sent');
});

test('replication-edit sends what was named, and nothing else', async () => {
  const changed = await run('replication-edit', '103', '--id', '103-0', '--rate', '2.5');
  assert.equal(changed.code, 0, changed.err);
  const sent = demo.requests().findLast(({ method }) => method === 'PUT')?.params ?? {};
  assert.deepEqual([sent.rate, Object.keys(sent).sort()], ['2.5', ['digest', 'rate']]);
  assert.equal(world.replication.get('103-0')?.rate, 2.5);
  const emptied = await run('replication-edit', '103', '--id', '103-0', '--schedule', '');
  assert.equal(emptied.code, 0, emptied.err);
  const again = await run('replication-edit', '103', '--id', '103-0', '--rate', '');
  assert.equal(again.code, 0, again.err);
  assert.equal(world.replication.get('103-0')?.schedule, undefined);
  assert.equal(world.replication.get('103-0')?.rate, undefined);
});

function guestOf(vmid: number) {
  const guest = world.guests.get(vmid);
  assert.ok(guest);
  return guest;
}
