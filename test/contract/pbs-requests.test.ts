import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { pbsEndpoints } from '../../source/services/pbs/endpoints.ts';
import type { PbsServer } from '../../source/services/pbs-api.ts';
import { json, type Seen } from '../unit/http/fake-server.ts';
import { serve, upid, userAuth } from '../unit/pbs/rig.ts';
import { loadPbsSchema, pbsSchemaMissing } from './pbs-schema.ts';
import { declared, requestProblems, route } from './schema.ts';

const skip = pbsSchemaMissing ?? false;

/** Notes which methods of an API part were called. */
function watched<T extends object>(part: T, called: Set<string>): T {
  return new Proxy(part, {
    get(target, name, receiver) {
      called.add(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
}

const timeframes = ['hour', 'day', 'week', 'month', 'year'] as const;
const root = { store: 'main', ns: '' };
const inside = { store: 'main', ns: 'prod/db' };
const group = { ...inside, type: 'vm', id: '100' } as const;
const snapshot = { ...group, time: 1_790_000_000 };
const keep = { last: 3, hourly: 24, daily: 7, weekly: 4, monthly: 6, yearly: 1 };

async function callDatastores(api: PbsServer['datastores']): Promise<void> {
  await api.usage();
  await api.list();
  await api.status('main');
  for (const timeframe of timeframes) await api.rrd('main', timeframe);
  await api.activeOperations('main');
  await api.gc();
  await api.startGc('main');
  await api.mount('main');
  await api.unmount('main');
}

/** Each call with every parameter it has, and once with none. */
async function callContent(api: PbsServer['content']): Promise<void> {
  const rootGroup = { ...group, ns: '' };
  await api.namespaces('main');
  await api.namespaces('main', { parent: 'prod', maxDepth: 2 });
  for (const at of [root, inside]) {
    await api.groups(at);
    await api.snapshots(at);
    await api.snapshots({ ...at, type: 'ct' });
    await api.pruneDatastore(at, {});
    await api.pruneDatastore(at, keep, { maxDepth: 0, dryRun: true });
    await api.verify(at);
    await api.verify(at, { ignoreVerified: false, outdatedAfter: 30, maxDepth: 1 });
  }
  for (const at of [group, rootGroup]) {
    await api.snapshots(at);
    await api.groupNotes(at);
    await api.setGroupNotes(at, 'ünïcode & = ? #\nsecond line');
    await api.changeOwner(at, 'a@pbs!token');
    await api.pruneDryRun(at, {});
    await api.pruneDryRun(at, keep);
    await api.prune(at, keep);
    await api.verify(at, { ignoreVerified: true });
    await api.forgetGroup(at);
  }
  for (const at of [snapshot, { ...snapshot, ns: '', type: 'host', id: 'nas.lan' } as const]) {
    await api.files(at);
    await api.notes(at);
    await api.setNotes(at, '');
    await api.protection(at);
    await api.setProtected(at, false);
    await api.verify(at);
    await api.forget(at);
  }
}

async function callJobs(api: PbsServer['jobs']): Promise<void> {
  await api.prune();
  await api.sync();
  await api.verify();
  for (const kind of ['prune', 'sync', 'verify'] as const) await api.run(kind, 's-nightly');
}

async function callTasks(api: PbsServer['tasks']): Promise<void> {
  const task = upid('verify', 'main');
  await api.list();
  await api.list({
    ...{ running: true, errors: true, limit: 0, start: 5, store: 'main' },
    ...{ since: 1_790_000_000, until: 1_790_000_100, typefilter: 'verif', userfilter: 'root' },
    statusfilter: ['ok', 'warning', 'error', 'unknown'],
  });
  await api.status(task);
  await api.log(task, { start: 0, limit: 500 });
  await api.stop(task);
}

async function callNode(api: PbsServer['node']): Promise<void> {
  await api.status();
  for (const timeframe of timeframes) await api.rrd(timeframe);
  await api.time();
  await api.services();
  for (const command of ['start', 'stop', 'restart', 'reload'] as const) {
    await api.serviceCommand('proxmox-backup', command);
  }
  await api.command('reboot');
  await api.command('shutdown');
  await api.name();
}

/** Calls every method of the client, and gives what arrived at the server. */
async function everyRequest(t: TestContext): Promise<{ seen: readonly Seen[]; missed: string[] }> {
  const { server, pbs } = await serve(t, (request, response) =>
    json(response, { data: /snapshots|groups/.test(request.path) ? [] : {} }),
  );
  const called = new Set<string>();
  await pbs.version();
  await pbs.permissions(['/datastore/main', '/datastore/main/prod']);
  await callDatastores(watched(pbs.datastores, called));
  await callContent(watched(pbs.content, called));
  await callJobs(watched(pbs.jobs, called));
  await callTasks(watched(pbs.tasks, called));
  await callNode(watched(pbs.node, called));
  const parts = [pbs.datastores, pbs.content, pbs.jobs, pbs.tasks, pbs.node];
  const missed = parts.flatMap((part) => Object.keys(part)).filter((name) => !called.has(name));
  return { seen: server.seen, missed };
}

/** Parameters as they were sent; one that is there several times is a list. */
function parametersOf({ query, form }: Seen): Readonly<Record<string, unknown>> {
  const names = new Set([...query.keys(), ...form.keys()]);
  return Object.fromEntries(
    [...names].map((name) => {
      const values = [...query.getAll(name), ...form.getAll(name)];
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

test('every endpoint of the client is in the official schema', { skip }, () => {
  const schema = loadPbsSchema();
  const strangers = pbsEndpoints.filter((endpoint) => {
    const [method = '', path = ''] = endpoint.split(' ');
    return declared(schema, method, path) === undefined;
  });
  assert.deepEqual(strangers, []);
});

test('every request of the client is one the official API takes', { skip }, async (t) => {
  const schema = loadPbsSchema();
  const { seen, missed } = await everyRequest(t);
  assert.deepEqual(missed, [], 'every method was called');
  const problems = new Set<string>();
  const used = new Set<string>();
  for (const each of seen) {
    const path = decodeURIComponent(each.path);
    const found = route(schema, each.method, path);
    if (found === undefined) {
      problems.add(`${each.method} ${path} does not exist`);
      continue;
    }
    used.add(`${each.method} ${found.endpoint.path}`);
    const sent = { ...found.parameters, ...parametersOf(each) };
    for (const problem of requestProblems(found.endpoint, sent)) {
      problems.add(`${each.method} ${found.endpoint.path}: ${problem}`);
    }
  }
  assert.deepEqual([...problems].sort(), []);
  const unused = pbsEndpoints.filter((endpoint) => !used.has(endpoint));
  assert.deepEqual(unused, [], 'every endpoint was used');
});

test('parameters of reads and deletions are in the query, those of writes in the body', async (t) => {
  const { seen } = await everyRequest(t);
  for (const { method, query, form, headers } of seen) {
    if (method === 'GET' || method === 'DELETE') {
      assert.equal(form.size, 0, method);
      assert.equal(headers['content-length'], undefined);
    } else assert.equal(query.size, 0, method);
  }
});

test('the login is one the official API takes', { skip }, async (t) => {
  const { server, pbs } = await serve(
    t,
    (seen, response) => {
      const ticket = 'PBS:admin@pbs:65000000::c2ln';
      const data = { username: 'admin@pbs', ticket, CSRFPreventionToken: 'x' };
      json(response, { data: seen.path === '/access/ticket' ? data : [] });
    },
    { auth: userAuth },
  );
  await pbs.datastores.usage();
  const login = server.seen.find(({ path }) => path === '/access/ticket');
  assert.ok(login);
  const official = declared(loadPbsSchema(), 'POST', '/access/ticket');
  assert.ok(official);
  assert.deepEqual(requestProblems(official, parametersOf(login)), []);
});
