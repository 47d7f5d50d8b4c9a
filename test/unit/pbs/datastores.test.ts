import assert from 'node:assert/strict';
import test from 'node:test';
import { dedupFactor, usageUnknown } from '../../../source/domain/pbs-datastore.ts';
import { always, answered, epochNow, sentIn, serve, upid } from './rig.ts';

async function usageOf(t: Parameters<typeof serve>[0], row: object) {
  const { pbs } = await serve(t, always([{ store: 'main', ...row }]));
  const [usage] = answered(await pbs.datastores.usage());
  assert.ok(usage);
  return usage;
}

const numbers = { total: 1000, used: 400, avail: 600 };

test('usage is told in bytes, with the history of the last month and its gaps', async (t) => {
  const usage = await usageOf(t, {
    ...numbers,
    'backend-type': 'filesystem',
    'mount-status': 'nonremovable',
    history: [0.8, null, 0.81, -1, 1.5],
    'history-start': 1_787_486_372,
    'history-delta': 86_400,
    'gc-status': { 'disk-bytes': 43_329_242, 'index-data-bytes': 134_222_368 },
  });
  assert.equal(usage.server, 'pbs1');
  assert.deepEqual(
    [usage.total, usage.used, usage.avail, usage.backend, usage.mount],
    [1000, 400, 600, 'filesystem', 'nonremovable'],
  );
  assert.deepEqual(usage.history, [0.8, undefined, 0.81, undefined, undefined]);
  assert.deepEqual([usage.historyStart, usage.historyDelta], [1_787_486_372, 86_400]);
  assert.equal(dedupFactor(usage.gc)?.toFixed(2), '3.10');
  assert.equal(usageUnknown(usage), undefined);
});

test('a row without figures is unknown, never zero', async (t) => {
  const usage = await usageOf(t, {});
  assert.equal(usage.total, undefined);
  assert.equal(usage.used, undefined);
  assert.equal(usageUnknown(usage), 'not-told');
});

test('a row of zeros is what a login with rights on a namespace gets: unknown', async (t) => {
  const usage = await usageOf(t, { total: 0, used: 0, avail: 0 });
  assert.equal(usage.used, undefined);
  assert.equal(usageUnknown(usage), 'not-told');
});

test('-1 stands for what is not known', async (t) => {
  const usage = await usageOf(t, { total: -1, used: -1, avail: -1, error: 'cannot stat' });
  assert.equal(usage.avail, undefined);
  assert.equal(usageUnknown(usage), 'error');
  const half = await usageOf(t, { ...numbers, avail: -1 });
  assert.deepEqual([half.total, half.avail], [1000, undefined]);
});

test('a datastore that is not mounted, or is in error, says why', async (t) => {
  const away = await usageOf(t, { 'mount-status': 'notmounted', error: 'not mounted' });
  assert.equal(usageUnknown(away), 'not-mounted');
  const broken = await usageOf(t, { error: 'offline maintenance mode: \u001b[31mdisk' });
  assert.equal(usageUnknown(broken), 'error');
  assert.equal(broken.error, 'offline maintenance mode: disk');
});

const estimates: readonly (readonly [string, unknown, unknown])[] = [
  ['nothing told', undefined, undefined],
  ['null', null, undefined],
  ['0, an endless line', 0, { kind: 'not-growing' }],
  ['a day in the past', epochNow(-86_400), { kind: 'not-growing' }],
  ['a day before 1970', -5_000_000_000, { kind: 'not-growing' }],
  ['a day that cannot be', 9_000_000_000_000, { kind: 'far' }],
];
for (const [name, value, expected] of estimates) {
  test(`the estimated full date of ${name} is read for what it says`, async (t) => {
    const usage = await usageOf(t, { ...numbers, 'estimated-full-date': value });
    assert.deepEqual(usage.full, expected);
  });
}

test('an estimated full date ahead is a moment', async (t) => {
  const at = epochNow(60 * 86_400);
  const usage = await usageOf(t, { ...numbers, 'estimated-full-date': at });
  assert.deepEqual(usage.full, { kind: 'at', at });
});

test('the deduplication factor carries the age of its garbage collection', async (t) => {
  const started = epochNow(-3600);
  const usage = await usageOf(t, {
    ...numbers,
    'gc-status': {
      upid: upid('garbage_collection', 'main', { starttime: started }),
      'disk-bytes': 100,
      'index-data-bytes': 250,
      'pending-bytes': 7,
      'still-bad': 1,
    },
  });
  assert.equal(dedupFactor(usage.gc), 2.5);
  assert.equal(usage.gc?.at, started);
  assert.equal(usage.gc?.pendingBytes, 7);
  assert.equal(usage.gc?.stillBad, 1);
});

test('before the first garbage collection there are no figures', async (t) => {
  const zeros = { 'disk-bytes': 0, 'index-data-bytes': 0, 'pending-bytes': 0, 'still-bad': 0 };
  const usage = await usageOf(t, { ...numbers, 'gc-status': zeros });
  assert.equal(usage.gc, undefined);
  assert.equal(dedupFactor(usage.gc), undefined);
});

test('maintenance modes are read in either spelling', async (t) => {
  const { pbs } = await serve(
    t,
    always([
      { store: 'a01', maintenance: 'type=offline,message="new disk, \\"big\\""' },
      { store: 'b01', maintenance: 'read-only' },
      { store: 'c01', maintenance: 'offline,message=moved' },
      { store: 'd01', comment: 'no mode', maintenance: null, 'mount-status': 'mounted' },
    ]),
  );
  const rows = answered(await pbs.datastores.list());
  assert.deepEqual(rows[0]?.maintenance, { mode: 'offline', message: 'new disk, "big"' });
  assert.deepEqual(rows[1]?.maintenance, { mode: 'read-only' });
  assert.deepEqual(rows[2]?.maintenance, { mode: 'offline', message: 'moved' });
  assert.equal(rows[3]?.maintenance, undefined);
  assert.deepEqual([rows[3]?.comment, rows[3]?.mount], ['no mode', 'mounted']);
});

test('counts of a type that is null are not told, not zero', async (t) => {
  const { server, pbs } = await serve(
    t,
    always({
      total: 0,
      used: 0,
      avail: 0,
      counts: { ct: null, host: { groups: 3, snapshots: 4 }, vm: { groups: 12, snapshots: 97 } },
    }),
  );
  const status = answered(await pbs.datastores.status('main'));
  assert.equal(status.total, undefined);
  assert.equal(status.counts?.ct, undefined);
  assert.deepEqual(status.counts?.vm, { groups: 12, snapshots: 97 });
  assert.equal(sentIn(server.seen[0]).verbose, '1');
});

test('the history of a datastore keeps its gaps', async (t) => {
  const at = epochNow(-600);
  const { server, pbs } = await serve(
    t,
    always([
      { time: at, total: 1000, used: 400, available: 600, read_bytes: 1.5, io_ticks: 3 },
      { time: at + 60 },
      { time: 0, total: 1 },
      { time: epochNow(86_400), total: 1 },
    ]),
  );
  const points = answered(await pbs.datastores.rrd('main', 'hour'));
  assert.equal(points.length, 2);
  assert.deepEqual(points[0], {
    at,
    total: 1000,
    used: 400,
    available: 600,
    readBytes: 1.5,
    ioTicks: 3,
  });
  assert.deepEqual(points[1], { at: at + 60 });
  assert.deepEqual(sentIn(server.seen[0]), { timeframe: 'hour', cf: 'AVERAGE' });
});

test('running operations are counted', async (t) => {
  const { pbs } = await serve(t, always({ read: 2, write: '1' }));
  assert.deepEqual(answered(await pbs.datastores.activeOperations('main')), { read: 2, write: 1 });
});

test('garbage collections of all datastores come in one answer', async (t) => {
  const ended = epochNow(-3000);
  const gcUpid = upid('garbage_collection', 'main', { starttime: ended - 100 });
  const { server, pbs } = await serve(
    t,
    always([
      {
        store: 'main',
        schedule: 'daily',
        'next-run': epochNow(3000),
        'last-run-state': 'OK',
        'last-run-endtime': ended,
        duration: 100,
        upid: gcUpid,
        'disk-bytes': 10,
        'index-data-bytes': 20,
      },
      { store: 'usb', 'disk-bytes': 0, 'last-run-endtime': 0, 'next-run': null },
    ]),
  );
  const [main, usb] = answered(await pbs.datastores.gc());
  assert.equal(server.seen.length, 1);
  assert.deepEqual(main?.last, {
    outcome: 'ok',
    state: 'OK',
    upid: gcUpid,
    starttime: ended - 100,
    endtime: ended,
  });
  assert.deepEqual([main?.schedule, main?.duration], ['daily', 100]);
  assert.deepEqual(usb?.last, { outcome: 'never' });
  assert.equal(usb?.status, undefined);
  assert.equal(usb?.nextRun, undefined);
});

test('a garbage collection started by hand is a task', async (t) => {
  const started = upid('garbage_collection', 'main');
  const { server, pbs } = await serve(t, always(started));
  assert.deepEqual(answered(await pbs.datastores.startGc('main')), { upid: started });
  assert.equal(server.seen[0]?.path, '/admin/datastore/main/gc');
  assert.equal(server.seen[0]?.method, 'POST');
});
