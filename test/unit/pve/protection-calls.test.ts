import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Permissions } from '../../../source/domain/permission.ts';
import { sanitise as safe } from '../../../source/domain/safe-text.ts';
import type { Storage } from '../../../source/domain/storage.ts';
import type { GuestAt } from '../../../source/services/types.ts';
import { rig } from '../http/fake-environment.ts';
import { certificate, json, startServer } from '../http/fake-server.ts';

const shown = await certificate();
const vm: GuestAt = {
  site: 'home' as never,
  type: 'qemu',
  vmid: 101,
  node: safe('pve1'),
  name: safe('web01'),
};
type Answers = Readonly<Record<string, unknown>>;

/** A server that answers by path; a path it does not have is refused with 403. */
async function serve(t: TestContext, answers: Answers) {
  const server = await startServer(shown, ({ path }, response) =>
    path in answers ? json(response, { data: answers[path] }) : json(response, { data: null }, 403),
  );
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  const { site } = rig(t, { endpoints: [server.url], tls });
  const told = () => server.seen.map(({ method, path }) => `${method} ${path}`);
  return { site, told };
}

const storage = (name: string, status = 'available'): Storage => ({
  site: 'home' as never,
  node: safe('pve1'),
  storage: safe(name),
  status: safe(status),
});
const content = (name: string) => `/nodes/pve1/storage/${name}/content`;
const prune = (name: string) => `/nodes/pve1/storage/${name}/prunebackups`;
const row = (volid: string, more: object = {}) => ({
  volid,
  content: 'backup',
  vmid: 101,
  ...more,
});
const all: Permissions = new Map([['/', new Map([['Datastore.Allocate', true]])]]);
const none: Permissions = new Map([['/', new Map([['Datastore.Audit', true]])]]);

test('backups: what each storage told, newest first; another kind with the VMID is another guest', async (t) => {
  const { site } = await serve(t, {
    [content('nas')]: [
      row('nas:backup/vzdump-qemu-101-a.vma.zst', { ctime: 1_790_000_000, size: 5, protected: 1 }),
      row('nas:backup/vzdump-lxc-101-b.tar.zst', { ctime: 1_790_000_900 }),
    ],
    [content('pbs')]: [
      row('pbs:backup/vm/101/x', {
        ctime: 1_790_000_500,
        format: 'pbs-vm',
        verification: { state: 'failed', upid: 'U' },
        encrypted: '1',
      }),
    ],
  });
  const places = { storages: ['nas', 'pbs'].map((name) => storage(name)), permissions: all };
  const read = await site.backups.list(vm, places);
  assert.ok(read.ok);
  assert.deepEqual(
    read.value.backups.map(({ volid, protected: kept, verification, encrypted }) => [
      volid,
      kept,
      verification,
      encrypted,
    ]),
    [
      ['pbs:backup/vm/101/x', undefined, 'failed', true],
      ['nas:backup/vzdump-qemu-101-a.vma.zst', true, undefined, undefined],
    ],
  );
  assert.deepEqual(
    read.value.sources.map(({ reading }) => reading),
    ['listed', 'listed'],
  );
});

test('backups: an empty list proves nothing without the privileges: the simulation is asked, or it is unknown', async (t) => {
  const { site, told } = await serve(t, {
    [content('nas')]: [],
    [content('bare')]: [],
    [content('shut')]: [],
    [prune('nas')]: [
      {
        volid: 'nas:backup/vzdump-qemu-101-a.vma.zst',
        ctime: 1_790_000_000,
        vmid: 101,
        type: 'qemu',
        mark: 'protected',
      },
      {
        volid: 'nas:backup/vzdump-qemu-102-a.vma.zst',
        ctime: 1_790_000_000,
        vmid: 102,
        type: 'qemu',
        mark: 'keep',
      },
    ],
    [prune('bare')]: [],
  });
  const names = ['nas', 'bare', 'shut', 'gone', 'away'];
  const storages = names.map((name) => storage(name, name === 'away' ? 'unknown' : 'available'));
  const read = await site.backups.list(vm, { storages, permissions: none });
  assert.ok(read.ok);
  assert.deepEqual(
    read.value.sources.map(({ storage: name, reading }) => `${name} ${reading}`),
    ['nas simulated', 'bare listed', 'shut hidden', 'gone failed', 'away failed'],
  );
  assert.deepEqual(
    read.value.backups.map(({ volid, simulated, protected: kept, size }) => [
      volid,
      simulated,
      kept,
      size,
    ]),
    [['nas:backup/vzdump-qemu-101-a.vma.zst', true, true, undefined]],
  );
  assert.ok(!told().some((line) => line.includes('/away/')), 'a share that is away is not asked');
});

test('backups: with the privileges an empty list is no backups, and nothing else is asked', async (t) => {
  const { site, told } = await serve(t, { [content('nas')]: [] });
  const read = await site.backups.list(vm, { storages: [storage('nas')], permissions: all });
  assert.deepEqual(read.ok && read.value, {
    backups: [],
    sources: [{ storage: 'nas', reading: 'listed' }],
  });
  assert.equal(told().length, 1);
});

test('replication: jobs stay known when their node does not tell how they fare', async (t) => {
  const jobs = [
    { id: '101-0', guest: 101, type: 'local', target: 'pve2', schedule: '*/30', rate: '12.5' },
    { id: '102-0', guest: 102, type: 'local', target: 'pve2' },
    { id: '101-1', guest: 101, target: 'pve3', disable: 1, remove_job: 'full' },
    { id: 'broken' },
  ];
  const state = {
    last_sync: 1_790_000_000,
    last_try: 0,
    fail_count: '2',
    error: ' broken \n',
    pid: 7,
  };
  const { site } = await serve(t, {
    '/cluster/replication': jobs,
    '/nodes/pve1/replication': [{ ...jobs[0], ...state }],
  });
  const read = await site.replication.of(vm);
  assert.ok(read.ok);
  const [first, second] = read.value.jobs;
  assert.deepEqual(first, {
    id: '101-0',
    guest: 101,
    target: 'pve2',
    schedule: '*/30',
    rate: 12.5,
    enabled: true,
    state: { lastSync: 1_790_000_000, failCount: 2, error: 'broken', running: true },
  });
  assert.deepEqual(second, {
    id: '101-1',
    guest: 101,
    target: 'pve3',
    enabled: false,
    removing: 'full',
  });
  const alone = await serve(t, { '/cluster/replication': jobs });
  const half = await alone.site.replication.of(vm);
  assert.ok(half.ok);
  assert.equal(half.value.jobs.length, 2);
  assert.equal(half.value.jobs[0]?.state, undefined);
  assert.equal(half.value.failure?.kind, 'denied');
});

test('replication: the end of a long log, and that its beginning is left out', async (t) => {
  let length = 1200;
  const server = await startServer(shown, ({ query }, response) => {
    const start = Number(query.get('start') ?? 0);
    const count = Math.min(Number(query.get('limit') ?? 50), length - start);
    const lines = Array.from({ length: count }, (_, index) => ({
      n: start + index + 1,
      t: `line ${start + index + 1}`,
    }));
    const none = [{ n: 1, t: 'no content' }];
    json(response, { data: length === 0 ? none : lines, total: length || 1 });
  });
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  const { site } = rig(t, { endpoints: [server.url], tls });
  const read = async () => {
    const log = await site.replication.log('pve1', '101-0');
    assert.ok(log.ok);
    return log.value.map(String);
  };
  const long = await read();
  assert.match(long[0] ?? '', /700 earlier lines are left out/);
  assert.deepEqual([long[1], long.at(-1), long.length], ['line 701', 'line 1200', 501]);
  length = 3;
  assert.deepEqual(await read(), ['line 1', 'line 2', 'line 3']);
  length = 0;
  assert.deepEqual(await read(), [], 'no content is no line of it');
});

test('replication: a job is read with the digest of its file, which guards the change', async (t) => {
  const digest = 'a'.repeat(40);
  const { site, told } = await serve(t, {
    '/cluster/replication/101-0': { id: '101-0', guest: 101, target: 'pve2', rate: '2.5', digest },
  });
  const read = await site.replication.job('101-0');
  assert.deepEqual(read.ok && read.value, {
    job: { id: '101-0', guest: 101, target: 'pve2', rate: 2.5, enabled: true },
    digest,
  });
  await site.replication.change('101-0', { schedule: '', comment: 'x', digest });
  assert.deepEqual(told().at(-1), 'PUT /cluster/replication/101-0');
});

test('access: entries, and whom a role could be given to; what may not be read is left out', async (t) => {
  const { site } = await serve(t, {
    '/access/acl': [
      { path: '/vms/101', type: 'user', ugid: 'a@pve', roleid: 'Admin', propagate: '0' },
      { path: '/', type: 'token', ugid: 'a@pve!x', roleid: 'Audit' },
      { path: '/', type: 'ghost', ugid: 'b', roleid: 'Audit' },
    ],
    '/access/users': [{ userid: 'a@pve', tokens: [{ tokenid: 'x' }] }],
    '/access/roles': [{ roleid: 'Admin', privs: 'VM.Audit,VM.Console' }],
    '/access/permissions': { '/vms/101': { 'VM.Console': 1, 'VM.Audit': 0 } },
  });
  const acl = await site.access.acl();
  assert.deepEqual(acl.ok && acl.value.map(({ subject, propagate }) => [subject, propagate]), [
    ['user', false],
    ['token', true],
  ]);
  const choices = await site.access.choices();
  assert.deepEqual(choices.ok && choices.value, {
    users: ['a@pve'],
    tokens: ['a@pve!x'],
    roles: [{ role: 'Admin', privileges: ['VM.Audit', 'VM.Console'] }],
  });
  const own = await site.access.own('/vms/101');
  assert.deepEqual(own.ok && own.value, ['VM.Audit', 'VM.Console']);
});
