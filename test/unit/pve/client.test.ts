import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { findLostTask } from '../../../source/services/index.ts';
import type { GuestAt } from '../../../source/services/types.ts';
import { rig } from '../http/fake-environment.ts';
import { certificate, type Handler, json, startServer } from '../http/fake-server.ts';

const shown = await certificate();
const vm: GuestAt = {
  site: 'home' as never,
  type: 'qemu',
  vmid: 100,
  node: sanitise('pve1'),
  name: sanitise('web01'),
};
const ct: GuestAt = { ...vm, type: 'lxc', vmid: 200 };
const upid = 'UPID:pve2:0020C066:042DF204:69C26EB0:qmstart:100:root@pam!tui:';
const started = 0x69c26eb0;

async function serve(t: TestContext, handler: Handler) {
  const server = await startServer(shown, handler);
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  return { server, ...rig(t, { endpoints: [server.url], tls }) };
}

test('every write uses the method, path and parameters of the API', async (t) => {
  const { server, site } = await serve(t, (_seen, response) => json(response, { data: upid }));
  const { guests, nodes, tasks } = site;
  await guests.power(vm, 'shutdown', { timeout: 60, forceStop: true, overruleShutdown: true });
  await guests.power(vm, 'stop', { timeout: 10, forceStop: true, overruleShutdown: false });
  await guests.power(vm, 'hibernate');
  await guests.power(ct, 'start', { timeout: 60 });
  await guests.power(ct, 'stop', { overruleShutdown: true });
  await guests.createSnapshot(vm, { snapname: 'pre-1', description: 'a&b =ü', vmstate: true });
  await guests.createSnapshot(ct, { snapname: 'pre-1', vmstate: true });
  await guests.rollback(vm, 'pre-1', { start: true });
  await guests.deleteSnapshot(ct, 'pre-1', { force: true });
  await guests.describeSnapshot(vm, 'pre-1', '');
  await nodes.serviceCommand('pve1', 'ssh', 'restart');
  await nodes.command('pve1', 'reboot');
  await nodes.wake('pve2');
  await nodes.startAll('pve1', { vms: [100, 101], force: false });
  await nodes.stopAll('pve1', { timeout: 60, forceStop: true });
  await tasks.stop(upid);
  const told = server.seen.map(({ method, path, query, form }) =>
    `${method} ${path} ${query}${form}`.trim(),
  );
  assert.deepEqual(told, [
    'POST /nodes/pve1/qemu/100/status/shutdown timeout=60&forceStop=1',
    'POST /nodes/pve1/qemu/100/status/stop timeout=10&overrule-shutdown=0',
    'POST /nodes/pve1/qemu/100/status/suspend todisk=1',
    'POST /nodes/pve1/lxc/200/status/start',
    'POST /nodes/pve1/lxc/200/status/stop overrule-shutdown=1',
    'POST /nodes/pve1/qemu/100/snapshot snapname=pre-1&description=a%26b+%3D%C3%BC&vmstate=1',
    'POST /nodes/pve1/lxc/200/snapshot snapname=pre-1',
    'POST /nodes/pve1/qemu/100/snapshot/pre-1/rollback start=1',
    'DELETE /nodes/pve1/lxc/200/snapshot/pre-1 force=1',
    'PUT /nodes/pve1/qemu/100/snapshot/pre-1/config description=',
    'POST /nodes/pve1/services/ssh/restart',
    'POST /nodes/pve1/status command=reboot',
    'POST /nodes/pve2/wakeonlan',
    'POST /nodes/pve1/startall vms=100%2C101&force=0',
    'POST /nodes/pve1/stopall timeout=60&force-stop=1',
    `DELETE /nodes/pve2/tasks/${encodeURIComponent(upid)}`,
  ]);
  const remove = server.seen.find((seen) => seen.method === 'DELETE');
  assert.equal(remove?.headers['content-type'], undefined);
  assert.equal(remove?.headers['content-length'], undefined);
});

test('only a UPID counts as a started task', async (t) => {
  let data: unknown = upid;
  const { site } = await serve(t, (_seen, response) => json(response, { data }));
  assert.deepEqual(await site.guests.power(vm, 'start'), { ok: true, value: { upid } });
  for (const other of [null, 'OK', '00:11:22:33:44:55', 'UPID:broken', {}]) {
    data = other;
    assert.deepEqual(await site.guests.power(vm, 'start'), { ok: true, value: {} });
  }
});

test('what the API does not have is refused before any call', async (t) => {
  const { server, site } = await serve(t, (_seen, response) => json(response, { data: null }));
  const results = [
    await site.guests.power(ct, 'reset'),
    await site.guests.power(ct, 'hibernate'),
    await site.guests.createSnapshot(vm, { snapname: 'current' }),
    await site.guests.createSnapshot(vm, { snapname: '1st' }),
    await site.tasks.status('UPID:none'),
  ];
  for (const result of results) assert.equal(!result.ok && result.failure.kind, 'invalid');
  assert.equal(server.seen.length, 0);
});

test('reads ask the right node with the right query', async (t) => {
  const { server, site } = await serve(t, (seen, response) =>
    json(response, { data: /log|list|tasks$|journal|rrddata/.test(seen.path) ? [] : {}, total: 7 }),
  );
  await site.tasks.status(upid);
  const log = await site.tasks.log(upid, { start: 50, limit: 500 });
  await site.tasks.node('pve1', { errors: true, vmid: 100, limit: 20 });
  await site.nodes.journal('pve1', { cursor: 's=1;b=2' });
  await site.nodes.smart('pve1', '/dev/sda');
  await site.guests.rrd(vm, 'hour');
  await site.guests.snapshotConfig(ct, 'pre-1');
  await site.guests.feature(vm, 'snapshot');
  assert.deepEqual(
    server.seen.map(({ path, query }) => `${decodeURIComponent(path)} ${query}`.trim()),
    [
      `/nodes/pve2/tasks/${upid}/status`,
      `/nodes/pve2/tasks/${upid}/log start=50&limit=500`,
      '/nodes/pve1/tasks source=all&errors=1&vmid=100&limit=20',
      '/nodes/pve1/journal startcursor=s%3D1%3Bb%3D2',
      '/nodes/pve1/disks/smart disk=%2Fdev%2Fsda',
      '/nodes/pve1/qemu/100/rrddata timeframe=hour&cf=AVERAGE',
      '/nodes/pve1/lxc/200/config snapshot=pre-1',
      '/nodes/pve1/qemu/100/feature feature=snapshot',
    ],
  );
  assert.deepEqual(log.ok && log.value, { lines: [], next: 50, total: 7 });
});

test('hostile names stay one path component', async (t) => {
  const { server, site } = await serve(t, (_seen, response) => json(response, { data: [] }));
  await site.storage.content('pve1', 'a/../b?x=1#y%2F');
  assert.equal(server.seen[0]?.path, '/nodes/pve1/storage/a%2F..%2Fb%3Fx%3D1%23y%252F/content');
  for (const name of ['..', '.', '']) {
    const refused = await site.storage.content('pve1', name);
    assert.equal(!refused.ok && refused.failure.kind, 'invalid');
  }
  await site.guests.describeSnapshot(vm, 'a', 'half \ud83d of it');
  assert.equal(server.seen[1]?.form.get('description'), 'half \ufffd of it');
  assert.equal(server.seen.length, 2);
});

test('SPICE settings keep the wire form, and the password is a secret', async (t) => {
  const password = 'f'.repeat(40);
  const { site, records } = await serve(t, (_seen, response) =>
    json(response, {
      data: { type: 'spice', ca: 'A\\nB', 'tls-port': 61000, 'delete-this-file': 1, password },
    }),
  );
  const result = await site.guests.spiceproxy(vm, 'host');
  assert.ok(result.ok);
  assert.deepEqual(result.value.values, {
    type: 'spice',
    ca: 'A\\nB',
    'tls-port': '61000',
    'delete-this-file': '1',
  });
  assert.equal(result.value.password.reveal(), password);
  assert.equal(JSON.stringify([result, records]).includes(password), false);
});

test('a node that is down fails its own calls only and is not asked twice', async (t) => {
  const { server, site } = await serve(t, (seen, response) => {
    if (!seen.path.startsWith('/nodes/pve3')) return json(response, { data: [] });
    response.writeHead(595, 'No route to host', { connection: 'close' });
    response.end();
  });
  for (let round = 0; round < 4; round += 1) {
    const down = await site.nodes.status('pve3');
    assert.equal(!down.ok && down.failure.kind, 'unreachable');
    assert.match(down.ok ? '' : down.failure.what, /Node pve3/);
  }
  assert.equal((await site.resources()).ok, true);
  assert.equal(server.seen.length, 5);
});

const row = (type: string, at: number, who = 'root@pam!tui', id = '100') => ({
  upid: `UPID:pve1:00000001:00000002:${at.toString(16).toUpperCase().padStart(8, '0')}:${type}:${id}:${who}:`,
  starttime: at,
  status: 'RUNNING',
});
const query = { node: 'pve1', taskTypes: ['qmstart', 'hastart'], id: '100', since: started };
const look = { attempts: 2, pause: 1, sleep: async () => undefined };

test('a lost call is found by type, id, user and time, in either list', async (t) => {
  const near = row('qmstart', started + 2);
  const lists = { node: [] as unknown[], cluster: [] as unknown[] };
  const { server, site } = await serve(t, (seen, response) =>
    json(response, { data: seen.path === '/cluster/tasks' ? lists.cluster : lists.node }),
  );
  lists.node = [
    row('qmstart', started - 1),
    row('qmstop', started + 1),
    row('qmstart', started + 1, 'other@pam'),
    row('qmstart', started + 1, 'root@pam'),
    row('qmstart', started + 1, 'root@pam!tui', '101'),
    row('qmstart', started + 9),
    near,
  ];
  assert.deepEqual(await findLostTask(site, query, look), { ok: true, value: { upid: near.upid } });
  assert.equal(server.seen[0]?.query.get('source'), 'all');
  assert.equal(server.seen[0]?.query.get('since'), String(started));
  const ha = row('hastart', started);
  lists.node = [];
  lists.cluster = [ha];
  assert.deepEqual(await findLostTask(site, query, look), { ok: true, value: { upid: ha.upid } });
  lists.cluster = [];
  assert.deepEqual(await findLostTask(site, query, look), { ok: true, value: undefined });
});

test('a task that appears late is found; a search that fails never says there is none', async (t) => {
  let asked = 0;
  let broken = false;
  const late = row('qmstart', started);
  const { site } = await serve(t, (seen, response) => {
    if (seen.path === '/cluster/tasks') return json(response, { data: [] });
    asked += 1;
    if (broken) return json(response, { data: null, message: 'ipcc failed' }, 500);
    json(response, { data: asked > 1 ? [late] : [] });
  });
  assert.deepEqual(await findLostTask(site, query, look), { ok: true, value: { upid: late.upid } });
  broken = true;
  const failed = await findLostTask(site, query, look);
  assert.equal(!failed.ok && failed.failure.detail, 'ipcc failed');
});
