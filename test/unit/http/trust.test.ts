import assert from 'node:assert/strict';
import test from 'node:test';
import { until } from '../../support/until.ts';
import { memoryStore, rig } from './fake-environment.ts';
import { certificate, json, startServer } from './fake-server.ts';

const key = (url: string) => url.replace('https://', '');

test('a pinned certificate is accepted, whoever signed it, and one that has expired too', async (t) => {
  for (const days of [30, -1]) {
    const shown = await certificate({ days });
    const server = await startServer(shown);
    t.after(() => server.close());
    const pinned = shown.fingerprint.toLowerCase().replaceAll(':', '');
    const { site } = rig(t, {
      endpoints: [server.url],
      tls: { kind: 'fingerprint', fingerprint: pinned },
    });
    const result = await site.resources();
    assert.equal(result.ok, true);
    assert.equal(site.connection().trust, 'pinned');
    const left = (site.connection().notAfter ?? 0) - Date.now();
    assert.equal(left > 0, days > 0);
  }
});

test('another fingerprint than the pinned one: a hard stop, and the server sees not one byte', async (t) => {
  const [shown, pinned] = await Promise.all([certificate(), certificate()]);
  const server = await startServer(shown);
  t.after(() => server.close());
  const { site } = rig(t, {
    endpoints: [server.url],
    tls: { kind: 'fingerprint', fingerprint: pinned.fingerprint },
  });
  const result = await site.resources();
  assert.equal(result.ok, false);
  if (result.ok) return;
  assert.equal(result.failure.kind, 'tls-changed');
  assert.deepEqual(result.failure.certificate, {
    expected: pinned.fingerprint,
    presented: shown.fingerprint,
  });
  assert.equal(server.connections(), 1);
  // It stays stopped, also for a person's refresh.
  site.reset();
  const again = await site.version();
  assert.equal(!again.ok && again.failure.kind, 'tls-changed');
  await until('the connection is closed', () => server.open() === 0);
  assert.equal(server.connections(), 1);
  assert.equal(server.bytes(), 0);
  assert.equal(server.seen.length, 0);
});

test('a certificate swapped between two requests: nothing is written to the new one', async (t) => {
  const [first, second] = await Promise.all([certificate(), certificate()]);
  const server = await startServer(first, (_seen, response) => {
    response.setHeader('connection', 'close');
    json(response, { data: [] });
  });
  t.after(() => server.close());
  const { site } = rig(t, {
    endpoints: [server.url],
    tls: { kind: 'ask' },
    asker: { trustCertificate: async () => 'yes' },
  });
  assert.equal((await site.resources()).ok, true);
  const before = server.bytes();
  const connections = server.connections();
  server.use(second);
  const result = await site.resources();
  assert.equal(!result.ok && result.failure.kind, 'tls-changed');
  await until('the connection is closed', () => server.open() === 0);
  assert.equal(server.connections(), connections + 1);
  assert.equal(server.bytes(), before);
  // Also a write, which has a connection of its own.
  const write = await site.nodes.wake('pve1');
  assert.equal(!write.ok && write.failure.kind, 'tls-changed');
  assert.equal(server.bytes(), before);
});

test('trust on first use asks once for many parallel calls, shows the fingerprint and remembers a yes', async (t) => {
  const shown = await certificate();
  const server = await startServer(shown);
  t.after(() => server.close());
  const asked: string[] = [];
  const { site, store } = rig(t, {
    endpoints: [server.url],
    tls: { kind: 'ask' },
    // A person takes longer than any call may.
    timings: { read: 150 },
    asker: {
      trustCertificate: async (question) => {
        asked.push(`${question.endpoint} ${question.fingerprint}`);
        assert.match(question.subject ?? '', /CN=pve1\.test/);
        assert.match(question.issuer ?? '', /Proxmox Virtual Environment/);
        await new Promise((resolve) => setTimeout(resolve, 300));
        return 'yes';
      },
    },
  });
  const results = await Promise.all(Array.from({ length: 6 }, () => site.resources()));
  assert.deepEqual(
    results.map((result) => result.ok),
    Array(6).fill(true),
  );
  assert.deepEqual(asked, [`${server.url} ${shown.fingerprint}`]);
  assert.equal(store.map.get(key(server.url)), shown.fingerprint);
});

test('once is not remembered, no is a failure that is not asked again until a refresh', async (t) => {
  const shown = await certificate();
  const server = await startServer(shown);
  t.after(() => server.close());
  const once = rig(t, {
    endpoints: [server.url],
    tls: { kind: 'ask' },
    asker: { trustCertificate: async () => 'once' },
  });
  assert.equal((await once.site.resources()).ok, true);
  assert.equal(once.store.map.size, 0);
  const before = server.bytes();
  let asked = 0;
  const no = rig(t, {
    endpoints: [server.url],
    tls: { kind: 'ask' },
    asker: {
      trustCertificate: async () => {
        asked += 1;
        return 'no';
      },
    },
  });
  for (let round = 0; round < 3; round += 1) {
    const result = await no.site.resources();
    assert.equal(!result.ok && result.failure.kind, 'tls-untrusted');
  }
  assert.equal(asked, 1);
  no.site.reset();
  await no.site.resources();
  assert.equal(asked, 2);
  assert.equal(server.bytes(), before);
});

test('a remembered fingerprint is used without asking, a differing one is a hard stop', async (t) => {
  const shown = await certificate();
  const server = await startServer(shown);
  t.after(() => server.close());
  const asker = { trustCertificate: () => assert.fail('asked') };
  const known = memoryStore([[key(server.url), shown.fingerprint]]);
  const good = rig(t, { endpoints: [server.url], tls: { kind: 'ask' }, asker, store: known });
  assert.equal((await good.site.resources()).ok, true);
  const before = server.bytes();
  const other = memoryStore([[key(server.url), 'AA:'.repeat(31).concat('AA')]]);
  const bad = rig(t, { endpoints: [server.url], tls: { kind: 'ask' }, asker, store: other });
  const result = await bad.site.resources();
  assert.equal(!result.ok && result.failure.kind, 'tls-changed');
  assert.equal(server.bytes(), before);
});

test('a fingerprint that cannot be remembered is trusted for this run, and it is said', async (t) => {
  const server = await startServer(await certificate());
  t.after(() => server.close());
  const store = {
    ...memoryStore(),
    set: async () => {
      throw new Error('EROFS');
    },
  };
  const { site } = rig(t, {
    endpoints: [server.url],
    tls: { kind: 'ask' },
    store,
    asker: { trustCertificate: async () => 'yes' },
  });
  assert.equal((await site.resources()).ok, true);
  assert.match(site.connection().notice ?? '', /could not be remembered/);
});

test('a CA file vouches for its certificates; a wrong name and a wrong CA are told apart', async (t) => {
  const [shown, named, other] = await Promise.all([
    certificate(),
    certificate({ hosts: ['pve1.lan'] }),
    certificate(),
  ]);
  const server = await startServer(shown);
  t.after(() => server.close());
  const tls = { kind: 'ca', path: '/ca.pem' } as const;
  const good = rig(t, { endpoints: [server.url], tls, ca: shown.ca });
  assert.equal((await good.site.resources()).ok, true);
  assert.equal(good.site.connection().trust, 'CA file');
  const before = server.bytes();
  const wrongCa = rig(t, { endpoints: [server.url], tls, ca: other.ca });
  const signed = await wrongCa.site.resources();
  assert.equal(!signed.ok && signed.failure.kind, 'tls-untrusted');
  assert.match(signed.ok ? '' : signed.failure.what, /not signed by the CA file/);
  const system = rig(t, { endpoints: [server.url], tls: { kind: 'system' } });
  const unknown = await system.site.resources();
  assert.equal(!unknown.ok && unknown.failure.kind, 'tls-untrusted');
  assert.equal(server.bytes(), before);

  const elsewhere = await startServer(named);
  t.after(() => elsewhere.close());
  const wrongName = rig(t, { endpoints: [elsewhere.url], tls, ca: named.ca });
  const mismatch = await wrongName.site.resources();
  assert.match(mismatch.ok ? '' : mismatch.failure.what, /not valid for 127\.0\.0\.1.*pve1\.lan/);
  assert.equal(elsewhere.bytes(), 0);
});

test('a CA file without a certificate vouches for nobody, and no connection is made', async (t) => {
  const server = await startServer(await certificate());
  t.after(() => server.close());
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  for (const ca of ['', 'hello', broken]) {
    const tls = { kind: 'ca', path: '/ca.pem' } as const;
    const { site } = rig(t, { endpoints: [server.url], tls, ca });
    const result = await site.resources();
    assert.equal(!result.ok && result.failure.kind, 'config');
  }
  assert.equal(server.connections(), 0);
});

test('a trusted node vouches for the others, so failover does not ask again', async (t) => {
  const [one, two] = await Promise.all([certificate(), certificate()]);
  const nodes = [
    { node: 'pve1', ssl_fingerprint: one.fingerprint },
    { node: 'pve2', ssl_fingerprint: two.fingerprint },
  ];
  const first = await startServer(one, (seen, response) =>
    json(response, { data: seen.path === '/nodes' ? nodes : [] }),
  );
  const second = await startServer(two);
  t.after(() => second.close());
  let asked = 0;
  const { site, store } = rig(t, {
    endpoints: [first.url, second.url],
    tls: { kind: 'ask' },
    asker: {
      trustCertificate: async () => {
        asked += 1;
        return 'yes';
      },
    },
  });
  assert.equal((await site.resources()).ok, true);
  await until('GET /nodes', () => first.seen.some((seen) => seen.path === '/nodes'));
  // The answer to /nodes is read before the next one of the same connection.
  assert.equal((await site.resources()).ok, true);
  await first.close();
  assert.equal((await site.resources()).ok, true);
  assert.equal(second.seen.length > 0, true);
  assert.equal(asked, 1);
  assert.equal(store.map.get(key(second.url)), two.fingerprint);
});

test('with a pinned fingerprint, another endpoint that nobody vouches for gets nothing', async (t) => {
  const [one, two] = await Promise.all([certificate(), certificate()]);
  const first = await startServer(one);
  const second = await startServer(two);
  t.after(() => second.close());
  await first.close();
  const { site } = rig(t, {
    endpoints: [first.url, second.url],
    tls: { kind: 'fingerprint', fingerprint: one.fingerprint },
  });
  const result = await site.resources();
  assert.equal(!result.ok && result.failure.kind, 'tls-untrusted');
  assert.equal(second.bytes(), 0);
});
