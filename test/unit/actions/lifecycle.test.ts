import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { gatherFacts } from '../../../source/actions/facts.ts';
import { fieldProblems, initialValues, shownFields } from '../../../source/actions/fields.ts';
import { guestClone } from '../../../source/actions/guest-clone.ts';
import { guestDestroy } from '../../../source/actions/guest-destroy.ts';
import { guestTemplate } from '../../../source/actions/guest-template.ts';
import { guestUnlockAdvice } from '../../../source/actions/guest-unlock-advice.ts';
import type { Action, Facts, FieldValues } from '../../../source/actions/types.ts';
import type { BackupJob } from '../../../source/domain/backup.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import type { CloneRequest } from '../../../source/services/types.ts';
import {
  facts,
  fakeSite,
  free,
  guest,
  noon,
  safe,
  snapshot,
  snapshots,
  task,
  upid,
} from './fakes.ts';
import { config, contextOf, storage, withResources } from './lifecycle-fakes.ts';

const stopped = { status: safe('stopped') };

function reason(action: Action<'guest'>, target: Guest, known = facts()): string {
  const found = availabilityOf(action, target, known, free);
  return found.state === 'disabled' ? found.reason : found.state;
}

// Clone

async function cloned(target: Guest, values: FieldValues, known = facts()) {
  const sent: CloneRequest[] = [];
  const site = fakeSite({
    guests: {
      clone: async (_guest, request) => {
        sent.push(request);
        return ok({ upid: upid('qmclone') });
      },
    },
  });
  const result = await guestClone.run(target, values, contextOf(site, known));
  return { sent: sent[0], result };
}

test('clone: a guest that is no template is copied in full, and the server is not told twice', async () => {
  const names = shownFields(guestClone, guest(), facts(), {}).map((field) => field.name);
  assert.ok(!names.includes('full'));
  assert.ok(names.includes('storage'));
  const { sent, result } = await cloned(guest(), {
    newid: 900,
    name: 'copy',
    storage: 'local-zfs',
  });
  assert.deepEqual(sent, { newid: 900, name: 'copy', storage: 'local-zfs' });
  assert.deepEqual(result, {
    ok: true,
    value: {
      kind: 'done',
      message: 'guest 101 web-server is copied to 900 copy',
      upid: upid('qmclone'),
    },
  });
});

test('clone: a template is linked by default; in full when asked, or when its storage cannot link', async () => {
  const template = guest({ template: true, ...stopped });
  const linked = await cloned(template, { newid: 900, full: false });
  assert.deepEqual(linked.sent, { newid: 900, full: false });
  const full = await cloned(template, { newid: 900, full: true, storage: 'nas' });
  assert.deepEqual(full.sent, { newid: 900, full: true, storage: 'nas' });
  const cannot = facts({ linkedClone: false });
  const forced = await cloned(template, { newid: 900 }, cannot);
  assert.deepEqual(forced.sent, { newid: 900, full: true });
  const lines = guestClone.confirm(template, { newid: 900 }, cannot).lines.join('\n');
  assert.match(lines, /Its storage knows no linked copies/);
  const names = (values: FieldValues) =>
    shownFields(guestClone, template, facts(), values).map((field) => field.name);
  assert.ok(!names({ full: false }).includes('storage'));
  assert.ok(names({ full: true }).includes('storage'));
  assert.match(
    guestClone.confirm(template, {}, facts()).lines.join('\n'),
    /Linked copy: it shares the blocks of the template/,
  );
});

test('clone: the id is proposed, and refused when it is badly formed or taken, saying by whom', () => {
  const known = facts({ choices: { nextid: 105 } });
  assert.equal(initialValues(guestClone, guest(), known).newid, 105);
  const problem = (newid: number) =>
    fieldProblems(guestClone, { newid }, guest(), known).newid ?? '';
  assert.match(problem(99), /from 100 to 999999999/);
  assert.match(problem(101), /101 is web-server on pve1; 105 is free/);
  assert.equal(problem(105), '');
  const bad = fieldProblems(guestClone, { newid: 105, name: 'a_b' }, guest(), known);
  assert.match(bad.name ?? '', /no spaces and no _/);
});

test('clone: a running container is copied from a snapshot only', async () => {
  const container = guest({ type: 'lxc' });
  assert.match(reason(guestClone, container, facts({ snapshots: snapshots() })), /from a snapshot/);
  const known = facts({ snapshots: snapshots(snapshot('base', noon / 1000 - 60)) });
  assert.equal(reason(guestClone, container, known), 'yes');
  assert.equal(initialValues(guestClone, container, known).snapname, 'base');
  const from = guestClone.fields.find((field) => field.name === 'snapname');
  const offered = (target: Guest) => from?.choices?.(target, known, {}).map(({ value }) => value);
  assert.deepEqual(offered(container), ['base']);
  assert.deepEqual(offered(guest({ type: 'lxc', ...stopped })), ['', 'base']);
  const { result, sent } = await cloned(container, { newid: 900 }, known);
  assert.equal(sent, undefined, 'nothing is sent');
  assert.ok(!result.ok && result.failure.fields?.snapname);
});

test('clone: another node only where all disks are shared', () => {
  const disks = [{ key: 'scsi0', volume: safe('vm-101-disk-0'), storage: safe('ceph') }];
  const shown = (shared: boolean) => {
    const site = withResources({ storages: [storage('ceph', 'pve1', { shared })] });
    const known = facts({ site, disks });
    return shownFields(guestClone, guest(), known, {}).some((field) => field.name === 'target');
  };
  assert.equal(shown(true), true);
  assert.equal(shown(false), false);
});

test('clone: a refused id comes back at its field', async () => {
  const failure = {
    kind: 'rejected' as const,
    what: safe('refused'),
    fields: { vmid: safe('VM 900 already exists'), hostname: safe('bad') },
  };
  const site = fakeSite({ guests: { clone: async () => fail(failure) } });
  const result = await guestClone.run(guest(), { newid: 900 }, contextOf(site));
  assert.deepEqual(!result.ok && result.failure.fields, {
    newid: 'VM 900 already exists',
    name: 'bad',
  });
});

test('what a copy needs is read: id, pools, and whether a template can be linked', async () => {
  const asked: string[] = [];
  const site = fakeSite({
    cluster: { nextid: async () => ok(120), pools: async () => ok([safe('lab')]) },
    guests: {
      snapshots: async () => ok(snapshots()),
      config: async () => ok(config({})),
      feature: async (_guest, feature) => {
        asked.push(feature);
        return ok(false);
      },
    },
    storage: { types: async () => ok({}) },
  });
  const signal = new AbortController().signal;
  const plain = await gatherFacts(guestClone, guest(), site, facts(), signal);
  assert.deepEqual(plain.ok && plain.value.choices, { nextid: 120, pools: ['lab'] });
  assert.deepEqual(asked, []);
  const template = guest({ template: true });
  const known = await gatherFacts(guestClone, template, site, facts(), signal);
  assert.equal(known.ok && known.value.linkedClone, false);
  assert.deepEqual(asked, ['clone']);
});

// Template

test('template: only a stopped guest without snapshots, with its name typed', async () => {
  assert.match(reason(guestTemplate, guest()), /shut it down first/);
  const one = facts({ snapshots: snapshots(snapshot('a', 1)) });
  assert.match(reason(guestTemplate, guest(stopped), one), /1 snapshot\(s\)/);
  assert.equal(reason(guestTemplate, guest({ ...stopped, template: true })), 'hidden');
  const asked = guestTemplate.confirm(guest(stopped), {}, facts());
  assert.equal(asked.level, 3);
  assert.equal(asked.typed, 'web-server');
  assert.match(asked.lines.join('\n'), /no way back/);
  const site = fakeSite({ guests: { template: async () => ok({}) } });
  const done = await guestTemplate.run(guest({ type: 'lxc' }), {}, contextOf(site));
  assert.deepEqual(done, {
    ok: true,
    value: { kind: 'done', message: 'guest 101 web-server is a template now' },
  });
});

// Destroy

const doomed = guest(stopped);
const itsConfig = config({
  scsi0: 'local-lvm:vm-101-disk-0,size=32G',
  ide2: 'local:iso/debian.iso,media=cdrom,size=600M',
  unused0: 'local-lvm:vm-101-disk-1',
});

test('destroy: says what is lost, disk by disk', () => {
  const known = facts({ config: itsConfig, snapshots: snapshots(snapshot('base', 1)) });
  const asked = guestDestroy.confirm(doomed, {}, known);
  const words = asked.lines.join('\n');
  assert.equal(asked.level, 3);
  assert.equal(asked.typed, 'web-server');
  assert.match(words, /local-lvm:vm-101-disk-0 \(32\.0 GiB\)/);
  assert.match(words, /local-lvm:vm-101-disk-1 \(size not told, unused\)/);
  assert.doesNotMatch(words, /debian\.iso/, 'an image is not lost');
  assert.match(words, /1 snapshot\(s\): base/);
  assert.match(words, /Which backup jobs name it is not known[\s\S]*keep its VMID/);
  assert.match(words, /Its backups stay/);
  const more = guestDestroy.confirm(
    doomed,
    { purge: true, 'destroy-unreferenced-disks': true },
    known,
  );
  assert.match(more.lines.join('\n'), /It is taken out of those that do/);
  assert.match(more.lines.join('\n'), /no configuration names are destroyed too/);
  const unknown = guestDestroy.confirm(doomed, {}, facts()).lines.join('\n');
  assert.match(unknown, /Which disks it has is not known/);
});

test('destroy: neither a running nor a protected guest; HA wants purge', () => {
  assert.match(reason(guestDestroy, guest()), /stop it first/);
  const guarded = facts({ config: config({ protection: '1' }) });
  assert.match(reason(guestDestroy, doomed, guarded), /it is protected/);
  assert.equal(reason(guestDestroy, doomed, facts({ config: config({ protection: '0' }) })), 'yes');
  const managed = guest({ ...stopped, hastate: safe('stopped') });
  const words = (values: FieldValues) =>
    guestDestroy.confirm(managed, values, facts()).lines.join();
  assert.match(words({}), /Proxmox refuses unless purge is on/);
  assert.doesNotMatch(words({ purge: true }), /refuses unless/);
});

test('destroy: jobs that name it, and what purging does to each', () => {
  const job = (id: string, change: Partial<BackupJob>): BackupJob => ({
    id: safe(id),
    enabled: true,
    all: false,
    vmids: [],
    excluded: [],
    ...change,
  });
  const ties = {
    backupJobs: [
      job('alone', { vmids: [101] }),
      job('several', { vmids: [101, 102], enabled: false }),
      job('pool', { pool: safe('prod') }),
      job('other-pool', { pool: safe('lab') }),
      job('all', { all: true, excluded: [101] }),
      job('elsewhere', { all: true, node: safe('pve9') }),
    ],
    replication: [{ id: safe('101-0'), guest: 101, target: safe('pve2'), enabled: true }],
  };
  const target = guest({ ...stopped, pool: safe('prod') });
  const words = (values: FieldValues) =>
    guestDestroy.confirm(target, values, facts({ ties })).lines.join('\n');
  assert.match(words({}), /keep its VMID: alone, several, switched off; .*would be in them/);
  assert.match(words({}), /go on leaving its VMID out: all; .*would not be backed up/);
  assert.match(words({}), /go on: pool\./);
  assert.match(words({}), /Replicated by 101-0 to pve2: Proxmox refuses unless purge is on/);
  assert.doesNotMatch(words({}), /other-pool|elsewhere/);
  const purged = words({ purge: true });
  assert.match(purged, /Taken out of backup job\(s\): several, switched off, all\./);
  assert.match(purged, /Removed, because it is for this guest alone: backup job alone\./);
  assert.match(purged, /Dropped: replication job\(s\) 101-0 to pve2\. The copies there stay/);
  const problem = (values: FieldValues, known: Facts) =>
    fieldProblems(guestDestroy, values, target, known).purge;
  assert.match(problem({ purge: false }, facts({ ties })) ?? '', /replication job 101-0 is there/);
  assert.equal(problem({ purge: true }, facts({ ties })), undefined);
  assert.equal(problem({ purge: false }, facts()), undefined);
  const denied = {
    backupFailure: { kind: 'denied', what: safe('Not allowed') },
    replicationFailure: { kind: 'denied', what: safe('Not allowed') },
  } as const;
  const unread = guestDestroy.confirm(target, {}, facts({ ties: denied })).lines.join('\n');
  assert.match(unread, /Which backup jobs name it is not known: Not allowed/);
  assert.match(unread, /Whether it is replicated is not known: Not allowed/);
});

test('destroy: what is asked for is sent, the rest is said to be off', async () => {
  const sent: unknown[] = [];
  const site = fakeSite({
    guests: {
      destroy: async (_guest, parameters) => {
        sent.push(parameters);
        return ok({ upid: upid('qmdestroy') });
      },
    },
  });
  await guestDestroy.run(doomed, {}, contextOf(site));
  const values = { purge: true, 'destroy-unreferenced-disks': true };
  await guestDestroy.run(doomed, values, contextOf(site));
  assert.deepEqual(sent, [
    { destroyUnreferencedDisks: false },
    { purge: true, destroyUnreferencedDisks: true },
  ]);
});

// Unlock

async function advice(
  lock: string,
  tasks: Result<readonly ReturnType<typeof task>[]>,
  type = 'qemu',
) {
  const site = fakeSite({ tasks: { node: async () => tasks } });
  const locked = guest({ lock: safe(lock), type: type as 'qemu' | 'lxc' });
  const told = await guestUnlockAdvice.run(locked, {}, contextOf(site));
  if (told.ok) return told.value.kind === 'done' ? told.value.message : '';
  return `${told.failure.what}; ${told.failure.next}`;
}

test('unlock: advice only, with the command where no task needs the lock', async () => {
  assert.equal(guestUnlockAdvice.effect, 'read');
  assert.equal(guestUnlockAdvice.confirm(guest(), {}, facts()).level, 0);
  const ended = task({ outcome: 'ok', status: safe('OK') });
  assert.match(
    await advice('backup', ok([ended])),
    /no task on pve1 works on it.*: qm unlock 101$/,
  );
  assert.match(await advice('backup', ok([]), 'lxc'), /pct unlock 101$/);
  assert.match(await advice('rollback', ok([])), /half rolled back/);
});

test('unlock: never while a task works on it, never out of hibernation, and never unsure', async () => {
  const running = await advice('backup', ok([task()]));
  assert.match(running, /by a running task: vzdump since/);
  assert.doesNotMatch(running, /qm unlock/);
  const asleep = await advice('suspended', ok([]));
  assert.match(asleep, /start resumes it/);
  assert.doesNotMatch(asleep, /qm unlock/);
  const dark = await advice('backup', fail({ kind: 'unreachable', what: safe('No answer') }));
  assert.match(
    dark,
    /whether a task needs the lock is not known; .*only if none runs: qm unlock 101/,
  );
});
