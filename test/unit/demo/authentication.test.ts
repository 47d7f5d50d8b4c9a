import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { fromBase32, totpCode, totpStep } from '../../../source/demo/world/totp.ts';
import { type Answer, ask, data, demoFor } from './client.ts';

interface Login {
  readonly username: string;
  readonly ticket: string;
  readonly CSRFPreventionToken: string;
  readonly NeedTFA?: number;
}

function login(demo: Demo, form: Record<string, string>): Promise<Answer> {
  return ask(demo, 'POST', '/access/ticket', { as: 'none', form });
}

function user(demo: Demo, name: string) {
  const found = demo.info.users.find((one) => one.user === name);
  assert.ok(found);
  return found;
}

function withTicket(ticket: Login, csrf = false): { as: 'none'; headers: Record<string, string> } {
  return {
    as: 'none',
    headers: {
      Cookie: `PVEAuthCookie=${encodeURIComponent(ticket.ticket)}`,
      ...(csrf ? { CSRFPreventionToken: ticket.CSRFPreventionToken } : {}),
    },
  };
}

test('the RFC 6238 test vector gives the RFC code', () => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  assert.equal(fromBase32(secret).toString(), '12345678901234567890');
  assert.equal(totpCode(secret, totpStep(59_000)), '287082');
  assert.equal(totpCode(secret, totpStep(1_111_111_109_000)), '081804');
});

test('a request without login gets 401 with the reason in the status line and no body', async (t) => {
  const demo = await demoFor(t);
  const answer = await ask(demo, 'GET', '/version', { as: 'none' });
  assert.equal(answer.status, 401);
  assert.equal(answer.statusText, 'No ticket');
  assert.equal(answer.text, '');
  assert.equal(answer.headers.connection, 'close');
});

test('401 is held back for as long as the world says', async (t) => {
  const demo = await demoFor(t);
  demo.world.settings.unauthorizedDelay = 150;
  const before = performance.now();
  await ask(demo, 'GET', '/version', { as: 'none' });
  assert.ok(performance.now() - before >= 145);
});

test('tokens work with both separators and need no CSRF token', async (t) => {
  const demo = await demoFor(t);
  const { id, secret } = demo.info.tokens.admin;
  for (const separator of ['=', ' ']) {
    const headers = { Authorization: `PVEAPIToken${separator}${id}=${secret}` };
    assert.equal((await ask(demo, 'GET', '/version', { as: 'none', headers })).status, 200);
  }
  const started = await ask(demo, 'POST', '/nodes/pve1/qemu/111/status/start', { form: {} });
  assert.equal(started.status, 200);
  const wrong = { Authorization: `PVEAPIToken=${id}=00000000-0000-0000-0000-000000000000` };
  const refused = await ask(demo, 'GET', '/version', { as: 'none', headers: wrong });
  assert.equal(refused.statusText, 'Authentication failed!');
});

test('a ticket reads alone and writes only with its CSRF token', async (t) => {
  const demo = await demoFor(t);
  const { password } = user(demo, 'operator@pve');
  const answer = await login(demo, { username: 'operator', realm: 'pve', password });
  const ticket = answer.body.data as Login;
  assert.equal(ticket.username, 'operator@pve');
  assert.match(ticket.ticket, /^PVE:operator@pve:[0-9A-F]{8}::/);
  assert.equal((await ask(demo, 'GET', '/version', withTicket(ticket))).status, 200);
  const path = '/nodes/pve1/qemu/111/status/start';
  const without = await ask(demo, 'POST', path, { ...withTicket(ticket), form: {} });
  assert.equal(without.status, 401);
  assert.equal(without.statusText, 'Permission denied - invalid csrf token');
  const whole = await ask(demo, 'POST', path, { ...withTicket(ticket, true), form: {} });
  assert.equal(whole.status, 200);
});

test('a ticket lives two hours and is renewed by itself', async (t) => {
  const demo = await demoFor(t);
  const { password } = user(demo, 'operator@pve');
  const first = (await login(demo, { username: 'operator@pve', password })).body.data as Login;
  demo.world.faults.advance(7000);
  const second = (await login(demo, { username: 'operator@pve', password: first.ticket })).body
    .data as Login;
  assert.notEqual(second.CSRFPreventionToken, first.CSRFPreventionToken);
  demo.world.faults.advance(300);
  assert.equal((await ask(demo, 'GET', '/version', withTicket(first))).status, 401);
  assert.equal((await ask(demo, 'GET', '/version', withTicket(second))).status, 200);
});

test('a wrong password is refused', async (t) => {
  const demo = await demoFor(t);
  const answer = await login(demo, { username: 'operator@pve', password: 'nonsense' });
  assert.equal(answer.status, 401);
  assert.equal(answer.statusText, 'authentication failure');
});

test('the second factor: challenge, TOTP once, a recovery key once', async (t) => {
  const demo = await demoFor(t);
  const admin = user(demo, 'admin@pve');
  const challenge = async () =>
    (await login(demo, { username: 'admin@pve', password: admin.password })).body.data as Login;
  const first = await challenge();
  assert.equal(first.NeedTFA, 1);
  const inside = JSON.parse(decodeURIComponent((first.ticket.split(':')[1] ?? '').slice(5)));
  assert.equal(inside.totp, true);
  assert.equal(inside.recovery.length, 10);
  assert.equal((await ask(demo, 'GET', '/version', withTicket(first))).status, 401);

  const answer = (ticket: Login, response: string) =>
    login(demo, { username: 'admin@pve', password: response, 'tfa-challenge': ticket.ticket });
  const code = totpCode(admin.totp ?? '', totpStep(demo.world.clock.now));
  assert.equal((await answer(first, 'totp:000000')).status, 401);
  const good = await answer(first, `totp:${code}`);
  assert.equal(good.status, 200);
  const full = good.body.data as Login;
  assert.equal(full.NeedTFA, undefined);
  assert.equal((await ask(demo, 'GET', '/version', withTicket(full))).status, 200);
  assert.equal((await answer(await challenge(), `totp:${code}`)).status, 401);

  const [key = ''] = admin.recovery ?? [];
  assert.equal((await answer(await challenge(), `recovery:${key}`)).status, 200);
  assert.equal((await answer(await challenge(), `recovery:${key}`)).status, 401);
});

test('a token may not ask for a ticket', async (t) => {
  const demo = await demoFor(t);
  const answer = await ask(demo, 'POST', '/access/ticket', {
    form: { username: 'x@pve', password: 'y' },
  });
  assert.equal(answer.status, 403);
  assert.match(answer.statusText, /not available with API token, need proper ticket/);
});

test('a separated token has only what both it and its user have', async (t) => {
  const demo = await demoFor(t);
  const { accounts } = demo.world;
  const status = '/nodes/pve1/status';
  assert.equal((await ask(demo, 'GET', status, { as: 'auditor' })).status, 200);
  accounts.acl = accounts.acl.filter((entry) => entry.ugid !== 'audit@pve');
  const refused = await ask(demo, 'GET', status, { as: 'auditor' });
  assert.equal(refused.status, 403);
  assert.equal(refused.statusText, 'Permission check failed (/nodes/pve1, Sys.Audit)');
});

test('the auditor changes nothing, the thin client sees its desktops only', async (t) => {
  const demo = await demoFor(t);
  const denied = await ask(demo, 'POST', '/nodes/pve1/qemu/101/status/stop', {
    as: 'auditor',
    form: {},
  });
  assert.equal(denied.statusText, 'Permission check failed (/vms/101, VM.PowerMgmt)');
  const rows = await data<{ vmid: number }[]>(demo, 'GET', '/cluster/resources?type=vm', {
    as: 'desktop',
  });
  assert.deepEqual(
    rows.map((row) => row.vmid),
    [110, 111, 112],
  );
  const tree = await data<Record<string, Record<string, number>>>(
    demo,
    'GET',
    '/access/permissions',
    {
      as: 'desktop',
    },
  );
  assert.deepEqual(Object.keys(tree), ['/pool/desktops', '/vms/110', '/vms/111', '/vms/112']);
  assert.deepEqual(Object.keys(tree['/vms/110'] ?? {}).sort(), [
    'VM.Audit',
    'VM.Console',
    'VM.PowerMgmt',
  ]);
});

test('backups are left out in silence for who may only look, the dry run of pruning names them', async (t) => {
  const demo = await demoFor(t);
  const storage = '/nodes/pve1/storage/backup-nas';
  const path = `${storage}/content?content=backup`;
  assert.ok((await data<unknown[]>(demo, 'GET', path)).length > 0);
  assert.deepEqual(await data(demo, 'GET', path, { as: 'auditor' }), []);
  const dry = `${storage}/prunebackups?prune-backups=keep-all%3D1`;
  assert.ok((await data<unknown[]>(demo, 'GET', dry, { as: 'auditor' })).length > 0);
});
