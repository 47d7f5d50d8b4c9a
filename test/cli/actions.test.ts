import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const hasQemu = () =>
  new Promise<boolean>((resolve) => {
    execFile('qemu-system-x86_64', ['--version'], (error) => resolve(error === null));
  });

const homelab = await startHomelab({ speed: 20 });
test.after(() => homelab.close());
const { demo, profile } = homelab;
const { world } = demo;
const admin = await profile('admin', [{ id: 'home' }]);
const run = (argv: readonly string[], config = admin) => homelab.run(config, argv);

/** Requests other than GET since `from`. */
const writes = (from: number) =>
  demo
    .requests()
    .slice(from)
    .filter((request) => request.method !== 'GET')
    .map((request) => `${request.method} ${request.path}`);
const seen = () => demo.requests().length;
const statusOf = (vmid: number) => {
  world.settle();
  return world.guests.get(vmid)?.status;
};

test('start and shut down: the task is followed, told to a person and to a machine', async () => {
  assert.equal(statusOf(111), 'stopped');
  const started = await run(['guest', 'start', '111']);
  assert.equal(started.code, 0, started.err);
  assert.equal(started.out, 'Start guest 111 win10-test: done\n');
  assert.match(started.err, /^task UPID:pve1:.*:qmstart:111:root@pam!demo:$/m);
  assert.match(started.err, /^ {2}TASK OK$/m);
  assert.equal(statusOf(111), 'running');
  const stopped = await run(['guest', 'stop', 'win10-test', '--json']);
  assert.equal(stopped.code, 0, stopped.err);
  assert.equal(stopped.err, '');
  const line = JSON.parse(stopped.out) as { upid: string };
  assert.match(line.upid, /^UPID:pve1:.*:qmstop:111:/);
  assert.deepEqual(
    { ...line, upid: '' },
    {
      site: 'home',
      action: 'guest.stop',
      target: 'guest 111 win10-test',
      outcome: 'ok',
      upid: '',
      message: 'Stop guest 111 win10-test: done',
    },
  );
  assert.equal(statusOf(111), 'stopped');
});

test('several targets run as one batch, one line of JSON each', async () => {
  const finished = await run(['guest', 'start', '111', 'unifi', '--json']);
  assert.equal(finished.code, 0, finished.err);
  const lines = finished.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { target: string; outcome: string });
  assert.deepEqual(lines.map((line) => `${line.target} ${line.outcome}`).sort(), [
    'guest 111 win10-test ok',
    'guest 205 unifi ok',
  ]);
  assert.equal(statusOf(205), 'running');
  await run(['guest', 'stop', '111', '205']);
});

test('snapshot and rollback: the name has to be repeated, and nothing is sent before', async () => {
  const taken = await run([
    'guest',
    'snapshot',
    '108',
    '--snapname',
    'before',
    '--description',
    'two words; $(id)',
  ]);
  assert.equal(taken.code, 0, taken.err);
  const from = seen();
  for (const confirm of [
    [],
    ['--confirm', 'legacy'],
    ['--confirm', '108'],
    ['--confirm', 'Legacy-App'],
  ]) {
    const refused = await run([
      'guest',
      'rollback',
      '108',
      '--snapname',
      'before',
      ...confirm,
      '--json',
    ]);
    assert.equal(refused.code, 64);
    assert.match(refused.err, /Roll back guest 108 legacy-app to before\?/);
    assert.match(refused.err, /repeat it with --confirm 'legacy-app'/);
    assert.equal(JSON.parse(refused.out).outcome, 'invalid');
  }
  assert.deepEqual(writes(from), []);
  const done = await run([
    'guest',
    'rollback',
    '108',
    '--snapname',
    'before',
    '--confirm',
    'legacy-app',
  ]);
  assert.equal(done.code, 0, done.err);
  assert.equal(writes(from).length, 1);
});

test('what a form would fill in is never chosen for a script when it is needed', async () => {
  const from = seen();
  const missing = await run(['guest', 'rollback', '108', '--confirm', 'legacy-app']);
  assert.equal(missing.code, 64);
  assert.match(missing.err, /--snapname \(guest 108 legacy-app\): is needed/);
  for (const name of ['current', '1st', 'two words', 'x'.repeat(41)]) {
    const wrong = await run(['guest', 'snapshot', '108', `--snapname=${name}`]);
    assert.equal(wrong.code, 64, name);
    assert.match(wrong.err, /--snapname \(guest 108 legacy-app\): /);
  }
  assert.deepEqual(writes(from), []);
});

test('an intent is on disk before and a result after; where that cannot be, nothing is changed', async () => {
  const text = await readFile(join(admin, 'state', 'audit.jsonl'), 'utf8');
  const entries = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const intent = entries.find((entry) => entry.action === 'guest.rollback');
  assert.deepEqual(intent?.parameters, { snapname: 'before', start: true });
  const result = entries.find((entry) => entry.event === 'result' && entry.id === intent?.id);
  assert.equal(result?.outcome, 'ok');
  assert.doesNotMatch(text, new RegExp(demo.info.tokens.admin.secret));

  const blocked = await profile('blocked', [{ id: 'home' }]);
  await writeFile(join(blocked, 'state'), 'a file where the directory should be');
  const from = seen();
  const refused = await run(['guest', 'start', '111', '--json'], blocked);
  assert.equal(refused.code, 2, refused.err);
  assert.match(refused.err, /nothing was changed: the audit log cannot be written/);
  assert.equal(JSON.parse(refused.out).outcome, 'local');
  assert.deepEqual(writes(from), []);
  assert.equal(statusOf(111), 'stopped');
});

test('--read-only and read_only beat everything', async () => {
  const closed = await profile('closed', [{ id: 'home' }], 'read_only: true\n');
  const from = seen();
  for (const refused of [
    await run(['guest', 'start', '111', '--read-only', '--json']),
    await run(['guest', 'start', '111', '--json'], closed),
  ]) {
    assert.equal(refused.code, 2);
    assert.equal(JSON.parse(refused.out).outcome, 'read-only');
  }
  assert.deepEqual(writes(from), []);
});

test('actions of level 4 are off until the configuration allows them, and then want the name', async () => {
  const off = await run(['node', 'reboot', 'pve3', '--confirm', 'pve3']);
  assert.equal(off.code, 2);
  assert.match(off.err, /switched off: add "allow: \[node\.reboot\]" to homelab\.yaml/);
  const allowed = await profile('allowed', [{ id: 'home' }], 'allow: [node.reboot]\n');
  const asked = await run(['node', 'reboot', 'pve3'], allowed);
  assert.equal(asked.code, 64);
  assert.match(asked.err, /repeat it with --confirm 'pve3'/);
});

test('a missing privilege is told before anything is sent', async () => {
  const auditor = await profile('auditor', [{ id: 'home', token: 'auditor' }]);
  const from = seen();
  const denied = await run(['guest', 'start', '111', '--json'], auditor);
  assert.equal(denied.code, 2);
  assert.match(denied.err, /needs VM\.PowerMgmt on \/vms\/111/);
  assert.deepEqual(writes(from), []);
});

test('a target that does not exist, or is named twice, is a usage error', async () => {
  const none = await run(['guest', 'start', '99', '--json']);
  assert.equal(none.code, 64);
  assert.equal(JSON.parse(none.out).outcome, 'invalid');
  const twice = await run(['guest', 'start', '111', 'win10-test']);
  assert.equal(twice.code, 64);
  assert.match(twice.err, /named twice/);
});

test('spice --vv writes the settings and nothing else to standard output', async () => {
  const none = await run(['spice', 'win11', '--vv']);
  assert.equal(none.code, 2, 'this demo has no SPICE proxy');
  assert.equal(none.out, '');
  const json = await run(['spice', 'win11', '--vv', '--json']);
  assert.equal(json.code, 64);
  const whole = await homelab.run(admin, ['spice', 'win11', '--vv', '--demo']);
  if (!(await hasQemu())) return assert.equal(whole.out, '');
  assert.equal(whole.code, 0, whole.err);
  const lines = whole.out.trimEnd().split('\n');
  assert.equal(lines[0], '[virt-viewer]');
  assert.ok(
    lines.slice(1).every((line) => /^[a-z-]+=/.test(line)),
    whole.out,
  );
  assert.ok(
    lines.some((line) => line === 'type=spice') && lines.some((line) => /^password=./.test(line)),
  );
  assert.equal(whole.err, '');
});

test('a service is named by node and service', async () => {
  const done = await run(['service', 'restart', 'pve1/pvestatd']);
  assert.equal(done.code, 0, done.err);
  const wrong = await run(['service', 'restart', 'pve1/nonsense']);
  assert.equal(wrong.code, 64);
  assert.match(wrong.err, /there is no service nonsense on pve1 · it has: /);
  assert.equal((await run(['service', 'restart', 'pvestatd'])).code, 64);
});

test('a task that has ended cannot be stopped, and a UPID that is none is refused', async () => {
  const list = await run(['tasks', 'list', '--json', '--filter', 'status:ok']);
  const [ended] = JSON.parse(list.out) as { upid: string }[];
  assert.ok(ended);
  const late = await run(['task', 'stop', ended.upid]);
  assert.equal(late.code, 2);
  assert.match(late.err, /it has ended/);
  assert.equal((await run(['task', 'stop', 'UPID:nonsense'])).code, 64);
});
