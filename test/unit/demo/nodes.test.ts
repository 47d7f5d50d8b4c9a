import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, data, demoFor, runTask } from './client.ts';

test('a service is restarted and stopped by tasks; the essential ones refuse', async (t) => {
  const demo = await demoFor(t);
  const base = '/nodes/pve1/services';
  const stopped = await runTask(demo, `${base}/postfix/stop`);
  assert.match(stopped.upid, /:srvstop:postfix:/);
  const state = await data<Record<string, unknown>>(demo, 'GET', `${base}/postfix/state`);
  assert.equal(state['active-state'], 'inactive');
  await runTask(demo, `${base}/postfix/start`);
  const again = await data<Record<string, unknown>>(demo, 'GET', `${base}/postfix/state`);
  assert.equal(again['active-state'], 'active');
  const refused = await runTask(demo, `${base}/pveproxy/stop`);
  assert.match(refused.status ?? '', /refusing to stop essential service/);
});

test('a reboot takes the guests and the node down and brings them back', async (t) => {
  const demo = await demoFor(t);
  const { world } = demo;
  assert.equal(
    await data(demo, 'POST', '/nodes/pve3/status', { form: { command: 'reboot' } }),
    null,
  );
  world.faults.advance(1);
  assert.ok(world.isOnline('pve3'));
  world.faults.advance(60);
  assert.ok(!world.isOnline('pve3'));
  assert.equal((await ask(demo, 'GET', '/nodes/pve3/status')).status, 595);
  assert.equal(world.guests.get(107)?.status, 'stopped');
  world.faults.advance(60);
  assert.ok(world.isOnline('pve3'));
  assert.equal(world.guests.get(107)?.status, 'running');
  assert.equal(world.guests.get(108)?.status, 'stopped');
});

test('a node that was shut down stays off until it is woken from another', async (t) => {
  const demo = await demoFor(t);
  const { world } = demo;
  await data(demo, 'POST', '/nodes/pve3/status', { form: { command: 'shutdown' } });
  world.faults.advance(400);
  assert.ok(!world.isOnline('pve3'));
  const mac = await data<string>(demo, 'POST', '/nodes/pve3/wakeonlan', { form: {} });
  assert.match(mac, /^bc:24:11:/);
  world.faults.advance(60);
  assert.ok(world.isOnline('pve3'));
  const local = await ask(demo, 'POST', '/nodes/pve1/wakeonlan', { form: {} });
  assert.equal(local.status, 500);
});

test('start all starts what starts on boot, in order; stop all ends them', async (t) => {
  const demo = await demoFor(t);
  const { world } = demo;
  await runTask(demo, '/nodes/pve2/stopall', { timeout: '30' }, 90);
  assert.ok(world.guestsOf('pve2').every((guest) => guest.status === 'stopped'));
  const { status, log } = await runTask(demo, '/nodes/pve2/startall', {}, 90);
  assert.equal(status, 'OK');
  assert.equal(log[0], 'Starting VM 105');
  assert.equal(world.guests.get(202)?.status, 'running');
  assert.equal(world.guests.get(113)?.status, 'stopped');
});

test('a task can be stopped, and lets go of what it locked', async (t) => {
  const demo = await demoFor(t);
  const form = { vmid: '101', storage: 'backup-nas' };
  const upid = await data<string>(demo, 'POST', '/nodes/pve1/vzdump', { form });
  const path = `/nodes/pve1/tasks/${encodeURIComponent(upid)}`;
  const denied = await ask(demo, 'DELETE', path, { as: 'auditor' });
  assert.equal(denied.statusText, 'Permission check failed (/nodes/pve1, Sys.Modify)');
  assert.equal(await data(demo, 'DELETE', path), null);
  assert.equal(demo.world.tasks.get(upid)?.status, 'received interrupt');
  assert.equal(demo.world.guests.get(101)?.lock, undefined);
});

test('the task lists: filters, paging, running ones first, a token sees its own only', async (t) => {
  const demo = await demoFor(t);
  const list = async (query: string) => ask(demo, 'GET', `/nodes/pve2/tasks?${query}`);
  const failed = await list('errors=1&limit=500');
  const rows = failed.body.data as { status: string }[];
  assert.ok(rows.length > 0 && rows.every((row) => row.status !== 'OK'));
  const page = await list('limit=5&start=2');
  assert.equal((page.body.data as unknown[]).length, 5);
  assert.ok((page.body.total ?? 0) > 7);
  await data(demo, 'POST', '/nodes/pve2/qemu/104/status/reboot', { form: {} });
  const all = (await list('source=all')).body.data as { type: string; status: string }[];
  assert.deepEqual([all[0]?.type, all[0]?.status], ['qmreboot', 'RUNNING']);
  const archive = (await list('')).body.data as { type: string }[];
  assert.notEqual(archive[0]?.type, 'qmreboot');
  assert.deepEqual(await data(demo, 'GET', '/nodes/pve2/tasks', { as: 'desktop' }), []);
});

test('the log is paged by lines to skip, and ends with the result', async (t) => {
  const demo = await demoFor(t);
  const { upid, log } = await runTask(demo, '/nodes/pve1/vzdump', {
    vmid: '101',
    storage: 'backup-nas',
  });
  const path = `/nodes/pve1/tasks/${encodeURIComponent(upid)}/log`;
  const page = await ask(demo, 'GET', `${path}?start=3&limit=2`);
  assert.deepEqual(page.body.data, [
    { n: 4, t: log[3] },
    { n: 5, t: log[4] },
  ]);
  assert.equal(page.body.total, log.length);
  const rest = await data<{ t: string }[]>(demo, 'GET', `${path}?start=2&limit=0`);
  assert.equal(rest.at(-1)?.t, 'TASK OK');
  assert.equal((await ask(demo, 'GET', `${path}?download=1`)).text, `${log.join('\n')}\n`);
});

test('the graphs have the sizes of PVE 9 and gaps where nobody wrote', async (t) => {
  const demo = await demoFor(t);
  const points = (path: string) => data<Record<string, number>[]>(demo, 'GET', path);
  const hour = await points('/nodes/pve1/qemu/101/rrddata?timeframe=hour');
  assert.equal(hour.length, 60);
  assert.equal((hour[1]?.time ?? 0) - (hour[0]?.time ?? 0), 60);
  assert.ok((hour[0]?.cpu ?? -1) >= 0);
  const off = await points('/nodes/pve1/qemu/111/rrddata?timeframe=hour');
  assert.equal(off[0]?.cpu, undefined);
  assert.ok(off[0]?.maxmem !== undefined);
  const week = await points('/nodes/pve2/rrddata?timeframe=week');
  assert.equal(week.length, 336);
  assert.ok(
    week.some((point) => point.cpu === undefined) && week.some((point) => point.cpu !== undefined),
  );
});

test('disks tell SMART as a table or as text, certificates what TLS shows', async (t) => {
  const demo = await demoFor(t);
  const disks = await data<{ devpath: string; wearout: unknown }[]>(
    demo,
    'GET',
    '/nodes/pve3/disks/list',
  );
  assert.deepEqual(
    disks.map((disk) => disk.wearout),
    [37, 'N/A'],
  );
  const ata = await data<{ type: string; attributes: unknown[] }>(
    demo,
    'GET',
    '/nodes/pve3/disks/smart?disk=/dev/sda',
  );
  assert.equal(ata.type, 'ata');
  assert.ok(ata.attributes.length > 5);
  const nvme = await data<{ text: string }>(
    demo,
    'GET',
    '/nodes/pve1/disks/smart?disk=/dev/nvme0n1',
  );
  assert.match(nvme.text, /Percentage Used: +4%/);
  const certificates = await data<{ fingerprint: string }[]>(
    demo,
    'GET',
    '/nodes/pve2/certificates/info',
  );
  assert.equal(certificates[1]?.fingerprint, demo.info.fingerprint);
});
