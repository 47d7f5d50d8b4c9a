import assert from 'node:assert/strict';
import test from 'node:test';
import { splitLogLine } from '../../../source/domain/pbs-task.ts';
import { parsePbsUpid, storeOfTask } from '../../../source/domain/pbs-upid.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { parseUpid } from '../../../source/domain/task.ts';
import { findLostPbsTask } from '../../../source/services/index.ts';
import { type Handler, json } from '../http/fake-server.ts';
import { always, answered, epochNow, failing, kindOf, refuse, sentIn, serve, upid } from './rig.ts';

const real =
  'UPID:pbs-1.lan:000004D2:0000A1B2C:0000000C0000000D:6A5B4C3D:verify_group:store1\\x3avm-100:root@pam!tui:';

test('a UPID has one field more than that of Proxmox VE, and an escaped id', () => {
  const found = parsePbsUpid(real);
  assert.deepEqual(found, {
    upid: real,
    node: 'pbs-1.lan',
    pid: 0x4d2,
    pstart: 0xa1b2c,
    taskId: 0xc0000000d,
    starttime: 0x6a5b4c3d,
    type: 'verify_group',
    id: 'store1:vm/100',
    user: 'root@pam',
    tokenid: 'tui',
  });
  assert.equal(parseUpid(real), undefined);
  assert.equal(parsePbsUpid('UPID:pve1:0020C066:042DF204:69C26EB0:vzdump::root@pam:'), undefined);
  for (const none of ['OK', null, 7, '', `${real}x`]) assert.equal(parsePbsUpid(none), undefined);
});

const ids: readonly (readonly [string, string, string | undefined])[] = [
  ['garbage_collection', 'main', 'main'],
  ['backup', 'my-store:vm/100', 'my-store'],
  ['verificationjob', 'main:nightly', 'main'],
  ['verify_snapshot', 'main:ns/prod/vm/100/6A5B4C3D', 'main'],
  ['prunejob', 'main:prod', 'main'],
  ['syncjob', 'offsite:theirs:main:prod:job', 'main'],
  ['syncjob', '-:other:main::job', 'main'],
  ['srvrestart', 'proxmox-backup', undefined],
  ['termproxy', '', undefined],
  ['prune', '../etc', undefined],
];
for (const [type, id, store] of ids) {
  test(`a ${type} with the id "${id}" worked on ${store ?? 'no datastore'}`, () => {
    assert.equal(storeOfTask({ type, id }), store);
  });
}

test('the id of a task is unescaped byte by byte', () => {
  const escaped = upid('backup', 'caf\\xc3\\xa9\\x3avm-a\\x2db');
  assert.equal(parsePbsUpid(escaped)?.id, 'café:vm/a-b');
});

test("tasks carry the server's own name, their datastore and how they ended", async (t) => {
  const base = { node: 'localhost', pid: 1, pstart: 2, user: 'root@pam' };
  const start = epochNow(-600);
  const rows = [
    { ...base, upid: upid('backup', 'main\\x3avm-100', { starttime: start }), starttime: start },
    {
      upid: upid('verificationjob', 'main\\x3anight'),
      endtime: epochNow(-10),
      status: 'WARNINGS: 2',
    },
    { upid: upid('garbage_collection', 'main'), endtime: epochNow(-10), status: 'OK' },
    { upid: upid('reader', 'main\\x3avm-1'), endtime: epochNow(-10), status: 'connection closed' },
    { upid: upid('aptupdate', ''), endtime: epochNow(-10), status: 'unknown' },
    { upid: upid('logrotate', ''), endtime: epochNow(-9) },
    { upid: 'UPID:broken' },
  ];
  const { server, pbs } = await serve(t, always(rows, { total: 6 }));
  const tasks = answered(
    await pbs.tasks.list({ since: start, statusfilter: ['error', 'warning'] }),
  );
  assert.deepEqual(
    tasks.map(({ type, outcome }) => `${type} ${outcome}`),
    [
      'backup running',
      'verificationjob warning',
      'garbage_collection ok',
      'reader error',
      'aptupdate unknown',
      'logrotate unknown',
    ],
  );
  const [first] = tasks;
  assert.deepEqual(
    [first?.site, first?.node, first?.id, first?.store, first?.starttime, first?.status],
    ['pbs1', 'backup', 'main:vm/100', 'main', start, undefined],
  );
  assert.deepEqual(server.seen[0]?.query.getAll('statusfilter'), ['error', 'warning']);
});

test('the state of a task is asked on the server itself, done means stopped', async (t) => {
  const task = upid('verify', 'main');
  const { server, pbs } = await serve(t, always({ status: 'running', upid: task }));
  assert.deepEqual(answered(await pbs.tasks.status(task)), { running: true, outcome: 'running' });
  assert.equal(server.seen[0]?.path, `/nodes/localhost/tasks/${encodeURIComponent(task)}/status`);
  server.handler = always({ status: 'stopped', exitstatus: 'WARNINGS: 1', endtime: 1_700_000_000 });
  assert.deepEqual(answered(await pbs.tasks.status(task)), {
    running: false,
    outcome: 'warning',
    exitstatus: 'WARNINGS: 1',
    endtime: 1_700_000_000,
  });
  server.handler = always({ status: 'stopped' });
  assert.equal(answered(await pbs.tasks.status(task)).outcome, 'unknown');
  assert.equal(kindOf(await pbs.tasks.status('UPID:pve1:no')), 'invalid');
});

/** A log of so many lines, counted as the server counts: `start` is the number of the first line, 0 and 1 are the same. */
function logServer(lines: readonly string[]): Handler {
  return (seen, response) => {
    const start = Number(seen.query.get('start') ?? 0);
    const limit = Number(seen.query.get('limit') ?? 50);
    const data = lines
      .map((text, index) => ({ n: index + 1, t: text }))
      .filter(({ n }) => n >= start)
      .slice(0, limit);
    json(response, { data, total: lines.length, active: true, success: 1 });
  };
}

test('a log read page by page has every line once', async (t) => {
  const lines = Array.from({ length: 7 }, (_, index) => `line ${index + 1}`);
  const { server, pbs } = await serve(t, logServer(lines));
  const task = upid('verify', 'main');
  const read: string[] = [];
  let start = 0;
  for (let round = 0; round < 4; round += 1) {
    const page = answered(await pbs.tasks.log(task, { start, limit: 3 }));
    read.push(...page.lines);
    assert.equal(page.total, 7);
    assert.equal(page.active, true);
    start = page.next;
  }
  assert.deepEqual(read, lines);
  assert.equal(start, 7);
  assert.deepEqual(sentIn(server.seen[1]), { start: '4', limit: '3', 'test-status': '1' });
});

test('an empty log has no lines', async (t) => {
  const { pbs } = await serve(t, logServer([]));
  const page = answered(await pbs.tasks.log(upid('verify', 'main'), { start: 0, limit: 50 }));
  assert.deepEqual([page.lines, page.next, page.total], [[], 0, 0]);
});

test('a log line is split into its time and its text', async (t) => {
  const { pbs } = await serve(
    t,
    logServer(['2026-11-21T02:00:01+01:00: starting\u001b[31m verify', 'TASK OK', '10%\r100%']),
  );
  const page = answered(await pbs.tasks.log(upid('verify', 'main'), { start: 0, limit: 9 }));
  assert.deepEqual(page.lines.map(splitLogLine), [
    { at: Date.UTC(2026, 10, 21, 1, 0, 1), text: 'starting verify' },
    { text: 'TASK OK' },
    { text: '100%' },
  ]);
  assert.deepEqual(splitLogLine(sanitise('2026-99-99T02:00:01Z: x')).at, undefined);
});

const run = { 'last-run-upid': upid('prunejob', 'main'), 'last-run-state': 'OK' };

test('jobs tell their last run, and one that has begun is running', async (t) => {
  const job = { id: 'nightly', store: 'main', schedule: '02:00', 'next-run': epochNow(600) };
  const { pbs } = await serve(
    t,
    always([
      { ...job, ...run, 'last-run-endtime': epochNow(-60), 'keep-last': 3, 'keep-daily': 0 },
      { ...job, id: 'b', 'last-run-upid': run['last-run-upid'], disable: true, ns: 'prod' },
      { ...job, id: 'c', 'next-run': null, 'max-depth': 0 },
      { ...job, id: 'd', ...run, 'last-run-state': 'unknown', 'last-run-endtime': 0 },
      { ...job, id: 'e', ...run, 'last-run-state': 'verification failed', comment: null },
      { store: 'main' },
    ]),
  );
  const jobs = answered(await pbs.jobs.prune());
  assert.deepEqual(
    jobs.map(({ id, last }) => `${id} ${last.outcome}`),
    ['nightly ok', 'b running', 'c never', 'd unknown', 'e error'],
  );
  assert.deepEqual(jobs[0]?.keep, { last: 3 });
  assert.deepEqual([jobs[1]?.disabled, jobs[1]?.ns], [true, 'prod']);
  assert.deepEqual([jobs[2]?.nextRun, jobs[2]?.maxDepth], [undefined, 0]);
  assert.equal(jobs[3]?.last.endtime, undefined);
});

test('verify jobs tell when they verify again', async (t) => {
  const { pbs } = await serve(
    t,
    always([{ id: 'v', store: 'main', 'ignore-verified': true, 'outdated-after': 30 }]),
  );
  const [job] = answered(await pbs.jobs.verify());
  assert.deepEqual(job, {
    kind: 'verify',
    server: 'pbs1',
    id: 'v',
    store: 'main',
    last: { outcome: 'never' },
    ignoreVerified: true,
    outdatedAfter: 30,
  });
});

const pull = { id: 'in', store: 'main', remote: 'offsite', 'remote-store': 'theirs', ns: null };

test('sync jobs of both directions are asked for', async (t) => {
  const { server, pbs } = await serve(
    t,
    always([
      { ...pull, 'remove-vanished': true, 'group-filter': ['type:vm'], 'rate-in': '10 MB' },
      { ...pull, id: 'out', 'sync-direction': 'push' },
      { ...pull, id: 'local', remote: null },
    ]),
  );
  const jobs = answered(await pbs.jobs.sync());
  assert.deepEqual(sentIn(server.seen[0]), { 'sync-direction': 'all' });
  assert.deepEqual(
    jobs.map(({ id, direction, remote }) => [id, direction, remote]),
    [
      ['in', 'pull', 'offsite'],
      ['out', 'push', 'offsite'],
      ['local', 'pull', undefined],
    ],
  );
  assert.deepEqual(jobs[0]?.groupFilter, ['type:vm']);
});

test('a server that does not know push jobs is asked without them, and once only', async (t) => {
  const { server, pbs } = await serve(t, (seen, response) =>
    seen.query.has('sync-direction')
      ? refuse(
          response,
          400,
          "parameter verification errors\n\nparameter 'sync-direction': schema does not allow additional properties.\n",
        )
      : json(response, { data: [pull] }),
  );
  assert.equal(answered(await pbs.jobs.sync()).length, 1);
  assert.equal(answered(await pbs.jobs.sync()).length, 1);
  assert.deepEqual(server.seen.map(sentIn), [{ 'sync-direction': 'all' }, {}, {}]);
});

test('another refusal of sync jobs is not answered with half of them', async (t) => {
  const { server, pbs } = await serve(t, failing(403, 'permission check failed.'));
  assert.equal(kindOf(await pbs.jobs.sync()), 'denied');
  assert.equal(server.seen.length, 1);
});

test('a job is run by a POST that answers with its task', async (t) => {
  const task = upid('syncjob', 'offsite\\x3atheirs\\x3amain\\x3a\\x3ain');
  const { server, pbs } = await serve(t, always(task));
  assert.deepEqual(answered(await pbs.jobs.run('sync', 's-1/2')), { upid: task });
  assert.deepEqual(
    [server.seen[0]?.method, server.seen[0]?.path],
    ['POST', '/admin/sync/s-1%2F2/run'],
  );
});

test('a write whose answer was lost is sent once, and its task is found', async (t) => {
  const since = epochNow();
  const mine = upid('garbage_collection', 'main', { starttime: since, user: 'homelab@pbs!ro' });
  const { server, pbs } = await serve(t, (seen, response, request) => {
    if (seen.method === 'POST') {
      request.socket.destroy();
      return;
    }
    const rows = [
      upid('garbage_collection', 'main', { starttime: since + 5, user: 'homelab@pbs!ro' }),
      mine,
      upid('garbage_collection', 'usb', { starttime: since, user: 'homelab@pbs!ro' }),
      upid('garbage_collection', 'main', { starttime: since, user: 'root@pam' }),
      upid('garbage_collection', 'main', { starttime: since - 60, user: 'homelab@pbs!ro' }),
    ];
    json(response, { data: rows.map((each) => ({ upid: each })) });
  });
  assert.equal(kindOf(await pbs.datastores.startGc('main')), 'unanswered');
  assert.equal(server.seen.filter(({ method }) => method === 'POST').length, 1);
  const query = { taskTypes: ['garbage_collection'], store: 'main', since: since + 0.4 };
  assert.deepEqual(answered(await findLostPbsTask(pbs, query)), { upid: mine });
  const other = { ...query, taskTypes: ['verify'] };
  const once = { attempts: 2, sleep: async () => undefined };
  assert.equal(answered(await findLostPbsTask(pbs, other, once)), undefined);
});

test('a task that could not be looked for stays unknown', async (t) => {
  const { pbs } = await serve(t, failing(500, 'no'));
  const query = { taskTypes: ['verify'], since: 0 };
  const found = await findLostPbsTask(pbs, query, { attempts: 1 });
  assert.equal(kindOf(found), 'rejected');
});
