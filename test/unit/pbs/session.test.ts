import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '../../../source/domain/secret.ts';
import type { Asker } from '../../../source/services/types.ts';
import { until } from '../../support/until.ts';
import { password } from '../http/fake-environment.ts';
import { certificate, type Handler, json, type Seen } from '../http/fake-server.ts';
import {
  always,
  answered,
  failing,
  kindOf,
  refuse,
  secret,
  serve,
  shown,
  upid,
  userAuth,
} from './rig.ts';

/** A PBS that issues tickets, first a challenge where a second factor is wanted. */
function ticketServer(options: { readonly factor?: string } = {}) {
  const logins: Seen[] = [];
  const good = new Set<string>();
  const give = (seen: Seen): string => {
    const offer = encodeURIComponent(JSON.stringify({ totp: true, recovery: [1] }));
    const wanted = options.factor !== undefined && !seen.form.has('tfa-challenge');
    const renewed = good.has(seen.form.get('password') ?? '');
    return wanted && !renewed
      ? `PBS:!tfa!${offer}:65000000::sig`
      : `PBS:admin@pbs:${logins.length}::si+g/n=`;
  };
  const handler: Handler = (seen, response) => {
    if (seen.path === '/access/ticket') {
      logins.push(seen);
      const given = seen.form.get('password') ?? '';
      const right = seen.form.has('tfa-challenge')
        ? given === options.factor
        : given === password || good.has(given);
      if (!right) return refuse(response, 401, 'permission check failed.');
      const ticket = give(seen);
      const challenge = ticket.startsWith('PBS:!tfa!');
      if (!challenge) good.add(ticket);
      // There is no NeedTFA, and the token of a challenge is a word.
      const CSRFPreventionToken = challenge ? 'invalid' : `csrf-${logins.length}`;
      return json(response, { data: { username: 'admin@pbs', ticket, CSRFPreventionToken } });
    }
    const cookie = /PBSAuthCookie=([^;]+)/.exec(seen.headers.cookie ?? '')?.[1] ?? '';
    const ticket = decodeURIComponent(cookie);
    if (!good.has(ticket)) return refuse(response, 401, 'authentication failed - invalid ticket');
    const csrf = `csrf-${ticket.split(':')[2]}`;
    if (seen.method !== 'GET' && seen.headers.csrfpreventiontoken !== csrf) {
      return refuse(response, 401, 'authentication failed - invalid csrf token');
    }
    json(response, { data: seen.method === 'GET' ? [] : null });
  };
  return { handler, logins };
}

test('nothing is sent before the first call, and closing needs none', async (t) => {
  const { server, services } = await serve(t, always([]));
  await services.close();
  assert.equal(server.connections(), 0);
});

test('a token is sent with a colon before its secret', async (t) => {
  const { server, pbs } = await serve(t, always([]));
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
  assert.equal(server.seen[0]?.headers.authorization, `PBSAPIToken=homelab@pbs!ro:${secret}`);
  assert.equal(server.seen[0]?.headers.cookie, undefined);
  assert.equal(pbs.connection().identity, 'homelab@pbs!ro');
});

test('a backup server is found by its id and belongs to its site', async (t) => {
  const { services, pbs } = await serve(t, always([]));
  assert.deepEqual(
    services.pbs.map(({ id }) => id),
    ['pbs1'],
  );
  assert.equal(pbs.config.site, 'home');
  assert.equal(services.pbsServer('home' as never), undefined);
  assert.equal(services.site('pbs1' as never), undefined);
});

test('a ticket is sent in the cookie of a backup server, and writes carry the CSRF token', async (t) => {
  const tickets = ticketServer();
  const { server, pbs } = await serve(t, tickets.handler, { auth: userAuth });
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
  assert.equal(kindOf(await pbs.datastores.startGc('main')), 'ok');
  const get = server.seen.find(({ method }) => method === 'GET');
  assert.equal(get?.headers.cookie, 'PBSAuthCookie=PBS%3Aadmin%40pbs%3A1%3A%3Asi%2Bg%2Fn%3D');
  assert.equal(get?.headers.authorization, undefined);
  assert.equal(tickets.logins.length, 1);
});

test('a second factor is told by the ticket alone', async (t) => {
  const tickets = ticketServer({ factor: 'totp:123456' });
  const asked: Parameters<Asker['secondFactor']>[0][] = [];
  const { pbs } = await serve(t, tickets.handler, {
    auth: userAuth,
    asker: {
      secondFactor: async (question) => {
        asked.push(question);
        return { kind: 'totp', code: new Secret(asked.length === 1 ? '000000' : '123456') };
      },
    },
  });
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
  assert.deepEqual(asked[0]?.offered, ['totp', 'recovery']);
  assert.equal(asked[1]?.refused, 'permission check failed.');
  assert.match(tickets.logins[1]?.form.get('tfa-challenge') ?? '', /^PBS:!tfa!/);
});

test('a ticket older than an hour is renewed with itself', async (t) => {
  const tickets = ticketServer({ factor: 'totp:123456' });
  let codes = 0;
  const { pbs, clock } = await serve(t, tickets.handler, {
    auth: userAuth,
    asker: {
      secondFactor: async () => {
        codes += 1;
        return { kind: 'totp', code: new Secret('123456') };
      },
    },
  });
  await pbs.datastores.usage();
  clock.offset += 61 * 60_000;
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
  assert.match(tickets.logins.at(-1)?.form.get('password') ?? '', /^PBS:admin@pbs:/);
  assert.equal(codes, 1);
});

test('a refused token stops every call until somebody refreshes', async (t) => {
  let valid = false;
  const { server, pbs } = await serve(t, (_seen, response) =>
    valid
      ? json(response, { data: [] })
      : refuse(response, 401, 'authentication failed - no such token'),
  );
  const calls = Array.from({ length: 6 }, () => pbs.datastores.usage());
  for (const result of await Promise.all(calls)) assert.equal(kindOf(result), 'unauthenticated');
  assert.ok(server.seen.length <= 2, `${server.seen.length} requests`);
  valid = true;
  pbs.reset();
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
});

test('a first contact asks for the certificate as that of a backup server, and remembers it', async (t) => {
  const asked: Parameters<Asker['trustCertificate']>[0][] = [];
  const { server, pbs, store } = await serve(t, always([]), {
    tls: { kind: 'ask' },
    asker: {
      trustCertificate: async (question) => {
        asked.push(question);
        return 'yes';
      },
    },
  });
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.product, 'pbs');
  assert.equal(asked[0]?.site, 'pbs1');
  assert.equal(store.map.get(`127.0.0.1:${server.port}`), shown.fingerprint);
});

test('a changed certificate is a hard stop and says how to compare it', async (t) => {
  const { server, pbs } = await serve(t, always([]));
  server.use(await certificate());
  const result = await pbs.datastores.usage();
  assert.equal(kindOf(result), 'tls-changed');
  assert.match(result.ok ? '' : String(result.failure.next), /proxmox-backup-manager cert info/);
  assert.equal(server.bytes(), 0);
});

test('in read-only mode nothing leaves but reads: the dry run of a prune is a POST too', async (t) => {
  const { server, pbs } = await serve(t, always([]), { readOnly: true });
  const group = { store: 'main', ns: '', type: 'vm', id: '100' } as const;
  const refused = await Promise.all([
    pbs.datastores.startGc('main'),
    pbs.content.prune(group, { last: 1 }),
    pbs.content.pruneDryRun(group, { last: 1 }),
    pbs.content.forget({ ...group, time: 1_700_000_000 }),
    pbs.content.setNotes({ ...group, time: 1_700_000_000 }, 'x'),
    pbs.jobs.run('verify', 'nightly'),
    pbs.tasks.stop(upid('verify', 'main')),
    pbs.node.command('reboot'),
  ]);
  for (const result of refused) assert.equal(kindOf(result), 'read-only');
  assert.equal(server.seen.length, 0);
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
  assert.equal(server.seen.length, 1);
});

test('a dry run of an action sends its reads and notes its writes', async (t) => {
  const { server, pbs } = await serve(t, always([]));
  const planned: string[] = [];
  const dry = pbs.dryRun(({ method, path, parameters }) =>
    planned.push(`${method} ${path} ${parameters.join(' ')}`.trim()),
  );
  assert.equal(kindOf(await dry.datastores.startGc('main')), 'cancelled');
  assert.equal(kindOf(await dry.datastores.usage()), 'ok');
  assert.deepEqual(planned, ['POST /admin/datastore/main/gc']);
  assert.deepEqual(
    server.seen.map(({ method }) => method),
    ['GET'],
  );
});

test('at most four requests are under way', async (t) => {
  const waiting: (() => void)[] = [];
  const { server, pbs } = await serve(t, (seen, response) => {
    if (seen.path === '/version') return json(response, { data: { version: '4.0.1' } });
    waiting.push(() => json(response, { data: {} }));
  });
  await pbs.version();
  const calls = Array.from({ length: 12 }, () => pbs.datastores.activeOperations('main'));
  await until('four requests', async () => waiting.length === 4);
  const done = Promise.all(calls);
  const timer = setInterval(() => waiting.shift()?.(), 5);
  await done;
  clearInterval(timer);
  assert.equal(server.busiest(), 4);
});

test('a read is sent again after its connection broke, a write never', async (t) => {
  let broken = 0;
  const { server, pbs } = await serve(t, (seen, response, request) => {
    if (seen.method !== 'GET' || broken === 0) {
      broken += 1;
      request.socket.destroy();
      return;
    }
    json(response, { data: [] });
  });
  assert.equal(kindOf(await pbs.datastores.usage()), 'ok');
  assert.equal(server.seen.length, 2);
  assert.equal(kindOf(await pbs.datastores.startGc('main')), 'unanswered');
  assert.equal(server.seen.filter(({ method }) => method === 'POST').length, 1);
});

test('the secret is in no failure and no record, even when the server repeats it', async (t) => {
  const { pbs, records } = await serve(t, failing(400, `bad token ${secret}`));
  const result = await pbs.datastores.usage();
  assert.doesNotMatch(JSON.stringify(result), new RegExp(secret));
  assert.doesNotMatch(JSON.stringify(records), new RegExp(secret));
  assert.match(JSON.stringify(result), /‹hidden›/);
});

test('the version is told', async (t) => {
  const { pbs } = await serve(t, always({ version: '4.2', release: '6', repoid: 'x' }));
  assert.deepEqual(answered(await pbs.version()), { version: '4.2.6', release: '6' });
});
