import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { aclPath } from '../../../source/domain/pbs.ts';
import { knows } from '../../../source/domain/pbs-access.ts';
import { type PbsSnapshot, verifiedHere } from '../../../source/domain/pbs-content.ts';
import { usageUnknown } from '../../../source/domain/pbs-datastore.ts';
import type { PbsTaskStatus } from '../../../source/domain/pbs-task.ts';
import type { PbsServer } from '../../../source/services/pbs-api.ts';
import { startTestDemo } from '../../support/demo.ts';
import { connectPbs, type PbsOptions } from '../../support/pbs.ts';
import { until } from '../../support/until.ts';
import { answered, kindOf } from './rig.ts';

async function demoFor(t: TestContext, options: PbsOptions = {}) {
  const demo = await startTestDemo(t, { speed: 1000 });
  return { demo, pbs: connectPbs(t, demo, options) };
}

/** Everything in a datastore, namespace by namespace. */
async function everything(pbs: PbsServer, store: string): Promise<readonly PbsSnapshot[]> {
  const found: PbsSnapshot[] = [];
  for (const { ns } of answered(await pbs.content.namespaces(store))) {
    found.push(...answered(await pbs.content.snapshots({ store, ns })));
  }
  return found;
}

async function ended(pbs: PbsServer, upid: string | undefined): Promise<PbsTaskStatus> {
  assert.ok(upid, 'a task was started');
  return until('the end of the task', async () => {
    const status = answered(await pbs.tasks.status(upid));
    return status.running ? undefined : status;
  });
}

test('the snapshots of all namespaces are as many as the server counts', async (t) => {
  const { pbs } = await demoFor(t);
  const found = await everything(pbs, 'main');
  const { counts } = answered(await pbs.datastores.status('main'));
  for (const type of ['vm', 'ct', 'host'] as const) {
    const told = found.filter((each) => each.type === type);
    assert.equal(counts?.[type]?.snapshots, told.length, type);
    const groups = new Set(told.map(({ ns, id }) => `${ns}:${id}`));
    assert.equal(counts?.[type]?.groups, groups.size, type);
  }
  assert.ok(found.length > 50);
  assert.ok(found.some(({ finished }) => finished));
  assert.ok(found.some(({ verification }) => verification?.state === 'ok'));
});

test('a copy that was synced carries the verify state of its source, which does not count', async (t) => {
  const { demo } = await demoFor(t);
  const [first, second] = demo.info.pbs.map(({ name }) => connectPbs(t, demo, { name }));
  assert.ok(first && second);
  const here = { node: answered(await first.node.name()), store: 'main' };
  const own = (await everything(first, 'main')).filter(({ verification }) => verification);
  assert.ok(own.some(({ verification }) => verifiedHere(verification, here) === true));
  const there = { node: answered(await second.node.name()), store: 'offsite' };
  const copies = (await everything(second, 'offsite')).filter(({ verification }) => verification);
  assert.ok(copies.some(({ verification }) => verifiedHere(verification, there) === false));
});

test('a datastore that is not mounted, and one in maintenance, are unknown and say why', async (t) => {
  const { demo } = await demoFor(t);
  const [first, second] = demo.info.pbs.map(({ name }) => connectPbs(t, demo, { name }));
  assert.ok(first && second);
  const usage = answered(await first.datastores.usage());
  const usb = usage.find(({ store }) => store === 'usb');
  assert.ok(usb && usageUnknown(usb) === 'not-mounted');
  const main = usage.find(({ store }) => store === 'main');
  assert.ok(main && usageUnknown(main) === undefined);
  const away = await first.content.namespaces('usb');
  assert.ok(!away.ok);
  assert.match(away.failure.what, /not mounted/);
  const cold = answered(await second.datastores.list()).find(({ store }) => store === 'cold');
  assert.equal(cold?.maintenance?.mode, 'offline');
  const refused = await second.content.groups({ store: 'cold', ns: '' });
  assert.ok(!refused.ok);
  assert.match(refused.failure.what, /maintenance/);
});

test('what a token may know is proven by its privileges, not by what it gets', async (t) => {
  const { demo, pbs: auditor } = await demoFor(t, { role: 'auditor' });
  const paths = [aclPath('main'), aclPath('usb')];
  const audit = answered(await auditor.permissions(paths));
  assert.deepEqual(knows(audit, 'backups', { store: 'main' }), { answer: 'complete' });
  assert.deepEqual(knows(audit, 'tasks'), { answer: 'complete' });
  const backup = connectPbs(t, demo, { role: 'backup' });
  const held = answered(await backup.permissions(paths));
  assert.equal(knows(held, 'backups', { store: 'main' })?.answer, 'own');
  assert.equal(knows(held, 'prune-jobs', { store: 'main' })?.answer, 'no');
  assert.deepEqual(answered(await backup.jobs.prune()), [], 'empty, and nothing is wrong with it');
  const hosts = { store: 'main', ns: 'hosts' };
  assert.deepEqual(answered(await backup.content.groups(hosts)), []);
  assert.ok(answered(await auditor.content.groups(hosts)).length > 0);
});

test('a snapshot is changed and forgotten only while it is not protected', async (t) => {
  const { pbs } = await demoFor(t);
  const [group] = answered(await pbs.content.groups({ store: 'main', ns: '' }));
  assert.ok(group);
  const [snapshot] = answered(await pbs.content.snapshots(group));
  assert.ok(snapshot);
  assert.equal(kindOf(await pbs.content.setNotes(snapshot, 'first line\nsecond')), 'ok');
  assert.deepEqual(answered(await pbs.content.notes(snapshot)), ['first line', 'second']);
  assert.equal(kindOf(await pbs.content.setProtected(snapshot, true)), 'ok');
  assert.equal(answered(await pbs.content.protection(snapshot)), true);
  const refused = await pbs.content.forget(snapshot);
  assert.ok(!refused.ok);
  assert.match(refused.failure.what, /protected/);
  assert.equal(kindOf(await pbs.content.setProtected(snapshot, false)), 'ok');
  assert.equal(kindOf(await pbs.content.forget(snapshot)), 'ok');
  const left = answered(await pbs.content.snapshots(group));
  assert.ok(left.every(({ time }) => time !== snapshot.time));
});

test('a prune removes what its dry run said, and nothing else', async (t) => {
  const { pbs } = await demoFor(t);
  const groups = answered(await pbs.content.groups({ store: 'main', ns: '' }));
  const group = groups.find(({ count = 0 }) => count > 5);
  assert.ok(group);
  const before = answered(await pbs.content.snapshots(group)).length;
  const keep = { last: 2, daily: 3 };
  const marks = answered(await pbs.content.pruneDryRun(group, keep));
  assert.equal(marks.length, before);
  assert.ok(marks.some(({ keep: stays }) => !stays));
  assert.equal(answered(await pbs.content.snapshots(group)).length, before);
  const { upid } = answered(await pbs.content.prune(group, keep));
  assert.equal((await ended(pbs, upid)).outcome, 'ok');
  const left = answered(await pbs.content.snapshots(group)).map(({ time }) => time);
  const kept = marks.filter((mark) => mark.keep || mark.protected).map(({ time }) => time);
  assert.deepEqual([...left].sort(), [...kept].sort());
});

test('jobs are run by hand, and their log is read to its end', async (t) => {
  const { pbs } = await demoFor(t);
  const [job] = answered(await pbs.jobs.verify());
  assert.ok(job);
  const { upid } = answered(await pbs.jobs.run('verify', job.id));
  await ended(pbs, upid);
  assert.ok(upid);
  const lines: string[] = [];
  for (let start = 0; ; ) {
    const page = answered(await pbs.tasks.log(upid, { start, limit: 5 }));
    lines.push(...page.lines);
    if (page.lines.length === 0) break;
    start = page.next;
  }
  const whole = answered(await pbs.tasks.log(upid, { start: 0, limit: 10_000 }));
  assert.deepEqual(lines, [...whole.lines]);
  assert.match(lines.at(-1) ?? '', /TASK/);
  const [again] = answered(await pbs.jobs.verify());
  assert.equal(again?.last.upid, upid);
});

test('a garbage collection renews the figures', async (t) => {
  const { pbs } = await demoFor(t);
  const { upid } = answered(await pbs.datastores.startGc('main'));
  assert.equal((await ended(pbs, upid)).outcome, 'ok');
  const gc = answered(await pbs.datastores.gc()).find(({ store }) => store === 'main');
  assert.equal(gc?.last.upid, upid);
  assert.equal(gc?.status?.upid, upid);
  const tasks = answered(await pbs.tasks.list({ typefilter: 'garbage', limit: 1 }));
  assert.equal(tasks[0]?.upid, upid);
});

test('a user logs in with a password', async (t) => {
  const demo = await startTestDemo(t);
  const user = demo.info.pbs[0]?.users.find(({ totp }) => totp === undefined);
  assert.ok(user);
  const pbs = connectPbs(t, demo, { user });
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
  assert.equal(pbs.connection().identity, user.user);
});
