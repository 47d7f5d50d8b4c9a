import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { createSpiceBackend } from '../../../source/demo/spice/backend.ts';
import { startConnectProxy } from '../../../source/demo/spice/connect-proxy.ts';
import { checkTicket, createTicket } from '../../../source/demo/spice/ticket.ts';

const key = Buffer.alloc(32, 7);
const now = 1_790_000_000_000;
const target = { vmid: 101, node: 'PVE1' };

test('a ticket has the shape of PVE and gives its target back', () => {
  const ticket = createTicket(target, key, now);
  assert.match(ticket, /^pvespiceproxy:6ab13b80:101:pve1::[0-9a-f]{40}$/);
  assert.deepEqual(checkTicket(ticket, key, now), { vmid: 101, node: 'pve1' });
});

test('a ticket lives from 20 s before its time to 40 s after', () => {
  const ticket = createTicket(target, key, now);
  const at = (seconds: number) => 'problem' in checkTicket(ticket, key, now + seconds * 1000);
  assert.deepEqual([-21, -20, 0, 40, 41].map(at), [true, false, false, false, true]);
});

test('a ticket that was changed, or signed by another, is refused', () => {
  const ticket = createTicket(target, key, now);
  const refused = { problem: 'invalid ticket' };
  assert.deepEqual(checkTicket(ticket.replace(':101:', ':102:'), key, now), refused);
  assert.deepEqual(checkTicket(ticket, Buffer.alloc(32, 8), now), refused);
  assert.deepEqual(checkTicket('', key, now), refused);
  assert.deepEqual(checkTicket(`${ticket}0`, key, now), refused);
});

async function echoBehindProxy(t: TestContext) {
  const echo = net.createServer((socket) => socket.pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  const proxy = await startConnectProxy({
    route: (host, asked) => {
      if (host !== 'a:b:c') return { status: 401, problem: 'invalid ticket' };
      return { port: asked === 61000 ? port : 1 };
    },
  });
  t.after(async () => {
    await proxy.close();
    echo.close();
  });
  return proxy;
}

async function talk(port: number, text: string): Promise<{ socket: Socket; first: string }> {
  const socket = net.connect({ host: '127.0.0.1', port });
  socket.setEncoding('latin1');
  socket.write(text);
  const [first] = await once(socket, 'data');
  return { socket, first: String(first) };
}

test('the proxy tunnels what follows a CONNECT whose host has colons', async (t) => {
  const { port } = await echoBehindProxy(t);
  const { socket, first } = await talk(port, 'CONNECT a:b:c:61000 HTTP/1.0\r\nx: y\r\n\r\n');
  assert.match(first, /^HTTP\/1\.0 200 /);
  socket.write('hello');
  assert.equal(String((await once(socket, 'data'))[0]), 'hello');
  socket.destroy();
});

test('bytes sent together with the CONNECT are not lost', async (t) => {
  const { port } = await echoBehindProxy(t);
  const { socket, first } = await talk(port, 'CONNECT a:b:c:61000 HTTP/1.0\r\n\r\nearly');
  let all = first;
  while (!all.endsWith('early')) all += String((await once(socket, 'data'))[0]);
  assert.match(all, /^HTTP\/1\.0 200 [^\r]*\r\n\r\nearly$/);
  socket.destroy();
});

test('the proxy refuses wrong tickets, other methods, nonsense, and ports where nothing is', async (t) => {
  const { port } = await echoBehindProxy(t);
  const cases = [
    ['CONNECT wrong:61000 HTTP/1.0\r\n\r\n', /^HTTP\/1\.0 401 invalid ticket\r\n/],
    ['GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.0 501 /],
    ['nonsense\r\n\r\n', /^HTTP\/1\.0 400 /],
    ['CONNECT a:b:c:x HTTP/1.0\r\n\r\n', /^HTTP\/1\.0 400 /],
    ['CONNECT a:b:c:61001 HTTP/1.0\r\n\r\n', /^HTTP\/1\.0 595 /],
    [`CONNECT ${'x'.repeat(9000)}`, /^HTTP\/1\.0 431 /],
  ] as const;
  for (const [request, answer] of cases) {
    const { socket, first } = await talk(port, request);
    assert.match(first, answer);
    socket.destroy();
  }
});

test('without QEMU the backend says so, and its proxy lets nobody through', async (t) => {
  const backend = await createSpiceBackend({ now: Date.now, path: '/nowhere' });
  t.after(() => backend.close());
  assert.deepEqual(await backend.open({ vmid: 101, node: 'pve1', title: 'VM 101' }), {
    problem: 'the demo homelab has no SPICE server: QEMU is not installed on this machine',
  });
  assert.equal(
    backend.hostSubject,
    'OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=pve1.homelab',
  );
  assert.match(backend.ca, /^-----BEGIN CERTIFICATE-----\n/);
  const { port } = new URL(backend.proxyUrl);
  const forged = createTicket(target, key, Date.now());
  const { socket, first } = await talk(Number(port), `CONNECT ${forged}:61000 HTTP/1.0\r\n\r\n`);
  assert.match(first, /^HTTP\/1\.0 401 /);
  socket.destroy();
});
