import assert from 'node:assert/strict';
import test from 'node:test';
import { totpCode, totpStep } from '../../../source/demo/world/totp.ts';
import { assess } from '../../../source/domain/health.ts';
import { Secret } from '../../../source/domain/secret.ts';
import { type Rig, startRig } from './rig.ts';

test('F8 a revoked token: one failure, at most two requests, then silence until a refresh', async (t) => {
  const rig = await startRig(t);
  const before = rig.inventory().resources.data;
  rig.world.faults.revokeTokens();
  const from = rig.requests().length;
  await rig.advance(180);
  assert.ok(rig.requests().length - from <= 2, `${rig.requests().length - from} requests`);
  const { resources } = rig.inventory();
  assert.equal(resources.failure?.kind, 'unauthenticated');
  assert.match(resources.failure?.what ?? '', /not valid or was revoked/);
  assert.equal(resources.data, before, 'what was known stays');
  assert.match(rig.header(), /login refused, data 3 min old/);
  assert.notEqual(assess([rig.inventory()], rig.now()).level, 'ok');
  const silent = rig.requests().length;
  await rig.refresh();
  const again = rig.requests().length - silent;
  assert.ok(again >= 1 && again <= 2, `${again} requests after a refresh`);
});

/** A user with a second factor, and how often it was asked for. */
async function withSecondFactor(t: Parameters<typeof startRig>[0]) {
  const asked = { times: 0 };
  const held: { rig?: Rig; secret: string; now: () => number } = { secret: '', now: Date.now };
  const rig = await startRig(t, {
    user: 'admin@pve',
    before: (demo) => {
      const user = demo.info.users.find((each) => each.user === 'admin@pve');
      held.secret = user?.totp ?? '';
      held.now = () => demo.world.clock.now;
    },
    asker: {
      secondFactor: async () => {
        asked.times += 1;
        return { kind: 'totp', code: new Secret(totpCode(held.secret, totpStep(held.now()))) };
      },
    },
  });
  return { rig, asked };
}

test('F11 a ticket is renewed silently: data go on, no second factor is asked for', async (t) => {
  const { rig, asked } = await withSecondFactor(t);
  assert.equal(asked.times, 1);
  assert.ok(rig.inventory().resources.data);
  for (let round = 0; round < 4; round += 1) await rig.jump(50 * 60);
  assert.equal(rig.inventory().resources.failure, undefined);
  assert.equal(asked.times, 1, 'three hours later nobody was asked again');
  assert.ok(rig.requests(/POST \/access\/ticket/).length >= 3);
});

test('F11 after a long sleep the second factor is asked for once, and the data stay meanwhile', async (t) => {
  const { rig, asked } = await withSecondFactor(t);
  const before = rig.inventory().resources.data?.guests.length;
  await rig.jump(3 * 3600);
  assert.equal(asked.times, 2);
  await rig.advance(20);
  assert.equal(asked.times, 2);
  const { resources } = rig.inventory();
  assert.equal(resources.failure, undefined);
  assert.equal(resources.data?.guests.length, before);
});

test('F11 a login that cannot be renewed keeps the data and says why', async (t) => {
  const rig = await startRig(t, { user: 'operator@pve' });
  const before = rig.inventory().resources.data;
  assert.ok(before);
  rig.world.accounts.users.delete('operator@pve');
  const from = rig.requests(/POST \/access\/ticket/).length;
  await rig.jump(3 * 3600);
  await rig.advance(60);
  assert.equal(rig.inventory().resources.failure?.kind, 'unauthenticated');
  assert.equal(rig.inventory().resources.data, before);
  assert.ok(rig.requests(/POST \/access\/ticket/).length - from <= 2, 'no hammering');
});

test('F12 a changed certificate is a hard stop: no request reaches the stranger, not even after a refresh', async (t) => {
  const rig = await startRig(t);
  const before = rig.inventory().resources.data;
  const presented = await rig.world.faults.changeCertificate();
  const from = rig.requests().length;
  await rig.advance(120);
  await rig.refresh();
  assert.equal(rig.requests().length, from, 'the token was sent to a stranger');
  const { resources } = rig.inventory();
  assert.equal(resources.failure?.kind, 'tls-changed');
  assert.deepEqual(resources.failure?.certificate, {
    expected: rig.demo.info.fingerprint,
    presented,
  });
  assert.equal(resources.data, before);
  assert.match(rig.header(), /CERTIFICATE CHANGED/);
});

test('F13 an expired certificate that is pinned goes on working, and is told as a warning', async (t) => {
  const years = 3 * 365 * 86_400_000;
  const rig = await startRig(t, { skew: -years });
  const { resources, connection } = rig.inventory();
  assert.equal(resources.failure, undefined);
  assert.ok((resources.data?.guests.length ?? 0) > 10);
  assert.ok((connection.notAfter ?? Number.POSITIVE_INFINITY) < rig.now());
  const { findings } = assess([rig.inventory()], rig.now());
  const told = findings.find(({ id }) => id === 'home/certificate');
  assert.equal(told?.level, 'warning');
  assert.match(told?.what ?? '', /the certificate ran out \d+ d ago/);
});
