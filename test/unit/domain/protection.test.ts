import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AclEntry,
  aclComplete,
  type GuestAclEntry,
  guestEntries,
  mayChangeAcl,
} from '../../../source/domain/acl.ts';
import {
  backupKind,
  jobReason,
  mayListBackups,
  retentionLimit,
  storageOf,
} from '../../../source/domain/backup.ts';
import type { Permissions } from '../../../source/domain/permission.ts';
import { nextJobId, type ReplicationJob } from '../../../source/domain/replication.ts';
import { sanitise as safe } from '../../../source/domain/safe-text.ts';

const held = (...grants: [path: string, ...names: string[]][]): Permissions =>
  new Map(grants.map(([path, ...names]) => [path, new Map(names.map((name) => [name, true]))]));

test('a backup is of a VM or a container by what the server says, its format or its name', () => {
  const kind = (volid: string, more: { format?: string; subtype?: string } = {}) =>
    backupKind({
      volid: safe(volid),
      ...(more.format ? { format: safe(more.format) } : {}),
      ...(more.subtype ? { subtype: safe(more.subtype) } : {}),
    });
  assert.equal(kind('nas:backup/vzdump-qemu-101-x.vma.zst'), 'qemu');
  assert.equal(kind('nas:backup/vzdump-openvz-101-x.tgz'), 'lxc');
  assert.equal(kind('pbs:backup/ct/101/2026-11-21T02:00:00Z'), 'lxc');
  assert.equal(kind('pbs:backup/vm/101/2026-11-21T02:00:00Z'), 'qemu');
  assert.equal(kind('nas:backup/renamed', { format: 'tar.zst' }), 'lxc');
  assert.equal(kind('nas:backup/vzdump-qemu-101-x.vma', { subtype: 'lxc' }), 'lxc');
  assert.equal(kind('nas:backup/renamed'), undefined);
  assert.equal(storageOf('nas:backup/a:b'), 'nas');
});

test('whether a list of backups comes whole is read from the privileges, and unknown stays unknown', () => {
  const guest = { vmid: 101 };
  assert.equal(mayListBackups(undefined, guest, 'nas'), undefined);
  assert.equal(mayListBackups(held(['/', 'Datastore.Audit', 'VM.Audit']), guest, 'nas'), false);
  assert.equal(mayListBackups(held(['/storage/nas', 'Datastore.Allocate']), guest, 'nas'), true);
  const half = held(['/storage/nas', 'Datastore.AllocateSpace']);
  assert.equal(mayListBackups(half, guest, 'nas'), false);
  const both = held(['/storage/nas', 'Datastore.AllocateSpace'], ['/vms/101', 'VM.Backup']);
  assert.equal(mayListBackups(both, guest, 'nas'), true);
  assert.equal(mayListBackups(both, { vmid: 102 }, 'nas'), false);
});

test('how many backups a retention leaves', () => {
  assert.equal(retentionLimit('keep-all=1'), undefined);
  assert.equal(retentionLimit('keep-last=3'), 3);
  assert.equal(retentionLimit('keep-last=3,keep-daily=7'), 10);
  assert.equal(retentionLimit(''), undefined);
});

test('a job concerns a guest by name, pool or all; one for another node does not', () => {
  const job = { id: safe('j'), enabled: true, all: false, vmids: [], excluded: [] };
  const guest = { vmid: 101, node: safe('pve1'), pool: safe('prod') };
  assert.equal(jobReason({ ...job, vmids: [101] }, guest), 'named');
  assert.equal(jobReason({ ...job, all: true }, guest), 'all');
  assert.equal(jobReason({ ...job, all: true, excluded: [101] }, guest), 'excluded');
  assert.equal(jobReason({ ...job, all: true, node: safe('pve2') }, guest), undefined);
  assert.equal(jobReason({ ...job, pool: safe('prod') }, guest), 'pool');
  assert.equal(jobReason({ ...job, pool: safe('lab') }, guest), undefined);
  assert.equal(jobReason(job, guest), undefined);
});

test('the next job number is the first free one', () => {
  const job = (id: string): ReplicationJob => ({
    id: safe(id),
    guest: 101,
    target: safe('pve2'),
    enabled: true,
  });
  assert.equal(nextJobId([], 101), '101-0');
  assert.equal(nextJobId([job('101-0'), job('101-2')], 101), '101-1');
});

const entry = (
  path: string,
  id: string,
  role: string,
  change: Partial<AclEntry> = {},
): AclEntry => ({
  path: safe(path),
  subject: 'user',
  id: safe(id),
  role: safe(role),
  propagate: true,
  ...change,
});

const words = ({ entry: { path, id }, level, replaced, byPool }: GuestAclEntry) =>
  `${path} ${id} ${level}${replaced ? ' replaced' : ''}${byPool ? ' by its pool' : ''}`;

test('entries that decide about a guest: its own, its pool, what is inherited and not replaced', () => {
  const all = [
    entry('/', 'a@pve', 'Auditor'),
    entry('/', 'b@pve', 'Auditor'),
    entry('/', 'c@pve', 'Auditor', { propagate: false }),
    entry('/vms', 'a@pve', 'User'),
    entry('/vms/101', 'a@pve', 'Admin', { propagate: false }),
    entry('/vms/102', 'd@pve', 'Admin'),
    entry('/pool/prod', 'b@pve', 'User'),
    entry('/pool/lab', 'b@pve', 'User'),
    entry('/storage/nas', 'b@pve', 'User'),
  ];
  const found = guestEntries(all, { vmid: 101, pool: safe('prod') }).map(words);
  assert.deepEqual(found, [
    '/vms/101 a@pve guest',
    '/pool/prod b@pve pool',
    '/vms a@pve guests replaced',
    '/ a@pve root by its pool',
    '/ b@pve root',
  ]);
  const lone = guestEntries(all, { vmid: 101 }).map(({ entry: { path }, level }) => [path, level]);
  assert.ok(!lone.some(([, level]) => level === 'pool'), JSON.stringify(lone));
  const same = guestEntries([entry('/', 'x', 'A'), entry('/vms', 'x', 'B', { subject: 'group' })], {
    vmid: 101,
  });
  assert.ok(
    same.every(({ replaced }) => !replaced),
    'a group does not replace a user of its name',
  );
});

test('a pool inherits from the pools above it and from /, beside what the guest inherits', () => {
  const all = [
    entry('/', 'a@pve', 'Auditor'),
    entry('/', 'b@pve', 'Auditor'),
    entry('/', 'c@pve', 'Auditor'),
    entry('/vms', 'b@pve', 'User'),
    entry('/vms', 'c@pve', 'User'),
    entry('/pool', 'b@pve', 'User'),
    entry('/pool/a', 'c@pve', 'User'),
    entry('/pool/a', 'd@pve', 'User', { propagate: false }),
    entry('/pool/a', 'e@pve', 'User'),
    entry('/pool/a/b', 'e@pve', 'Admin', { propagate: false }),
    entry('/pool/a/b/c', 'f@pve', 'Admin'),
    entry('/pool/ab', 'f@pve', 'Admin'),
  ];
  const found = (vmid: number, pool?: string) =>
    guestEntries(all, { vmid, ...(pool ? { pool: safe(pool) } : {}) }).map(words);
  assert.deepEqual(found(101, 'a/b'), [
    '/pool/a/b e@pve pool',
    '/pool b@pve pools',
    '/pool/a c@pve pools',
    '/pool/a e@pve pools replaced',
    '/vms b@pve guests',
    '/vms c@pve guests',
    '/ a@pve root',
    '/ b@pve root replaced',
    '/ c@pve root replaced',
  ]);
  assert.deepEqual(found(101), [
    '/vms b@pve guests',
    '/vms c@pve guests',
    '/ a@pve root',
    '/ b@pve root replaced',
    '/ c@pve root replaced',
  ]);
  assert.deepEqual(found(101, 'x').at(-1), '/ c@pve root by its pool');
});

test('whether the list of entries is complete', () => {
  const guest = { vmid: 101 };
  assert.equal(aclComplete(undefined, guest), undefined);
  assert.equal(aclComplete(held(['/access', 'Sys.Audit']), guest), true);
  assert.equal(aclComplete(held(['/vms/101', 'VM.Allocate']), guest), false);
  assert.equal(aclComplete(held(['/', 'Permissions.Modify']), guest), true);
  const parts = ['/', '/vms', '/vms/101', '/pool', '/pool/a', '/pool/a/b'];
  for (const blind of parts) {
    const rights = parts.map((path): [string, string] => [
      path,
      path === blind ? 'VM.Audit' : 'Permissions.Modify',
    ]);
    assert.equal(aclComplete(held(...rights), { vmid: 101, pool: safe('a/b') }), false, blind);
  }
  assert.equal(mayChangeAcl(held(['/vms/101', 'VM.Allocate']), '/vms/101'), true);
  assert.equal(mayChangeAcl(held(['/', 'VM.Allocate']), '/vms'), false);
});
