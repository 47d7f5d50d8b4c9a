import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Guest } from '../../source/domain/guest.ts';
import { sanitise } from '../../source/domain/safe-text.ts';
import type { PveSite } from '../../source/services/types.ts';
import { startTestDemo, type TestDemo } from '../support/demo.ts';
import { connectServices } from '../support/services.ts';
import {
  loadSchema,
  requestProblems,
  route,
  type SchemaEndpoint,
  schemaMissing,
} from './schema.ts';

const skip = schemaMissing ?? false;

/** Notes which methods of an API part were called. */
function watched<T extends object>(part: T, called: Set<string>): T {
  return new Proxy(part, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      called.add(String(name));
      return value.bind(target);
    },
  });
}

/** Calls with every parameter they have, and once with none. */
async function callGuests(api: PveSite['guests'], guests: readonly Guest[]): Promise<void> {
  for (const guest of guests) {
    await api.status(guest);
    await api.config(guest);
    await api.pending(guest);
    await api.snapshots(guest);
    for (const timeframe of ['hour', 'day', 'week', 'month', 'year'] as const)
      await api.rrd(guest, timeframe);
    await api.interfaces(guest);
    for (const feature of ['snapshot', 'clone', 'copy'] as const) await api.feature(guest, feature);
    const vmstate = guest.type === 'qemu' ? { vmstate: true } : {};
    const description = 'ünïcode & = ? #\nsecond line';
    await api.createSnapshot(guest, { snapname: 'contract', description, ...vmstate });
    await api.createSnapshot(guest, { snapname: 'bare' });
    await api.snapshotConfig(guest, 'contract');
    await api.describeSnapshot(guest, 'contract', description);
    await api.rollback(guest, 'contract', { start: true });
    await api.rollback(guest, 'contract');
    await api.deleteSnapshot(guest, 'contract', { force: true });
    await api.deleteSnapshot(guest, 'contract');
    const verbs = ['start', 'shutdown', 'stop', 'reboot', 'suspend', 'resume'] as const;
    for (const verb of guest.type === 'qemu'
      ? ([...verbs, 'reset', 'hibernate'] as const)
      : verbs) {
      await api.power(guest, verb);
    }
    await api.power(guest, 'shutdown', { timeout: 30, forceStop: true });
    await api.power(guest, 'stop', { overruleShutdown: true });
    // Containers answer it too (spiceterm), but no action asks them.
    if (guest.type === 'qemu') await api.spiceproxy(guest, '192.168.1.10');
  }
}

async function callNodes(api: PveSite['nodes'], node: string): Promise<void> {
  await api.status(node);
  for (const timeframe of ['hour', 'day', 'week', 'month', 'year'] as const)
    await api.rrd(node, timeframe);
  await api.services(node);
  for (const command of ['start', 'stop', 'restart', 'reload'] as const) {
    await api.serviceCommand(node, 'chrony', command);
  }
  await api.disks(node);
  await api.smart(node, '/dev/nvme0n1');
  await api.updates(node);
  await api.certificates(node);
  await api.journal(node, { lastentries: 100 });
  await api.journal(node, { cursor: 's=abc;i=1;b=2' });
  await api.wake(node);
  await api.startAll(node, { vms: [100, 101], force: true });
  await api.startAll(node);
  await api.stopAll(node, { vms: [100], timeout: 60, forceStop: true });
  await api.stopAll(node);
  await api.command(node, 'reboot');
  await api.command(node, 'shutdown');
}

async function callTasks(api: PveSite['tasks'], node: string): Promise<void> {
  const listed = await api.cluster();
  const upid = listed.ok ? listed.value[0]?.upid : undefined;
  assert.ok(upid);
  const since = 1_790_000_000;
  await api.node(node);
  await api.node(node, {
    limit: 20,
    start: 5,
    errors: true,
    vmid: 100,
    since,
    typefilter: 'qmstart',
  });
  await api.status(upid);
  await api.log(upid, { start: 0, limit: 500 });
  await api.stop(upid);
}

/** Calls every method of the client once and gives the requests that reached the demo. */
async function everyRequest(t: TestContext): Promise<{ demo: TestDemo; missed: string[] }> {
  const demo = await startTestDemo(t, { speed: 1000 });
  const { user, password } = demo.info.users.find(({ totp }) => totp === undefined) ?? {};
  assert.ok(user && password, 'the demo has a user without a second factor');
  await connectServices(t, demo, { user: { user, password } }).permissions();
  const site = connectServices(t, demo);
  const resources = await site.resources();
  assert.ok(resources.ok, JSON.stringify(resources));
  const one = (type: string) =>
    resources.value.guests.find(
      (guest) => guest.type === type && guest.status === 'running' && !guest.template,
    );
  const guests = ['qemu', 'lxc'].map(one).flatMap((guest) => (guest ? [guest] : []));
  assert.equal(guests.length, 2);
  const node = 'pve2';
  const called = new Set<string>();
  await site.clusterStatus();
  await site.permissions();
  await site.version();
  await callGuests(watched(site.guests, called), guests);
  const storage = resources.value.storages[0];
  assert.ok(storage);
  const storageApi = watched(site.storage, called);
  await storageApi.content(storage.node, storage.storage);
  await storageApi.types();
  await callTasks(watched(site.tasks, called), guests[0]?.node ?? sanitise(node));
  await callNodes(watched(site.nodes, called), node);
  const parts = [site.guests, site.nodes, site.storage, site.tasks];
  const missed = parts.flatMap((part) => Object.keys(part)).filter((name) => !called.has(name));
  return { demo, missed };
}

function problemsAgainst(schema: readonly SchemaEndpoint[], demo: TestDemo, mustExist: boolean) {
  const problems = new Set<string>();
  for (const { method, path, params } of demo.requests()) {
    const found = route(schema, method, path);
    if (found === undefined) {
      if (mustExist) problems.add(`${method} ${path} does not exist`);
      continue;
    }
    const sent = { ...found.parameters, ...params };
    for (const each of requestProblems(found.endpoint, sent)) {
      problems.add(`${method} ${found.endpoint.path}: ${each}`);
    }
  }
  return [...problems].sort();
}

test('every request of our client is one the official API takes, in 9.2 and in 8.4', {
  skip,
}, async (t) => {
  const { demo, missed } = await everyRequest(t);
  assert.deepEqual(missed, [], 'every method was called');
  assert.ok(demo.requests().length > 80, `${demo.requests().length} requests were looked at`);
  assert.equal(problemsAgainst(loadSchema('9.2'), demo, true).join('\n'), '');
  assert.equal(problemsAgainst(loadSchema('8.4'), demo, false).join('\n'), '');
});

test('the demo has everything our client asks for', async (t) => {
  const { demo } = await everyRequest(t);
  assert.deepEqual(demo.world.unimplemented, []);
});
