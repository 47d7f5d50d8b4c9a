import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const homelab = await startHomelab({ speed: 50 });
test.after(() => homelab.close());
const { demo, profile, run } = homelab;
const { world } = demo;
world.settings.unauthorizedDelay = 0;
const admin = await profile('admin', [{ id: 'home' }]);

const seen = () => demo.requests().length;
const writes = (from: number) =>
  demo
    .requests()
    .slice(from)
    .filter(({ method }) => method !== 'GET').length;

interface Status {
  readonly level: string;
  readonly findings: readonly { readonly level: string; readonly what: string }[];
  readonly sites: readonly { readonly nodes: unknown; readonly guests: unknown }[];
}

/** `status` may not say ok, zero or none: counts are null and `?`, the exit code is 3. */
async function isUnknown(config: string, words: RegExp): Promise<void> {
  const [machine, person] = await Promise.all([
    run(config, ['status', '--json', '--timeout', '5']),
    run(config, ['status', '--timeout', '5']),
  ]);
  assert.equal(machine.code, 3, machine.err);
  const told = JSON.parse(machine.out) as Status;
  assert.equal(told.level, 'unknown');
  assert.equal(told.sites[0]?.nodes, null);
  assert.equal(told.sites[0]?.guests, null);
  assert.match(told.findings.map(({ what }) => what).join('\n'), words);
  assert.equal(person.code, 3);
  assert.match(person.out, /^unknown · \?\/\? nodes online · \?\/\? guests running/);
}

async function listSaysWhy(config: string): Promise<void> {
  const list = await run(config, ['guests', 'list', '--json']);
  assert.equal(list.code, 3, list.out);
  assert.deepEqual(JSON.parse(list.out), []);
  assert.match(list.err, /site home is missing here: /);
}

test('F3 every endpoint is off: unknown, never zero, and the list says what is missing', async () => {
  const away = await profile('away', [
    { id: 'home', endpoints: ['https://127.0.0.1:9', 'https://127.0.0.1:19'] },
  ]);
  await isUnknown(away, /connection was refused/);
  await listSaysWhy(away);
});

test('F5 F6 a login page, half an answer or 20 MB: unknown with the reason', async () => {
  const resources = 'GET /cluster/resources';
  const page = world.faults.respond(resources, { status: 200, body: '<html>Sign in</html>' });
  await isUnknown(admin, /web page, not the Proxmox VE API/);
  await listSaysWhy(admin);
  page();
  const half = world.faults.respond(resources, { cutAfter: 100 });
  assert.match((await run(admin, ['status'])).out, /^unknown · .*\n.*ended in the middle/);
  half();
  const large = world.faults.respond(resources, {
    status: 200,
    body: `{"data":["${'x'.repeat(20_000_000)}"]}`,
  });
  assert.match((await run(admin, ['status'])).out, /^unknown · .*\n.*larger than 16 MiB/);
  large();
});

test('F7 an answer at one byte a second is given up at --timeout', async () => {
  const slow = world.faults.respond('GET', { bytesPerSecond: 1 });
  const began = Date.now();
  const finished = await run(admin, ['status', '--timeout', '1']);
  slow();
  assert.equal(finished.code, 3);
  assert.match(finished.out, /no answer in time/);
  assert.ok(Date.now() - began < 9_000);
});

test('F24 no quorum: critical, and a change is refused with the reason before anything is sent', async () => {
  const lone = await startHomelab({ scenario: 'no-quorum' });
  try {
    const config = await lone.profile('lone', [{ id: 'home' }]);
    const status = await lone.run(config, ['status']);
    assert.equal(status.code, 2);
    assert.match(status.out, /the cluster has no quorum/);
    const stop = await lone.run(config, ['guest', 'shutdown', '101']);
    assert.equal(stop.code, 2, stop.err);
    assert.match(stop.err, /no quorum; Proxmox refuses every change/);
    assert.ok(lone.demo.requests().every(({ method }) => method === 'GET'));
  } finally {
    await lone.close();
  }
});

test('F26 no answer and no task of it: exit code 3, one POST, and words that claim nothing', async () => {
  const stop = world.faults.respond('POST /nodes/pve1/qemu/112/snapshot', { raw: '' });
  const from = seen();
  const finished = await run(admin, ['guest', 'snapshot', '112', '--snapname', 'lost']);
  stop();
  assert.equal(finished.code, 3, finished.err);
  assert.match(finished.err, /its answer was lost/);
  assert.match(finished.err, /most likely did not start; look at the target/);
  assert.equal(writes(from), 1);
});

test('F31 closed standard input and a reader that goes away end quietly', async () => {
  const deaf = await run(admin, ['guests', 'list', '--json'], { deaf: true });
  assert.deepEqual({ code: deaf.code, err: deaf.err }, { code: 0, err: '' });
});

test('F32 nothing can be written: looking works, an action is blocked with the reason', async () => {
  const config = await profile('full', [{ id: 'home' }]);
  await mkdir(join(config, 'state'));
  await symlink('/dev/full', join(config, 'state', 'audit.jsonl'));
  assert.equal((await run(config, ['guests', 'list'])).code, 0);
  const from = seen();
  const full = await run(config, ['guest', 'start', '111']);
  assert.equal(full.code, 2, full.err);
  assert.match(full.err, /nothing was changed: the audit log cannot be written: the disk is full/);

  const blocked = await profile('blocked', [{ id: 'home' }]);
  await writeFile(join(blocked, 'state'), 'a file where a folder should be');
  assert.equal((await run(blocked, ['nodes', 'list'])).code, 0);
  const refused = await run(blocked, ['guest', 'start', '111']);
  assert.equal(refused.code, 2, refused.err);
  assert.match(refused.err, /nothing was changed: the audit log cannot be written/);
  assert.equal(writes(from), 0);
});

test('F35 no remote-viewer, no display: words with the package or the line for another machine', async () => {
  const tools = await profile('tools', [{ id: 'home' }]);
  const spice = ['guest', 'spice', '110'];
  const missing = await run(admin, spice, { env: { PATH: tools, DISPLAY: ':9' } });
  assert.equal(missing.code, 2);
  assert.match(missing.err, /remote-viewer is not installed/);
  assert.match(
    missing.err,
    /apt install virt-viewer; or .*ssh \S+ homelab-tui spice GUEST --vv \| remote-viewer -/,
  );
  const viewer = join(tools, 'remote-viewer');
  await writeFile(viewer, '#!/bin/sh\necho "cannot open display: :9" >&2\nexit 1\n');
  await chmod(viewer, 0o755);
  const PATH = `${tools}:${process.env.PATH}`;
  const blind = await run(admin, spice, { env: { PATH } });
  assert.equal(blind.code, 2);
  assert.match(blind.err, /There is no display here/);
  assert.match(blind.err, /ssh \S+ homelab-tui spice GUEST --vv \| remote-viewer -/);
});

test('B1 to B19 hostile names and logs reach a pipe and a person as plain text', async () => {
  const hostile = await startHomelab({ scenario: 'hostile-text' });
  try {
    const config = await hostile.profile('hostile', [{ id: 'home' }]);
    for (const argv of [
      ['guests', 'list'],
      ['tasks', 'list'],
    ]) {
      const { out, err } = await hostile.run(config, argv);
      assert.doesNotMatch(
        out + err,
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/,
        argv.join(' '),
      );
    }
  } finally {
    await hostile.close();
  }
});

test('B22 B25 impossible VMIDs and snapshot names are usage errors, and nothing is sent', async () => {
  const from = seen();
  for (const vmid of ['99', '1000000001']) {
    const finished = await run(admin, ['guest', 'start', vmid]);
    assert.equal(finished.code, 64, `${vmid}: ${finished.err}`);
  }
  for (const name of ['current', 'has space']) {
    const finished = await run(admin, ['guest', 'snapshot', '112', '--snapname', name]);
    assert.equal(finished.code, 64, `${name}: ${finished.err}`);
    assert.match(finished.err, /--snapname/);
  }
  assert.equal(writes(from), 0);
});

test('B30 B31 B32 a homelab file with traps is refused by line and column, and no secret is repeated', async () => {
  const good = await readFile(join(admin, 'homelab.yaml'), 'utf8');
  const endpoints = /endpoints: \[.*\]/;
  const traps: readonly (readonly [string, string, RegExp])[] = [
    ['tab', good.replace('  - id', '\t- id'), /homelab\.yaml:3:1: a tab/],
    ['bomb', `${good}allow: &a [${'*a, '.repeat(60)}]\n`, /homelab\.yaml:\d+:\d+: /],
    [
      'user',
      good.replace(endpoints, 'endpoints: ["https://root:geheim@a"]'),
      /may not carry a user/,
    ],
  ];
  for (const [name, text, words] of traps) {
    const config = await profile(`trap-${name.replace(' ', '-')}`, [{ id: 'home' }]);
    await writeFile(join(config, 'homelab.yaml'), text);
    const finished = await run(config, ['status']);
    assert.equal(finished.code, 64, `${name}: ${finished.err}`);
    assert.match(finished.err, words, name);
    assert.doesNotMatch(finished.err, /geheim/);
  }
  const fine = await profile('crlf', [{ id: 'home' }]);
  await writeFile(join(fine, 'homelab.yaml'), `\ufeff${good.replaceAll('\n', '\r\n')}`);
  assert.equal((await run(fine, ['nodes', 'list'])).code, 0);
});

test('F8 a revoked token: unknown, and at most two requests', async () => {
  world.faults.revokeTokens();
  const from = seen();
  const finished = await run(admin, ['status', '--json']);
  assert.equal(finished.code, 3);
  assert.match(finished.out, /not valid or was revoked/);
  assert.ok(seen() - from <= 2, `${seen() - from} requests`);
});
