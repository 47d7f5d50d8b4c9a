import assert from 'node:assert/strict';
import test from 'node:test';
import type { GuestAccess } from '../../../source/domain/acl.ts';
import type { BackupList, GuestBackup } from '../../../source/domain/backup.ts';
import { guestKey } from '../../../source/domain/guest.ts';
import type { JobWithState } from '../../../source/domain/replication.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import { backupColumns, backupTable } from '../../../source/views/guests/backups.ts';
import { guestsView } from '../../../source/views/guests/index.ts';
import { permissionTable } from '../../../source/views/guests/permissions.ts';
import { replicationColumns, replicationTable } from '../../../source/views/guests/replication.ts';
import {
  cell,
  contextOf,
  detail,
  GiB,
  guest,
  node,
  now,
  storage,
  textOf,
  unreachable,
  withResources,
} from './fixtures.ts';

const web = guest(101, { name: say`web-server` });
const key = guestKey(web);
const kept = { content: [say`backup`] };
const sites = [
  withResources({
    guests: [web],
    nodes: [node('pve1'), node('pve2')],
    storages: [storage('nas', kept), storage('local', { ...kept, node: say`pve2` })],
  }),
];
const backup = (name: string, more: Partial<GuestBackup> = {}): GuestBackup => ({
  volid: sanitise(`nas:backup/${name}`),
  storage: say`nas`,
  ctime: now / 1000 - 7200,
  size: GiB,
  format: say`vma.zst`,
  ...more,
});

function backups(list: BackupList, more = {}) {
  const table = backupTable(
    web,
    contextOf(sites, detail('guest.backups', key, { data: list, ...more })),
  );
  const words = (lines: readonly Parameters<typeof textOf>[0][]) => lines.map(textOf).join('\n');
  return { table, notes: words(table.notes ?? []), empty: words(table.empty) };
}

test('backups: rows with what is known, and which storages were asked', () => {
  const { table, notes } = backups({
    backups: [backup('a'), backup('b', { protected: true })],
    sources: [{ storage: say`nas`, reading: 'listed' }],
  });
  assert.match(notes, /2 backups, 2\.00 GiB in all {2}asked: nas/);
  assert.match(notes, /not looked at, because pve1 does not reach it: local on pve2/);
  assert.deepEqual(table.picked?.(backup('a')), { kind: 'backup', key: 'nas:backup/a' });
  assert.equal(cell(backupColumns, 'age', backup('a')), '2 h');
  assert.equal(cell(backupColumns, 'protected', backup('b', { protected: true })), 'yes');
  assert.equal(cell(backupColumns, 'verified', backup('a')), '–', 'nobody verifies files');
  const onServer = { format: say`pbs-vm` };
  assert.equal(cell(backupColumns, 'verified', backup('c', onServer)), 'not yet');
  assert.equal(
    cell(backupColumns, 'verified', backup('c', { ...onServer, verification: say`failed` })),
    'failed',
  );
  const { size: _size, format: _format, ...bare } = backup('d', { simulated: true });
  assert.equal(cell(backupColumns, 'size', bare), '?');
  assert.equal(cell(backupColumns, 'notes', bare), '?');
});

test('backups: none is said only where every storage told', () => {
  const none = backups({ backups: [], sources: [{ storage: say`nas`, reading: 'listed' }] });
  assert.equal(none.empty, 'no backups');
  assert.match(none.notes, /asked: nas/);
  for (const reading of ['hidden', 'failed'] as const) {
    const source = {
      storage: say`nas`,
      reading,
      ...(reading === 'failed' ? { failure: unreachable } : {}),
    };
    const { empty, notes } = backups({ backups: [], sources: [source] });
    assert.match(empty, /unknown: not every storage told its backups/);
    assert.match(notes, /⚠ nas: unknown/);
    assert.doesNotMatch(empty, /no backups/);
  }
  const simulated = backups({
    backups: [backup('a', { simulated: true })],
    sources: [{ storage: say`nas`, reading: 'simulated' }],
  });
  assert.match(
    simulated.notes.replace(/\s+/g, ' '),
    /Datastore\.AllocateSpace on \/storage\/nas and VM\.Backup on \/vms\/101/,
  );
  const nowhere = (privilege: string) => {
    const permissions = new Map([['/', new Map([[privilege, true]])]]);
    const site = withResources({ guests: [web] });
    const context = contextOf(
      [{ ...site, permissions: { fetching: false, data: permissions } }],
      detail('guest.backups', key, { data: { backups: [], sources: [] } }),
    );
    return backupTable(web, context).empty.map(textOf).join(' ');
  };
  assert.match(nowhere('Datastore.Audit'), /pve1 has no storage that keeps/);
  assert.match(nowhere('VM.Audit'), /unknown: storages may be hidden[\s\S]*Datastore\.Audit/);
});

test('replication: every state has its word, and an error stands in full above', () => {
  const job = (state: JobWithState['state'], more: Partial<JobWithState> = {}): JobWithState => ({
    id: say`101-0`,
    guest: 101,
    target: say`pve2`,
    enabled: true,
    ...(state ? { state } : {}),
    ...more,
  });
  const word = (one: JobWithState) => cell(replicationColumns, 'state', one);
  const good = { running: false, lastSync: now / 1000 - 60, failCount: 0 };
  assert.equal(word(job(good)), '✓ ok');
  assert.equal(word(job({ running: true })), 'runs now');
  assert.equal(word(job({ running: false })), 'not run yet');
  assert.equal(word(job({ ...good, failCount: 3 })), '✗ failed 3 time(s)');
  assert.equal(word(job(good, { enabled: false })), 'switched off');
  assert.equal(word(job(good, { removing: 'full' })), 'being removed');
  assert.equal(word(job(undefined)), 'unknown');
  assert.equal(cell(replicationColumns, 'last', job(undefined)), '?');
  assert.equal(cell(replicationColumns, 'last', job({ running: false })), 'never');
  assert.equal(
    cell(replicationColumns, 'next', job({ ...good, nextSync: now / 1000 + 600 })),
    '10 min',
  );
  assert.equal(cell(replicationColumns, 'next', job(good)), 'waits');
  const broken = job({ ...good, failCount: 1, error: sanitise('ssh: exit code 255') });
  const table = replicationTable(
    web,
    contextOf(sites, detail('guest.replication', key, { data: { jobs: [broken] } })),
  );
  assert.match((table.notes ?? []).map(textOf).join('\n'), /✗ 101-0: ssh: exit code 255/);
  const half = { jobs: [job(undefined)], failure: unreachable };
  const silent = replicationTable(
    web,
    contextOf(sites, detail('guest.replication', key, { data: half })),
  );
  assert.match((silent.notes ?? []).map(textOf).join('\n'), /how they fare is not known/);
});

test('replication has no tab where there is one node only', () => {
  const tab = guestsView.tabs.find(({ id }) => id === 'replication');
  assert.equal(tab?.applies?.(web, contextOf(sites)), true);
  const single = [withResources({ guests: [web], nodes: [node('pve1')] })];
  assert.equal(tab?.applies?.(web, contextOf(single)), false);
  assert.equal(tab?.applies?.(web, contextOf([])), true, 'not known yet');
});

test('permissions: what the identity may do, and whether there may be more', () => {
  const notes = (access: GuestAccess) => {
    const map = detail('guest.access', key, { data: access });
    const table = permissionTable(web, contextOf(sites, map));
    return [...(table.notes ?? []), ...table.empty].map(textOf).join('\n');
  };
  const own = [say`VM.Audit`, say`Datastore.Audit`];
  const told = notes({ entries: [], complete: true, own });
  assert.match(told, /This identity may: VM\.Audit$/m);
  assert.match(told, /no entries: only root@pam may use it/);
  assert.doesNotMatch(told, /There may be more/);
  const lesser = notes({ entries: [], complete: false, own });
  assert.match(lesser, /There may be more/);
  assert.match(lesser, /unknown: no entry was told/);
  const unread = notes({ entries: [], complete: undefined, own: undefined });
  assert.match(unread, /Whether these are all is not known/);
  assert.match(unread, /what this identity may do here is not known/);
});

test('permissions of a guest in a pool: where more may stand, and what counts by the pool', () => {
  const root = {
    path: say`/`,
    subject: 'user' as const,
    id: say`a@pve`,
    role: say`PVEAuditor`,
    propagate: true,
  };
  const access: GuestAccess = {
    entries: [
      { entry: root, level: 'root', replaced: false, byPool: true },
      { entry: { ...root, path: say`/pool/a` }, level: 'pools', replaced: false },
      { entry: { ...root, path: say`/vms` }, level: 'guests', replaced: true },
    ],
    complete: false,
    own: [],
  };
  const pooled = { ...web, pool: say`a/b` };
  const map = detail('guest.access', key, { data: access });
  const table = permissionTable(pooled, contextOf(sites, map));
  const notes = (table.notes ?? []).map(textOf).join(' ').replace(/\s+/g, ' ');
  assert.match(notes, new RegExp(`on /vms/${web.vmid}, /pool/a/b and above`));
  const cells = (id: string) => table.rows.map((row) => cell(table.columns, id, row));
  assert.deepEqual(cells('counts'), ['yes, by its pool', 'yes', 'no, replaced below']);
  assert.deepEqual(cells('level'), ['everything', 'pools above', 'all guests']);
});
