import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { demoFor } from './client.ts';
import { askPbs, pbsData, runPbsTask } from './pbs-client.ts';

type Row = Readonly<Record<string, unknown>>;
interface SnapshotRow {
  readonly 'backup-type': string;
  readonly 'backup-id': string;
  readonly 'backup-time': number;
  readonly protected: boolean;
  readonly size?: number;
  readonly verification?: { readonly state: string; readonly upid: string };
  readonly fingerprint?: string;
}

const main = '/admin/datastore/main';
const day = 86_400;

function snapshots(demo: Demo, id: string, type = 'vm', ns = ''): Promise<SnapshotRow[]> {
  const query = `backup-type=${type}&backup-id=${id}&ns=${encodeURIComponent(ns)}`;
  return pbsData<SnapshotRow[]>(demo, 'GET', `${main}/snapshots?${query}`);
}

const timesOf = (rows: readonly SnapshotRow[]) => rows.map((row) => row['backup-time']);
const group = (id: string, type = 'vm') => ({ 'backup-type': type, 'backup-id': id });

test('a dry run tells what pruning does, and pruning does it', async (t) => {
  const demo = await demoFor(t);
  const form = { ...group('103'), 'keep-daily': '3', 'keep-monthly': '2' };
  const plan = await pbsData<{ 'backup-time': number; keep: boolean; protected: boolean }[]>(
    demo,
    'POST',
    `${main}/prune`,
    { form: { ...form, 'dry-run': '1' } },
  );
  const before = await snapshots(demo, '103');
  assert.deepEqual(
    plan.map((one) => one['backup-time']),
    timesOf(before),
  );
  assert.equal(plan.filter((one) => one.protected).length, 1);
  const kept = plan.filter(({ keep }) => keep).map((one) => one['backup-time']);
  assert.ok(kept.length >= 5 && kept.length < before.length, `${kept.length}`);
  await pbsData(demo, 'POST', `${main}/prune`, { form });
  assert.deepEqual(timesOf(await snapshots(demo, '103')), kept);
  const nothing = await pbsData<{ keep: boolean }[]>(demo, 'POST', `${main}/prune`, {
    form: { ...group('102'), 'dry-run': '1' },
  });
  assert.ok(nothing.every(({ keep }) => keep));
});

test('the prune job removes by its rules, and what it left goes at the next collections', async (t) => {
  const demo = await demoFor(t);
  const count = async () => (await pbsData<Row[]>(demo, 'GET', `${main}/snapshots`)).length;
  const before = await count();
  const { status, log } = await runPbsTask(demo, '/admin/prune/main-nightly/run');
  assert.equal(status, 'OK');
  assert.match(log.join('\n'), /retention options: --keep-daily 7 --keep-weekly 4/);
  const removed = log.filter((line) => /: remove vm\/|: remove ct\//.test(line)).length;
  assert.ok(removed > 0);
  assert.equal(await count(), before - removed);
  const [job] = await pbsData<Row[]>(demo, 'GET', '/admin/prune?store=main');
  assert.equal(job?.['last-run-state'], 'OK');
  assert.ok(Number(job?.['last-run-endtime']) > 0);
  assert.ok(Number(job?.['next-run']) > Number(job?.['last-run-endtime']));
  const used = async () => (await pbsData<{ used: number }>(demo, 'GET', `${main}/status`)).used;
  const full = await used();
  const first = await runPbsTask(demo, `${main}/gc`, {}, { seconds: 120 });
  assert.equal(first.status, 'OK');
  const soon = await pbsData<Row>(demo, 'GET', `${main}/gc`);
  assert.ok(Number(soon['pending-bytes']) > 0, 'fresh garbage is safe for a day');
  const afterFirst = await used();
  assert.ok(afterFirst < full);
  demo.world.faults.advance(2 * day);
  const late = await pbsData<Row>(demo, 'GET', `${main}/gc`);
  assert.ok(Number(late['last-run-endtime']) > Number(soon['last-run-endtime']), 'by its schedule');
  assert.ok((await used()) < afterFirst);
});

test('a collection is refused while one runs', async (t) => {
  const demo = await demoFor(t);
  const upid = await pbsData<string>(demo, 'POST', `${main}/gc`);
  const again = await askPbs(demo, 'POST', `${main}/gc`);
  assert.equal(again.text, 'garbage collection already running');
  const operations = await pbsData<Row>(demo, 'GET', `${main}/active-operations`);
  assert.deepEqual(operations, { read: 0, write: 1 });
  const path = `/nodes/localhost/tasks/${encodeURIComponent(upid)}`;
  const running = await pbsData<Row>(demo, 'GET', `${path}/status`);
  assert.equal(running.status, 'running');
  assert.equal('exitstatus' in running, false);
  await pbsData(demo, 'DELETE', path);
  const ended = await pbsData<Row>(demo, 'GET', `${path}/status`);
  assert.equal(ended.exitstatus, 'abort requested - aborting task');
  const gc = await pbsData<Row>(demo, 'GET', `${main}/gc`);
  assert.equal(gc['last-run-state'], 'abort requested - aborting task');
});

test('a verification finds the damaged backup, and the states say which task did', async (t) => {
  const demo = await demoFor(t);
  const { upid, status, log } = await runPbsTask(demo, `${main}/verify`, {
    ...group('104'),
    'ignore-verified': '0',
  });
  assert.equal(status, 'verification failed - please check the log for details');
  assert.match(log.join('\n'), /Failed to verify the following snapshots\/groups:/);
  const rows = await snapshots(demo, '104');
  assert.deepEqual(
    rows.map(({ verification }) => verification?.state),
    [...Array(rows.length - 1).fill('ok'), 'failed'],
  );
  assert.ok(rows.every(({ verification }) => verification?.upid === upid));
  const newest = rows.at(-1);
  const good = await runPbsTask(demo, `${main}/verify`, {
    ...group('102'),
    'backup-time': String(timesOf(await snapshots(demo, '102')).at(-1)),
  });
  assert.equal(good.status, 'OK');
  assert.match(good.upid, /:verify_snapshot:main\\x3avm-102-/);
  assert.ok(newest);
  const half = await askPbs(demo, 'POST', `${main}/verify`, { form: { 'backup-type': 'vm' } });
  assert.equal(half.text, 'parameters do not specify a backup group or snapshot');
});

test('a sync pulls what is new, with the verification of its origin and without its protection', async (t) => {
  const demo = await demoFor(t);
  const away = { server: 'pbs2' } as const;
  const there = () =>
    pbsData<SnapshotRow[]>(
      demo,
      'GET',
      '/admin/datastore/offsite/snapshots?ns=home&backup-type=vm&backup-id=101',
      away,
    );
  const newest = timesOf(await snapshots(demo, '101')).at(-1);
  const before = await there();
  assert.ok(!timesOf(before).includes(newest ?? 0), 'the last night has not been pulled yet');
  const { status, log } = await runPbsTask(demo, '/admin/sync/pull-home/run', {}, away);
  assert.equal(status, 'OK', log.at(-1));
  const after = await there();
  assert.equal(timesOf(after).at(-1), newest);
  assert.match(after.at(-1)?.verification?.upid ?? '', /^UPID:pbs1:/);
  demo.world.faults.pbsDown('pbs1', true);
  const failed = await runPbsTask(demo, '/admin/sync/pull-home/run', {}, away);
  assert.match(failed.status ?? '', /Connection refused/);
  const [job] = await pbsData<Row[]>(demo, 'GET', '/admin/sync', away);
  assert.match(String(job?.['last-run-state']), /Connection refused/);
});

test('the log of a task counts from one, with times before its lines', async (t) => {
  const demo = await demoFor(t);
  const { upid, log } = await runPbsTask(demo, `${main}/gc`);
  const path = `/nodes/localhost/tasks/${encodeURIComponent(upid)}/log`;
  const part = (query: string) => pbsData<{ n: number; t: string }[]>(demo, 'GET', path + query);
  assert.deepEqual(await part('?start=0&limit=2'), await part('?start=1&limit=2'));
  assert.deepEqual(
    (await part('?start=2&limit=2')).map(({ n }) => n),
    [2, 3],
  );
  const all = await askPbs(demo, 'GET', `${path}?limit=0&test-status=1`);
  assert.equal(all.body.total, log.length);
  assert.equal(all.body.active, false);
  assert.match(log[0] ?? '', /^2026-07-18T\d\d:\d\d:\d\d\+00:00: starting garbage collection/);
  assert.match(log.at(-1) ?? '', /: TASK OK$/);
  const rows = await pbsData<Row[]>(demo, 'GET', '/nodes/localhost/tasks?limit=1');
  assert.equal(rows[0]?.node, 'localhost');
  assert.equal(rows[0]?.worker_type, 'garbage_collection');
  const other = await pbsData<Row[]>(demo, 'GET', '/nodes/localhost/tasks', { as: 'backup' });
  assert.ok(other.length > 0);
  assert.ok(other.every(({ user }) => user === 'pve@pbs!pve'));
  const failed = await pbsData<Row[]>(demo, 'GET', '/nodes/localhost/tasks?errors=1&store=main');
  assert.ok(failed.length > 0);
  assert.ok(failed.every((row) => row.status !== 'OK'));
});

test('snapshots and groups are forgotten at once, protected ones are not', async (t) => {
  const demo = await demoFor(t);
  const rows = await snapshots(demo, '110');
  const [first, second] = rows;
  assert.ok(first?.protected && second);
  const forget = (time: number) =>
    askPbs(demo, 'DELETE', `${main}/snapshots?backup-type=vm&backup-id=110&backup-time=${time}`);
  assert.equal((await forget(first['backup-time'])).text, 'cannot remove protected snapshot');
  assert.equal((await forget(second['backup-time'])).body.data, null);
  assert.equal((await snapshots(demo, '110')).length, rows.length - 1);
  const all = `${main}/groups?backup-type=vm&backup-id=110`;
  const partly = await askPbs(demo, 'DELETE', all);
  assert.equal(partly.text, 'group only partially deleted due to protected snapshots');
  assert.deepEqual(timesOf(await snapshots(demo, '110')), [first['backup-time']]);
  const one = { ...group('110'), 'backup-time': String(first['backup-time']) };
  await pbsData(demo, 'PUT', `${main}/protected`, { form: { ...one, protected: '0' } });
  await pbsData(demo, 'PUT', `${main}/notes`, { form: { ...one, notes: 'last one\nof it' } });
  const query = new URLSearchParams(one).toString();
  assert.equal(await pbsData(demo, 'GET', `${main}/notes?${query}`), 'last one\nof it');
  assert.equal(await pbsData(demo, 'GET', `${main}/protected?${query}`), false);
  assert.deepEqual(await pbsData(demo, 'DELETE', all), {
    'removed-groups': 1,
    'protected-snapshots': 0,
    'removed-snapshots': 1,
  });
  assert.deepEqual(await snapshots(demo, '110'), []);
});

test('namespaces are made and removed, and an owner is changed', async (t) => {
  const demo = await demoFor(t);
  const path = `${main}/namespace`;
  const list = async () => (await pbsData<{ ns: string }[]>(demo, 'GET', path)).map(({ ns }) => ns);
  assert.deepEqual(await list(), ['', 'hosts', 'lab', 'lab/archive']);
  const form = { name: 'new', parent: 'lab' };
  assert.equal(await pbsData(demo, 'POST', path, { form }), 'lab/new');
  assert.ok((await list()).includes('lab/new'));
  const full = await askPbs(demo, 'DELETE', `${path}?ns=lab`);
  assert.equal(full.text, 'cannot remove namespace, because it is not empty');
  await pbsData(demo, 'DELETE', `${path}?ns=lab&delete-groups=1`);
  assert.deepEqual(await list(), ['', 'hosts']);
  const hosts = { ...group('pve1', 'host'), ns: 'hosts' };
  const owner = { form: { ...hosts, 'new-owner': 'pve@pbs!pve' } };
  await pbsData(demo, 'POST', `${main}/change-owner`, owner);
  const groups = await pbsData<Row[]>(demo, 'GET', `${main}/groups?ns=hosts`, { as: 'backup' });
  assert.deepEqual(
    groups.map((row) => row['backup-id']),
    ['pve1'],
  );
});

test('a datastore in maintenance or not mounted says so, and can be used again', async (t) => {
  const demo = await demoFor(t);
  const usage = async (server: string, store: string) =>
    (await pbsData<Row[]>(demo, 'GET', '/status/datastore-usage', { server })).find(
      (row) => row.store === store,
    );
  const cold = await usage('pbs2', 'cold');
  assert.match(String(cold?.error), /is unavailable: offline maintenance mode: disk is being/);
  assert.equal('total' in (cold ?? {}), false);
  assert.equal((await usage('pbs1', 'usb'))?.['mount-status'], 'notmounted');
  const mounted = await runPbsTask(demo, '/admin/datastore/usb/mount');
  assert.equal(mounted.status, 'OK');
  assert.ok(Number((await usage('pbs1', 'usb'))?.total) > 0);
  const config = '/config/datastore/main';
  const mode = { 'maintenance-mode': 'type=read-only,message="moving"' };
  await pbsData(demo, 'PUT', config, { form: mode });
  const write = await askPbs(demo, 'POST', `${main}/gc`);
  assert.equal(write.text, "datastore 'main' is unavailable: read-only maintenance mode: moving");
  assert.ok((await snapshots(demo, '101')).length > 0);
  await pbsData(demo, 'PUT', config, { form: { delete: 'maintenance-mode' } });
  assert.equal((await askPbs(demo, 'POST', `${main}/gc`)).status, 200);
});

test('a job is made, changed, run by its schedule and removed', async (t) => {
  const demo = await demoFor(t);
  const form = { id: 'hourly', store: 'main', schedule: '*:15', 'keep-last': '2', ns: 'hosts' };
  await pbsData(demo, 'POST', '/config/prune', { form });
  const job = async () =>
    (await pbsData<Row[]>(demo, 'GET', '/admin/prune')).find(({ id }) => id === 'hourly');
  assert.equal((await job())?.['next-run'], Date.UTC(2026, 6, 18, 12, 15) / 1000);
  demo.world.faults.advance(3600);
  assert.equal((await job())?.['last-run-state'], 'OK');
  assert.equal((await snapshots(demo, 'pve1', 'host', 'hosts')).length, 2);
  const change: [string, string][] = [
    ['schedule', 'daily'],
    ['delete', 'ns'],
    ['delete', 'comment'],
  ];
  await pbsData(demo, 'PUT', '/config/prune/hourly', { form: change });
  assert.equal((await job())?.['next-run'], Date.UTC(2026, 6, 19) / 1000);
  assert.equal('ns' in ((await job()) ?? {}), false);
  const wrong = await askPbs(demo, 'PUT', '/config/prune/hourly', { form: { schedule: 'soon' } });
  assert.equal(wrong.status, 400);
  await pbsData(demo, 'DELETE', '/config/prune/hourly');
  assert.equal(await job(), undefined);
});
