import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { TlsTrust } from '../../../source/domain/homelab.ts';
import type { Result } from '../../../source/domain/result.ts';
import { until } from '../../support/until.ts';
import { rig, type Setup } from './fake-environment.ts';
import { certificate, type Handler, json, startServer } from './fake-server.ts';

const shown = await certificate();
const tls: TlsTrust = { kind: 'fingerprint', fingerprint: shown.fingerprint };
const guest = { site: 'home', type: 'qemu', vmid: 100, node: 'pve1' } as never;

async function serve(t: TestContext, handler?: Handler, setup: Partial<Setup> = {}) {
  const server = await startServer(shown, handler);
  t.after(() => server.close());
  return { server, ...rig(t, { endpoints: [server.url], tls, ...setup }) };
}

function kindOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.kind;
}

/** A port that refuses: it was free a moment ago. */
async function deadUrl(): Promise<string> {
  const server = await startServer(shown);
  await server.close();
  return server.url;
}

test('at most four requests are in flight; a waiting one can be cancelled and is never sent', async (t) => {
  const waiting: (() => void)[] = [];
  const { server, site } = await serve(t, (seen, response) => {
    if (seen.path === '/version') json(response, { data: { version: '9' } });
    else waiting.push(() => json(response, { data: [] }));
  });
  assert.equal((await site.version()).ok, true);
  const calls = Array.from({ length: 6 }, () => site.resources());
  const leaving = new AbortController();
  const left = site.tasks.cluster({ signal: leaving.signal });
  await until('four arrive', () => waiting.length === 4);
  leaving.abort();
  assert.equal(kindOf(await left), 'cancelled');
  while (waiting.length > 0) {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    if (server.seen.length < 7) await until('the next', () => waiting.length > 0);
  }
  for (const result of await Promise.all(calls)) assert.equal(result.ok, true);
  assert.equal(server.busiest(), 4);
  assert.equal(
    server.seen.some((seen) => seen.path === '/cluster/tasks'),
    false,
  );
});

test('connections are kept and used again; a write has one of its own', async (t) => {
  const { server, site } = await serve(t);
  for (let round = 0; round < 5; round += 1) assert.equal((await site.resources()).ok, true);
  assert.equal(server.connections(), 1);
  assert.equal((await site.guests.power(guest, 'start')).ok, true);
  assert.equal(server.connections(), 2);
  assert.equal((await site.resources()).ok, true);
  assert.equal(server.connections(), 2);
});

test('a GET is sent again when its kept connection was closed meanwhile', async (t) => {
  let kill = false;
  const { server, site } = await serve(t, (_seen, response, request) => {
    if (kill) {
      kill = false;
      request.socket.destroy();
    } else json(response, { data: [] });
  });
  await site.resources();
  kill = true;
  assert.equal((await site.resources()).ok, true);
  assert.equal(server.seen.length, 3);
});

test('a GET whose connection always breaks is sent three times and then fails', async (t) => {
  const { server, site } = await serve(t, (_seen, _response, request) => {
    request.socket.destroy();
  });
  assert.equal(kindOf(await site.resources()), 'unreachable');
  assert.equal(server.seen.length, 3);
});

test('exactly one POST arrives when the connection dies before the answer', async (t) => {
  const { server, site } = await serve(t, (_seen, _response, request) => {
    request.socket.destroy();
  });
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'unanswered');
  assert.deepEqual(
    server.seen.map((seen) => seen.method),
    ['POST'],
  );
});

test('a write whose answer does not come in time, is cut or is cancelled may have happened', async (t) => {
  let answer: Handler = () => undefined;
  const { server, site } = await serve(t, (...all) => answer(...all));
  const late = await site.guests.power(guest, 'start', {}, { wait: 200 });
  assert.equal(kindOf(late), 'unanswered');
  answer = (_seen, response, request) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"data":"UPID');
    setImmediate(() => request.socket.destroy());
  };
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'unanswered');
  answer = () => undefined;
  const leaving = new AbortController();
  const left = site.guests.power(guest, 'start', {}, { signal: leaving.signal });
  await until('the third arrives', () => server.seen.length === 3);
  leaving.abort();
  assert.equal(kindOf(await left), 'unanswered');
  assert.equal(server.seen.length, 3);
});

test('a write that could not be sent says unreachable, and is sent to the next endpoint', async (t) => {
  const dead = await deadUrl();
  const alone = rig(t, { endpoints: [dead], tls });
  assert.equal(kindOf(await alone.site.guests.power(guest, 'start')), 'unreachable');
  const server = await startServer(shown, (_seen, response) => json(response, { data: null }));
  t.after(() => server.close());
  const both = rig(t, { endpoints: [dead, server.url], tls });
  assert.equal(kindOf(await both.site.guests.power(guest, 'start')), 'ok');
  assert.equal(server.seen.filter((seen) => seen.method === 'POST').length, 1);
  assert.equal(both.site.connection().endpoint, server.url);
});

test('an endpoint that accepts and never shakes hands is left for the next one', async (t) => {
  const mute = createServer((socket: Socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const open: Socket[] = [];
  mute.on('connection', (socket) => open.push(socket));
  t.after(() => {
    for (const socket of open) socket.destroy();
    mute.close();
  });
  const address = mute.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const server = await startServer(shown);
  t.after(() => server.close());
  const endpoints = [`https://127.0.0.1:${port}`, server.url];
  const { site } = rig(t, { endpoints, tls, timings: { connect: 200 } });
  assert.equal(kindOf(await site.resources()), 'ok');
  assert.equal(site.currentHost(), '127.0.0.1');
  assert.equal(site.connection().endpoint, server.url);
  // The next call goes straight to the one that answered.
  await site.resources();
  assert.equal(open.length, 1);
});

test('three failures pause an endpoint for 30 s; a refresh ends the pause', async (t) => {
  let mute = true;
  const { server, site, clock } = await serve(
    t,
    (_seen, response) => {
      if (!mute) json(response, { data: [] });
    },
    { timings: { read: 60 } },
  );
  for (let round = 0; round < 3; round += 1) {
    assert.equal(kindOf(await site.resources()), 'timeout');
  }
  const { pausedUntil } = site.connection();
  assert.ok(pausedUntil && pausedUntil > Date.now() + 25_000);
  const paused = await site.resources();
  assert.equal(kindOf(paused), 'unreachable');
  assert.match(paused.ok ? '' : (paused.failure.next ?? ''), /again in \d+ s/);
  assert.equal(server.seen.length, 3);
  clock.offset += 31_000;
  // One more failure is enough after the pause.
  assert.equal(kindOf(await site.resources()), 'timeout');
  assert.equal(kindOf(await site.resources()), 'unreachable');
  assert.equal(server.seen.length, 4);
  mute = false;
  site.reset();
  assert.equal(kindOf(await site.resources()), 'ok');
  assert.equal(site.connection().pausedUntil, undefined);
});

test('an answer that trickles in ends at the deadline of the whole request', async (t) => {
  const { site } = await serve(
    t,
    (_seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(timer));
    },
    { timings: { read: 250 } },
  );
  const before = performance.now();
  assert.equal(kindOf(await site.resources()), 'timeout');
  assert.ok(performance.now() - before < 2_000);
});

test('what is not the API is a bad answer and says why', async (t) => {
  const large = Buffer.alloc(17 * 1024 * 1024, 0x20);
  const cases: [string, Handler, RegExp][] = [
    [
      'HTML',
      (_seen, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html>login</html>');
      },
      /web page/,
    ],
    ['text', (_seen, response) => void response.end('hello'), /not what the Proxmox VE API/],
    ['no data', (_seen, response) => json(response, { pong: true }), /not what the Proxmox VE API/],
    ['no list', (_seen, response) => json(response, { data: { a: 1 } }), /shape/],
    ['null', (_seen, response) => json(response, { data: null }), /shape/],
    [
      'redirect',
      (_seen, response) => {
        response.writeHead(302, { location: 'https://evil.test:444/api2/json' });
        response.end();
      },
      /redirects to evil\.test:444/,
    ],
    [
      'cut',
      (_seen, response, request) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{"data":[');
        setImmediate(() => request.socket.destroy());
      },
      /ended in the middle/,
    ],
    [
      'cut gzip',
      (_seen, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync('{"data":[]}').subarray(0, 20));
      },
      /ended in the middle|cannot be read/,
    ],
    [
      'told too large',
      (_seen, response) => {
        response.writeHead(200, { 'content-length': large.length });
        response.write('{');
      },
      /larger than 16 MiB/,
    ],
    [
      'too large when unpacked',
      (_seen, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(large));
      },
      /larger than 16 MiB/,
    ],
    [
      'unknown compression',
      (_seen, response) => {
        response.writeHead(200, { 'content-encoding': 'br' });
        response.end('x');
      },
      /compressed/,
    ],
  ];
  let answer: Handler = () => undefined;
  const { server, site } = await serve(t, (...all) => answer(...all));
  for (const [name, handler, words] of cases) {
    answer = handler;
    const result = await site.resources();
    assert.equal(kindOf(result), 'bad-answer', name);
    assert.match(result.ok ? '' : result.failure.what, words, name);
  }
  // None of them is tried twice.
  assert.equal(server.seen.length, cases.length);
});

test('a compressed answer is read', async (t) => {
  const { server, site } = await serve(t, (_seen, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(gzipSync('{"data":[{"type":"pool","pool":"prod"}]}'));
  });
  const result = await site.resources();
  assert.deepEqual(result.ok && result.value.pools, ['prod']);
  assert.equal(server.seen[0]?.headers['accept-encoding'], 'gzip');
});

test('read-only mode lets nothing but GET out', async (t) => {
  const { server, site } = await serve(t, undefined, { readOnly: true });
  assert.equal(kindOf(await site.guests.power(guest, 'start')), 'read-only');
  assert.equal(kindOf(await site.guests.rollback(guest, 'a')), 'read-only');
  assert.equal(kindOf(await site.guests.describeSnapshot(guest, 'a', 'b')), 'read-only');
  assert.equal(kindOf(await site.guests.deleteSnapshot(guest, 'a')), 'read-only');
  assert.equal(kindOf(await site.nodes.command('pve1', 'reboot')), 'read-only');
  assert.equal(server.connections(), 0);
  assert.equal(kindOf(await site.resources()), 'ok');
});

test('closing ends calls under way as cancelled', async (t) => {
  const { server, site, services } = await serve(t, () => undefined);
  const call = site.resources();
  await until('it arrives', () => server.seen.length === 1);
  await services.close();
  assert.equal(kindOf(await call), 'cancelled');
  assert.equal(kindOf(await site.resources()), 'cancelled');
});

test('the connection tells latency, skew and the requests of the last minute', async (t) => {
  const { site, clock, records } = await serve(t, (_seen, response) => {
    response.setHeader('date', new Date(Date.now() + 600_000).toUTCString());
    json(response, { data: [] });
  });
  await site.resources();
  await site.resources();
  const connection = site.connection();
  assert.ok(Math.abs((connection.skew ?? 0) - 600_000) <= 1_500);
  assert.ok((connection.latency ?? -1) >= 0);
  assert.equal(connection.identity, 'root@pam!tui');
  assert.equal(connection.requestsLastMinute, 2);
  clock.offset += 61_000;
  assert.equal(site.connection().requestsLastMinute, 0);
  assert.deepEqual(
    records.map((record) => [record.id, record.outcome, record.method, record.path]),
    [
      [1, 'pending', 'GET', '/cluster/resources'],
      [1, 'ok', 'GET', '/cluster/resources'],
      [2, 'pending', 'GET', '/cluster/resources'],
      [2, 'ok', 'GET', '/cluster/resources'],
    ],
  );
});

test('an address that is none, carries a password or is not https is refused before any call', async (t) => {
  for (const url of [
    'http://127.0.0.1:8006',
    'javascript:alert(1)',
    'https://root:hunter22@127.0.0.1:8006',
    'https://127.0.0.1:8006/path',
    'pve1',
  ]) {
    const { site } = rig(t, { endpoints: [url], tls });
    const result = await site.resources();
    assert.equal(kindOf(result), 'config', url);
    assert.equal(JSON.stringify(result).includes('hunter22'), false);
  }
  const six = rig(t, { endpoints: ['https://[::1]:1'], tls });
  assert.equal(kindOf(await six.site.resources()), 'unreachable');
  assert.equal(six.site.currentHost(), '::1');
});
