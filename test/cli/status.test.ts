import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const homelab = await startHomelab();
test.after(() => homelab.close());
const { demo, run, profile } = homelab;
const { world } = demo;
const admin = await profile('admin', [{ id: 'home' }]);

// The scenario has tasks that failed last night; whether that is less than a day ago depends on the time of day.
const noTasks = world.faults.respond('GET /cluster/tasks', { status: 200, body: '{"data":[]}' });

/** Cures what the scenario shows off as broken, so that tests begin from a homelab that is well. */
function cure(): void {
  for (const guest of world.guests.values()) {
    if (guest.qmpstatus === 'io-error') guest.qmpstatus = 'running';
  }
  world.revision += 1;
}

interface Status {
  readonly level: string;
  readonly exitCode: number;
  readonly findings: readonly {
    readonly level: string;
    readonly where: string;
    readonly what: string;
    readonly site: string;
  }[];
  readonly sites: readonly {
    readonly nodes: { readonly online: number; readonly total: number } | null;
  }[];
}
async function status(config: string, ...argv: string[]) {
  const finished = await run(config, ['status', '--json', ...argv]);
  const json = JSON.parse(finished.out) as Status;
  assert.equal(finished.code, json.exitCode, finished.err);
  return { ...json, code: finished.code, err: finished.err };
}

test('a guest that stopped on an I/O error is critical; cured, all is ok', async () => {
  const sick = await status(admin);
  assert.equal(sick.code, 2);
  assert.deepEqual(
    sick.findings.map((finding) => finding.where),
    ['guest 109 scratch'],
  );
  cure();
  const well = await status(admin);
  assert.equal(well.code, 0);
  assert.deepEqual(well.findings, []);
  assert.deepEqual(well.sites[0]?.nodes, { online: 3, total: 3 });
  const brief = await run(admin, ['status', '--brief']);
  assert.match(brief.out, /^ok · 3\/3 nodes online · \d+\/20 guests running\n$/);
});

test('nothing but GET is sent by status and lists', async () => {
  const from = demo.requests().length;
  await run(admin, ['status']);
  await run(admin, ['guests', 'list']);
  const sent = demo.requests().slice(from);
  assert.ok(sent.length > 3);
  assert.deepEqual(
    sent.filter((request) => request.method !== 'GET'),
    [],
  );
});

test('a token that sees only its desktops gets unknown, never ok', async () => {
  const desktop = await profile('desktop', [{ id: 'home', token: 'desktop' }]);
  const seen = await status(desktop);
  assert.equal(seen.code, 3);
  assert.ok(seen.findings.some((finding) => /may be hidden/.test(finding.what)));
  const auditor = await profile('auditor', [{ id: 'home', token: 'auditor' }]);
  assert.equal((await status(auditor)).code, 0);
});

test('a site that hangs is given up after --timeout, and says so', async () => {
  const stop = world.faults.respond('GET', { hang: true });
  const began = Date.now();
  const hung = await status(admin, '--timeout', '1');
  stop();
  assert.equal(hung.code, 3);
  assert.match(hung.findings[0]?.what ?? '', /no answer in time/);
  assert.ok(Date.now() - began < 9_000, 'it waited for the usual deadline');
});

test('of two sites one is silent: the other is listed, the exit code is 3', async () => {
  const two = await profile('two', [
    { id: 'home' },
    { id: 'away', endpoints: ['https://127.0.0.1:9'] },
  ]);
  const list = await run(two, ['guests', 'list', '--json']);
  assert.equal(list.code, 3);
  assert.match(list.err, /site away is missing here: /);
  const rows = JSON.parse(list.out) as { site: string }[];
  assert.equal(rows.length, 22);
  assert.ok(rows.every((row) => row.site === 'home'));
  const one = await run(two, [
    'guests',
    'list',
    '--json',
    '--site',
    'home',
    '--filter',
    'tag:windows',
  ]);
  assert.equal(one.code, 0);
  assert.deepEqual(
    (JSON.parse(one.out) as { vmid: number }[]).map((row) => row.vmid),
    [110, 111],
  );
  const action = await run(two, ['guest', 'stop', '111']);
  assert.equal(action.code, 2, 'away may have a guest 111 too');
  assert.match(action.err, /name another site with --site/);
});

test('the same cluster under two names: a guest is not unique until --site tells', async () => {
  const twice = await profile('twice', [{ id: 'one' }, { id: 'two' }]);
  const unclear = await run(twice, ['guest', 'stop', '111', '--read-only']);
  assert.equal(unclear.code, 64);
  assert.match(
    unclear.err,
    /111 is not unique: 111 win10-test in site one, 111 win10-test in site two · choose with --site/,
  );
});

test('a certificate that is not the pinned one is a hard stop', async () => {
  const wrong = await profile('pinned', [
    { id: 'home', tls: `      tls: {fingerprint: "${'AB'.repeat(32)}"}` },
  ]);
  const from = demo.requests().length;
  const changed = await status(wrong);
  assert.equal(changed.code, 3);
  assert.match(changed.findings[0]?.what ?? '', /certificate/i);
  assert.equal(demo.requests().length, from, 'a request was sent to a stranger');
});

test('first use without a terminal: the fingerprint is shown, nobody is trusted, nothing is remembered', async () => {
  const first = await profile('first', [{ id: 'home', tls: '' }]);
  const from = demo.requests().length;
  const asked = await status(first);
  assert.equal(asked.code, 3);
  assert.ok(asked.err.includes(demo.info.fingerprint));
  assert.match(asked.err, /Nobody is here to accept it/);
  assert.equal(demo.requests().length, from);
  await assert.rejects(readFile(join(first, 'state', 'trust.json')));
  const endpoint = demo.info.pve[0] ?? '';
  for (const url of demo.info.pve) {
    const replaced = await run(first, ['trust', 'replace', url, '--confirm', '127.0.0.1']);
    assert.equal(replaced.code, 0, `${endpoint} ${replaced.err}`);
  }
  assert.equal((await status(first)).code, 0);
});

test('a user with a second factor cannot log in without a terminal, and is told what can', async () => {
  const user = await profile('user', [
    { id: 'home', auth: `{user: ${demo.info.users[0]?.user}, password: env:PVE_PASSWORD}` },
  ]);
  const refused = await status(user);
  assert.equal(refused.code, 3);
  assert.match(refused.err, /needs a second factor and nobody is here to give it/);
});

test('a node that is down is critical; its guests stay in the list as unknown', async () => {
  world.faults.nodeDown('pve3', true);
  const down = await status(admin);
  assert.equal(down.code, 2);
  assert.ok(down.findings.some((finding) => finding.where === 'node pve3'));
  const list = await run(admin, ['guests', 'list', '--json', '--filter', 'node:pve3']);
  const rows = JSON.parse(list.out) as { status: string; cpu: number | null }[];
  assert.ok(rows.length > 0);
  assert.ok(rows.every((row) => row.status === 'unknown' && row.cpu === null));
  const action = await run(admin, ['guest', 'stop', '108', '--json']);
  assert.equal(action.code, 2, action.err);
  world.faults.nodeDown('pve3', false);
});

test('a reader that goes away is no error', async () => {
  const deaf = await run(admin, ['guests', 'list'], { deaf: true });
  assert.deepEqual({ code: deaf.code, err: deaf.err }, { code: 0, err: '' });
});

test('--log-file keeps the calls, and no secret', async () => {
  const log = join(admin, 'calls.log');
  await run(admin, ['status', '--log-file', log]);
  const text = await readFile(log, 'utf8');
  assert.match(text, /home GET \/cluster\/resources 200/);
  assert.ok(!text.includes(demo.info.tokens.admin.secret));
});

test('a task that failed last night is a warning, and is in the list', async () => {
  noTasks();
  const list = await run(admin, ['tasks', 'list', '--json', '--filter', 'status:error']);
  const [failed] = JSON.parse(list.out) as { endtime: number; node: string }[];
  assert.ok(failed);
  const recent = failed.endtime * 1000 > Date.now() - 86_400_000;
  assert.equal((await status(admin)).code, recent ? 1 : 0);
});

test('an answer that got lost is looked up as a task, and the command is sent once', async () => {
  const from = demo.requests().length;
  world.faults.dropAfterRead('POST /nodes/pve1/qemu/112/snapshot');
  const finished = await run(admin, ['guest', 'snapshot', '112', '--snapname', 'lost', '--json']);
  assert.equal(finished.code, 0, finished.err);
  assert.match((JSON.parse(finished.out) as { upid: string }).upid, /:qmsnapshot:112:/);
  const posts = demo
    .requests()
    .slice(from)
    .filter((request) => request.method === 'POST');
  assert.equal(posts.length, 1);
});

test('interrupted while it follows a task: the task goes on, and that is said', async () => {
  const slow = await startHomelab({ speed: 0.01 });
  try {
    const config = await slow.profile('slow', [{ id: 'home' }]);
    const finished = await slow.run(config, ['guest', 'snapshot', '104', '--snapname', 'slow'], {
      onErr: (text, stop) => {
        if (text.includes('task UPID:')) stop('SIGINT');
      },
    });
    assert.equal(finished.code, 3, finished.err);
    assert.match(finished.err, /No longer followed/);
    assert.match(finished.err, /the task itself goes on/);
  } finally {
    await slow.close();
  }
});

test('--demo brings its own homelab, and its traces stay apart', async () => {
  const finished = await run(admin, ['guest', 'start', 'win10-test', '--demo', '--json']);
  assert.equal(finished.code, 0, finished.err);
  assert.equal((JSON.parse(finished.out) as { site: string }).site, 'demo');
  assert.match(await readFile(join(admin, 'state', 'demo', 'audit.jsonl'), 'utf8'), /guest\.start/);
  const unknown = await run(admin, ['status', '--scenario', 'nonsense']);
  assert.equal(unknown.code, 64);
  assert.match(unknown.err, /there is no such scenario · use one of: healthy/);
});
