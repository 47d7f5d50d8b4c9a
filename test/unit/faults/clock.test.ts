import assert from 'node:assert/strict';
import test from 'node:test';
import { detailOf } from '../../../source/domain/detail.ts';
import { isVmid } from '../../../source/domain/guest.ts';
import { clockSkew, sinceServerTime } from '../../../source/domain/server-time.ts';
import { snapshotTree } from '../../../source/domain/snapshot.ts';
import { snapshotColumns } from '../../../source/views/guests/snapshots.ts';
import { type Rig, startRig } from './rig.ts';

const minutes = 60_000;

/** Takes a snapshot, lets `seconds` pass and gives back what the screen says of its age and its task's. */
async function snapshotLater(rig: Rig, seconds: number) {
  const guest = { site: rig.site.id, type: 'qemu', vmid: 112, node: 'pve1' } as const;
  const started = await rig.site.guests.createSnapshot(guest as never, { snapname: 'fresh' });
  assert.ok(started.ok && started.value.upid);
  await rig.advance(seconds);
  await rig.refresh();
  const task = rig.row('tasks', `home/${started.value.upid}`);
  await rig.want({ kind: 'guest.snapshots', subject: 'home/qemu/112' });
  const { data } = detailOf(rig.store.getState().details, 'guest.snapshots', 'home/qemu/112');
  assert.ok(data);
  const line = snapshotTree(data).find(({ snapshot }) => snapshot?.name === 'fresh');
  assert.ok(line);
  const cell = snapshotColumns.find(({ id }) => id === 'age')?.cell(line, rig.cells());
  return { task, age: cell && 'text' in cell ? cell.text : '' };
}

for (const [skew, words] of [
  [10 * minutes, /clock \+10 min/],
  [-10 * minutes, /clock -\d+ min/],
] as const) {
  test(`F23 a server clock ${skew / minutes} min off: ages are right and the difference is told`, async (t) => {
    const rig = await startRig(t, { skew });
    assert.match(rig.header(), words);
    const { task, age } = await snapshotLater(rig, 185);
    assert.match(task, /\| 3 min ago \|/);
    assert.equal(age, '3 min');
    assert.equal(rig.inventory().resources.failure, undefined);
    assert.doesNotMatch(rig.header(), /old/, 'our own ages do not depend on it');
  });
}

test('F23 a clock that agrees is not mentioned', async (t) => {
  const rig = await startRig(t);
  assert.doesNotMatch(rig.header(), /clock/);
  assert.equal(clockSkew({ skew: 900 }), 0, 'whole seconds of a header are no skew');
});

test('F23 B23 times that cannot be are unknown: the future, 0, milliseconds, 2106', async (t) => {
  const rig = await startRig(t);
  const seconds = Math.floor(rig.now() / 1000);
  const future = seconds + 3600;
  const upid = (at: number, id: string) =>
    `UPID:pve1:00001000:00002000:${at.toString(16).toUpperCase().padStart(8, '0')}:vzdump:${id}:root@pam:`;
  const row = (at: number, id: string, starttime: unknown, endtime: unknown) => ({
    upid: upid(at, id),
    node: 'pve1',
    type: 'vzdump',
    id,
    user: 'root@pam',
    starttime,
    endtime,
    status: 'OK',
  });
  const rows = [
    row(future, '101', future, future + 10),
    row(seconds - 300, '102', 0, 0),
    row(seconds - 300, '103', (seconds - 300) * 1000, (seconds - 200) * 1000),
    row(0xffffffff, '104', 4_294_967_295, 4_294_967_295),
  ];
  rig.world.faults.respond('GET /cluster/tasks', {
    status: 200,
    body: JSON.stringify({ data: rows }),
  });
  await rig.refresh();
  const said = rows.map(({ upid: key }) => rig.row('tasks', `home/${key}`));
  assert.match(said[0] ?? '', /\| \? \|/, 'a start that is still to come');
  assert.match(said[1] ?? '', /\| 5 min ago \|/, 'the UPID knows when it started');
  assert.match(said[2] ?? '', /\| 5 min ago \|/);
  assert.match(said[3] ?? '', /\| \? \|/);
  for (const line of said) assert.doesNotMatch(line, /NaN|Infinity|19[67]\d|21\d\d|\b0 s/);
  assert.equal(sinceServerTime(undefined, rig.now(), 0), undefined);
  assert.equal(isVmid(99), false);
});
