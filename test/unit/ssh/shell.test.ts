import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import test from 'node:test';
import { channelLimit } from '../../../source/services/ssh/link.ts';
import { until } from '../../support/until.ts';
import { newKey, openDoor, openShell, site, startHost, targetOf, watch } from './rig.ts';

test('a shell: what is typed goes there, what it says comes back, sizes follow, the exit code is known', async (t) => {
  const host = await startHost(t, {
    onShell: (channel) => {
      channel.write('hello\r\n');
      channel.on('data', (typed: Buffer) => {
        channel.write(`got ${typed}`);
        if (String(typed) === 'exit\r') {
          channel.exit(3);
          channel.end();
        }
      });
    },
  });
  const { door } = openDoor(t);
  const console = await openShell(door, targetOf(host));
  // What came before somebody listens waits.
  await until('the first size', () => host.sizes.length === 1 || undefined);
  const { shows, end, seen } = watch(console);
  await shows('hello');
  console.resize(120, 40);
  console.write('ls\r');
  await shows('got ls');
  assert.deepEqual(host.sizes, [
    [90, 30],
    [120, 40],
  ]);
  assert.equal(console.exit(), undefined);
  console.write('exit\r');
  await end();
  assert.equal(seen.failure, undefined);
  assert.deepEqual(console.exit(), { code: 3 });
});

test('a command reaches the host quoted', async (t) => {
  const host = await startHost(t);
  const { door } = openDoor(t);
  const console = await openShell(door, targetOf(host), ['pct', 'enter', '101; reboot']);
  assert.equal(host.shells[0]?.command, "pct enter '101; reboot'");
  console.close();
});

test('a command that a signal ended says which', async (t) => {
  const host = await startHost(t, {
    onShell: (channel) => {
      channel.exit('KILL', false, '');
      channel.end();
    },
  });
  const { door } = openDoor(t);
  const console = await openShell(door, targetOf(host));
  await watch(console).end();
  assert.deepEqual(console.exit(), { signal: 'SIGKILL' });
});

test('one connection for everybody who asks for a host; the seventh shell waits for a place', async (t) => {
  const host = await startHost(t);
  const { door } = openDoor(t);
  const consoles = await Promise.all(
    Array.from({ length: channelLimit }, () => openShell(door, targetOf(host))),
  );
  assert.equal(host.connections.length, 1);
  assert.equal(host.shells.length, channelLimit);
  let opened = false;
  const waiting = openShell(door, targetOf(host)).then((console) => {
    opened = true;
    return console;
  });
  const stop = new AbortController();
  const second = door.shell(targetOf(host), { columns: 80, rows: 24 }, { signal: stop.signal });
  // Another round trip on the same connection: the waiting ones had their chance.
  consoles[0]?.resize(81, 25);
  await until('the resize', () => host.sizes.some(([columns]) => columns === 81) || undefined);
  assert.equal(opened, false);
  stop.abort();
  const given = await second;
  assert.ok(!given.ok && given.failure.kind === 'cancelled');
  consoles[0]?.close();
  const seventh = await waiting;
  assert.equal(host.shells.length, channelLimit + 1);
  assert.equal(host.connections.length, 1);
  for (const console of [...consoles, seventh]) console.close();
});

test('a connection that is cut ends its shells with a failure; the next one connects anew', async (t) => {
  const host = await startHost(t);
  const { door } = openDoor(t);
  const console = await openShell(door, targetOf(host));
  const { end, seen } = watch(console);
  host.connections[0]?.end();
  await end();
  assert.ok(seen.failure);
  assert.match((seen.failure as { what: string }).what, /connection was lost/);
  const again = await openShell(door, targetOf(host));
  assert.equal(host.connections.length, 2);
  again.close();
});

test('a host that stops answering is noticed by its missing signs of life', async (t) => {
  const host = await startHost(t);
  const { door } = openDoor(t, {
    timings: { keepalive: { interval: 30, count: 2 } },
  });
  const console = await openShell(door, targetOf(host));
  const { end, seen } = watch(console);
  const { _sock: socket } = host.connections[0] as unknown as { _sock: Socket };
  socket.pause();
  await end();
  socket.destroy();
  const failure = seen.failure as { kind: string; what: string };
  assert.equal(failure.kind, 'unreachable');
  assert.match(failure.what, /has not answered/);
});

test('a connection that nobody holds ends after a while', async (t) => {
  const host = await startHost(t);
  const { door } = openDoor(t, { timings: { idle: 20 } });
  let closed = false;
  const console = await openShell(door, targetOf(host));
  host.connections[0]?.on('close', () => {
    closed = true;
  });
  console.close();
  await until('the end of the connection', () => closed || undefined);
});

test('a jump host: the tunnel ends in the host itself, whose own key is checked', async (t) => {
  const inside = await startHost(t, { onShell: (channel) => channel.write('inside') });
  const jump = await startHost(t, { tunnels: true, hostKeys: [newKey().private] });
  const { door, answers, home } = openDoor(t);
  const { writeFileSync } = await import('node:fs');
  const program = `${home}/ssh`;
  const config = (port: number, more = '') =>
    `printf 'user root\\nhostname 127.0.0.1\\nport ${port}\\nuserknownhostsfile ${home}/known\\n${more}'`;
  writeFileSync(
    program,
    `#!/bin/sh\ncase "$*" in *jump*) ${config(jump.port)};; *) ${config(inside.port, 'proxyjump jump\\n')};; esac\n`,
    { mode: 0o755 },
  );
  await door.close();
  const rig = openDoor(t, { program });
  const console = await openShell(rig.door, { host: 'inside' });
  await watch(console).shows('inside');
  assert.equal(jump.shells.length, 0);
  assert.deepEqual(
    rig.answers.hostKeys.map(({ host }) => host),
    ['jump', 'inside'],
  );
  assert.deepEqual(answers.hostKeys, []);
  console.close();
});

test('a ProxyJump that leads back to itself is told, not followed', async (t) => {
  const { home } = openDoor(t);
  const { writeFileSync } = await import('node:fs');
  const program = `${home}/ssh`;
  writeFileSync(program, "#!/bin/sh\nprintf 'user root\\nhostname pve1\\nproxyjump pve1\\n'\n", {
    mode: 0o755,
  });
  const opened = await openDoor(t, { program }).door.open({ host: 'pve1' });
  assert.ok(!opened.ok);
  assert.match(opened.failure.what, /circle/);
});

test('a node: the configured name, else the address of the cluster, else a failure that says what to write', async (t) => {
  const host = await startHost(t);
  const siteSsh = { user: 'admin', hosts: { pve1: `127.0.0.1:${host.port}` } };
  const { door } = openDoor(t, { siteSsh });
  const console = await openShell(door, { site, node: 'pve1', address: '192.0.2.1' });
  assert.ok(host.logins.every((login) => login.endsWith(' admin')));
  console.close();
  const unknown = await door.open({ site, node: 'pve9' });
  assert.ok(!unknown.ok);
  assert.equal(unknown.failure.kind, 'config');
  assert.match(unknown.failure.next ?? '', /ssh: \{hosts: \{pve9: /);
});

test('a host that closes the first connection without a word is tried once more', async (t) => {
  const host = await startHost(t);
  let taken = 0;
  const front = createServer((socket) => {
    taken += 1;
    socket.on('error', () => undefined);
    if (taken === 1) return void socket.end();
    const behind = connect({ host: '127.0.0.1', port: host.port });
    behind.on('error', () => undefined);
    socket.pipe(behind).pipe(socket);
    return undefined;
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  t.after(() => front.close());
  const { port } = front.address() as AddressInfo;
  const { door } = openDoor(t, { timings: { again: 5 } });
  const opened = await door.open(targetOf({ port }));
  assert.ok(opened.ok, JSON.stringify(opened));
  assert.equal(taken, 2);
  // A host that goes on so is told as what it is.
  const never = createServer((socket) => {
    taken += 1;
    socket.on('error', () => undefined).end();
  });
  await new Promise<void>((resolve) => never.listen(0, '127.0.0.1', resolve));
  t.after(() => never.close());
  const refused = await door.open(targetOf(never.address() as AddressInfo));
  assert.ok(!refused.ok && refused.failure.kind === 'unreachable');
  assert.equal(taken, 4);
});
