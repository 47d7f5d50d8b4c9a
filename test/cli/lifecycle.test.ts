import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const homelab = await startHomelab({ speed: 40 });
test.after(() => homelab.close());
const { demo, profile } = homelab;
const { world } = demo;
const admin = await profile('admin', [{ id: 'home' }]);
const run = (argv: readonly string[]) => homelab.run(admin, argv);

/** Requests other than GET since `from`. */
const writes = (from: number) =>
  demo
    .requests()
    .slice(from)
    .filter((request) => request.method !== 'GET')
    .map((request) => `${request.method} ${request.path}`);
const seen = () => demo.requests().length;
const guestOf = (vmid: number) => {
  world.settle();
  return world.guests.get(vmid);
};

test('create a VM: flags are the fields, what is needed must be said, bad values are not sent', async () => {
  const from = seen();
  const vm = ['node', 'create-vm', 'pve1', '--vmid', '900', '--name', 'web'];
  const missing = await run(vm);
  assert.equal(missing.code, 64);
  assert.match(missing.err, /--storage \(node pve1\): is needed/);
  const bad = await run([
    ...vm,
    ...['--storage', 'backup-nas', '--disk-size', '8', '--memory', '1024', '--vlan', '9999'],
  ]);
  assert.match(bad.err, /--storage .*: backup-nas is not one of: /);
  assert.match(bad.err, /--vlan .*: at most 4094/);
  assert.deepEqual(writes(from), []);
  const made = await run([
    ...vm,
    ...['--storage', 'local-lvm', '--disk-size', '8', '--memory', '1024', '--bios', 'ovmf'],
    ...['--tpm', '--vlan', '20', '--tags', 'web;lab', '--no-agent', '--json'],
  ]);
  assert.equal(made.code, 0, made.err);
  const line = JSON.parse(made.out) as { message: string; upid: string };
  assert.equal(line.message, 'VM 900 web is created on pve1');
  assert.match(line.upid, /:qmcreate:900:/);
  const config = guestOf(900)?.config ?? {};
  assert.match(String(config.net0), /bridge=vmbr0,firewall=1,tag=20|bridge=vmbr0,tag=20/);
  assert.match(String(config.efidisk0), /pre-enrolled-keys=1/);
  assert.equal(config.agent, undefined);
});

test('create a container: the password comes from a file and is in no output', async () => {
  const file = join(admin, 'root-password');
  await writeFile(file, 'hunter2hunter2\n', { mode: 0o600 });
  const container = ['node', 'create-container', 'pve2', '--vmid', '901', '--hostname', 'box'];
  const made = await run([
    ...container,
    ...['--ostemplate', 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst'],
    ...['--storage', 'local-zfs', '--disk-size', '4', '--memory', '512'],
    ...['--password', `file:${file}`, '--ip', '192.168.1.77/24', '--gateway', '192.168.1.1'],
  ]);
  assert.equal(made.code, 0, made.err);
  assert.equal(made.out, 'Container 901 box is created on pve2\n');
  assert.doesNotMatch(made.err + made.out, /hunter2/);
  assert.equal(guestOf(901)?.config.hostname, 'box');
  assert.match(String(guestOf(901)?.config.net0), /ip=192\.168\.1\.77\/24/);
});

test('clone: an id that is taken is refused here, by name', async () => {
  const from = seen();
  const taken = await run(['guest', 'clone', '9000', '--newid', '101']);
  assert.notEqual(taken.code, 0);
  assert.match(taken.err, /--newid .*: 101 is web-server on pve1/);
  assert.deepEqual(writes(from), []);
  const made = await run(['guest', 'clone', '9000', '--newid', '902', '--name', 'copy', '--full']);
  assert.equal(made.code, 0, made.err);
  assert.equal(made.out, 'guest 9000 debian-13-cloud is copied to 902 copy\n');
  assert.equal(guestOf(902)?.config.name, 'copy');
});

test('migrate: refusals say why before anything is sent; a good one says where it is', async () => {
  const from = seen();
  const bound = await run(['guest', 'migrate', '107', '--target', 'pve2']);
  assert.equal(bound.code, 2);
  assert.match(bound.err, /bound to pve3: device of this node passed through: usb0/);
  const nowhere = await run(['guest', 'migrate', '112', '--target', 'pve2']);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.err, /--target .*: pve2: storage local-lvm is not there/);
  assert.deepEqual(writes(from), []);
  const moved = await run([
    ...['guest', 'migrate', '112', '--target', 'pve2', '--target-storage', 'local-zfs'],
  ]);
  assert.equal(moved.code, 0, moved.err);
  assert.equal(moved.out, 'guest 112 fyde-desktop is on pve2 now\n');
  assert.equal(guestOf(112)?.node, 'pve2');
});

test('a storage without room for the copy is refused before anything is sent', async () => {
  world.faults.fillStorage('local-zfs', 'pve3', 2 ** 30);
  const from = seen();
  const failed = await run(['guest', 'migrate', '203', '--target', 'pve3']);
  assert.equal(failed.code, 2);
  assert.match(failed.err, /storage local-zfs on pve3 is too full/);
  assert.equal(guestOf(203)?.node, 'pve2');
  assert.deepEqual(writes(from), []);
});

test('destroy: only with the name, never a protected one', async () => {
  const from = seen();
  const asked = await run(['guest', 'destroy', '111']);
  assert.equal(asked.code, 64);
  assert.match(asked.err, /Lost: local-lvm:\S+ \(64\.0 GiB\)/);
  assert.match(asked.err, /repeat it with --confirm 'win10-test'/);
  const guest = guestOf(111);
  assert.ok(guest);
  world.change(guest, (one) => {
    one.config = { ...one.config, protection: 1 };
  });
  const held = await run(['guest', 'destroy', '111', '--confirm', 'win10-test']);
  assert.equal(held.code, 2);
  assert.match(held.err, /it is protected/);
  assert.deepEqual(writes(from), []);
  world.change(guest, (one) => {
    one.config = { ...one.config, protection: 0 };
  });
  const gone = await run(['guest', 'destroy', '111', '--confirm', 'win10-test']);
  assert.equal(gone.code, 0, gone.err);
  assert.equal(guestOf(111), undefined);
});

test('evacuate: the plan is told without --confirm, and run with it', async () => {
  const argv = ['node', 'evacuate', 'pve1', '--target-storage', 'local-zfs', '--reserve', '0'];
  const from = seen();
  const asked = await run(argv);
  assert.equal(asked.code, 64);
  const moves = [...asked.err.matchAll(/^ {2}(\d+) \S+ → (pve\d): /gm)];
  assert.ok(moves.length >= 2, asked.err);
  assert.match(asked.err, /106 nextcloud stays: locked \(backup\)/);
  assert.deepEqual(writes(from), []);
  const done = await run([...argv, '--confirm', 'pve1', '--max-workers', '2']);
  assert.equal(done.code, 0, done.err);
  assert.match(
    done.out,
    new RegExp(`^${moves.length} of ${moves.length} guest\\(s\\) moved off pve1`),
  );
  for (const [, vmid, node] of moves) assert.equal(guestOf(Number(vmid))?.node, node);
});

test('how to unlock: said, not done', async () => {
  const from = seen();
  const told = await run(['guest', 'unlock-advice', '106']);
  assert.equal(told.code, 0, told.err);
  assert.match(told.out, /qm unlock 106\n$/);
  assert.deepEqual(writes(from), []);
});
