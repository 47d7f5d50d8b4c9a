import assert from 'node:assert/strict';
import test from 'node:test';
import { encryption, verifiedHere } from '../../../source/domain/pbs-content.ts';
import { json } from '../http/fake-server.ts';
import { always, answered, epochNow, kindOf, sentIn, serve, upid } from './rig.ts';

const root = { store: 'main', ns: '' };
const group = { ...root, type: 'vm', id: '100' } as const;
const time = epochNow(-7200);
const snapshot = { ...group, time };

const files = [
  { filename: 'drive-scsi0.img.fidx', 'crypt-mode': 'encrypt', size: 34_359_738_368 },
  { filename: 'qemu-server.conf.blob', 'crypt-mode': 'encrypt', size: 412 },
  { filename: 'index.json.blob', 'crypt-mode': 'sign-only', size: 600 },
];
const row = {
  'backup-type': 'vm',
  'backup-id': '100',
  'backup-time': time,
  owner: 'pve@pbs!sync',
  protected: false,
  size: 34_359_739_380,
  comment: 'web01',
  fingerprint: 'ab:cd:ef:01:23:45:67:89',
  verification: {
    state: 'ok',
    upid: upid('verificationjob', 'main\\x3anightly', { starttime: time + 60 }),
  },
  files,
};

async function snapshotsOf(t: Parameters<typeof serve>[0], ...rows: readonly object[]) {
  const { pbs } = await serve(t, always(rows.map((each) => ({ ...row, ...each }))));
  return answered(await pbs.content.snapshots(root));
}

test('a snapshot is told with its files, owner, size and verification', async (t) => {
  const [found] = await snapshotsOf(t, {});
  assert.ok(found);
  assert.deepEqual(
    [found.server, found.store, found.ns, found.type, found.id, found.time, found.at],
    ['pbs1', 'main', '', 'vm', '100', time, time],
  );
  assert.equal(found.finished, true);
  assert.equal(found.protected, false);
  assert.equal(found.owner, 'pve@pbs!sync');
  assert.equal(found.fingerprint, 'ab:cd:ef:01:23:45:67:89');
  assert.equal(encryption(found), 'all');
  assert.deepEqual(found.verification, {
    state: 'ok',
    at: time + 60,
    upid: row.verification.upid,
    node: 'backup',
    store: 'main',
  });
});

test('a running upload, and one whose manifest cannot be read, are not finished', async (t) => {
  const [uploading, unread, whole] = await snapshotsOf(
    t,
    { files: [{ filename: 'drive-scsi0.img.fidx' }], size: undefined, verification: undefined },
    { files: ['index.json.blob', 'drive-scsi0.img.fidx'], size: null },
    {},
  );
  assert.equal(uploading?.finished, false);
  assert.equal(uploading?.size, undefined);
  assert.equal(unread?.finished, false);
  assert.deepEqual(
    unread?.files.map(({ filename }) => filename),
    ['index.json.blob', 'drive-scsi0.img.fidx'],
  );
  assert.equal(whole?.finished, true);
});

test('a size of zero is the sum of sizes that were not told', async (t) => {
  const [found] = await snapshotsOf(t, { size: 0 });
  assert.equal(found?.size, undefined);
});

test('times that cannot be are unknown, but stay the identity', async (t) => {
  const found = await snapshotsOf(
    t,
    { 'backup-time': 0 },
    { 'backup-time': time * 1000 },
    { 'backup-time': epochNow(3600) },
    { 'backup-time': epochNow(60) },
    { 'backup-time': 4_294_967_295 },
    { 'backup-time': String(time) },
  );
  assert.deepEqual(
    found.map(({ at }) => at !== undefined),
    [false, false, false, true, false, true],
  );
  assert.equal(found[1]?.time, time * 1000);
  assert.equal(found[5]?.time, time);
});

test('rows without a key are no snapshots', async (t) => {
  const found = await snapshotsOf(
    t,
    { 'backup-type': 'tape' },
    { 'backup-id': null },
    { 'backup-time': 'yesterday' },
    {},
  );
  assert.equal(found.length, 1);
});

test('a verify state counts only where it was made', async (t) => {
  const state = (type: string, id: string, node?: string) => ({
    verification: {
      state: 'ok',
      upid: upid(type, id, { starttime: time + 60, ...(node ? { node } : {}) }),
    },
  });
  const [here, elsewhere, other, group1, odd] = await snapshotsOf(
    t,
    state('verificationjob', 'main\\x3anightly'),
    state('verificationjob', 'main\\x3anightly', 'otherhost'),
    state('verify', 'offsite'),
    state('verify_group', 'main\\x3avm-100'),
    { verification: { state: 'ok', upid: 'UPID:x' } },
  );
  const at = { node: 'backup', store: 'main' };
  assert.equal(verifiedHere(here?.verification, at), true);
  assert.equal(verifiedHere(elsewhere?.verification, at), false);
  assert.equal(verifiedHere(other?.verification, at), false);
  assert.equal(verifiedHere(group1?.verification, at), true);
  assert.equal(verifiedHere(odd?.verification, at), undefined);
  assert.equal(odd?.verification?.at, undefined);
  assert.equal(verifiedHere(here?.verification, { node: undefined, store: 'main' }), undefined);
  assert.equal(verifiedHere(other?.verification, { node: undefined, store: 'main' }), false);
  assert.equal(verifiedHere(undefined, at), false);
});

test('a verify state nobody knows is neither good nor bad', async (t) => {
  const [odd, failed, none] = await snapshotsOf(
    t,
    { verification: { state: 'partial', upid: row.verification.upid } },
    { verification: { state: 'failed', upid: row.verification.upid } },
    { verification: null },
  );
  assert.equal(odd?.verification?.state, 'unknown');
  assert.equal(failed?.verification?.state, 'failed');
  assert.equal(none?.verification, undefined);
});

test('names and comments cannot move the cursor', async (t) => {
  const [found] = await snapshotsOf(t, { comment: 'a\u001b[2Jb', owner: 'x\u202ey@pbs' });
  assert.equal(found?.comment, 'ab');
  assert.equal(found?.owner, 'x·y@pbs');
});

test('the root namespace is left out of requests, another one is named', async (t) => {
  const { server, pbs } = await serve(t, always([]));
  await pbs.content.groups(root);
  await pbs.content.snapshots({ store: 'main', ns: 'prod/db', type: 'ct' });
  await pbs.content.snapshots({ ...group, ns: 'prod' });
  assert.deepEqual(server.seen.map(sentIn), [
    {},
    { ns: 'prod/db', 'backup-type': 'ct' },
    { ns: 'prod', 'backup-type': 'vm', 'backup-id': '100' },
  ]);
});

test('namespaces keep the root, whose name is empty', async (t) => {
  const { server, pbs } = await serve(
    t,
    always([{ ns: '' }, { ns: 'prod', comment: 'x' }, { ns: 'prod/db' }, {}]),
  );
  const found = answered(await pbs.content.namespaces('main'));
  assert.deepEqual(
    found.map(({ ns }) => ns),
    ['', 'prod', 'prod/db'],
  );
  await pbs.content.namespaces('main', { parent: 'prod', maxDepth: 1 });
  assert.deepEqual(sentIn(server.seen[1]), { parent: 'prod', 'max-depth': '1' });
});

test('groups carry a hint of the last backup, and no time that cannot be', async (t) => {
  const base = {
    'backup-type': 'ct',
    'backup-id': '200',
    files: ['root.pxar.didx'],
    owner: 'a@pbs',
  };
  const { pbs } = await serve(
    t,
    always([
      { ...base, 'last-backup': time, 'backup-count': 3, comment: 'dns' },
      { ...base, 'backup-id': '201', 'last-backup': 0, 'backup-count': null },
    ]),
  );
  const [first, second] = answered(await pbs.content.groups({ store: 'main', ns: 'prod' }));
  assert.deepEqual(first, {
    server: 'pbs1',
    store: 'main',
    ns: 'prod',
    type: 'ct',
    id: '200',
    count: 3,
    lastBackup: time,
    owner: 'a@pbs',
    comment: 'dns',
    files: ['root.pxar.didx'],
  });
  assert.deepEqual([second?.lastBackup, second?.count], [undefined, undefined]);
});

test('notes are all their lines, and none are none', async (t) => {
  const { server, pbs } = await serve(t, always('first\nsecond\u0007\n'));
  assert.deepEqual(answered(await pbs.content.notes(snapshot)), ['first', 'second␇']);
  server.handler = always('');
  assert.deepEqual(answered(await pbs.content.groupNotes(group)), []);
  server.handler = always(null);
  assert.deepEqual(answered(await pbs.content.groupNotes(group)), []);
  server.handler = always({});
  assert.equal(kindOf(await pbs.content.notes(snapshot)), 'bad-answer');
});

test('protection is a plain yes or no; anything else is not guessed', async (t) => {
  const { server, pbs } = await serve(t, always(true));
  assert.equal(answered(await pbs.content.protection(snapshot)), true);
  server.handler = always(null);
  assert.equal(kindOf(await pbs.content.protection(snapshot)), 'bad-answer');
});

test('changes of a snapshot name it wholly', async (t) => {
  const { server, pbs } = await serve(t, always(null));
  const key = { 'backup-type': 'vm', 'backup-id': '100', 'backup-time': String(time) };
  await pbs.content.setNotes({ ...snapshot, ns: 'prod' }, 'a=b&c\nd');
  await pbs.content.setProtected(snapshot, true);
  assert.deepEqual(answered(await pbs.content.forget(snapshot)), {});
  await pbs.content.forgetGroup(group);
  await pbs.content.changeOwner(group, 'b@pbs!x');
  await pbs.content.setGroupNotes(group, '');
  assert.deepEqual(
    server.seen.map(({ method, path }) => `${method} ${path.replace('/admin/datastore/main', '')}`),
    [
      'PUT /notes',
      'PUT /protected',
      'DELETE /snapshots',
      'DELETE /groups',
      'POST /change-owner',
      'PUT /group-notes',
    ],
  );
  assert.deepEqual(sentIn(server.seen[0]), { ns: 'prod', ...key, notes: 'a=b&c\nd' });
  assert.deepEqual(sentIn(server.seen[1]), { ...key, protected: '1' });
  // A body is not allowed there.
  assert.deepEqual(Object.fromEntries(server.seen[2]?.query ?? []), key);
  assert.equal(server.seen[2]?.form.size, 0);
  assert.equal(sentIn(server.seen[4])['new-owner'], 'b@pbs!x');
  assert.equal(sentIn(server.seen[5]).notes, '');
});

test('a dry run shows what the server would remove, and asks for nothing else', async (t) => {
  const mark = { 'backup-type': 'vm', 'backup-id': '100' };
  const { server, pbs } = await serve(
    t,
    always([
      { ...mark, 'backup-time': time - 100, keep: false, protected: false },
      { ...mark, 'backup-time': time, keep: true, protected: true },
    ]),
  );
  const marks = answered(await pbs.content.pruneDryRun(group, { last: 1, daily: 7 }));
  assert.deepEqual(
    marks.map(({ time: at, keep, protected: safe }) => [at, keep, safe]),
    [
      [time - 100, false, false],
      [time, true, true],
    ],
  );
  const sent = sentIn(server.seen[0]);
  assert.equal(sent['dry-run'], '1');
  assert.equal(sent['use-task'], undefined);
  assert.deepEqual([sent['keep-last'], sent['keep-daily']], ['1', '7']);
});

test('a dry run that leaves a fate open shows nothing', async (t) => {
  const { pbs } = await serve(t, (_seen, response) =>
    json(response, { data: [{ 'backup-type': 'vm', 'backup-id': '100', 'backup-time': time }] }),
  );
  assert.equal(kindOf(await pbs.content.pruneDryRun(group, { last: 1 })), 'bad-answer');
});

test('a dry run whose answer is lost leaves nothing in doubt', async (t) => {
  const { pbs } = await serve(t, (_seen, _response, request) => {
    request.socket.destroy();
  });
  assert.equal(kindOf(await pbs.content.pruneDryRun(group, { last: 1 })), 'timeout');
  assert.equal(kindOf(await pbs.content.prune(group, { last: 1 })), 'unanswered');
});

test('pruning and verifying are tasks, at every level', async (t) => {
  const { server, pbs } = await serve(t, always(upid('prune', 'main')));
  assert.ok(answered(await pbs.content.prune(group, { weekly: 4 })).upid);
  await pbs.content.pruneDatastore(
    { store: 'main', ns: 'prod' },
    { last: 2 },
    { maxDepth: 0, dryRun: true },
  );
  await pbs.content.verify(root);
  await pbs.content.verify(group, { ignoreVerified: false });
  await pbs.content.verify(snapshot, { outdatedAfter: 30 });
  assert.deepEqual(server.seen.map(sentIn), [
    { 'backup-type': 'vm', 'backup-id': '100', 'keep-weekly': '4', 'use-task': '1' },
    { ns: 'prod', 'keep-last': '2', 'max-depth': '0', 'dry-run': '1' },
    {},
    { 'backup-type': 'vm', 'backup-id': '100', 'ignore-verified': '0' },
    {
      'backup-type': 'vm',
      'backup-id': '100',
      'backup-time': String(time),
      'outdated-after': '30',
    },
  ]);
});

test('what is sent for a snapshot is said in the words of a failure', async (t) => {
  const { pbs } = await serve(t, (_seen, response) => json(response, 'x', 400));
  const result = await pbs.content.forget({ ...group, ns: 'prod', time: 1_700_000_000 });
  assert.ok(!result.ok);
  assert.equal(result.failure.where, 'pbs1 · datastore main · prod vm/100 2023-11-14T22:13:20Z');
});
