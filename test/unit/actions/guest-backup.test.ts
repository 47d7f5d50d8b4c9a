import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { gatherFacts } from '../../../source/actions/facts.ts';
import { fieldProblems, initialValues, shownFields } from '../../../source/actions/fields.ts';
import { guestBackup } from '../../../source/actions/guest-backup.ts';
import { guestBackupConfig } from '../../../source/actions/guest-backup-config.ts';
import { guestBackupNotes } from '../../../source/actions/guest-backup-notes.ts';
import { guestBackupProtect } from '../../../source/actions/guest-backup-protect.ts';
import { guestBackupRemove } from '../../../source/actions/guest-backup-remove.ts';
import type { Facts, FieldValues } from '../../../source/actions/types.ts';
import type { BackupList, GuestBackup } from '../../../source/domain/backup.ts';
import type { Permissions } from '../../../source/domain/permission.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import type { BackupRequest } from '../../../source/services/backup-api.ts';
import { facts, fakeSite, free, guest, noon, safe, upid } from './fakes.ts';
import { config, contextOf, storage, withResources } from './lifecycle-fakes.ts';

const kept = { content: [safe('backup')] };
const storages = [
  storage('nas', 'pve1', { ...kept, plugintype: safe('nfs'), shared: true }),
  storage('pbs', 'pve1', { ...kept, plugintype: safe('pbs'), disk: 2 ** 39, shared: true }),
  storage('images', 'pve1'),
  storage('local', 'pve2', kept),
];
const privileges = (...names: string[]): Permissions =>
  new Map([['/', new Map(names.map((name) => [name, true]))]]);

function known(change: Partial<Facts> = {}, permissions?: Permissions): Facts {
  const site = withResources({ storages });
  return facts({
    site: {
      ...site,
      permissions: { fetching: false, ...(permissions ? { data: permissions } : {}) },
    },
    config: config({ scsi0: 'local-lvm:vm-101-disk-0,size=8G' }),
    ...change,
  });
}

function backup(name: string, change: Partial<GuestBackup> = {}): GuestBackup {
  return {
    volid: safe(`nas:backup/${name}`),
    storage: safe('nas'),
    kind: 'qemu',
    ctime: noon / 1000 - 3600,
    ...change,
  };
}

const list = (...backups: GuestBackup[]): BackupList => ({
  backups,
  sources: [{ storage: safe('nas'), reading: 'listed' }],
});

const problems = (values: FieldValues, target = guest(), all = known()) =>
  fieldProblems(guestBackup, { storage: 'nas', mode: 'snapshot', ...values }, target, all);

test('back up: storages of its node that keep backups, the roomiest first; a backup server packs by itself', () => {
  const values = initialValues(guestBackup, guest(), known());
  const field = guestBackup.fields[0];
  const choices = field?.choices?.(guest(), known(), {}) ?? [];
  assert.deepEqual(
    choices.map(({ value }) => value),
    ['nas', 'pbs'],
  );
  assert.equal(choices[0]?.label, 'nas, nfs, 1.00 TiB free');
  assert.equal(values['notes-template'], '{{guestname}}');
  assert.equal(values.remove, false, 'nothing is removed unless it is asked for');
  const names = (storageName: string) =>
    shownFields(guestBackup, guest(), known(), { storage: storageName }).map(({ name }) => name);
  assert.ok(names('nas').includes('compress'));
  assert.ok(!names('pbs').includes('compress'));
});

test('back up: what each mode does to the guest, and what is not in it', () => {
  const words = (values: FieldValues, target = guest(), all = known()) =>
    guestBackup.confirm(target, { storage: 'nas', ...values }, all).lines.join('\n');
  const level = (values: FieldValues, target = guest()) =>
    guestBackup.confirm(target, { storage: 'nas', ...values }, known()).level;
  const stopped = guest({ status: safe('stopped') });
  assert.match(words({}), /Snapshot: it keeps running\. With its agent/);
  assert.match(words({ mode: 'stop' }), /shut down, started again at once/);
  assert.match(words({ mode: 'stop' }, guest({ type: 'lxc' })), /shut down for the whole backup/);
  assert.match(words({ mode: 'suspend' }), /stands still for a moment/);
  assert.match(words({}, stopped), /started paused for the backup and stopped again/);
  assert.match(words({}), /All its disks are in it/);
  assert.deepEqual([level({}), level({ mode: 'stop' }), level({ remove: true })], [1, 2, 2]);
  assert.equal(level({ mode: 'stop' }, stopped), 1, 'nothing is disturbed');

  const machine = config({
    scsi0: 'zfs:vm-101-disk-0',
    scsi1: 'zfs:vm-101-disk-1,backup=0',
    ide2: 'local:iso/x.iso,media=cdrom',
    unused0: 'zfs:vm-101-disk-2',
  });
  assert.match(
    words({}, guest(), known({ config: machine })),
    /Not in it: scsi1 \(backup=0\), unused0 \(unused\)\./,
  );
  const container = config({
    rootfs: 'zfs:subvol-201-disk-0,size=8G',
    mp0: 'zfs:subvol-201-disk-1,mp=/data',
    mp1: 'zfs:subvol-201-disk-2,mp=/kept,backup=1',
    mp2: '/mnt/nas,mp=/nas',
  });
  assert.match(
    words({}, guest({ type: 'lxc' }), known({ config: container })),
    /Not in it: mp0 \/data \(not asked for\), mp2 \/nas \(of the node itself\)\./,
  );
  const { config: _none, ...unread } = known();
  assert.match(words({}, guest(), unread), /Which disks it leaves out is not known/);
});

test('back up: pruning names the retention; a full storage is refused beforehand', () => {
  const retention = { nas: safe('keep-last=2') };
  const two = known({ retention, backups: list(backup('a'), backup('b')) });
  const asked = guestBackup.confirm(guest(), { storage: 'nas', remove: true }, two);
  assert.match(asked.lines.join(), /removed on nas by its retention \(keep-last=2\)\. Protected/);
  const refused = problems({ remove: false }, guest(), two).remove ?? '';
  assert.match(refused, /nas keeps 2 \(keep-last=2\) and has 2: Proxmox refuses another one/);
  assert.equal(problems({ remove: true }, guest(), two).remove, undefined);
  assert.equal(problems({ remove: false, protected: true }, guest(), two).remove, undefined);
  const one = list(backup('a'), backup('b', { protected: true }));
  assert.equal(
    problems({ remove: false }, guest(), known({ retention, backups: one })).remove,
    undefined,
  );
  assert.equal(problems({ remove: false }).remove, undefined, 'not known is no reason');
});

test('back up: values that Proxmox would refuse stand at their field', () => {
  assert.match(
    problems({ 'notes-template': '{{name}}' })['notes-template'] ?? '',
    /\{\{name\}\} is not known/,
  );
  assert.match(problems({ 'notes-template': 'a\\t' })['notes-template'] ?? '', /\\t is not known/);
  assert.equal(
    problems({ 'notes-template': '{{vmid}}\\n{{node}} a\\\\b' })['notes-template'],
    undefined,
  );
  assert.match(problems({ bwlimit: -1 }).bwlimit ?? '', /0 or more/);
  const backupOnly = privileges('VM.Backup', 'Datastore.AllocateSpace', 'VM.Audit');
  assert.match(
    problems({ bwlimit: 9 }, guest(), known({}, backupOnly)).bwlimit ?? '',
    /Sys\.Modify on \//,
  );
  const managed = guest({ hastate: safe('started') });
  assert.match(problems({ mode: 'stop' }, managed).mode ?? '', /HA manager/);
  assert.equal(
    problems({ mode: 'stop' }, guest({ ...managed, status: safe('stopped') })).mode,
    undefined,
  );
  const looker = known({}, privileges('VM.Backup', 'Datastore.Audit'));
  assert.match(
    problems({}, guest(), looker).storage ?? '',
    /needs Datastore\.AllocateSpace on \/storage\/nas/,
  );
  assert.match(problems({ storage: 'images' }).storage ?? '', /pve1 has no storage images/);
});

test('back up: what is sent; an answer without a task is no success', async () => {
  const sent: BackupRequest[] = [];
  const site = (answer: { upid?: string }) =>
    fakeSite({
      backups: {
        create: async (_guest, request) => {
          sent.push(request);
          return ok(answer);
        },
      },
    });
  const values = {
    storage: 'nas',
    mode: 'stop',
    compress: 'zstd',
    'notes-template': '{{guestname}}',
  };
  const started = await guestBackup.run(
    guest(),
    { ...values, protected: true, remove: false, bwlimit: 1024 },
    contextOf(site({ upid: upid('vzdump') }), known()),
  );
  assert.deepEqual(started, ok({ kind: 'task', upid: upid('vzdump') }));
  await guestBackup.run(
    guest(),
    { ...values, storage: 'pbs' },
    contextOf(site({ upid: upid('vzdump') }), known()),
  );
  assert.deepEqual(sent, [
    {
      storage: 'nas',
      mode: 'stop',
      compress: 'zstd',
      notesTemplate: '{{guestname}}',
      protected: true,
      remove: false,
      bwlimit: 1024,
    },
    { storage: 'pbs', mode: 'stop', notesTemplate: '{{guestname}}', remove: false },
  ]);
  const nothing = await guestBackup.run(guest(), values, contextOf(site({}), known()));
  assert.equal(nothing.ok ? '' : nothing.failure.what, 'Proxmox found nothing to back up on pve1');
  assert.equal(guestBackup.apart?.(guest()), guestBackup.apart?.(guest({ vmid: 102 })));
  assert.notEqual(guestBackup.apart?.(guest()), guestBackup.apart?.(guest({ node: safe('pve2') })));
});

test('existing backups: not offered where none is known, and the words say how much is known', () => {
  const reason = (backups: BackupList) => {
    const seesAll = privileges('VM.Backup', 'VM.Audit', 'Datastore.Audit', 'Datastore.Allocate');
    const found = availabilityOf(guestBackupRemove, guest(), known({ backups }, seesAll), free);
    return found.state === 'disabled' ? found.reason : found.state;
  };
  assert.match(reason(list()), /it has no backups on the storages of its node/);
  const hidden: BackupList = {
    backups: [],
    sources: [{ storage: safe('nas'), reading: 'hidden' }],
  };
  assert.equal(reason(hidden), 'its backups on nas are not known');
  assert.equal(reason(list(backup('a'))), 'yes');
});

test('existing backups: a protected one is not removed; the typed name stands before the end', () => {
  const all = list(backup('a', { protected: true }), backup('b', { size: 2 ** 30 }));
  const one = known({ backups: all });
  const volume = (name: string) => ({ volume: `nas:backup/${name}` });
  assert.match(
    fieldProblems(guestBackupRemove, volume('a'), guest(), one).volume ?? '',
    /protected; switch its protection off first/,
  );
  assert.deepEqual(fieldProblems(guestBackupRemove, volume('b'), guest(), one), {});
  assert.match(fieldProblems(guestBackupRemove, volume('c'), guest(), one).volume ?? '', /none of/);
  const asked = guestBackupRemove.confirm(guest(), volume('b'), one);
  assert.deepEqual([asked.level, asked.typed], [3, 'web-server']);
  assert.match(asked.lines.join('\n'), /gone for good \(1\.00 GiB\)[\s\S]*1 other backup/);
  const last = guestBackupRemove.confirm(
    guest(),
    volume('b'),
    known({ backups: list(backup('b')) }),
  );
  assert.match(last.lines.join('\n'), /last known backup/);
  assert.equal(guestBackupRemove.taskId?.(guest(), volume('b')), '101@nas');
});

test('existing backups: the one under the cursor is meant; its protection is turned round', () => {
  const all = list(backup('a'), backup('b', { protected: true }));
  const picked = { kind: 'backup', key: 'nas:backup/b' } as const;
  const values = initialValues(guestBackupProtect, guest(), known({ backups: all, picked }));
  assert.deepEqual(values, { volume: 'nas:backup/b', protected: false });
  assert.equal(guestBackupProtect.confirm(guest(), values, known({ backups: all })).level, 2);
  const first = initialValues(guestBackupProtect, guest(), known({ backups: all }));
  assert.deepEqual(first, { volume: 'nas:backup/a', protected: true });
});

test('existing backups: without a row or a word protect means protect, however it stands now', () => {
  const all = list(backup('a', { protected: true }), backup('b', { protected: true }));
  const starts = (more: Partial<Facts>, volume: string) =>
    guestBackupProtect.fields[1]?.initial?.(guest(), known({ backups: all, ...more }), {
      volume: `nas:backup/${volume}`,
    });
  assert.equal(starts({}, 'a'), true, 'a second run does not take it away');
  const picked = { kind: 'backup', key: 'nas:backup/b' } as const;
  assert.equal(starts({ picked }, 'b'), false);
  assert.equal(starts({ picked }, 'a'), true, 'another one than that of the row');
});

test('existing backups: notes are edited whole, and never from their first line alone', async () => {
  const picked = { kind: 'backup', key: 'nas:backup/a' } as const;
  const site = fakeSite({
    backups: {
      list: async () => ok(list(backup('a', { notes: safe('first') }))),
      notes: async (_node, volid) => ok(`first\nsecond of ${volid}`),
    },
  });
  const signal = new AbortController().signal;
  const read = await gatherFacts(guestBackupNotes, guest(), site, known({ picked }), signal);
  assert.ok(read.ok);
  const values = initialValues(guestBackupNotes, guest(), read.value);
  assert.equal(values.notes, 'first\nsecond of nas:backup/a');
  const { backupNotes: _unread, ...half } = read.value;
  assert.equal(initialValues(guestBackupNotes, guest(), half).notes, undefined);
  const words = guestBackupNotes.confirm(guest(), { volume: 'nas:backup/a' }, half).lines.join();
  assert.match(words, /Now they begin: first/);
});

test('existing backups: notes that were not read are not wiped unless that is said', async () => {
  const picked = { kind: 'backup', key: 'nas:backup/a' } as const;
  const backupNotes = { volid: 'nas:backup/a', text: 'first\nsecond' };
  const all = list(backup('a', { notes: safe('first') }), backup('b', { notes: safe('other') }));
  const unread = known({ backups: all });
  const read = known({ backups: all, picked, backupNotes });
  const wrong = (name: string, notes: string | undefined, one: Facts) =>
    fieldProblems(guestBackupNotes, { volume: `nas:backup/${name}`, notes }, guest(), one);
  assert.match(wrong('a', undefined, unread).volume ?? '', /notes were not read; say the new ones/);
  assert.match(wrong('b', undefined, read).volume ?? '', /notes were not read/, 'another one');
  assert.deepEqual(wrong('a', undefined, read), {}, 'emptied in the form, where they stood');
  assert.deepEqual(wrong('b', '', unread), {}, 'said to be empty');
  assert.deepEqual(wrong('b', 'new', read), {});
  assert.match(wrong('c', 'new', unread).volume ?? '', /none of its backups/);
  const sent: unknown[] = [];
  const site = fakeSite({
    backups: {
      change: async (_node, volid, change) => {
        sent.push([volid, change]);
        return ok({});
      },
    },
  });
  const values = { volume: 'nas:backup/b', notes: '' };
  await guestBackupNotes.run(guest(), values, contextOf(site, unread));
  assert.deepEqual(sent, [['nas:backup/b', { notes: '' }]]);
});

test('existing backups: the configuration inside is what is handed out', async () => {
  const asked: string[] = [];
  const site = fakeSite({
    backups: {
      config: async (_node, volid) => {
        asked.push(volid);
        return ok([safe('cores: 2')]);
      },
    },
  });
  const all = known({ backups: list(backup('new'), backup('old')) });
  const read = await guestBackupConfig.run(guest(), {}, contextOf(site, all));
  assert.deepEqual(read.ok && read.value.kind === 'done' && read.value.output, ['cores: 2']);
  const picked = { kind: 'backup', key: 'nas:backup/old' } as const;
  await guestBackupConfig.run(guest(), {}, contextOf(site, { ...all, picked }));
  assert.deepEqual(asked, ['nas:backup/new', 'nas:backup/old']);
  const none = await guestBackupConfig.run(
    guest(),
    {},
    contextOf(site, known({ backups: list() })),
  );
  assert.equal(none.ok ? '' : none.failure.kind, 'not-found');
});

test('facts: every storage of the node is asked, and one that hangs leaves the rest', async () => {
  const seen: string[] = [];
  const site = fakeSite({
    guests: { config: async () => fail({ kind: 'denied', what: safe('no') }) },
    backups: {
      list: async (_guest, { storages: all }) => {
        seen.push(...all.map(({ storage: name }) => name));
        return ok(list(backup('a')));
      },
      retention: async (_node, name) =>
        name === 'nas' ? ok(safe('keep-last=3')) : fail({ kind: 'timeout', what: safe('late') }),
    },
  });
  const signal = new AbortController().signal;
  const read = await gatherFacts(guestBackup, guest(), site, known(), signal);
  assert.ok(read.ok);
  assert.deepEqual(seen, ['nas', 'pbs']);
  assert.match(
    guestBackup
      .confirm(guest(), {}, { ...read.value, config: known().config ?? config({}) })
      .lines.join(),
    /All its disks/,
  );
  assert.deepEqual(read.value.retention, { nas: 'keep-last=3' });
});
