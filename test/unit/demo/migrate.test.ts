import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { ask, data, demoFor, runTask } from './client.ts';

type Row = Record<string, unknown>;

function guest(demo: Demo, vmid: number) {
  const found = demo.world.guests.get(vmid);
  assert.ok(found);
  return found;
}

async function said(demo: Demo, path: string, form: Record<string, string>) {
  return (await ask(demo, 'POST', path, { form })).statusText;
}

test('the check tells what stands in the way, in the words of each kind', async (t) => {
  const demo = await demoFor(t);
  const stopped = await data<Row>(demo, 'GET', '/nodes/pve1/qemu/111/migrate');
  assert.equal(stopped.running, 0);
  assert.deepEqual(stopped.allowed_nodes, []);
  assert.deepEqual(stopped.not_allowed_nodes, {
    pve2: { unavailable_storages: ['local-lvm'] },
    pve3: { unavailable_storages: ['local-lvm'], 'unavailable-resources': ['hostpci0'] },
  });
  assert.deepEqual(stopped['mapped-resources'], ['hostpci0']);
  const running = await data<Row>(demo, 'GET', '/nodes/pve2/qemu/105/migrate');
  assert.equal(running.running, 1);
  assert.deepEqual(running.allowed_nodes, ['pve3']);
  assert.deepEqual(running.local_resources, ['hostpci0']);
  assert.deepEqual((running.local_disks as Row[])[0], {
    volid: 'local-zfs:vm-105-disk-0',
    size: 32 * 2 ** 30,
    cdrom: 0,
    is_unused: 0,
  });
  const container = await data<Row>(demo, 'GET', '/nodes/pve2/lxc/203/migrate');
  assert.deepEqual(container, {
    running: 1,
    'allowed-nodes': ['pve1', 'pve3'],
    'not-allowed-nodes': {},
  });
});

test('refused before a task starts', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve2/qemu/104/migrate';
  const local = await ask(demo, 'POST', path, { form: { target: 'pve2' } });
  assert.deepEqual(local.body.errors, { target: 'target is local node.' });
  assert.equal(await said(demo, path, { target: 'pve9' }), "no such cluster node 'pve9'");
  assert.equal(
    await said(demo, path, { target: 'pve3' }),
    "can't migrate running VM without --online",
  );
  assert.equal(
    await said(demo, path, { target: 'pve1', online: '1', 'with-local-disks': '1' }),
    "storage 'local-zfs' is not available on node 'pve1'",
  );
  assert.equal(
    await said(demo, '/nodes/pve2/lxc/203/migrate', { target: 'pve3' }),
    "can't migrate running container without --online or --restart",
  );
  const forced = await ask(demo, 'POST', path, { form: { target: 'pve3', force: '1' } });
  assert.equal(forced.body.errors?.force, 'Only root may use this option.');
});

test('a running machine moves with its local disks only when told so', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve2/qemu/104/migrate';
  const refused = await runTask(demo, path, { target: 'pve3', online: '1' });
  assert.equal(refused.status, 'migration aborted');
  assert.ok(refused.log.some((line) => line.includes('without with-local-disks option')));
  const form = { target: 'pve3', online: '1', 'with-local-disks': '1' };
  const upid = await data<string>(demo, 'POST', path, { form });
  assert.match(upid, /^UPID:pve2:.*:qmigrate:104:/);
  assert.equal(guest(demo, 104).lock, 'migrate');
  assert.equal(
    (await ask(demo, 'PUT', '/nodes/pve2/qemu/104/config', { form: { cores: '3' } })).statusText,
    "can't lock file '/var/lock/qemu-server/lock-104.conf' - got timeout",
  );
  const started = guest(demo, 104).startedAt;
  demo.world.faults.advance(120);
  const task = demo.world.tasks.get(upid);
  assert.equal(task?.status, 'OK', task?.log.join('\n'));
  assert.equal(guest(demo, 104).node, 'pve3');
  assert.equal(guest(demo, 104).startedAt, started);
  assert.match(
    task?.log[0] ?? '',
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d starting migration of VM 104 to node 'pve3' \(192\.168\.1\.12\)$/,
  );
  assert.ok(task?.log.some((line) => /migration finished successfully \(duration/.test(line)));
  assert.equal((await ask(demo, 'GET', '/nodes/pve3/qemu/104/config')).status, 200);
});

test('passed-through devices and snapshots keep a guest where it is', async (t) => {
  const demo = await demoFor(t);
  const form = { target: 'pve3', online: '1', 'with-local-disks': '1' };
  const bound = await runTask(demo, '/nodes/pve2/qemu/105/migrate', form);
  assert.equal(bound.status, 'migration aborted');
  assert.ok(bound.log.some((line) => line.endsWith('uses local devices: hostpci0')));
  const lvm = {
    target: 'pve2',
    online: '1',
    'with-local-disks': '1',
    targetstorage: 'local-lvm:local-zfs',
  };
  const kept = await runTask(demo, '/nodes/pve1/qemu/101/migrate', lvm);
  assert.ok(kept.log.some((line) => line.includes('if non-replicated snapshot exists')));
  assert.equal(guest(demo, 101).node, 'pve1');
  assert.equal(guest(demo, 101).lock, undefined);
  const moved = await runTask(demo, '/nodes/pve1/qemu/102/migrate', lvm);
  assert.equal(moved.status, 'OK', moved.log.join('\n'));
  assert.match(String(guest(demo, 102).config.scsi0), /^local-zfs:vm-102-disk-0,size=64G$/);
});

test('a container is stopped, moved and started again', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve2/lxc/203/migrate';
  const online = await runTask(demo, path, { target: 'pve3', online: '1' });
  assert.ok(
    online.log.some((line) => line.includes('lxc live migration is currently not implemented')),
  );
  const { upid, status, log } = await runTask(demo, path, { target: 'pve3', restart: '1' });
  assert.match(upid, /:vzmigrate:203:/);
  assert.equal(status, 'OK', log.join('\n'));
  assert.deepEqual([guest(demo, 203).node, guest(demo, 203).status], ['pve3', 'running']);
});

test('a target that dies half way: the guest stays and runs where it was', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.dieWhileMigrating('pve3');
  const form = { target: 'pve3', online: '1', 'with-local-disks': '1' };
  const { status, log } = await runTask(demo, '/nodes/pve2/qemu/104/migrate', form);
  assert.equal(status, 'migration problems');
  assert.ok(log.some((line) => /ERROR: migration finished with problems/.test(line)));
  assert.equal(demo.world.isOnline('pve3'), false);
  const { node, status: state, lock, held } = guest(demo, 104);
  assert.deepEqual([node, state, lock, held], ['pve2', 'running', undefined, undefined]);
  const again = await runTask(demo, '/nodes/pve2/qemu/104/migrate', form);
  assert.equal(again.status, 'migration aborted');
  assert.ok(again.log.some((line) => line.includes("Can't connect to destination address")));
});

test('a container whose target dies runs again on the source', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.dieWhileMigrating('pve3');
  const path = '/nodes/pve2/lxc/202/migrate';
  const { status } = await runTask(demo, path, { target: 'pve3', restart: '1' });
  assert.equal(status, 'migration aborted');
  const { node, status: state, lock } = guest(demo, 202);
  assert.deepEqual([node, state, lock], ['pve2', 'running', undefined]);
});

test('an interrupted move or clone leaves the guest whole and nothing else behind', async (t) => {
  const demo = await demoFor(t);
  const start = (path: string, form: Record<string, string>) =>
    data<string>(demo, 'POST', path, { form });
  const stop = async (upid: string) => {
    const node = upid.split(':')[1];
    await ask(demo, 'DELETE', `/nodes/${node}/tasks/${encodeURIComponent(upid)}`);
    assert.equal(demo.world.tasks.get(upid)?.status, 'received interrupt');
  };
  const moving = await start('/nodes/pve2/lxc/202/migrate', { target: 'pve3', restart: '1' });
  demo.world.faults.advance(10);
  assert.equal(guest(demo, 202).status, 'stopped');
  await stop(moving);
  const { node, status, lock, held } = guest(demo, 202);
  assert.deepEqual([node, status, lock, held], ['pve2', 'running', undefined, undefined]);
  const cloning = await start('/nodes/pve1/qemu/111/clone', { newid: '150' });
  demo.world.faults.advance(3);
  assert.equal(guest(demo, 150).lock, 'clone');
  await stop(cloning);
  assert.equal(demo.world.guests.has(150), false);
  assert.equal(guest(demo, 111).held, undefined);
});

test('a target storage without room: nothing has moved', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.fillStorage('local-zfs', 'pve3', 2 ** 30);
  const form = { target: 'pve3', online: '1', 'with-local-disks': '1' };
  const { status, log } = await runTask(demo, '/nodes/pve2/qemu/104/migrate', form);
  assert.equal(status, 'migration problems');
  assert.ok(log.some((line) => line.includes('No space left on device')));
  assert.deepEqual([guest(demo, 104).node, guest(demo, 104).status], ['pve2', 'running']);
});

test('a managed guest: the request ends at once, the manager moves it later', async (t) => {
  const demo = await demoFor(t);
  const { upid, status } = await runTask(
    demo,
    '/nodes/pve2/lxc/201/migrate',
    { target: 'pve3', restart: '1' },
    2,
  );
  assert.match(upid, /:hamigrate:201:/);
  assert.equal(status, 'OK');
  assert.equal(guest(demo, 201).node, 'pve2');
  demo.world.faults.advance(120);
  assert.deepEqual([guest(demo, 201).node, guest(demo, 201).status], ['pve3', 'running']);
  assert.equal(guest(demo, 201).ha?.state, 'started');
});

test('the agent tells the system, file systems, users and name, or why not', async (t) => {
  const demo = await demoFor(t);
  const agent = (command: string, vmid = 100) => `/nodes/pve1/qemu/${vmid}/agent/${command}`;
  const os = await data<{ result: Row }>(demo, 'GET', agent('get-osinfo'));
  assert.equal(os.result['pretty-name'], 'Ubuntu 24.04.3 LTS (Noble Numbat)');
  const fs = await data<{ result: Row[] }>(demo, 'GET', agent('get-fsinfo'));
  assert.equal(fs.result[0]?.mountpoint, '/');
  const users = await data<{ result: Row[] }>(demo, 'GET', agent('get-users'));
  assert.equal(users.result[0]?.user, 'ubuntu');
  const name = await data<{ result: Row }>(demo, 'GET', agent('get-host-name'));
  assert.equal(name.result['host-name'], 'dev-lab');
  assert.equal(
    (await ask(demo, 'GET', agent('get-osinfo', 110))).statusText,
    'No QEMU guest agent configured',
  );
  assert.equal(
    (await ask(demo, 'PUT', '/nodes/pve1/qemu/101/sendkey', { form: { key: 'ctrl-alt-delete' } }))
      .status,
    200,
  );
  assert.deepEqual(demo.world.sentKeys, [{ vmid: 101, key: 'ctrl-alt-delete' }]);
});

test('bridges, mapped devices and features', async (t) => {
  const demo = await demoFor(t);
  const bridges = await data<Row[]>(demo, 'GET', '/nodes/pve1/network?type=any_bridge');
  assert.deepEqual(
    bridges.map((row) => row.iface),
    ['vmbr0', 'vmbr1'],
  );
  const pci = await data<Row[]>(demo, 'GET', '/cluster/mapping/pci');
  assert.equal(pci[0]?.id, 'gpu');
  const usb = await data<Row[]>(demo, 'GET', '/cluster/mapping/usb');
  assert.equal(usb[0]?.id, 'zigbee');
  const feature = (path: string) => data(demo, 'GET', `/nodes/pve1/qemu/${path}`);
  assert.deepEqual(await feature('9000/feature?feature=clone'), { hasFeature: 1, nodes: ['pve1'] });
  assert.deepEqual(await feature('101/feature?feature=clone'), { hasFeature: 0, nodes: [] });
});
