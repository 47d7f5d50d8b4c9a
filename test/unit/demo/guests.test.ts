import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { ask, data, demoFor, runTask } from './client.ts';

function guest(demo: Demo, vmid: number) {
  const found = demo.world.guests.get(vmid);
  assert.ok(found);
  return found;
}

test('a start is a task that runs, ends, and is told from the next period on', async (t) => {
  const demo = await demoFor(t);
  const status = async () => {
    const rows = await data<Record<string, unknown>[]>(demo, 'GET', '/cluster/resources?type=vm');
    return rows.find((row) => row.vmid === 111)?.status;
  };
  const upid = await data<string>(demo, 'POST', '/nodes/pve1/qemu/111/status/start', { form: {} });
  assert.match(upid, /^UPID:pve1:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:qmstart:111:root@pam!demo:$/);
  const path = `/nodes/pve1/tasks/${encodeURIComponent(upid)}`;
  assert.equal((await data<{ status: string }>(demo, 'GET', `${path}/status`)).status, 'running');
  assert.deepEqual(await data(demo, 'GET', `${path}/log`), [{ n: 1, t: 'no content' }]);
  demo.world.faults.advance(3);
  const end = await data<Record<string, unknown>>(demo, 'GET', `${path}/status`);
  assert.equal(end.status, 'stopped');
  assert.equal(end.exitstatus, 'OK');
  assert.deepEqual(await data(demo, 'GET', `${path}/log`), [{ n: 1, t: 'TASK OK' }]);
  const current = await data<Record<string, unknown>>(
    demo,
    'GET',
    '/nodes/pve1/qemu/111/status/current',
  );
  assert.equal(current.qmpstatus, 'running');
  assert.equal(await status(), 'stopped');
  demo.world.faults.advance(10);
  assert.equal(await status(), 'running');
});

test('work goes faster with a higher speed, time does not', async (t) => {
  const demo = await demoFor(t, { speed: 10 });
  const { status } = await runTask(demo, '/nodes/pve1/qemu/101/status/shutdown', {}, 1);
  assert.equal(status, 'OK');
  assert.equal(guest(demo, 101).status, 'stopped');
});

test('a system that ignores the shutdown: the task fails after its timeout, force ends it', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve3/qemu/108/status/shutdown';
  const failed = await runTask(demo, path, { timeout: '20' }, 21);
  assert.equal(failed.status, 'VM quit/powerdown failed - got timeout');
  assert.equal(guest(demo, 108).status, 'running');
  const forced = await runTask(demo, path, { timeout: '20', forceStop: '1' }, 30);
  assert.equal(forced.status, 'OK');
  assert.equal(guest(demo, 108).status, 'stopped');
});

test('a stop overrules a hanging shutdown', async (t) => {
  const demo = await demoFor(t);
  const base = '/nodes/pve3/qemu/108/status';
  const hanging = await data<string>(demo, 'POST', `${base}/shutdown`, { form: {} });
  const stopped = await runTask(demo, `${base}/stop`, { 'overrule-shutdown': '1' }, 3);
  assert.equal(stopped.status, 'OK');
  assert.notEqual(demo.world.tasks.get(hanging)?.status, undefined);
  assert.equal(guest(demo, 108).status, 'stopped');
});

test('refusals in PVE words', async (t) => {
  const demo = await demoFor(t);
  const said = async (path: string) => (await ask(demo, 'POST', path, { form: {} })).statusText;
  assert.equal(await said('/nodes/pve1/qemu/111/status/reset'), 'VM 111 not running');
  assert.equal(await said('/nodes/pve1/lxc/200/status/start'), 'CT 200 already running');
  assert.equal(await said('/nodes/pve3/lxc/205/status/stop'), 'CT 205 not running');
  assert.equal(
    await said('/nodes/pve2/qemu/113/status/shutdown'),
    'VM is paused - cannot shutdown',
  );
  const again = await runTask(demo, '/nodes/pve1/qemu/101/status/start');
  assert.equal(again.status, 'VM 101 already running');
  const locked = await runTask(demo, '/nodes/pve1/qemu/106/status/stop');
  assert.equal(locked.status, 'VM is locked (backup)');
  const template = await runTask(demo, '/nodes/pve1/qemu/9000/status/start');
  assert.equal(template.status, "you can't start a vm if it's a template");
});

test('a snapshot locks the guest, becomes the parent, and takes space', async (t) => {
  const demo = await demoFor(t);
  const usage = async () =>
    (await data<{ used: number }>(demo, 'GET', '/nodes/pve1/storage/local-lvm/status')).used;
  const before = await usage();
  const path = '/nodes/pve1/qemu/101/snapshot';
  const form = { snapname: 'pre-test', description: 'two\nlines', vmstate: '1' };
  const upid = await data<string>(demo, 'POST', path, { form });
  const current = await data<Record<string, unknown>>(
    demo,
    'GET',
    '/nodes/pve1/qemu/101/status/current',
  );
  assert.equal(current.lock, 'snapshot');
  const second = await runTask(demo, path, { snapname: 'other' }, 0);
  assert.equal(second.status, 'VM is locked (snapshot)');
  demo.world.faults.advance(30);
  assert.equal(demo.world.tasks.get(upid)?.status, 'OK');
  assert.equal(guest(demo, 101).lock, undefined);
  const rows = await data<Record<string, unknown>[]>(demo, 'GET', path);
  const row = rows.find((one) => one.name === 'pre-test');
  assert.equal(row?.parent, 'nginx-ok');
  assert.equal(row?.vmstate, 1);
  assert.equal(row?.description, 'two\nlines');
  assert.equal(rows.find((one) => one.name === 'current')?.parent, 'pre-test');
  assert.ok((await usage()) > before);
  assert.equal(
    (await runTask(demo, path, { snapname: 'pre-test' })).status,
    "snapshot name 'pre-test' already used",
  );
});

test('rolling back: the guest stops, runs again when asked or when the RAM was saved', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve1/qemu/101/snapshot';
  assert.equal((await runTask(demo, `${path}/before-flake-update/rollback`)).status, 'OK');
  assert.equal(guest(demo, 101).status, 'stopped');
  assert.equal(guest(demo, 101).parent, 'before-flake-update');
  await runTask(demo, `${path}/nginx-ok/rollback`);
  assert.equal(guest(demo, 101).status, 'running');
  await runTask(demo, `${path}/base/rollback`, { start: '1' });
  assert.equal(guest(demo, 101).status, 'running');
});

test('deleting a snapshot hangs its children to its parent', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve1/qemu/101/snapshot/before-flake-update';
  const { status } = await runTask(demo, path, {}, 30, 'DELETE');
  assert.equal(status, 'OK');
  const parents = guest(demo, 101).snapshots.map((one) => [one.name, one.parent]);
  assert.deepEqual(parents, [
    ['base', undefined],
    ['nginx-ok', 'base'],
    ['php-test', 'base'],
  ]);
});

test('ZFS goes back to the newest snapshot only, and the guest keeps running when it refuses', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve2/qemu/103/snapshot';
  const refused = await runTask(demo, `${path}/pre-update/rollback`);
  assert.equal(
    refused.status,
    "can't rollback, 'pre-update' is not most recent snapshot on 'local-zfs:vm-103-disk-0'",
  );
  assert.equal(refused.log.at(-1), `TASK ERROR: ${refused.status}`);
  assert.equal(guest(demo, 103).status, 'running');
  assert.equal(guest(demo, 103).lock, undefined);
  assert.equal((await runTask(demo, `${path}/post-update/rollback`)).status, 'OK');
  await runTask(demo, `${path}/post-update`, {}, 30, 'DELETE');
  assert.equal((await runTask(demo, `${path}/pre-update/rollback`)).status, 'OK');
});

test('raw files cannot be snapshotted, and the guest says so before', async (t) => {
  const demo = await demoFor(t);
  const feature = await data(demo, 'GET', '/nodes/pve3/lxc/205/feature?feature=snapshot');
  assert.deepEqual(feature, { hasFeature: 0 });
  const { status } = await runTask(demo, '/nodes/pve3/lxc/205/snapshot', { snapname: 'ab' });
  assert.equal(status, 'snapshot feature is not available');
});

test('a reserved snapshot name is refused before a task starts', async (t) => {
  const demo = await demoFor(t);
  const answer = await ask(demo, 'POST', '/nodes/pve1/qemu/101/snapshot', {
    form: { snapname: 'current' },
  });
  assert.equal(answer.statusText, "unable to use snapshot name 'current' (reserved name)");
});

test('HA guests only hand the request over; the manager carries it out', async (t) => {
  const demo = await demoFor(t);
  const { upid, status } = await runTask(demo, '/nodes/pve2/lxc/201/status/stop', {}, 2);
  assert.match(upid, /:hastop:201:/);
  assert.equal(status, 'OK');
  assert.equal(guest(demo, 201).status, 'running');
  demo.world.faults.advance(15);
  assert.equal(guest(demo, 201).status, 'stopped');
  assert.equal(guest(demo, 201).ha?.state, 'stopped');
});

test('hibernating saves the RAM and locks; resuming starts from it', async (t) => {
  const demo = await demoFor(t);
  const base = '/nodes/pve1/qemu/101/status';
  const saved = await runTask(demo, `${base}/suspend`, { todisk: '1' });
  assert.match(saved.upid, /:qmsuspend:/);
  assert.equal(guest(demo, 101).status, 'stopped');
  assert.equal(guest(demo, 101).lock, 'suspended');
  assert.equal((await runTask(demo, `${base}/resume`)).status, 'OK');
  assert.equal(guest(demo, 101).status, 'running');
  assert.equal(guest(demo, 101).lock, undefined);
  assert.equal(guest(demo, 101).config.vmstate, undefined);
});

test('changes of a running guest wait, a reboot applies them, an old digest is refused', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve1/qemu/102';
  const pending = await data<Record<string, unknown>[]>(demo, 'GET', `${path}/pending`);
  assert.deepEqual(
    pending.find((row) => row.key === 'memory'),
    { key: 'memory', value: '4096', pending: '6144' },
  );
  assert.equal(pending.find((row) => row.key === 'balloon')?.delete, 1);
  const { digest } = await data<{ digest: string }>(demo, 'GET', `${path}/config`);
  const changed = await ask(demo, 'PUT', `${path}/config`, {
    form: { tags: 'b;a', cores: '6', digest },
  });
  assert.equal(changed.status, 200);
  const stale = await ask(demo, 'PUT', `${path}/config`, { form: { tags: 'x', digest } });
  assert.equal(stale.statusText, 'checksum mismatch (file change by other user?)');
  const running = await data<Record<string, unknown>>(demo, 'GET', `${path}/config?current=1`);
  assert.equal(running.tags, 'a;b');
  assert.equal(running.cores, 4);
  await runTask(demo, `${path}/status/reboot`);
  assert.equal(guest(demo, 102).config.cores, 6);
  assert.equal(guest(demo, 102).config.memory, '6144');
  assert.deepEqual(guest(demo, 102).pending, {});
});

test('the agent: answers, is silent, is not configured', async (t) => {
  const demo = await demoFor(t);
  const path = (vmid: number, node = 'pve1') =>
    `/nodes/${node}/qemu/${vmid}/agent/network-get-interfaces`;
  const told = await data<{ result: { name: string }[] }>(demo, 'GET', path(101));
  assert.deepEqual(
    told.result.map((one) => one.name),
    ['lo', 'ens18'],
  );
  assert.equal(
    (await ask(demo, 'GET', path(104, 'pve2'))).statusText,
    'QEMU guest agent is not running',
  );
  assert.equal((await ask(demo, 'GET', path(110))).statusText, 'No QEMU guest agent configured');
  assert.equal(await data(demo, 'GET', '/nodes/pve3/lxc/205/interfaces'), null);
});

test('a backup locks the guest, logs its way and leaves an archive', async (t) => {
  const demo = await demoFor(t);
  const form = {
    vmid: '101',
    storage: 'backup-nas',
    mode: 'snapshot',
    'notes-template': '{{guestname}}',
  };
  const upid = await data<string>(demo, 'POST', '/nodes/pve1/vzdump', { form });
  assert.equal(guest(demo, 101).lock, 'backup');
  demo.world.faults.advance(120);
  const task = demo.world.tasks.get(upid);
  assert.equal(task?.status, 'OK');
  assert.ok(task?.log.includes('INFO: Backup job finished successfully'));
  assert.equal(guest(demo, 101).lock, undefined);
  assert.equal(demo.world.files.at(-1)?.notes, 'web-server');
  const locked = await runTask(demo, '/nodes/pve1/vzdump', { vmid: '106', storage: 'backup-nas' });
  assert.equal(locked.status, 'job errors');
});

test('without QEMU a SPICE desktop is refused in honest words', async (t) => {
  const demo = await demoFor(t);
  const said = async (vmid: number) =>
    (
      await ask(demo, 'POST', `/nodes/pve1/qemu/${vmid}/spiceproxy`, {
        form: { proxy: '127.0.0.1' },
      })
    ).statusText;
  assert.match(await said(110), /^the demo homelab has no SPICE server/);
  assert.equal(await said(111), 'VM 111 not running');
  assert.equal(await said(101), 'no spice port');
});

test('with a SPICE server the settings carry our proxy name and a CA on one line', async (t) => {
  const demo = await demoFor(t, {
    spice: async () => ({
      proxyUrl: 'http://127.0.0.1:40000',
      ca: '-----BEGIN-----\nMII\n-----END-----\n',
      hostSubject: 'OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=pve1',
      open: async ({ vmid }) => ({
        tlsPort: 61_000,
        password: 'secret',
        host: `pvespiceproxy:${vmid}`,
      }),
      close: async () => undefined,
    }),
  });
  assert.equal(demo.info.spiceProxy, 'http://127.0.0.1:40000');
  const form = { proxy: 'localhost' };
  const path = '/nodes/pve1/qemu/110/spiceproxy';
  const told = await data<Record<string, unknown>>(demo, 'POST', path, { form, as: 'desktop' });
  assert.equal(told.proxy, 'http://localhost:40000');
  assert.equal(told.ca, '-----BEGIN-----\\nMII\\n-----END-----\\n');
  assert.equal(told['tls-port'], 61_000);
  assert.equal(told.title, 'VM 110 - win11');
  const file = await ask(demo, 'POST', path, { form, formatter: 'spiceconfig' });
  assert.match(file.text, /^\[virt-viewer\]\n/);
  assert.match(file.text, /\ntls-port=61000\n/);
});
