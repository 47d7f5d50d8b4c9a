import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { ask, data, demoFor, runTask } from './client.ts';
import { askPbs, pbsData } from './pbs-client.ts';

type Row = Readonly<Record<string, unknown>>;
const main = '/admin/datastore/main';
const day = 86_400;

const volumes = (demo: Demo, vmid: number) =>
  data<Row[]>(demo, 'GET', `/nodes/pve1/storage/pbs/content?vmid=${vmid}`);

const ofGroup = (demo: Demo, id: number, type = 'vm') =>
  pbsData<Row[]>(demo, 'GET', `${main}/snapshots?backup-type=${type}&backup-id=${id}`);

test('the cluster’s storage lists the snapshots of the datastore', async (t) => {
  const demo = await demoFor(t);
  const rows = await volumes(demo, 201);
  const snapshots = await ofGroup(demo, 201, 'ct');
  assert.equal(rows.length, snapshots.length);
  for (const [index, row] of rows.entries()) {
    const snapshot = snapshots[index];
    assert.equal(row.ctime, snapshot?.['backup-time']);
    assert.equal(row.size, snapshot?.size);
    assert.equal(row.notes, snapshot?.comment);
    assert.deepEqual(row.verification, snapshot?.verification);
    assert.equal(row.encrypted, snapshot?.fingerprint);
    assert.equal(row.format, 'pbs-ct');
    const time = new Date(Number(row.ctime) * 1000).toISOString().replace('.000', '');
    assert.equal(row.volid, `pbs:backup/ct/201/${time}`);
  }
  assert.ok(rows[0]?.encrypted);
  const { total, used } = await data<Row>(demo, 'GET', '/nodes/pve1/storage/pbs/status');
  const status = await pbsData<Row>(demo, 'GET', `${main}/status`);
  assert.deepEqual([total, used], [status.total, status.used]);
  const unfinished = (await volumes(demo, 106)).at(-1);
  assert.equal(unfinished?.size, 1);
});

test('a backup to the storage becomes a snapshot, unfinished until it is done', async (t) => {
  const demo = await demoFor(t);
  const before = await ofGroup(demo, 101);
  const form = { vmid: '101', storage: 'pbs', 'notes-template': '{{guestname}} by hand' };
  await data(demo, 'POST', '/nodes/pve1/vzdump', { form });
  demo.world.faults.advance(5);
  const half = (await ofGroup(demo, 101)).at(-1);
  assert.equal('size' in (half ?? {}), false);
  const tasks = await pbsData<Row[]>(demo, 'GET', '/nodes/localhost/tasks?running=1');
  assert.deepEqual(
    tasks.map(({ worker_id, user }) => [worker_id, user]),
    [['main:vm/101', 'pve@pbs!pve']],
  );
  demo.world.faults.advance(600);
  const rows = await ofGroup(demo, 101);
  assert.equal(rows.length, before.length + 1);
  assert.equal(rows.at(-1)?.comment, 'web-server by hand');
  assert.ok(Number(rows.at(-1)?.size) > 0);
  assert.equal((await volumes(demo, 101)).length, rows.length);
  const stopped = await data<string>(demo, 'POST', '/nodes/pve1/vzdump', { form });
  demo.world.faults.advance(3);
  await data(demo, 'DELETE', `/nodes/pve1/tasks/${encodeURIComponent(stopped)}`);
  assert.equal((await ofGroup(demo, 101)).length, rows.length);
  demo.world.faults.pbsDown('pbs1', true);
  const failed = await runTask(demo, '/nodes/pve1/vzdump', form);
  assert.equal(failed.status, 'job errors');
  assert.match(failed.log.join('\n'), /ERROR: Backup of VM 101 failed - .*Connection refused/);
  const storage = await data<Row>(demo, 'GET', '/nodes/pve1/storage/pbs/status');
  assert.deepEqual([storage.active, storage.total], [0, 0]);
  const content = await ask(demo, 'GET', '/nodes/pve1/storage/pbs/content');
  assert.match(content.statusText, /error fetching datastores - 500 Can't connect/);
});

test('what one face changes the other one shows', async (t) => {
  const demo = await demoFor(t);
  const [volume] = await volumes(demo, 102);
  const [snapshot] = await ofGroup(demo, 102);
  const path = `/nodes/pve1/storage/pbs/content/${encodeURIComponent(String(volume?.volid))}`;
  await data(demo, 'PUT', path, { form: { notes: 'from the cluster', protected: '1' } });
  const [changed] = await ofGroup(demo, 102);
  assert.deepEqual([changed?.comment, changed?.protected], ['from the cluster', true]);
  await data(demo, 'PUT', path, { form: { protected: '0' } });
  const upid = await runTask(demo, path, {}, 60, 'DELETE');
  assert.equal(upid.status, 'OK');
  const left = await ofGroup(demo, 102);
  assert.ok(!left.some((row) => row['backup-time'] === snapshot?.['backup-time']));
  const next = left[0]?.['backup-time'];
  await pbsData(
    demo,
    'DELETE',
    `${main}/snapshots?backup-type=vm&backup-id=102&backup-time=${next}`,
  );
  const rows = await volumes(demo, 102);
  assert.equal(rows.length, left.length - 1);
  assert.ok(!rows.some(({ ctime }) => ctime === next));
});

test('files are listed and taken out of a backup', async (t) => {
  const demo = await demoFor(t);
  const volid = encodeURIComponent(String((await volumes(demo, 203)).at(-1)?.volid));
  const base = '/nodes/pve1/storage/pbs/file-restore';
  const list = (filepath: string) =>
    data<{ filepath: string; text: string; type: string; leaf: number; size?: number }[]>(
      demo,
      'GET',
      `${base}/list?volume=${volid}&filepath=${encodeURIComponent(filepath)}`,
    );
  const at = (path: string) => Buffer.from(path).toString('base64');
  assert.deepEqual(
    (await list('/')).map(({ text, type, leaf }) => [text, type, leaf]),
    [['root.pxar.didx', 'v', 0]],
  );
  const etc = await list(at('/root.pxar.didx/etc'));
  const hosts = etc.find(({ text }) => text === 'hostname');
  assert.equal(hosts?.leaf, 1);
  const file = `${base}/download?volume=${volid}&filepath=${encodeURIComponent(hosts?.filepath ?? '')}`;
  const answer = await ask(demo, 'GET', file);
  assert.equal(answer.text, 'traefik\n');
  assert.equal(answer.headers['content-type'], 'application/octet-stream');
  assert.equal(Buffer.byteLength(answer.text), hosts?.size);
  const folder = at('/root.pxar.didx/etc/nginx');
  const zip = await ask(
    demo,
    'GET',
    `${base}/download?volume=${volid}&filepath=${encodeURIComponent(folder)}`,
  );
  assert.equal(zip.headers['content-type'], 'application/zip');
  assert.ok(zip.text.startsWith('PK\u0003\u0004'));
  assert.match(zip.text, /nginx\/nginx\.conf/);
  const locked = encodeURIComponent(String((await volumes(demo, 201)).at(-1)?.volid));
  const refused = await ask(demo, 'GET', `${base}/list?volume=${locked}&filepath=%2F`);
  assert.match(refused.statusText, /^missing key - manifest was created with key/);
  const wrong = await ask(
    demo,
    'GET',
    `/nodes/pve1/storage/backup-nas/file-restore/list?volume=x&filepath=%2F`,
  );
  assert.deepEqual(wrong.body.errors, {
    storage: 'Only PBS storages supported for file-restore.',
  });
  const auditor = await ask(demo, 'GET', `${base}/list?volume=${volid}&filepath=%2F`, {
    as: 'auditor',
  });
  assert.equal(auditor.status, 403);
});

test('the homelab has everything that a backup view must be able to tell', async (t) => {
  const demo = await demoFor(t);
  const now = demo.world.clock.seconds;
  const groups = await pbsData<Row[]>(demo, 'GET', `${main}/groups`);
  const of = (id: string) => groups.find((row) => row['backup-id'] === id);
  assert.ok(now - Number(of('101')?.['last-backup']) < day);
  assert.ok(now - Number(of('111')?.['last-backup']) > 9 * day, 'late');
  assert.ok(of('199') && !demo.world.guests.has(199), 'of a guest that is gone');
  for (const missing of ['108', '109', '9000']) assert.equal(of(missing), undefined, missing);
  const all = await pbsData<Row[]>(demo, 'GET', `${main}/snapshots`);
  const states = all.map((row) => (row.verification as { state?: string })?.state);
  assert.equal(states.filter((state) => state === 'failed').length, 1);
  assert.ok(states.includes('ok') && states.includes(undefined));
  assert.ok(all.some((row) => row.protected));
  const usage = await pbsData<Row[]>(demo, 'GET', '/status/datastore-usage');
  const row = usage.find(({ store }) => store === 'main');
  const history = row?.history as (number | null)[];
  assert.equal(history.length, 396);
  assert.ok(history.includes(null));
  assert.ok(Number(history.at(-1)) > Number(history[0]));
  const ahead = Number(row?.['estimated-full-date']) - now;
  assert.ok(ahead > 20 * day && ahead < 300 * day, `${ahead / day} days`);
  const gc = row?.['gc-status'] as Record<string, number>;
  const factor = Number(gc['index-data-bytes']) / Number(gc['disk-bytes']);
  assert.ok(factor > 4 && factor < 40, `${factor}`);
});

test('in backups-late some guests are late and the night failed', async (t) => {
  const demo = await demoFor(t, { scenario: 'backups-late' });
  const groups = await pbsData<Row[]>(demo, 'GET', `${main}/groups`);
  const age = (id: string) =>
    demo.world.clock.seconds -
    Number(groups.find((row) => row['backup-id'] === id)?.['last-backup']);
  assert.ok(age('103') > 2 * day && age('103') < 4 * day, `${age('103') / day}`);
  assert.ok(age('101') < day);
  const sizes = (await ofGroup(demo, 202, 'ct')).map(({ size }) => Number(size));
  assert.ok(Number(sizes.at(-1)) < Number(sizes.at(-2)) / 2, 'a part is missing');
  const tasks = await data<Row[]>(demo, 'GET', '/nodes/pve2/tasks?typefilter=vzdump&errors=1');
  const log = await data<{ t: string }[]>(
    demo,
    'GET',
    `/nodes/pve2/tasks/${encodeURIComponent(String(tasks[0]?.upid))}/log?limit=0`,
  );
  assert.match(log.map((line) => line.t).join('\n'), /ERROR: Backup of VM 103 failed - .*No space/);
});

test('in pbs-down the first server accepts nothing, the second answers', async (t) => {
  const demo = await demoFor(t, { scenario: 'pbs-down' });
  await assert.rejects(askPbs(demo, 'GET', '/ping'));
  assert.equal((await askPbs(demo, 'GET', '/ping', { server: 'pbs2' })).status, 200);
  const rows = await data<Row[]>(demo, 'GET', '/nodes/pve2/storage');
  assert.equal(rows.find(({ storage }) => storage === 'pbs')?.active, 0);
});

test('backups-500 has 500 guests and 20,000 snapshots in three datastores', async (t) => {
  const demo = await demoFor(t, { scenario: 'backups-500' });
  let groups = 0;
  let snapshots = 0;
  for (const { name, datastores } of demo.info.pbs) {
    for (const store of datastores) {
      const { counts } = await pbsData<{
        counts: Record<string, { groups: number; snapshots: number } | null>;
      }>(demo, 'GET', `/admin/datastore/${store}/status?verbose=1`, { server: name });
      for (const count of Object.values(counts)) {
        groups += count?.groups ?? 0;
        snapshots += count?.snapshots ?? 0;
      }
    }
  }
  assert.equal(demo.world.guests.size, 500);
  assert.deepEqual([groups, snapshots], [1000, 20_000]);
  const content = await data<Row[]>(demo, 'GET', '/nodes/pve1/storage/pbs-fast/content');
  assert.equal(content.length, 10_000);
});

test('hostile names are in notes, comments and the inside of backups', async (t) => {
  const demo = await demoFor(t, { scenario: 'hostile-text' });
  const groups = await pbsData<Row[]>(demo, 'GET', `${main}/groups`);
  assert.ok(groups.some(({ comment }) => String(comment).includes('\u001b')));
  const volid = String((await volumes(demo, 203)).at(-1)?.volid);
  const filepath = Buffer.from('/root.pxar.didx/srv/hostile').toString('base64');
  const rows = await data<Row[]>(
    demo,
    'GET',
    `/nodes/pve1/storage/pbs/file-restore/list?volume=${encodeURIComponent(volid)}&filepath=${encodeURIComponent(filepath)}`,
  );
  assert.ok(rows.some(({ text }) => String(text).includes('\u202E')));
  const tasks = await pbsData<Row[]>(demo, 'GET', '/nodes/localhost/tasks?typefilter=verify');
  assert.ok(tasks.some(({ worker_id }) => String(worker_id).includes('\u001b')));
  const times = (await ofGroup(demo, 205, 'ct')).map((row) => Number(row['backup-time']));
  assert.ok(times.filter((time) => time > demo.world.clock.seconds).length === 2);
});
