import assert from 'node:assert/strict';
import test from 'node:test';
import { assess } from '../../../source/domain/health.ts';
import { type Rig, startRig } from './rig.ts';

/** Whatever came instead of an answer: the old rows stay, the failure is told, and the verdict is unknown or worse. */
async function keepsTheOld(rig: Rig, kind: string, words: RegExp): Promise<void> {
  const before = rig.inventory().resources;
  assert.ok(before.data);
  await rig.advance(10);
  const { resources } = rig.inventory();
  assert.equal(resources.data, before.data);
  assert.equal(resources.fetchedAt, before.fetchedAt, 'a failure makes nothing fresh');
  assert.equal(resources.failure?.kind, kind);
  assert.match(resources.failure?.what ?? '', words);
  assert.match(rig.notes('guests'), /home: shown as of \d+ s ago/);
  assert.notEqual(assess([rig.inventory()], rig.now()).level, 'ok');
  rig.world.faults.clear();
  await rig.advance(70);
  assert.equal(rig.inventory().resources.failure, undefined);
}

const resources = 'GET /cluster/resources';

test('F5 an answer cut in the middle is a bad answer, the old rows stay', async (t) => {
  const rig = await startRig(t);
  rig.world.faults.respond(resources, { cutAfter: 200 });
  await keepsTheOld(rig, 'bad-answer', /ended in the middle/);
});

test('F5 an answer that is not JSON is a bad answer, the old rows stay', async (t) => {
  const rig = await startRig(t);
  rig.world.faults.respond(resources, { status: 200, body: '{"data":[{"type":"qemu"' });
  await keepsTheOld(rig, 'bad-answer', /not what the Proxmox VE API promises/);
});

test('F5 a login page in between is a bad answer that says so', async (t) => {
  const rig = await startRig(t);
  rig.world.faults.respond(resources, {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><title>Sign in</title>',
  });
  await keepsTheOld(rig, 'bad-answer', /web page, not the Proxmox VE API/);
});

test('F5 null, an object or a text in place of the list never becomes an empty list', async (t) => {
  const rig = await startRig(t);
  for (const data of ['null', '{}', '"OK"', '0']) {
    const stop = rig.world.faults.respond('GET /cluster/', {
      status: 200,
      body: `{"data":${data}}`,
    });
    const guests = await rig.site.resources();
    assert.equal(guests.ok, false, data);
    const tasks = await rig.site.tasks.cluster();
    assert.equal(!tasks.ok && tasks.failure.kind, 'bad-answer', data);
    stop();
  }
});

test('F6 an answer of 20 MB is not read further than 16, and said to be too large', async (t) => {
  const rig = await startRig(t);
  const body = `{"data":["${'x'.repeat(20 * 1024 * 1024)}"]}`;
  rig.world.faults.respond(resources, { status: 200, body });
  await keepsTheOld(rig, 'bad-answer', /larger than 16 MiB/);
});

test('F7 an answer at one byte a second ends at the deadline of the whole request', async (t) => {
  const rig = await startRig(t, { timings: { read: 500 } });
  rig.world.faults.respond(resources, { bytesPerSecond: 1 });
  const began = performance.now();
  await keepsTheOld(rig, 'timeout', /No complete answer in time/);
  assert.ok(performance.now() - began < 8_000);
});

test('a part that is denied is unknown, and the others stay', async (t) => {
  const rig = await startRig(t);
  rig.world.faults.respond('GET /cluster/tasks', {
    status: 403,
    statusText: 'Permission check failed (/, Sys.Audit)',
  });
  await rig.advance(60);
  const { tasks } = rig.inventory();
  assert.equal(tasks.failure?.kind, 'denied');
  assert.deepEqual(tasks.failure?.privilege, { path: '/', names: ['Sys.Audit'] });
  assert.equal(rig.inventory().resources.failure, undefined);
  assert.match(rig.notes('tasks'), /Sys\.Audit on \/ is missing/);
});
