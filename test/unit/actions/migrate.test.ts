import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { gatherFacts } from '../../../source/actions/facts.ts';
import { fieldProblems, initialValues } from '../../../source/actions/fields.ts';
import { guestMigrate } from '../../../source/actions/guest-migrate.ts';
import type { Facts, FieldValues } from '../../../source/actions/types.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import type { MigrateCheck } from '../../../source/domain/migrate-check.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import type { GuestApi, MigrateRequest } from '../../../source/services/types.ts';
import { facts, fakeSite, free, guest, node, safe, upid, virtualTime } from './fakes.ts';
import { config, contextOf, storage, withResources } from './lifecycle-fakes.ts';

const GiB = 2 ** 30;
const nodes = [
  node({ node: safe('pve1') }),
  node({ node: safe('pve2'), mem: 24 * GiB, maxmem: 32 * GiB }),
  node({ node: safe('pve3'), mem: 31 * GiB, maxmem: 32 * GiB }),
  node({ node: safe('pve4'), status: safe('offline') }),
];
const check = (change: Partial<MigrateCheck> = {}): MigrateCheck => ({
  localDisks: [],
  localResources: [],
  mappedResources: [],
  ...change,
});
const localDisk = { volid: safe('zfs:vm-101-disk-0'), size: 32 * GiB };

function known(migration: MigrateCheck | undefined, change: Partial<Facts> = {}): Facts {
  const storages = [storage('zfs', 'pve1'), storage('zfs', 'pve2'), storage('lvm', 'pve3')];
  return facts({
    site: withResources({ nodes, storages }),
    config: config({ scsi0: 'zfs:vm-101-disk-0,size=32G' }),
    ...(migration ? { migration } : {}),
    ...change,
  });
}
const running = guest({ maxmem: 4 * GiB });
const words = (target: Guest, values: FieldValues, about: Facts) =>
  guestMigrate.confirm(target, values, about).lines.join('\n');

test('the precondition stands in the dialog: who can, who cannot and why, what is copied', () => {
  const about = known(check({ localDisks: [localDisk] }));
  const asked = guestMigrate.confirm(running, { target: 'pve2' }, about);
  assert.equal(asked.level, 2);
  assert.equal(asked.question, 'Migrate guest 101 web-server from pve1 to pve2?');
  const said = asked.lines.join('\n');
  assert.match(said, /Live: it keeps running/);
  assert.match(said, /Copied over the network: zfs:vm-101-disk-0 \(32\.0 GiB\)\./);
  assert.match(said, /pve2 has 8\.00 GiB of memory free, it may use 4\.00 GiB/);
  assert.doesNotMatch(said, /Not to pve3/, 'it can, with its disks on another storage');
  assert.match(said, /Not to pve4: node pve4 is offline\./);
});

test('where its storage is missing, the form offers those of the node instead', () => {
  const about = known(check({ localDisks: [localDisk] }));
  const offered = (name: string, values: FieldValues) =>
    guestMigrate.fields
      .find((field) => field.name === name)
      ?.choices?.(running, about, values)
      .map(({ value, label }) => [value, label as string]);
  assert.deepEqual(
    offered('target', {})?.map(([, label]) => label),
    [
      'pve2, 8.00 GiB of memory free',
      'pve3, 1.00 GiB of memory free, disks to another storage',
      'pve4: no, node pve4 is offline',
    ],
  );
  const storages = (target: string) => offered('target-storage', { target })?.map(([id]) => id);
  assert.deepEqual(storages('pve2'), ['', 'zfs']);
  assert.deepEqual(storages('pve3'), ['lvm']);
  const only = withResources({ nodes: nodes.slice(0, 3), storages: [storage('zfs', 'pve1')] });
  const nowhere = { ...about, site: only };
  assert.equal(initialValues(guestMigrate, running, nowhere).target, undefined);
  assert.match(words(running, {}, nowhere), /Not to pve3: there is no storage zfs on pve3\./);
});

test('how it moves: live, restart or offline', () => {
  const about = known(check());
  assert.match(words(running, {}, about), /Live: /);
  assert.match(words(guest({ type: 'lxc' }), {}, about), /Restart: the container is shut down/);
  const off = words(guest({ status: safe('stopped') }), { target: 'pve3' }, about);
  assert.match(off, /Offline: /);
  assert.doesNotMatch(off, /of memory free/, 'a stopped guest needs no memory');
  assert.match(words(running, { target: 'pve3' }, about), /Memory is short: pve3 has 1\.00 GiB/);
  assert.match(words(running, {}, about), /Its disks are shared, none is copied/);
  const managed = guest({ hastate: safe('started') });
  assert.match(words(managed, {}, about), /The HA manager moves it/);
});

test('what Proxmox does not tell is said to be unknown', () => {
  const about = known(undefined, { config: undefined });
  const said = words(guest({ type: 'lxc' }), {}, about);
  assert.match(said, /Whether disks have to be copied is not known/);
  assert.match(said, /does not tell beforehand/);
});

test('the form proposes a node that can take it and refuses one that cannot, with the reason', () => {
  const about = known(check({ localDisks: [localDisk] }));
  assert.equal(initialValues(guestMigrate, running, about).target, 'pve2');
  const problem = (values: FieldValues) =>
    fieldProblems(guestMigrate, values, running, about).target;
  assert.equal(problem({ target: 'pve2', 'with-local-disks': true }), undefined);
  assert.match(
    problem({ target: 'pve3', 'with-local-disks': true }) ?? '',
    /^pve3: there is no storage zfs on pve3$/,
  );
  assert.equal(
    problem({ target: 'pve3', 'with-local-disks': true, 'target-storage': 'lvm' }),
    undefined,
  );
  assert.match(problem({ target: 'pve2', 'with-local-disks': false }) ?? '', /own storage: zfs:/);
  assert.match(problem({ target: 'pve4' }) ?? '', /node pve4 is offline/);
  assert.match(problem({ target: 'pve1' }) ?? '', /it is there already/);
  assert.match(problem({ target: 'pve9' }) ?? '', /pve9 is not one of: /);
});

test('bound to its node: disabled with what binds it', () => {
  const state = (about: Facts, target = running) => {
    const found = availabilityOf(guestMigrate, target, about, free);
    return found.state === 'disabled' ? found.reason : found.state;
  };
  assert.equal(state(known(check())), 'yes');
  assert.match(
    state(known(check({ localResources: [safe('usb0')] }))),
    /bound to pve1: device of this node passed through: usb0/,
  );
  const mapped = known(check(), { config: config({ hostpci0: 'mapping=gpu' }) });
  assert.equal(state(mapped), 'yes');
  assert.match(words(running, {}, mapped), /mapped devices/);
  const alone = facts({ site: withResources({ nodes: nodes.slice(0, 1) }) });
  assert.equal(state(alone), 'hidden');
  const dark = facts({
    site: withResources({ nodes: [nodes[0], nodes[3]].flatMap((n) => n ?? []) }),
  });
  assert.match(state(dark), /no other node is online/);
});

test('the precondition is read before the dialog; without an answer there is none', async () => {
  const guests: Partial<GuestApi> = {
    config: async () => ok(config({})),
    migrateCheck: async () => ok(check({ running: true })),
  };
  const signal = new AbortController().signal;
  const read = await gatherFacts(guestMigrate, guest(), fakeSite({ guests }), facts(), signal);
  assert.equal(read.ok && read.value.migration?.running, true);
  const denied = fakeSite({
    guests: { ...guests, migrateCheck: async () => fail({ kind: 'denied', what: safe('No') }) },
  });
  assert.equal((await gatherFacts(guestMigrate, guest(), denied, facts(), signal)).ok, false);
});

async function moved(
  target: Guest,
  values: FieldValues,
  about: Facts,
  parts: Partial<GuestApi> = {},
) {
  const sent: MigrateRequest[] = [];
  const site = fakeSite({
    guests: {
      migrate: async (_guest, request) => {
        sent.push(request);
        return ok({ upid: upid('qmigrate') });
      },
      ...parts,
    },
  });
  const result = await guestMigrate.run(target, values, contextOf(site, about));
  return { sent: sent[0], result };
}

test('each kind gets the flags it needs, and no others', async () => {
  const values = { target: 'pve2', 'with-local-disks': true };
  const local = known(check({ localDisks: [localDisk] }));
  const live = await moved(running, { ...values, bwlimit: 1000 }, local);
  assert.deepEqual(live.sent, {
    target: 'pve2',
    online: true,
    withLocalDisks: true,
    bwlimit: 1000,
  });
  assert.deepEqual(live.result, {
    ok: true,
    value: {
      kind: 'done',
      message: 'guest 101 web-server is on pve2 now',
      upid: upid('qmigrate'),
    },
  });
  const shared = await moved(running, values, known(check()));
  assert.deepEqual(shared.sent, { target: 'pve2', online: true });
  const off = await moved(guest({ status: safe('stopped') }), values, known(check()));
  assert.deepEqual(off.sent, { target: 'pve2' });
  const lxc = await moved(
    guest({ type: 'lxc' }),
    { ...values, 'target-storage': 'lvm' },
    known(undefined, { config: config({ rootfs: 'zfs:subvol-101-disk-0,size=8G' }) }),
  );
  assert.deepEqual(lxc.sent, { target: 'pve2', restart: true, targetStorage: 'lvm' });
});

test('a failed migration says where the guest is', async () => {
  const broken = fail({
    kind: 'task-failed',
    what: safe('The task failed'),
    next: safe('its log'),
  });
  const run = async (parts: Partial<GuestApi>, resources = ok({ guests: [] as Guest[] })) => {
    const site = fakeSite({
      guests: { migrate: async () => ok({ upid: upid('qmigrate') }), ...parts },
      resources: async () => resources as never,
    });
    const context = { ...contextOf(site, known(check())), followTask: async () => broken };
    const result = await guestMigrate.run(running, { target: 'pve2' }, context);
    return result.ok ? '' : result.failure.next;
  };
  const here = await run({ status: async () => ok({ status: safe('running') }) });
  assert.equal(here, 'it is still on pve1, running; its log');
  const gone: Partial<GuestApi> = {
    status: async () => fail({ kind: 'not-found', what: safe('gone') }),
  };
  const there = await run(gone, ok({ guests: [guest({ node: safe('pve2') })] }));
  assert.equal(there, 'it is on pve2 now; its log');
  assert.match((await run(gone)) ?? '', /pve1 does not answer, .* is not known; its log/);
});

test('of an HA guest the task only asks: the guest is waited for', async () => {
  const time = virtualTime();
  let looks = 0;
  const site = fakeSite({
    guests: {
      migrate: async () => ok({ upid: upid('hamigrate') }),
      status: async (at) => {
        looks += 1;
        assert.equal(at.node, 'pve2');
        return looks < 4
          ? fail({ kind: 'not-found', what: safe('not there') })
          : ok({ status: safe('running') });
      },
    },
  });
  const about = known(check());
  const platform = { ...contextOf(site).platform, sleep: time.sleep };
  const context = { ...contextOf(site, about), now: time.now, platform };
  const managed = guest({ hastate: safe('started') });
  const result = await guestMigrate.run(managed, { target: 'pve2' }, context);
  assert.ok(result.ok);
  assert.equal(time.naps.length, 3);
});
