// The demo's monitor as PVE has it, asked with a client of the test's own.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { monitorRights } from '../../../source/demo/pve/endpoints/monitor.ts';
import { forRootOnly, onlyShows } from '../../../source/domain/monitor.ts';
import { declared, loadSchema, schemaMissing } from '../../contract/schema.ts';
import { type Ask, ask, demoFor } from './client.ts';

const say = (demo: Demo, command: string, more: Ask & { vmid?: number } = {}) =>
  ask(demo, 'POST', `/nodes/pve1/qemu/${more.vmid ?? 101}/monitor`, {
    ...more,
    form: { command },
  });

test('what each command needs is what the official description says', {
  skip: schemaMissing ?? false,
}, () => {
  const official = declared(loadSchema('9.2'), 'POST', '/nodes/{node}/qemu/{vmid}/monitor');
  const description = String(
    (official as { permissions?: { description?: string } }).permissions?.description ?? '',
  );
  const listed = (intro: RegExp) =>
    [...(intro.exec(description)?.[1] ?? '').split(', ')].map((each) => each.trim()).sort();
  assert.deepEqual(listed(/additional privilege: (.*)/), [...monitorRights.free].sort());
  assert.deepEqual(listed(/require 'Sys.Modify': (.*)/), [...monitorRights.modifying].sort());
  assert.deepEqual(listed(/root-only: (.*)/), [...monitorRights.forRoot].sort());
  for (const command of monitorRights.free) assert.ok(onlyShows(command), command);
  for (const command of monitorRights.forRoot) assert.ok(forRootOnly(command), command);
  for (const command of monitorRights.modifying) {
    assert.ok(!forRootOnly(command) && !onlyShows(command), command);
  }
});

test('info, help and unknown commands answer in QEMU\u2019s own words', async (t) => {
  const demo = await demoFor(t);
  const text = async (command: string) => String((await say(demo, command)).body.data);
  assert.equal(await text('info status'), 'VM status: running\r\n');
  assert.match(await text('info version'), /^\d+\.\d+\.\d+pve-qemu-kvm_/);
  assert.match(await text('info block'), /^drive-scsi0 .*\r\n {4}Attached to: {6}scsi0\r\n/);
  assert.match(await text('info network'), /^net0: index=0,type=nic,model=virtio-net-pci,macaddr=/);
  assert.match(await text('info cpus'), /^\* CPU #0: thread_id=\d+\r\n/);
  assert.match(await text('info balloon'), /^balloon: actual=\d+ /);
  assert.match(await text('help'), /^c\|cont {2}-- resume emulation\r\n/);
  assert.equal(await text('help quit'), 'quit|q  -- quit the emulator\r\n');
  assert.match(await text('info'), /info status {2}-- show/);
  assert.equal(await text('info dance'), "unknown command: 'info dance'\r\n");
});

test('stop and cont, the power button, quit', async (t) => {
  const demo = await demoFor(t);
  const guest = demo.world.guests.get(101);
  assert.ok(guest);
  assert.equal((await say(demo, 's')).body.data, '');
  assert.equal(guest.qmpstatus, 'paused');
  assert.equal((await say(demo, 'info status')).body.data, 'VM status: paused\r\n');
  await say(demo, 'cont');
  assert.equal(guest.qmpstatus, 'running');
  await say(demo, 'system_reset');
  assert.equal(guest.status, 'running');
  await say(demo, 'system_powerdown');
  assert.equal(guest.status, 'running', 'the system inside takes its time');
  demo.world.faults.advance(60);
  assert.equal(guest.status, 'stopped');
  // What is wrong behind the call comes as text and with status 200.
  const stopped = await say(demo, 'info status');
  assert.equal(stopped.status, 200);
  assert.equal(stopped.body.data, 'ERROR: VM 101 not running\n');
  const db = demo.world.guests.get(100);
  await say(demo, 'quit', { vmid: 100 });
  assert.equal(db?.status, 'stopped');
});

test('privileges: looking, changing, and what only root may', async (t) => {
  const demo = await demoFor(t);
  assert.equal((await say(demo, 'info status', { as: 'auditor' })).status, 200);
  const change = await say(demo, 'stop', { as: 'auditor' });
  assert.equal(change.status, 403);
  assert.equal(change.body.message?.trim(), 'Permission check failed (/, Sys.Modify)');
  assert.equal(demo.world.guests.get(101)?.qmpstatus, 'running');
  // A token of root is not root.
  const root = await say(demo, 'device_del net0');
  assert.equal(root.status, 403);
  assert.match(root.body.message ?? '', /user != root@pam/);
  assert.equal((await say(demo, 'info status', { as: 'none' })).status, 401);
  const gone = await say(demo, 'info status', { vmid: 998 });
  assert.equal(gone.status, 500);
  assert.match(gone.body.message ?? '', /998\.conf' does not exist/);
});
