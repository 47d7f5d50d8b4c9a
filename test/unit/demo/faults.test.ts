import assert from 'node:assert/strict';
import test from 'node:test';
import { connect } from 'node:tls';
import { runDemoForeground } from '../../../source/demo/foreground.ts';
import type { Demo } from '../../../source/demo/index.ts';
import { ask, data, demoFor } from './client.ts';

function fingerprint(demo: Demo): Promise<string> {
  const { port } = new URL(demo.info.pve[0] ?? '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
  });
}

test('a lost answer: the write happened, once', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.dropAfterRead('/status/start');
  const path = '/nodes/pve1/qemu/111/status/start';
  await assert.rejects(ask(demo, 'POST', path, { form: {} }));
  const started = demo.world.tasks
    .ofNode('pve1')
    .filter((task) => task.type === 'qmstart' && task.id === '111');
  assert.equal(started.length, 1);
  demo.world.faults.advance(5);
  assert.equal(demo.world.guests.get(111)?.status, 'running');
});

test('answers are replaced, cut, and stop being so', async (t) => {
  const demo = await demoFor(t);
  const { faults } = demo.world;
  const off = faults.respond('GET /version', {
    status: 502,
    body: '<html>',
    statusText: 'Bad Gateway',
  });
  const bad = await ask(demo, 'GET', '/version');
  assert.deepEqual([bad.status, bad.text], [502, '<html>']);
  off();
  assert.equal((await ask(demo, 'GET', '/version')).status, 200);
  faults.respond(/resources/, { cutAfter: 40 }, 1);
  await assert.rejects(ask(demo, 'GET', '/cluster/resources'));
  assert.equal((await ask(demo, 'GET', '/cluster/resources')).status, 200);
  faults.respond('GET /version', { raw: 'no HTTP at all\r\n\r\n' }, 1);
  await assert.rejects(ask(demo, 'GET', '/version'));
});

test('a hanging answer ends with the demo', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.respond('GET /version', { hang: true });
  const hanging = ask(demo, 'GET', '/version').then(
    () => 'answered',
    () => 'broken',
  );
  const other = await ask(demo, 'GET', '/cluster/status');
  assert.equal(other.status, 200);
  await demo.close();
  assert.equal(await hanging, 'broken');
});

test('a slow body comes at the rate told', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.respond('GET /version', { bytesPerSecond: 200 });
  const before = performance.now();
  const answer = await ask(demo, 'GET', '/version');
  assert.equal(answer.status, 200);
  assert.ok(performance.now() - before > (answer.text.length / 200) * 1000 * 0.6);
});

test('another certificate on every endpoint', async (t) => {
  const demo = await demoFor(t);
  assert.equal(await fingerprint(demo), demo.info.fingerprint);
  const changed = await demo.world.faults.changeCertificate();
  assert.notEqual(changed, demo.info.fingerprint);
  assert.equal(await fingerprint(demo), changed);
});

test('revoked tokens and tickets get 401', async (t) => {
  const demo = await demoFor(t);
  const user = demo.info.users[1];
  const form = { username: user?.user ?? '', password: user?.password ?? '' };
  const { ticket } = await data<{ ticket: string }>(demo, 'POST', '/access/ticket', {
    as: 'none',
    form,
  });
  const cookie = {
    as: 'none' as const,
    headers: { Cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}` },
  };
  assert.equal((await ask(demo, 'GET', '/version', cookie)).status, 200);
  demo.world.faults.revokeTokens();
  assert.equal((await ask(demo, 'GET', '/version', cookie)).status, 401);
  assert.equal((await ask(demo, 'GET', '/version')).status, 401);
});

test('a node that dies takes its tasks with it; pulled back in, its guests still run', async (t) => {
  const demo = await demoFor(t);
  const { world } = demo;
  const upid = await data<string>(demo, 'POST', '/nodes/pve3/qemu/107/status/reboot', { form: {} });
  world.faults.nodeDown('pve3', true);
  assert.equal(world.tasks.get(upid)?.status, 'unexpected status');
  world.faults.nodeDown('pve3', false);
  assert.equal((await ask(demo, 'GET', '/nodes/pve3/qemu')).status, 200);
  assert.equal(world.guests.get(107)?.status, 'running');
});

test('delays hold every answer back', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.delay(120);
  const before = performance.now();
  await ask(demo, 'GET', '/version');
  assert.ok(performance.now() - before >= 115);
  demo.world.faults.clear();
});

test('the foreground prints one JSON line, or a text for people, and ends with the signal', async () => {
  for (const json of [true, false]) {
    const ending = new AbortController();
    let printed = '';
    const code = runDemoForeground(
      { json },
      {
        stdout: (text) => {
          printed += text;
          ending.abort();
        },
        stderr: () => undefined,
      },
      ending.signal,
    );
    assert.equal(await code, 0);
    if (json) {
      assert.equal(printed.trimEnd().split('\n').length, 1);
      assert.equal(JSON.parse(printed).pve.length, 3);
    } else {
      assert.match(printed, /TOTP secret [A-Z2-7]{32}, code now \d{6}/);
      assert.match(printed, /endpoints: \[https:\/\/127\.0\.0\.1:\d+, /);
    }
  }
  let complaint = '';
  const code = await runDemoForeground(
    { scenario: 'nonsense', json: true },
    {
      stdout: () => undefined,
      stderr: (text) => {
        complaint = text;
      },
    },
    new AbortController().signal,
  );
  assert.equal(code, 64);
  assert.match(complaint, /No scenario nonsense/);
});
