import assert from 'node:assert/strict';
import test from 'node:test';
import { guestKey } from '../../../source/domain/guest.ts';
import { assess } from '../../../source/domain/health.ts';
import { defaultTimings } from '../../../source/services/http/timings.ts';
import { until } from '../../support/until.ts';
import { startRig } from './rig.ts';

test('F1 one node of three is off: its guests stay with their last values, the rest is live', async (t) => {
  const rig = await startRig(t);
  const before = rig.inventory().resources.data;
  const lost = before?.guests.filter(({ node }) => node === 'pve3') ?? [];
  assert.ok(lost.length > 2);
  rig.world.faults.nodeDown('pve3', true);
  await rig.advance(400);

  const { resources } = rig.inventory();
  assert.equal(resources.failure, undefined, 'one dead node is no failure of the list');
  const guests = resources.data?.guests ?? [];
  assert.equal(guests.length, before?.guests.length);
  for (const old of lost) {
    const kept = guests.find(({ vmid }) => vmid === old.vmid);
    assert.equal(kept?.stale, true, `guest ${old.vmid}`);
    assert.equal(kept?.status, 'unknown');
    assert.equal(kept?.name, old.name);
    assert.equal(kept?.maxmem, old.maxmem);
  }
  const [first] = lost;
  assert.ok(first);
  assert.match(rig.row('guests', guestKey(first)), /unknown.*min/);
  assert.match(rig.row('nodes', 'home/node/pve3'), /offline.*min/);
  assert.match(rig.row('guests', 'home/qemu/101'), /running/);
  assert.equal(guests.find(({ vmid }) => vmid === 101)?.stale, undefined);
  const health = assess([rig.inventory()], rig.now());
  assert.equal(health.level, 'critical');
  assert.ok(health.findings.some(({ where }) => where === 'node pve3'));
});

test('F1 a page of the dead node asks it at most once in 30 s, for all its parts together', async (t) => {
  const rig = await startRig(t);
  rig.world.faults.nodeDown('pve3', true);
  await rig.advance(60);
  const subject = 'home/node/pve3';
  const lost = rig.inventory().resources.data?.guests.find(({ node }) => node === 'pve3');
  assert.ok(lost);
  const asked = () => rig.requests(/\/nodes\/pve3\//).length;
  const from = asked();
  await rig.want(
    { kind: 'node.status', subject },
    { kind: 'node.services', subject },
    { kind: 'node.journal', subject },
    { kind: 'guest.status', subject: guestKey(lost) },
  );
  assert.equal(asked() - from, 1);
  await rig.advance(90);
  assert.ok(asked() - from <= 4, `${asked() - from} requests in 90 s`);
  for (const source of Object.values(rig.store.getState().details)) {
    assert.equal(source.failure?.kind, 'unreachable');
    assert.match(source.failure?.what ?? '', /pve3/);
    assert.equal(source.data, undefined);
  }
  rig.world.faults.nodeDown('pve3', false);
  await rig.advance(10);
  await rig.refresh();
  const status = rig.store.getState().details['node.status|home/node/pve3|'];
  assert.ok(status?.data, 'a refresh asks it again at once');
});

test('F2 the first endpoint is off: the next one answers, and the header names it', async (t) => {
  const began = performance.now();
  const rig = await startRig(t, {
    before: (demo) => demo.world.faults.nodeDown('pve1', true),
  });
  assert.ok(performance.now() - began < 6_000);
  const second = rig.demo.info.pve[1] ?? '';
  assert.equal(rig.inventory().connection.endpoint, second);
  assert.match(rig.header(), new RegExp(`via ${second.replace('https://', '')}`));
  assert.ok((rig.inventory().resources.data?.guests.length ?? 0) > 10);
  assert.ok(defaultTimings.connect * 2 <= 6_000, 'a silent endpoint is left in time');
});

test('F2 the endpoint in use goes off: the next one takes over without a gap in the data', async (t) => {
  const rig = await startRig(t);
  assert.doesNotMatch(rig.header(), /via /);
  rig.world.faults.nodeDown('pve1', true);
  await rig.advance(15);
  assert.equal(rig.inventory().resources.failure, undefined);
  assert.match(rig.header(), /via 127\.0\.0\.1:\d+/);
});

test('F3 all endpoints are off: the last data stay with their age, the retry is told, and it comes back', async (t) => {
  const rig = await startRig(t);
  const before = rig.inventory().resources;
  for (const node of ['pve1', 'pve2', 'pve3']) rig.world.faults.nodeDown(node, true);
  await rig.advance(150);

  const { resources } = rig.inventory();
  assert.equal(resources.data, before.data, 'the last good data stay');
  assert.equal(resources.fetchedAt, before.fetchedAt);
  assert.equal(resources.failure?.kind, 'unreachable');
  assert.ok((resources.retryAt ?? 0) > rig.now(), 'the retry has a time');
  assert.match(rig.notes('guests'), /home: shown as of 2 min ago · next try in \d+ s/);
  assert.match(rig.header(), /home: does not answer, data 2 min old/);
  const health = assess([rig.inventory()], rig.now());
  const site = health.findings.find(({ where }) => where === 'site home');
  assert.equal(site?.level, 'unknown');
  assert.match(site?.what ?? '', /are the last known/);

  for (const node of ['pve1', 'pve2', 'pve3']) rig.world.faults.nodeDown(node, false);
  await rig.advance(120);
  assert.equal(rig.inventory().resources.failure, undefined, 'it never gives up');
  assert.equal(rig.notes('guests'), '');
});

test('F3 never reached at all: the list says so instead of showing none', async (t) => {
  const rig = await startRig(t, { endpoints: ['https://127.0.0.1:9'] });
  const { resources } = rig.inventory();
  assert.equal(resources.data, undefined);
  const { viewOf } = await import('../../../source/views/index.ts');
  const words = viewOf('guests').empty([rig.inventory()], rig.now());
  const text = words.map((line) => line.map((part) => part.text).join('')).join('\n');
  assert.match(text, /connection was refused/);
  assert.doesNotMatch(text, /no guests|nothing listed|\b0 /i);
  assert.equal(assess([rig.inventory()], rig.now()).level, 'unknown');
});

test('F4 an endpoint that accepts and never answers is given up, paused, and passed over', async (t) => {
  const rig = await startRig(t, { timings: { read: 300 } });
  rig.world.faults.respond(({ node }) => node === 'pve1', { hang: true });
  const began = performance.now();
  const hung = await rig.site.resources();
  assert.equal(hung.ok, false);
  assert.equal(!hung.ok && hung.failure.kind, 'timeout');
  assert.ok(performance.now() - began < 2_000);
  assert.ok(defaultTimings.read <= 8_000);
  for (let round = 0; round < 2; round += 1) await rig.site.version();
  const arrived = rig.requests().length;
  const answered = await until('the next endpoint to answer', async () => {
    const result = await rig.site.resources();
    return result.ok && result;
  });
  assert.ok(answered.value.guests.length > 10);
  assert.equal(rig.site.connection().failover, true);
  assert.ok(rig.requests().length - arrived <= 3, 'the hanging endpoint is left alone');
});
