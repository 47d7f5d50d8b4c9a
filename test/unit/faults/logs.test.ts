import assert from 'node:assert/strict';
import test from 'node:test';
import type { TaskRecord } from '../../../source/demo/world/tasks.ts';
import { detailOf } from '../../../source/domain/detail.ts';
import { logRing } from '../../../source/store/loaders.ts';
import { viewOf } from '../../../source/views/index.ts';
import { type Rig, startRig, textOf } from './rig.ts';

const line = `INFO: ${'0123456789'.repeat(50)}`;

/** A running task whose log the test writes. */
async function taskWithLog(rig: Rig, log: string[]): Promise<TaskRecord> {
  const upid = rig.world.tasks.start(
    { node: 'pve1', type: 'vzdump', id: '101', auth: { user: 'root@pam' } },
    function* () {
      yield 1e9;
    },
  );
  const task = rig.world.tasks.get(upid);
  assert.ok(task);
  for (const each of log) task.log.push(each);
  await rig.refresh();
  return task;
}

const pageOf = (rig: Rig, subject: string) =>
  detailOf(rig.store.getState().details, 'task.log', subject).data;

test('F27 a log of 500 MB: its end is shown, memory stays bounded, and it is followed', async (t) => {
  const rig = await startRig(t);
  const size = 1_000_000;
  const task = await taskWithLog(rig, []);
  for (let index = 0; index < size; index += 1) task.log.push(line);
  task.log.push('the newest line');
  const before = process.memoryUsage().heapUsed;
  const subject = `home/${task.upid}`;
  await rig.want({ kind: 'task.log', subject }, { kind: 'task.status', subject });
  const page = pageOf(rig, subject);
  assert.equal(page?.lines.at(-1), 'the newest line');
  assert.equal(page?.lines.length, logRing);
  assert.equal(page?.next, size + 1);
  assert.ok(rig.requests(/\/log$/).length <= 7, 'what nobody keeps is not read');
  assert.ok(process.memoryUsage().heapUsed - before < 100 * 1024 * 1024);

  task.log.push('one more');
  await rig.advance(5);
  assert.equal(pageOf(rig, subject)?.lines.at(-1), 'one more');
  assert.equal(pageOf(rig, subject)?.lines.length, logRing);
  const view = viewOf('tasks');
  const row = view.rows([rig.inventory()]).find((each) => view.rowKey(each) === subject);
  const body = view.tabs[0]?.body(row, rig.context());
  assert.ok(body?.kind === 'log');
  assert.match(textOf(body.notes ?? []), /the last 5000 lines; 99\d{4} earlier ones are not shown/);
});

test('F27 a log that grows faster than it is read never stops the console', async (t) => {
  const rig = await startRig(t);
  const task = await taskWithLog(rig, [line]);
  const subject = `home/${task.upid}`;
  await rig.want({ kind: 'task.log', subject });
  for (let round = 1; round <= 5; round += 1) {
    for (let index = 0; index < 20_000; index += 1) task.log.push(line);
    task.log.push(`round ${round}`);
    await rig.advance(5);
    const page = pageOf(rig, subject);
    assert.equal(page?.lines.at(-1), `round ${round}`);
    assert.ok((page?.lines.length ?? 0) <= logRing);
  }
});

test('F27 a log that cannot be read keeps what was read and says so', async (t) => {
  const rig = await startRig(t);
  const task = await taskWithLog(rig, ['first', 'second']);
  const subject = `home/${task.upid}`;
  await rig.want({ kind: 'task.log', subject });
  rig.world.faults.nodeDown('pve1', true);
  rig.world.faults.respond(/GET .*\/log$/, { status: 595, statusText: 'No route to host' });
  await rig.advance(10);
  const source = detailOf(rig.store.getState().details, 'task.log', subject);
  assert.deepEqual(source.data?.lines, ['first', 'second']);
  assert.equal(source.failure?.kind, 'unreachable');
});

test('B19 a progress bar in a log is one row with its last state', async (t) => {
  const rig = await startRig(t);
  const task = await taskWithLog(rig, ['INFO:  10%\rINFO:  50%\rINFO: 100%', 'a\tb']);
  const subject = `home/${task.upid}`;
  await rig.want({ kind: 'task.log', subject });
  assert.deepEqual(pageOf(rig, subject)?.lines, ['INFO: 100%', 'a b']);
});
