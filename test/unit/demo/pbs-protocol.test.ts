import assert from 'node:assert/strict';
import test from 'node:test';
import { connect } from 'node:tls';
import { totpCode, totpStep } from '../../../source/demo/world/totp.ts';
import { demoFor } from './client.ts';
import { askPbs, pbsData, serverOf } from './pbs-client.ts';

test('a token has a colon before its secret, or a space before its name', async (t) => {
  const demo = await demoFor(t);
  const { id, secret } = serverOf(demo).tokens.admin;
  const as = (Authorization: string) =>
    askPbs(demo, 'GET', '/version', { as: 'none', headers: { Authorization } });
  assert.equal((await as(`PBSAPIToken=${id}:${secret}`)).status, 200);
  assert.equal((await as(`PBSAPIToken ${id}:${secret}`)).status, 200);
  assert.equal((await as(`PBSAPIToken=${id}:${encodeURIComponent(secret)}`)).status, 200);
  assert.equal((await as(`PBSAPIToken=${id}=${secret}`)).status, 401);
  assert.equal((await as(`PVEAPIToken=${id}=${secret}`)).status, 401);
  const none = await askPbs(demo, 'GET', '/version', { as: 'none' });
  assert.equal(none.status, 401);
  assert.match(none.text, /^authentication failed - no authentication credentials/);
});

test('a refusal is plain text that is labelled as JSON, and its code is 400', async (t) => {
  const demo = await demoFor(t);
  const answer = await askPbs(demo, 'GET', '/admin/datastore/usb/groups');
  assert.equal(answer.status, 400);
  assert.equal(answer.headers['content-type'], 'application/json;charset=UTF-8');
  assert.equal(answer.text, "datastore 'usb' is not mounted");
  const object = await askPbs(demo, 'GET', '/admin/datastore/usb/groups', { formatter: 'extjs' });
  assert.equal(object.status, 200);
  assert.equal(object.body.success, false);
  assert.equal(object.body.message, "datastore 'usb' is not mounted");
  const wrong = await askPbs(demo, 'GET', '/admin/datastore/main/groups?nss=x');
  assert.match(wrong.text, /^parameter verification errors\n\nparameter 'nss': schema does not/);
  const absent = await askPbs(demo, 'GET', '/admin/nothing');
  assert.equal(absent.status, 404);
  assert.deepEqual(demo.world.unimplemented, ['PBS GET /admin/nothing']);
});

test('a login with a second factor says so in its ticket only', async (t) => {
  const demo = await demoFor(t);
  const admin = serverOf(demo).users.find(({ totp }) => totp !== undefined);
  assert.ok(admin?.totp);
  const login = (form: Record<string, string>) =>
    askPbs(demo, 'POST', '/access/ticket', { as: 'none', form: { username: admin.user, ...form } });
  const first = (await login({ password: admin.password })).body.data as Record<string, string>;
  assert.ok(first.ticket?.startsWith('PBS:!tfa!'));
  assert.equal(first.CSRFPreventionToken, 'invalid');
  assert.equal('NeedTFA' in first, false);
  const code = totpCode(admin.totp, totpStep(demo.world.clock.now));
  const challenge = { 'tfa-challenge': first.ticket ?? '' };
  const wrong = await login({ ...challenge, password: 'totp:000000' });
  assert.equal(wrong.status, 401);
  const second = (await login({ ...challenge, password: `totp:${code}` })).body.data as Record<
    string,
    string
  >;
  const cookie = { Cookie: `PBSAuthCookie=${encodeURIComponent(second.ticket ?? '')}` };
  const half = { Cookie: `PBSAuthCookie=${encodeURIComponent(first.ticket ?? '')}` };
  const as = (headers: Record<string, string>) =>
    askPbs(demo, 'GET', '/version', { as: 'none', headers });
  assert.equal((await as(cookie)).status, 200);
  assert.equal((await as(half)).status, 401);
  assert.equal((await as({ Cookie: `__Host-${cookie.Cookie}` })).status, 200);
  const write = (headers: Record<string, string>) =>
    askPbs(demo, 'POST', '/admin/datastore/main/gc', { as: 'none', headers });
  assert.equal((await write(cookie)).status, 401);
  const token = second.CSRFPreventionToken ?? '';
  assert.equal((await write({ ...cookie, CSRFPreventionToken: token })).status, 200);
});

test('a ticket renews itself and dies after two hours', async (t) => {
  const demo = await demoFor(t);
  const operator = serverOf(demo).users.find(({ totp }) => totp === undefined);
  assert.ok(operator);
  const login = async (password: string) =>
    (
      await askPbs(demo, 'POST', '/access/ticket', {
        as: 'none',
        form: { username: operator.user, password },
      })
    ).body.data as { ticket: string } | undefined;
  const first = await login(operator.password);
  demo.world.faults.advance(7100);
  const second = await login(first?.ticket ?? '');
  assert.ok(second);
  demo.world.faults.advance(200);
  assert.equal(await login(first?.ticket ?? ''), undefined);
  assert.ok(await login(second.ticket));
});

test('a JSON body makes the query count for nothing; booleans have four spellings', async (t) => {
  const demo = await demoFor(t);
  const path = '/admin/datastore/main/prune';
  const values = { 'backup-type': 'vm', 'backup-id': '101', 'dry-run': true };
  const json = await askPbs(demo, 'POST', `${path}?nonsense=1`, {
    rawBody: JSON.stringify(values),
    headers: { 'Content-Type': 'application/json' },
  });
  assert.equal(json.status, 200, json.text);
  for (const flag of ['1', 'true', 'on', 'yes']) {
    const form = { 'backup-type': 'vm', 'backup-id': '101', 'dry-run': flag };
    assert.equal((await askPbs(demo, 'POST', path, { form })).status, 200);
  }
  const form = { 'backup-type': 'vm', 'backup-id': '101', 'dry-run': 'maybe' };
  assert.match((await askPbs(demo, 'POST', path, { form })).text, /Expected boolean value/);
});

test('an auditor sees everything but what needs a remote right he has not', async (t) => {
  const demo = await demoFor(t);
  const away = { server: 'pbs2', as: 'auditor' } as const;
  const jobs = () => pbsData<unknown[]>(demo, 'GET', '/admin/sync?sync-direction=all', away);
  assert.equal((await jobs()).length, 1);
  const { accounts } = demo.world.pbs.host('pbs2');
  accounts.acl = accounts.acl.filter(({ roleid }) => roleid !== 'RemoteAudit');
  assert.deepEqual(await jobs(), []);
  const status = await askPbs(demo, 'GET', '/nodes/localhost/status', away);
  assert.equal(status.status, 200);
  const gc = await askPbs(demo, 'POST', '/admin/datastore/offsite/gc', away);
  assert.equal(gc.status, 403);
  assert.equal(gc.text, 'permission check failed');
});

test('whoever has no right gets empty lists and no counts, not a refusal', async (t) => {
  const demo = await demoFor(t, { scenario: 'denied' });
  const as = { as: 'auditor' } as const;
  for (const path of ['/admin/datastore', '/status/datastore-usage', '/admin/gc', '/admin/prune']) {
    assert.deepEqual(await pbsData(demo, 'GET', path, as), [], path);
  }
  assert.deepEqual(await pbsData(demo, 'GET', '/access/permissions', as), {});
  assert.deepEqual(await pbsData(demo, 'GET', '/nodes/localhost/tasks', as), []);
  const groups = await askPbs(demo, 'GET', '/admin/datastore/main/groups', as);
  assert.equal(groups.status, 403);
  assert.equal(
    groups.text,
    "missing permissions 'Datastore.Audit|Datastore.Backup' on '/datastore/main'",
  );
  const mine = { as: 'backup' } as const;
  const own = await pbsData<{ counts: Record<string, unknown> }>(
    demo,
    'GET',
    '/admin/datastore/main/status?verbose=1',
    mine,
  );
  // The hosts' backups belong to somebody else.
  assert.equal(own.counts.host, null);
  assert.equal(own.counts.other, null);
  assert.ok(own.counts.vm);
});

test('a right on one namespace shows that one and no figures of the whole', async (t) => {
  const demo = await demoFor(t);
  const { accounts } = demo.world.pbs.host('pbs1');
  accounts.acl = accounts.acl.flatMap((entry) =>
    entry.ugid.startsWith('homelab@pbs') && entry.path === '/'
      ? [{ ...entry, path: '/datastore/main/lab' }]
      : [entry],
  );
  const as = { as: 'auditor' } as const;
  const namespaces = await pbsData<{ ns: string }[]>(
    demo,
    'GET',
    '/admin/datastore/main/namespace',
    as,
  );
  assert.deepEqual(
    namespaces.map(({ ns }) => ns),
    ['lab', 'lab/archive'],
  );
  const status = await pbsData<Record<string, unknown>>(
    demo,
    'GET',
    '/admin/datastore/main/status?verbose=1',
    as,
  );
  assert.deepEqual([status.total, status.used, status.avail], [0, 0, 0]);
  const usage = await pbsData<Record<string, unknown>[]>(
    demo,
    'GET',
    '/status/datastore-usage',
    as,
  );
  assert.equal(usage.length, 1);
  assert.equal('total' in (usage[0] ?? {}), false);
});

test('401 comes after three seconds and 403 after a half', async (t) => {
  const demo = await demoFor(t);
  demo.world.settings.unauthorizedDelay = 300;
  const timed = async (ask: Promise<unknown>) => {
    const begun = performance.now();
    await ask;
    return performance.now() - begun;
  };
  await askPbs(demo, 'GET', '/version');
  assert.ok((await timed(askPbs(demo, 'GET', '/version', { as: 'none' }))) >= 290);
  const denied = askPbs(demo, 'GET', '/nodes/localhost/status', { as: 'backup' });
  assert.ok((await timed(denied)) >= 45);
});

test('faults work on the backup servers too, and those of the cluster do not hit them', async (t) => {
  const demo = await demoFor(t);
  const { faults } = demo.world;
  faults.respond('GET /version', { status: 500, body: 'x' });
  assert.equal((await askPbs(demo, 'GET', '/version')).status, 200);
  faults.respond('GET pbs1:/version', { status: 200, body: '<html>', headers: {} }, 1);
  assert.equal((await askPbs(demo, 'GET', '/version')).text, '<html>');
  faults.respond('GET pbs1:/version', { cutAfter: 5 }, 1);
  await assert.rejects(askPbs(demo, 'GET', '/version'));
  faults.dropAfterRead('POST pbs1:/admin/datastore/main/gc');
  await assert.rejects(askPbs(demo, 'POST', '/admin/datastore/main/gc'));
  const running = await pbsData<{ worker_type: string }[]>(
    demo,
    'GET',
    '/nodes/localhost/tasks?running=1',
  );
  assert.deepEqual(
    running.map((task) => task.worker_type),
    ['garbage_collection'],
  );
  faults.pbsDown('pbs1', true);
  await assert.rejects(askPbs(demo, 'GET', '/version'));
  assert.equal((await askPbs(demo, 'GET', '/version', { server: 'pbs2' })).status, 200);
  faults.pbsDown('pbs1', false);
  assert.equal((await askPbs(demo, 'GET', '/version')).status, 200);
  faults.revokeTokens();
  assert.equal((await askPbs(demo, 'GET', '/version')).status, 401);
});

test('a server shows its own certificate, and another one when it was changed', async (t) => {
  const demo = await demoFor(t);
  const shown = (name: string) =>
    new Promise<string>((resolve, reject) => {
      const { port } = new URL(serverOf(demo, name).endpoint);
      const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
      socket.on('error', reject);
      socket.on('secureConnect', () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
    });
  const first = await shown('pbs1');
  assert.equal(first, serverOf(demo).fingerprint);
  assert.notEqual(first, await shown('pbs2'));
  const status = await pbsData<{ info: { fingerprint: string } }>(
    demo,
    'GET',
    '/nodes/localhost/status',
  );
  assert.equal(status.info.fingerprint, first.toLowerCase());
  const next = await demo.world.faults.changePbsCertificate('pbs1');
  assert.notEqual(next, first);
  assert.equal(await shown('pbs1'), next);
});

test('nothing of a backup server is made before somebody knocks', async (t) => {
  const demo = await demoFor(t);
  assert.equal(demo.world.pbs.realm, undefined);
  const storage = demo.world.storages.get('pbs');
  assert.ok(storage);
  const before = demo.world.meter.storage(storage, 'pve1', []);
  await demo.world.pbs.load();
  const { total, used } = demo.world.meter.storage(storage, 'pve1', []) ?? {};
  assert.deepEqual({ total, used }, { total: before?.total, used: before?.used });
  assert.ok(Number(used) > 0 && Number(used) < Number(total));
  assert.equal(demo.pbsRequests().length, 0);
});
