import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, data, demoFor } from './client.ts';

test('every wrong parameter is named, in the words of the schema check', async (t) => {
  const demo = await demoFor(t);
  const form = { snapname: '1x', vmstate: 'yes', foo: '2' };
  const answer = await ask(demo, 'POST', '/nodes/pve1/qemu/101/snapshot', { form });
  assert.equal(answer.status, 400);
  assert.equal(answer.statusText, 'Parameter verification failed.');
  assert.equal(answer.body.message, 'Parameter verification failed.\n');
  assert.equal(
    answer.body.errors?.foo,
    'property is not defined in schema and the schema does not allow additional properties',
  );
  assert.match(answer.body.errors?.vmstate ?? '', /^type check \('boolean'\) failed - got 'yes'$/);
  assert.match(answer.body.errors?.snapname ?? '', /^invalid format - /);
});

test('missing, too small and unknown values are refused', async (t) => {
  const demo = await demoFor(t);
  const missing = await ask(demo, 'POST', '/nodes/pve1/qemu/101/snapshot', { form: {} });
  assert.deepEqual(missing.body.errors, {
    snapname: 'property is missing and it is not optional',
  });
  const vmid = await ask(demo, 'GET', '/nodes/pve1/qemu/99/config');
  assert.equal(vmid.body.errors?.vmid, 'value must have a minimum value of 100');
  const type = await ask(demo, 'GET', '/cluster/resources?type=pool');
  assert.match(type.body.errors?.type ?? '', /does not have a value in the enumeration/);
});

test('JSON bodies are read like forms, true and false included', async (t) => {
  const demo = await demoFor(t);
  const answer = await ask(demo, 'PUT', '/nodes/pve1/qemu/101/config', {
    rawBody: JSON.stringify({ onboot: false, description: 'ü' }),
    headers: { 'Content-Type': 'application/json' },
  });
  assert.equal(answer.status, 200);
  assert.equal(demo.world.guests.get(101)?.config.onboot, 0);
  assert.equal(demo.world.guests.get(101)?.config.description, 'ü');
});

test('what does not exist: path, node, guest', async (t) => {
  const demo = await demoFor(t);
  const path = await ask(demo, 'GET', '/nodes/pve1/ceph');
  assert.equal(path.status, 501);
  assert.equal(path.statusText, "Method 'GET /nodes/pve1/ceph' not implemented");
  assert.deepEqual(demo.world.unimplemented, ['GET /nodes/pve1/ceph']);
  const node = await ask(demo, 'GET', '/nodes/pve9/qemu');
  assert.equal(node.status, 500);
  assert.match(node.statusText, /^hostname lookup 'pve9' failed/);
  const guest = await ask(demo, 'GET', '/nodes/pve2/qemu/101/config');
  assert.equal(guest.status, 500);
  assert.equal(
    guest.body.message,
    "Configuration file 'nodes/pve2/qemu-server/101.conf' does not exist\n",
  );
});

test('bodies where none may be, and too big ones, are refused', async (t) => {
  const demo = await demoFor(t);
  const removal = await ask(demo, 'DELETE', '/nodes/pve1/qemu/101/snapshot/base', {
    form: { force: '1' },
  });
  assert.equal(removal.statusText, "Unexpected content for method 'DELETE'");
  assert.equal(demo.world.guests.get(101)?.snapshots.length, 4);
  const big = await ask(demo, 'POST', '/nodes/pve1/qemu/101/snapshot', {
    rawBody: `description=${'x'.repeat(600_000)}`,
  }).catch(() => undefined);
  assert.ok(big === undefined || big.status === 501);
  assert.equal((await ask(demo, 'HEAD', '/version')).status, 501);
});

test('a node that is off: 595 with an empty body, its own endpoint dead, its rows without values', async (t) => {
  const demo = await demoFor(t, { scenario: 'node-down' });
  const answer = await ask(demo, 'GET', '/nodes/pve3/qemu');
  assert.equal(answer.status, 595);
  assert.equal(answer.text, '');
  await assert.rejects(ask(demo, 'GET', '/version', { endpoint: 2 }));
  const rows = await data<Record<string, unknown>[]>(demo, 'GET', '/cluster/resources');
  const row = rows.find((one) => one.id === 'qemu/107');
  assert.deepEqual(row, {
    id: 'qemu/107',
    type: 'qemu',
    vmid: 107,
    node: 'pve3',
    status: 'unknown',
    tags: 'home',
  });
  assert.deepEqual(
    rows.find((one) => one.id === 'node/pve3'),
    { id: 'node/pve3', type: 'node', node: 'pve3', status: 'offline' },
  );
  const rrd = await data<Record<string, number>[]>(
    demo,
    'GET',
    '/nodes/pve3/rrddata?timeframe=hour',
  );
  assert.equal(rrd.at(-1)?.cpu, undefined);
  assert.ok(rrd[0]?.cpu !== undefined);
});

test('without quorum everything reads and nothing changes', async (t) => {
  const demo = await demoFor(t, { scenario: 'no-quorum' });
  const rows = await data<Record<string, unknown>[]>(demo, 'GET', '/cluster/status');
  assert.equal(rows[0]?.quorate, 0);
  const answer = await ask(demo, 'POST', '/nodes/pve1/qemu/101/snapshot', {
    form: { snapname: 'ab' },
  });
  assert.equal(answer.status, 500);
  assert.equal(answer.statusText, 'cluster not ready - no quorum?');
  assert.equal(demo.world.tasks.running().length, 0);
});

test('the list stays the same byte for byte within a period and moves with the next', async (t) => {
  const demo = await demoFor(t);
  const first = await ask(demo, 'GET', '/cluster/resources');
  demo.world.faults.advance(5);
  assert.equal((await ask(demo, 'GET', '/cluster/resources')).text, first.text);
  demo.world.faults.advance(5);
  assert.notEqual((await ask(demo, 'GET', '/cluster/resources')).text, first.text);
});

test('two demos with the same seed and clock tell the same', async (t) => {
  const [one, two, other] = [
    await demoFor(t, { seed: 7 }),
    await demoFor(t, { seed: 7 }),
    await demoFor(t, { seed: 8 }),
  ];
  const text = async (demo: typeof one, path: string) => (await ask(demo, 'GET', path)).text;
  for (const path of [
    '/cluster/resources',
    '/cluster/tasks',
    '/nodes/pve1/journal?lastentries=50',
  ]) {
    assert.equal(await text(one, path), await text(two, path));
  }
  assert.notEqual(await text(one, '/cluster/resources'), await text(other, '/cluster/resources'));
});

test('the journal is followed with its cursor and always comes as gzip', async (t) => {
  const demo = await demoFor(t);
  const answer = await ask(demo, 'GET', '/nodes/pve1/journal?lastentries=20');
  assert.equal(answer.headers['content-encoding'], 'gzip');
  const page = answer.body.data as string[];
  assert.equal(page.length, 22);
  const follow = (cursor: string) =>
    data<string[]>(demo, 'GET', `/nodes/pve1/journal?startcursor=${encodeURIComponent(cursor)}`);
  const nothing = await follow(page.at(-1) ?? '');
  assert.deepEqual(nothing, [page.at(-1), page.at(-1)]);
  demo.world.faults.advance(300);
  const more = await follow(page.at(-1) ?? '');
  assert.ok(more.length > 2);
  assert.ok(!page.includes(more[1] ?? ''));
});

test('the other formatter wraps errors, the request log keeps no secrets', async (t) => {
  const demo = await demoFor(t);
  const wrapped = await ask(demo, 'GET', '/nodes/pve1/qemu/999/config', { formatter: 'extjs' });
  assert.equal(wrapped.status, 200);
  assert.equal((wrapped.body as { success?: number }).success, 0);
  await ask(demo, 'POST', '/access/ticket', {
    as: 'none',
    form: { username: 'operator@pve', password: 'hunter2' },
  });
  const record = demo.requests().at(-1);
  assert.equal(record?.path, '/access/ticket');
  assert.equal(record?.status, 401);
  assert.ok(!JSON.stringify(demo.requests()).includes('hunter2'));
});

test('every scenario starts and answers', async (t) => {
  const { scenarioNames } = await import('../../../source/demo/index.ts');
  for (const scenario of scenarioNames) {
    if (scenario === 'slow') continue;
    const demo = await demoFor(t, { scenario });
    const answer = await ask(demo, 'GET', '/cluster/resources');
    assert.equal(answer.status, scenario === 'expired' ? 401 : 200, scenario);
  }
});
