import assert from 'node:assert/strict';
import test from 'node:test';
import { execute } from '../../../source/actions/execute.ts';
import { prepare } from '../../../source/actions/prepare.ts';
import { snapshotDelete } from '../../../source/actions/snapshot-delete.ts';
import { labelOf } from '../../../source/actions/target-label.ts';
import { ok } from '../../../source/domain/result.ts';
import type { GuestSnapshot, Snapshot } from '../../../source/domain/snapshot.ts';
import {
  environment,
  facts,
  fakeSite,
  free,
  guest,
  inventory,
  noon,
  options,
  prepared,
  type SiteParts,
  safe,
  snapshot,
  snapshots,
  upid,
} from './fakes.ts';

const day = 86_400;
const old = snapshot('base', noon / 1000 - 40 * day);
const target = (one: Snapshot = old, change: Parameters<typeof guest>[0] = {}): GuestSnapshot => {
  const owner = guest(change);
  return { site: owner.site, node: owner.node, guest: owner, snapshot: one };
};

function world(sent: string[], parts: SiteParts['guests'] = {}) {
  return fakeSite({
    guests: {
      status: async () => ok({ status: safe('running') }),
      snapshots: async () => ok(snapshots(old)),
      config: async () => ok({ entries: { scsi0: safe('tank:vm-101-disk-0') } }),
      deleteSnapshot: async ({ node, vmid }, name, parameters) => {
        sent.push(`${node} ${vmid} ${name} ${JSON.stringify(parameters)}`);
        return ok({ upid: upid('qmdelsnapshot', '101') });
      },
      ...parts,
    },
    storage: { types: async () => ok({ tank: safe('zfspool') }) },
    tasks: {
      status: async () => ok({ running: false, outcome: 'ok' as const }),
      log: async () => ok({ lines: [], next: 0 }),
    },
  });
}

const input = (site: ReturnType<typeof world>) => ({
  site,
  inventory: inventory(),
  mode: free,
  now: noon,
  uniqueName: () => true,
});
const signal = new AbortController().signal;

test('the question names snapshot, guest and age, and what ZFS makes of it', async () => {
  const site = world([]);
  const result = await prepare(snapshotDelete, target(), input(site), signal);
  assert.ok(result.ok);
  const { level, question, lines } = snapshotDelete.confirm(
    result.value.target,
    {},
    result.value.facts,
  );
  assert.equal(level, 2);
  assert.match(question, /Delete snapshot base of guest 101 web-server, 40 d old\?/);
  assert.match(lines.join(' '), /ZFS goes back to the newest snapshot only/);
  assert.equal(labelOf(snapshotDelete, target()), 'snapshot base of guest 101 web-server');
});

test('a snapshot that somebody else deleted is told before anything is asked', async () => {
  const site = world([], { snapshots: async () => ok(snapshots()) });
  const result = await prepare(snapshotDelete, target(), input(site), signal);
  assert.equal(result.ok ? '' : result.failure.kind, 'not-found');
  assert.match(result.ok ? '' : result.failure.what, /Snapshot base does not exist any more/);
});

test('it runs as one task of the guest, on the node where it is', async () => {
  const sent: string[] = [];
  const here = environment(world(sent));
  const result = await execute(
    prepared(snapshotDelete, target()),
    {},
    { yes: true },
    here.environment,
    options().options,
  );
  assert.ok(result.ok);
  assert.deepEqual(sent, ['pve1 101 base {}']);
  assert.deepEqual(here.diary, [
    'intent snapshot.delete snapshot base of guest 101 web-server',
    'result ok',
  ]);
});

test('force is for broken snapshots only, also when one answer stands for many', async () => {
  const sent: string[] = [];
  const broken = snapshot('torn', 0, { snapstate: safe('delete') });
  const run = (one: Snapshot, values: { force?: boolean }) =>
    execute(
      prepared(snapshotDelete, target(one)),
      values,
      { yes: true },
      environment(world(sent)).environment,
      options().options,
    );
  assert.ok((await run(broken, { force: true })).ok);
  assert.equal((await run(old, { force: true })).ok, false, 'refused where it does not apply');
  assert.deepEqual(sent, ['pve1 101 torn {"force":true}']);
});

test('snapshots of one guest share a lane, those of others do not', () => {
  const apart = (vmid: number, name: string) =>
    snapshotDelete.apart?.(target(snapshot(name, 0), { vmid }));
  assert.equal(apart(101, 'a'), apart(101, 'b'));
  assert.notEqual(apart(101, 'a'), apart(102, 'a'));
});

test('a locked guest, a template and a dead node are left alone', () => {
  const of = (change: Parameters<typeof guest>[0]) =>
    snapshotDelete.available(target(old, change), facts()).state;
  assert.equal(of({}), 'yes');
  assert.equal(of({ lock: safe('backup') }), 'disabled');
  assert.equal(of({ template: true }), 'hidden');
  assert.equal(of({ status: safe('unknown'), stale: true }), 'disabled');
});
