import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import test, { type TestContext } from 'node:test';
import type { TlsTrust } from '../../../source/domain/homelab.ts';
import type { Result } from '../../../source/domain/result.ts';
import { Secret } from '../../../source/domain/secret.ts';
import { until } from '../../support/until.ts';
import { password, rig, type Setup, token, tokenSecret, user } from '../http/fake-environment.ts';
import { certificate, type Handler, json, type Seen, startServer } from '../http/fake-server.ts';

const shown = await certificate();
const tls: TlsTrust = { kind: 'fingerprint', fingerprint: shown.fingerprint };
const guest = { site: 'home', type: 'qemu', vmid: 100, node: 'pve1' } as never;

async function serve(t: TestContext, handler: Handler, setup: Partial<Setup> = {}) {
  const server = await startServer(shown, handler);
  t.after(() => server.close());
  return { server, ...rig(t, { endpoints: [server.url], tls, ...setup }) };
}

function kindOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.kind;
}

function unauthorised(response: ServerResponse, reason = 'authentication failure'): void {
  response.writeHead(401, reason, { connection: 'close' });
  response.end();
}

/** A PVE that issues numbered tickets and takes only those that are still good. */
function ticketServer() {
  const good = new Set<string>();
  const logins: Seen[] = [];
  const state = { refuse: false };
  const handler: Handler = (seen, response) => {
    if (seen.path === '/access/ticket') {
      logins.push(seen);
      const given = seen.form.get('password') ?? '';
      if (state.refuse || (given !== password && !good.has(given))) return unauthorised(response);
      const ticket = `PVE:admin@pve:${logins.length}::si+g/n=`;
      good.add(ticket);
      const CSRFPreventionToken = `csrf-${logins.length}`;
      return json(response, { data: { username: 'admin@pve', ticket, CSRFPreventionToken } });
    }
    const cookie = /PVEAuthCookie=([^;]+)/.exec(seen.headers.cookie ?? '')?.[1] ?? '';
    const ticket = decodeURIComponent(cookie);
    if (!good.has(ticket)) return unauthorised(response, 'permission denied - invalid PVE ticket');
    const csrf = `csrf-${ticket.split(':')[2]}`;
    if (seen.method !== 'GET' && seen.headers.csrfpreventiontoken !== csrf) {
      return unauthorised(response, 'Permission denied - invalid csrf token');
    }
    json(response, { data: seen.method === 'GET' ? [] : null });
  };
  return { handler, good, logins, state };
}

test('a token is sent in its header, and its secret is resolved once', async (t) => {
  const { server, site, secretsResolved } = await serve(t, (_seen, response) =>
    json(response, { data: [] }),
  );
  await Promise.all([site.resources(), site.tasks.cluster(), site.clusterStatus()]);
  for (const seen of server.seen) {
    assert.equal(seen.headers.authorization, `PVEAPIToken=root@pam!tui=${tokenSecret}`);
    assert.equal(seen.headers.cookie, undefined);
  }
  assert.equal(secretsResolved(), 1);
});

test('a refused token is sent at most twice, then every call fails at once until a refresh', async (t) => {
  let valid = false;
  const { server, site } = await serve(t, (_seen, response) =>
    valid ? json(response, { data: [] }) : unauthorised(response),
  );
  const calls = Array.from({ length: 8 }, () => site.resources());
  for (const result of await Promise.all(calls)) assert.equal(kindOf(result), 'unauthenticated');
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'unauthenticated');
  assert.ok(server.seen.length <= 2, `${server.seen.length} requests`);
  valid = true;
  site.reset();
  assert.equal(kindOf(await site.resources()), 'ok');
});

test('a token that is revoked during use stops everything', async (t) => {
  let valid = true;
  const { server, site } = await serve(t, (_seen, response) =>
    valid ? json(response, { data: [] }) : unauthorised(response),
  );
  assert.equal(kindOf(await site.resources()), 'ok');
  valid = false;
  for (let round = 0; round < 5; round += 1) {
    assert.equal(kindOf(await site.resources()), 'unauthenticated');
  }
  assert.ok(server.seen.length <= 3);
});

test('many first calls log in once; the cookie is encoded, writes carry the CSRF token', async (t) => {
  const pve = ticketServer();
  const { server, site } = await serve(t, pve.handler, { auth: user });
  const calls = Array.from({ length: 8 }, () => site.resources());
  for (const result of await Promise.all(calls)) assert.equal(kindOf(result), 'ok');
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'ok');
  assert.equal(pve.logins.length, 1);
  assert.equal(pve.logins[0]?.form.get('username'), 'admin@pve');
  const get = server.seen.find((seen) => seen.method === 'GET');
  assert.match(
    get?.headers.cookie ?? '',
    /^PVEAuthCookie=PVE%3Aadmin%40pve%3A1%3A%3Asi%2Bg%2Fn%3D$/,
  );
  assert.equal(get?.headers.csrfpreventiontoken, undefined);
  assert.equal(site.connection().identity, 'admin@pve');
});

test('a ticket older than an hour is renewed before the call, with itself as the password', async (t) => {
  const pve = ticketServer();
  const { site, clock } = await serve(t, pve.handler, { auth: user });
  await site.resources();
  clock.offset += 59 * 60_000;
  await site.resources();
  assert.equal(pve.logins.length, 1);
  clock.offset += 2 * 60_000;
  const writes = await Promise.all([
    site.guests.power(guest, 'start'),
    site.guests.power(guest, 'stop'),
  ]);
  assert.deepEqual(writes.map(kindOf), ['ok', 'ok']);
  assert.equal(pve.logins.length, 2);
  assert.equal(pve.logins[1]?.form.get('password'), 'PVE:admin@pve:1::si+g/n=');
  // After a night asleep the ticket is of no use any more.
  clock.offset += 8 * 3_600_000;
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'ok');
  assert.equal(pve.logins[2]?.form.get('password'), password);
});

test('a ticket that ends early: one login, then the GET is sent again; a write is not', async (t) => {
  const pve = ticketServer();
  const { server, site } = await serve(t, pve.handler, { auth: user });
  await site.resources();
  pve.good.clear();
  const results = await Promise.all([site.resources(), site.tasks.cluster()]);
  assert.deepEqual(results.map(kindOf), ['ok', 'ok']);
  assert.equal(pve.logins.length, 2);
  pve.good.clear();
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'unauthenticated');
  assert.equal(server.seen.filter((seen) => seen.path.endsWith('/start')).length, 1);
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'ok');
});

test('a refused login is not tried again until a refresh', async (t) => {
  const pve = ticketServer();
  pve.state.refuse = true;
  const { server, site } = await serve(t, pve.handler, { auth: user });
  const calls = Array.from({ length: 5 }, () => site.resources());
  for (const result of await Promise.all(calls)) {
    assert.equal(kindOf(result), 'unauthenticated');
    assert.match(result.ok ? '' : (result.failure.detail ?? ''), /authentication failure/);
  }
  await site.resources();
  assert.equal(server.seen.length, 1);
  pve.state.refuse = false;
  site.reset();
  assert.equal(kindOf(await site.resources()), 'ok');
});

test('tickets that are given and then refused: two requests, no more', async (t) => {
  const { server, site } = await serve(
    t,
    (seen, response) =>
      seen.path === '/access/ticket'
        ? json(response, {
            data: { username: 'admin@pve', ticket: 'PVE:x', CSRFPreventionToken: 'c' },
          })
        : unauthorised(response),
    { auth: user },
  );
  for (let round = 0; round < 4; round += 1) {
    assert.equal(kindOf(await site.resources()), 'unauthenticated');
  }
  assert.equal(server.seen.length, 2);
});

const challenge = `PVE:!tfa!${encodeURIComponent(
  JSON.stringify({ totp: true, recovery: [0, 2], webauthn: null }),
)}:65A1B2C3::sig==`;

function tfaServer(accepts: string) {
  const codes: (string | null)[] = [];
  const handler: Handler = (seen, response) => {
    if (seen.path !== '/access/ticket') return json(response, { data: [] });
    if (!seen.form.has('tfa-challenge')) {
      const data = {
        username: 'admin@pve',
        ticket: challenge,
        NeedTFA: 1,
        CSRFPreventionToken: 'x',
      };
      return json(response, { data });
    }
    assert.equal(seen.form.get('tfa-challenge'), challenge);
    codes.push(seen.form.get('password'));
    if (seen.form.get('password') !== accepts) return unauthorised(response, 'invalid code');
    json(response, {
      data: { username: 'admin@pve', ticket: 'PVE:good', CSRFPreventionToken: 'y' },
    });
  };
  return { handler, codes };
}

test('a second factor is asked for; a refused code is asked for again, with the reason', async (t) => {
  const pve = tfaServer('totp:123456');
  const asked: unknown[] = [];
  const { server, site } = await serve(t, pve.handler, {
    auth: user,
    timings: { read: 400 },
    asker: {
      secondFactor: async ({ offered, refused }) => {
        asked.push([offered, refused]);
        // Longer than a call may take: a person's time does not count.
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { kind: 'totp', code: new Secret(asked.length === 1 ? '999999' : '123456') };
      },
    },
  });
  const results = await Promise.all([site.resources(), site.tasks.cluster(), site.resources()]);
  assert.deepEqual(results.map(kindOf), ['ok', 'ok', 'ok']);
  assert.deepEqual(asked, [
    [['totp', 'recovery'], undefined],
    [['totp', 'recovery'], 'invalid code'],
  ]);
  assert.deepEqual(pve.codes, ['totp:999999', 'totp:123456']);
  // The challenge is never used as a ticket.
  assert.equal(
    server.seen.some((seen) => seen.headers.cookie?.includes('tfa')),
    false,
  );
});

test('a second factor that is not given stops the login until a refresh', async (t) => {
  const pve = tfaServer('recovery:aaaa-bbbb');
  let asked = 0;
  const { server, site } = await serve(t, pve.handler, {
    auth: user,
    asker: {
      secondFactor: async () => {
        asked += 1;
        return asked === 1 ? undefined : { kind: 'recovery', code: new Secret('aaaa-bbbb') };
      },
    },
  });
  assert.equal(kindOf(await site.resources()), 'unauthenticated');
  assert.equal(kindOf(await site.resources()), 'unauthenticated');
  assert.equal(asked, 1);
  assert.equal(server.seen.length, 1);
  site.reset();
  assert.equal(kindOf(await site.resources()), 'ok');
});

test('read-only mode may log in, and nothing else', async (t) => {
  const pve = ticketServer();
  const { server, site } = await serve(t, pve.handler, { auth: user, readOnly: true });
  assert.equal(kindOf(await site.resources()), 'ok');
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'read-only');
  assert.deepEqual(
    server.seen.map((seen) => `${seen.method} ${seen.path}`),
    ['POST /access/ticket', 'GET /cluster/resources'],
  );
});

test('no record and no failure ever shows a secret', async (t) => {
  const written: unknown[] = [];
  // A server that repeats everything it was sent, in every place it can.
  const echo: Handler = (seen, response) => {
    const sent = `${seen.form} ${seen.form.get('password')} ${seen.headers.authorization} ${seen.headers.cookie} ${seen.headers.csrfpreventiontoken}`;
    if (seen.path === '/access/ticket' && seen.form.get('password') === password) {
      const ticket = 'PVE:admin@pve:secret-ticket::s+/=';
      const CSRFPreventionToken = 'secret-csrf-token';
      return json(response, { data: { username: 'admin@pve', ticket, CSRFPreventionToken } });
    }
    response.writeHead(500, `echo ${sent} ${encodeURIComponent(seen.headers.authorization ?? '')}`);
    response.end(JSON.stringify({ data: null, message: sent, errors: { a: sent } }));
  };
  for (const auth of [token, user]) {
    const { site, records } = await serve(t, echo, { auth });
    written.push(await site.resources(), await site.guests.power(guest, 'start'));
    written.push(await site.guests.createSnapshot(guest, { snapname: 'abc' }));
    written.push(records, site.connection());
  }
  const text = JSON.stringify(written);
  for (const secret of [tokenSecret, password, 'secret-ticket', 'secret-csrf-token']) {
    assert.equal(text.includes(secret), false, secret);
    assert.equal(text.includes(encodeURIComponent(secret)), false, secret);
    assert.equal(text.includes(secret.replaceAll(' ', '+')), false, secret);
  }
  assert.match(text, /‹hidden›/);
  assert.match(text, /\/access\/ticket/);
  assert.match(text, /username=admin@pve password=‹hidden›/);
});

test('a call can be given up while a person is asked', async (t) => {
  const pve = tfaServer('totp:1');
  let asked = 0;
  const { site } = await serve(t, pve.handler, {
    auth: user,
    asker: {
      secondFactor: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    },
  });
  const leaving = new AbortController();
  const call = site.resources({ signal: leaving.signal });
  await until('the question', () => asked === 1);
  leaving.abort();
  assert.equal(kindOf(await call), 'cancelled');
});
