import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { fieldProblems, initialValues } from '../../../source/actions/fields.ts';
import { guestReplicationAdd } from '../../../source/actions/guest-replication-add.ts';
import { guestReplicationEdit } from '../../../source/actions/guest-replication-edit.ts';
import { guestReplicationLog } from '../../../source/actions/guest-replication-log.ts';
import { guestReplicationRemove } from '../../../source/actions/guest-replication-remove.ts';
import { guestReplicationRun } from '../../../source/actions/guest-replication-run.ts';
import { migrationLines, refusals } from '../../../source/actions/migrate-rules.ts';
import type { Facts, FieldValues } from '../../../source/actions/types.ts';
import type { JobWithState } from '../../../source/domain/replication.ts';
import { ok } from '../../../source/domain/result.ts';
import { facts, fakeSite, free, guest, node, safe } from './fakes.ts';
import { config, contextOf, storage, withResources } from './lifecycle-fakes.ts';

const nodes = ['pve1', 'pve2', 'pve3'].map((name) => node({ node: safe(name) }));
const [, second, third] = nodes;
assert.ok(second && third);
const onZfs = config({ scsi0: 'zfs:vm-101-disk-0,size=8G', parent: 'base' });

function job(change: Partial<JobWithState> = {}): JobWithState {
  const state = { running: false, lastTry: 1, lastSync: 1, failCount: 0 };
  return { id: safe('101-0'), guest: 101, target: safe('pve2'), enabled: true, state, ...change };
}

function known(jobs: readonly JobWithState[], change: Partial<Facts> = {}): Facts {
  const storages = ['pve1', 'pve2', 'pve3'].map((on) => storage('zfs', on));
  return facts({
    site: withResources({ nodes, storages }),
    config: onZfs,
    replication: { jobs },
    ...change,
  });
}

test('a live migration with snapshots goes where the copy is, and only there', () => {
  const check = {
    localDisks: [{ volid: safe('zfs:vm-101-disk-0'), size: 8 }],
    localResources: [],
    mappedResources: [],
  };
  const why = (to: typeof second, jobs: readonly JobWithState[] | undefined, target = guest()) => {
    const { replication: _none, ...rest } = known([], { migration: check });
    const all = jobs ? { ...rest, replication: { jobs } } : rest;
    return refusals(target, to, all, {}).join('; ');
  };
  assert.match(why(second, []), /local disks with snapshots do not move while it runs/);
  assert.match(
    why(second, undefined),
    /local disks with snapshots do not move/,
    'not read: as before',
  );
  assert.equal(why(second, [job()]), '');
  assert.match(why(third, [job()]), /it is replicated to pve2, and moves only there while it runs/);
  assert.match(why(second, [job({ removing: 'full' })]), /101-0 to pve2 is being removed/);
  const stopped = guest({ status: safe('stopped') });
  assert.equal(why(third, [job()], stopped), '', 'offline it goes anywhere');
  const words = migrationLines(
    guest(),
    { target: 'pve2' },
    known([job()], { migration: check }),
  ).join('\n');
  assert.match(
    words,
    /Replicated to pve2 already: of zfs:vm-101-disk-0 only what changed is copied\. Afterwards its job leads back to pve1/,
  );
});

test('a disk that is not replicated still binds a running VM with snapshots', () => {
  const two = config({
    scsi0: 'zfs:vm-101-disk-0',
    scsi1: 'zfs:vm-101-disk-1,replicate=0',
    parent: 'base',
  });
  const localDisks = ['zfs:vm-101-disk-0', 'zfs:vm-101-disk-1'].map((volid) => ({
    volid: safe(volid),
  }));
  const migration = { localDisks, localResources: [], mappedResources: [] };
  const found = refusals(guest(), second, known([job()], { config: two, migration }), {});
  assert.match(found.join(), /local disks with snapshots do not move while it runs/);
});

test('add: only ZFS can be replicated, and each node that cannot take it says why', () => {
  const lvm = config({ scsi0: 'zfs:vm-101-disk-0', scsi1: 'lvm:vm-101-disk-1' });
  const storages = [
    storage('zfs', 'pve1'),
    storage('zfs', 'pve2'),
    storage('lvm', 'pve1', { plugintype: safe('lvmthin') }),
  ];
  const site = withResources({ nodes, storages });
  const blocked = availabilityOf(
    guestReplicationAdd,
    guest(),
    known([], { config: lvm, site }),
    free,
  );
  assert.match(
    blocked.state === 'disabled' ? blocked.reason : '',
    /scsi1 is on lvm \(lvmthin\), only ZFS can be replicated; replicate=0 leaves it out/,
  );
  const field = guestReplicationAdd.fields[0];
  const labels = (all: Facts) =>
    field?.choices?.(guest(), all, {}).map(({ label }) => `${label}`) ?? [];
  assert.deepEqual(labels(known([], { site })), [
    'pve2, online',
    'pve3: no, it has no storage zfs',
  ]);
  assert.deepEqual(labels(known([job()])), [
    'pve3, online',
    'pve2: no, there is a job to it already',
  ]);
  const alone = facts({ config: onZfs });
  assert.equal(availabilityOf(guestReplicationAdd, guest(), alone, free).state, 'hidden');
});

test('add: the schedule is checked as Proxmox would; the next free number is taken', async () => {
  const problem = (values: FieldValues) =>
    fieldProblems(guestReplicationAdd, { target: 'pve2', ...values }, guest(), known([]));
  assert.match(problem({ schedule: 'every day' }).schedule ?? '', /“every” is no weekday/);
  assert.match(problem({ schedule: '25:00' }).schedule ?? '', /hour 25 is too large/);
  assert.deepEqual(problem({ schedule: 'mon..fri 22:30', rate: 10 }), {});
  assert.match(problem({ schedule: '*/15', rate: 0 }).rate ?? '', /1 or more/);
  const made: unknown[] = [];
  const site = fakeSite({
    replication: {
      create: async (wanted) => {
        made.push(wanted);
        return ok({});
      },
    },
  });
  const values = {
    target: 'pve3',
    schedule: '*/30',
    rate: undefined,
    comment: 'x',
    disable: false,
  };
  const done = await guestReplicationAdd.run(guest(), values, contextOf(site, known([job()])));
  assert.ok(done.ok);
  assert.deepEqual(made, [
    { id: '101-1', target: 'pve3', schedule: '*/30', rate: 0, comment: 'x' },
  ]);
});

/** A site whose job stands as `now` when it is read again; `sent` = what was written. */
function editing(now: JobWithState, digest = safe('d1')) {
  const sent: unknown[] = [];
  const site = fakeSite({
    replication: {
      job: async () => ok({ job: now, digest }),
      change: async (id, settings) => {
        sent.push([id, settings]);
        return ok({});
      },
    },
  });
  const edit = async (values: FieldValues, shown: JobWithState) => {
    const all = known([shown]);
    const form = { ...initialValues(guestReplicationEdit, guest(), all), ...values };
    assert.deepEqual(fieldProblems(guestReplicationEdit, form, guest(), all), {});
    const asked = guestReplicationEdit.confirm(guest(), form, all);
    const lines = asked.lines.map(String).filter((line) => !line.startsWith('Target:'));
    const done = await guestReplicationEdit.run(guest(), form, contextOf(site, all));
    return { lines, done };
  };
  return { sent, edit };
}

test('edit: only what differs is sent, with the digest; old and new values stand in the question', async () => {
  const before = job({ rate: 5, comment: safe('old') });
  assert.deepEqual(initialValues(guestReplicationEdit, guest(), known([before])), {
    id: '101-0',
    schedule: '*/15',
    rate: '5',
    comment: 'old',
    disable: false,
  });
  const { sent, edit } = editing(before);
  const one = await edit({ comment: 'new' }, before);
  assert.deepEqual(one.lines, ['comment: old → new']);
  assert.deepEqual(sent.pop(), ['101-0', { comment: 'new', digest: 'd1' }]);
  const off = await edit({ rate: undefined, disable: true }, before);
  assert.deepEqual(off.lines.slice(0, 2), ['disable: 0 → 1', 'rate: 5 → (not set)']);
  assert.match(off.lines.join(), /the copy on pve2 gets older from now on/);
  assert.deepEqual(sent.pop(), ['101-0', { rate: 0, enabled: false, digest: 'd1' }]);
  const none = await edit({}, before);
  assert.match(none.lines.join(), /Nothing changes/);
  assert.match(
    none.done.ok && none.done.value.kind === 'done' ? none.done.value.message : '',
    /^Nothing to change/,
  );
  assert.deepEqual(sent, []);
});

test('edit: an emptied schedule is unset, and a default that was never set stays so', async () => {
  const weekly = job({ schedule: safe('sat 02:00') });
  const set = editing(weekly);
  const asked = await set.edit({ schedule: undefined }, weekly);
  assert.deepEqual(asked.lines, ['schedule: sat 02:00 → (not set)']);
  assert.deepEqual(set.sent, [['101-0', { schedule: '', digest: 'd1' }]]);
  const never = editing(job());
  await never.edit({ schedule: undefined }, job());
  assert.deepEqual(never.sent, []);
});

test('edit: a job that somebody else changed meanwhile is left as it is', async () => {
  const { sent, edit } = editing(job({ schedule: safe('*/5') }));
  const { done } = await edit({ comment: 'new' }, job());
  assert.match(done.ok ? '' : done.failure.what, /Changed by somebody else meanwhile; nothing/);
  assert.deepEqual(sent, []);
});

test('edit: a rate may have a fraction', async () => {
  const slow = job({ rate: 2.5 });
  const { sent, edit } = editing(slow);
  await edit({ comment: 'kept slow' }, slow);
  assert.deepEqual(sent.pop(), ['101-0', { comment: 'kept slow', digest: 'd1' }]);
  await edit({ rate: '7.25' }, slow);
  assert.deepEqual(sent.pop(), ['101-0', { rate: 7.25, digest: 'd1' }]);
  const wrong = (rate: string) =>
    fieldProblems(guestReplicationEdit, { id: '101-0', rate }, guest(), known([slow])).rate;
  for (const rate of ['0.5', '0', '-3', 'fast', '1e9', '0x10', '2,5']) {
    assert.match(wrong(rate) ?? '', /a number of 1 or more/, rate);
  }
});

test('remove: what becomes of the copy; run: not where Proxmox would do nothing', () => {
  const words = (values: FieldValues) =>
    guestReplicationRemove
      .confirm(guest(), { id: '101-0', ...values }, known([job()]))
      .lines.join();
  assert.match(words({}), /Lost: the copy of its disks on pve2/);
  assert.match(words({ keep: true }), /The copy on pve2 stays/);
  assert.match(words({ force: true }), /nobody takes them away/);
  const both = { id: '101-0', keep: true, force: true };
  assert.match(
    fieldProblems(guestReplicationRemove, both, guest(), known([job()])).force ?? '',
    /choose one/,
  );
  const run = (one: JobWithState) =>
    fieldProblems(guestReplicationRun, { id: '101-0' }, guest(), known([one])).id;
  assert.equal(run(job()), undefined);
  assert.match(run(job({ enabled: false })) ?? '', /switched off/);
  assert.match(run(job({ state: { running: false } })) ?? '', /never ran yet/);
  // To run it now, Proxmox sets its last try to 0.
  const asked = { running: false, failCount: 0, lastSync: 1 };
  assert.equal(run(job({ state: asked })), undefined, 'asked for a moment ago');
  assert.equal(run(job({ state: { running: false, failCount: 2 } })), undefined, 'it only failed');
  assert.match(run(job({ removing: 'local' })) ?? '', /being removed/);
  const { state: _unknown, ...untold } = job();
  assert.equal(run(untold), undefined, 'not known is no reason');
});

test('log: its lines are what is handed out, and no log is said to be none', async () => {
  const site = (...lines: string[]) =>
    fakeSite({ replication: { log: async () => ok(lines.map(safe)) } });
  const read = async (from: ReturnType<typeof site>) => {
    const done = await guestReplicationLog.run(guest(), {}, contextOf(from, known([job()])));
    return done.ok && done.value.kind === 'done' ? done.value.output : undefined;
  };
  assert.deepEqual(await read(site('start', 'end')), ['start', 'end']);
  assert.match((await read(site()))?.join() ?? '', /no log yet/);
});
