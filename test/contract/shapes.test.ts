import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { startTestDemo, type TestDemo } from '../support/demo.ts';
import { ask } from './wire.ts';

type Row = Readonly<Record<string, unknown>>;

/** What each key holds, by a word; the shapes are those that real servers were seen to send. */
const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  decimal: (value) => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value),
  count: (value) => Number.isInteger(value) && (value as number) >= 0,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  flag: (value) => value === 0 || value === 1,
  fraction: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  decimals: (value) => Array.isArray(value) && value.every((each) => kinds.decimal?.(each)),
};

function check(row: Row, shape: Readonly<Record<string, string>>): void {
  for (const [key, kind] of Object.entries(shape)) {
    assert.ok(kinds[kind]?.(row[key]), `${key} is no ${kind}: ${JSON.stringify(row)}`);
  }
}

const live = {
  uptime: 'count',
  cpu: 'fraction',
  mem: 'count',
  maxmem: 'count',
  maxdisk: 'count',
  disk: 'count',
  netin: 'count',
  netout: 'count',
  diskread: 'count',
  diskwrite: 'count',
};

const start = (t: TestContext) => startTestDemo(t, { now: () => Date.UTC(2026, 10, 21, 12) });
const rowsOf = async (demo: TestDemo, path: string) => (await ask(demo, path)).data as Row[];

test('the rows of cluster/resources', async (t) => {
  const demo = await start(t);
  demo.world.faults.nodeDown('pve3', true);
  // A node's figures are forgotten when it has been gone for five minutes.
  demo.world.faults.advance(360);
  const rows = await rowsOf(demo, '/cluster/resources');
  const of = (type: string) => rows.filter((row) => row.type === type);
  const guest = { id: 'text', vmid: 'count', name: 'text', node: 'text', status: 'text' };
  for (const type of ['qemu', 'lxc']) {
    const running = of(type).filter(({ status }) => status === 'running');
    assert.ok(running.length > 0, type);
    const shape = { ...guest, ...live, template: 'flag', maxcpu: 'number', memhost: 'count' };
    for (const row of running) check(row, shape);
  }
  for (const row of of('qemu')) assert.ok(row.disk === 0 || row.disk === undefined);
  const lost = rows.filter(({ node, vmid }) => node === 'pve3' && vmid !== undefined);
  assert.ok(lost.length > 0);
  for (const row of lost) {
    assert.equal(row.status, 'unknown');
    for (const key of ['name', 'template', 'cpu', 'mem', 'maxmem', 'uptime']) {
      assert.ok(!(key in row), `${row.id} has ${key}`);
    }
  }
  const nodes = of('node');
  const online = { id: 'text', node: 'text', level: 'text', cpu: 'fraction', maxcpu: 'count' };
  const figures = {
    mem: 'count',
    maxmem: 'count',
    disk: 'count',
    maxdisk: 'count',
    uptime: 'count',
  };
  for (const row of nodes.filter(({ status }) => status === 'online')) {
    check(row, { ...online, ...figures, 'cgroup-mode': 'count' });
  }
  const offline = nodes.find(({ status }) => status === 'offline');
  assert.ok(offline && !('cpu' in offline) && !('mem' in offline));
  const storage = { storage: 'text', plugintype: 'text', content: 'text', shared: 'flag' };
  const available = of('storage').filter(({ status }) => status === 'available');
  assert.ok(available.length > 0);
  for (const row of available) check(row, { ...storage, disk: 'count', maxdisk: 'count' });
  for (const row of of('pool')) assert.equal(row.id, `/pool/${row.pool}`);
  const machines = await rowsOf(demo, '/cluster/resources?type=vm');
  assert.ok(machines.length > 0 && machines.every(({ vmid }) => vmid !== undefined));
});

test('the status of a node', async (t) => {
  const demo = await start(t);
  const { data } = await ask(demo, '/nodes/pve1/status');
  check(data as Row, {
    cpu: 'fraction',
    wait: 'fraction',
    uptime: 'count',
    loadavg: 'decimals',
    kversion: 'text',
    pveversion: 'text',
    'current-kernel': 'object',
    'boot-info': 'object',
    ksm: 'object',
  });
  const status = data as Record<string, Row>;
  check(status.cpuinfo ?? {}, {
    model: 'text',
    cores: 'count',
    cpus: 'count',
    sockets: 'count',
    mhz: 'decimal',
  });
  check(status.memory ?? {}, { total: 'count', used: 'count', free: 'count', available: 'count' });
  check(status.swap ?? {}, { total: 'count', used: 'count', free: 'count' });
  check(status.rootfs ?? {}, { total: 'count', used: 'count', avail: 'count', free: 'count' });
});

test('the status of a machine and of a container', async (t) => {
  const demo = await start(t);
  const guests = [...demo.world.guests.values()].filter(({ status }) => status === 'running');
  const path = (type: string) => {
    const guest = guests.find((each) => each.type === type);
    return `/nodes/${guest?.node}/${type}/${guest?.vmid}/status/current`;
  };
  const base = {
    ...live,
    vmid: 'count',
    name: 'text',
    status: 'text',
    cpus: 'number',
    ha: 'object',
  };
  const machine = (await ask(demo, path('qemu'))).data as Row;
  check(machine, { ...base, qmpstatus: 'text', pid: 'count', nics: 'object', blockstat: 'object' });
  check(machine, { 'running-machine': 'text', 'running-qemu': 'text', pressurecpusome: 'number' });
  const container = (await ask(demo, path('lxc'))).data as Row;
  check(container, { ...base, type: 'text', pid: 'count', swap: 'count', maxswap: 'count' });
  check(container, { pressurecpusome: 'decimal', pressureiofull: 'decimal' });
});

test('snapshots end with the row of the current state', async (t) => {
  const demo = await start(t);
  const guest = [...demo.world.guests.values()].find(({ snapshots }) => snapshots.length > 1);
  assert.ok(guest);
  const rows = await rowsOf(demo, `/nodes/${guest.node}/${guest.type}/${guest.vmid}/snapshot`);
  const current = rows.find(({ name }) => name === 'current');
  check(current ?? {}, { digest: 'text', running: 'flag', parent: 'text' });
  assert.equal(current?.description, 'You are here!');
  for (const row of rows.filter((each) => each !== current)) {
    check(row, { name: 'text', description: 'text', snaptime: 'count' });
  }
  const names = rows.map(({ name }) => name);
  for (const { parent } of rows) assert.ok(parent === undefined || names.includes(parent));
});

test('tasks carry their UPID in parts', async (t) => {
  const demo = await start(t);
  const guest = [...demo.world.guests.values()].find(({ type }) => type === 'lxc');
  const path = `/nodes/${guest?.node}/lxc/${guest?.vmid}`;
  const { data: upid } = await ask(demo, `${path}/status/stop`, 'POST');
  const match =
    /^UPID:([^:]+):([0-9A-F]{8}):([0-9A-F]{8,9}):([0-9A-F]{8}):vzstop:(\d+):root@pam!demo:$/;
  const parts = match.exec(String(upid));
  assert.ok(parts, String(upid));
  const cluster = (await rowsOf(demo, '/cluster/tasks')).find((row) => row.upid === upid);
  check(cluster ?? {}, {
    node: 'text',
    starttime: 'count',
    type: 'text',
    id: 'text',
    user: 'text',
  });
  assert.ok(!('endtime' in (cluster ?? {})) && !('status' in (cluster ?? {})), 'it is running');
  const running = (await rowsOf(demo, `/nodes/${guest?.node}/tasks?source=all`)).find(
    (row) => row.upid === upid,
  );
  assert.equal(running?.status, 'RUNNING');
  assert.equal(running?.user, 'root@pam');
  assert.equal(running?.tokenid, 'demo');
  assert.equal(running?.starttime, Number.parseInt(parts[4] ?? '', 16));
  demo.world.faults.advance(120);
  const over = (await rowsOf(demo, '/cluster/tasks')).find((row) => row.upid === upid);
  check(over ?? {}, { endtime: 'count', status: 'text' });
});

test('errors have their message in the status line and in the body', async (t) => {
  const demo = await start(t);
  const missing = await ask(demo, '/nodes/pve1/qemu/999999/status/current');
  assert.equal(missing.status, 500);
  assert.match(
    missing.reason,
    /^Configuration file 'nodes\/pve1\/qemu-server\/999999\.conf' does not exist/,
  );
  assert.equal(missing.body.data, null);
  assert.equal(String(missing.body.message).trim(), missing.reason);
  const wrong = await ask(demo, '/nodes/pve1/rrddata?timeframe=never');
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.message, 'Parameter verification failed.\n');
  assert.deepEqual(Object.keys(wrong.body.errors as object), ['timeframe']);
  assert.equal((await ask(demo, '/no/such/thing')).status, 501);
});
