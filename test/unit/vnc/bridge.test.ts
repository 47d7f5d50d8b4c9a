import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import test, { type TestContext } from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { startBridge } from '../../../source/services/vnc/bridge.ts';
import { until } from '../../support/until.ts';
import { fakeConsole } from './rig.ts';

const label = sanitise('guest 101');

async function start(t: TestContext, patience?: number) {
  const far = fakeConsole();
  const abort = new AbortController();
  const started = await startBridge(far.console, { label, signal: abort.signal }, patience);
  assert.ok(started.ok);
  const bridge = started.value;
  t.after(() => bridge.close());
  const dial = async (host = '127.0.0.1') => {
    const socket = connect({ host, port: bridge.port });
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { far, abort, bridge, dial };
}

test('bytes pass both ways, and the end of the client is the end', async (t) => {
  const { far, bridge, dial } = await start(t);
  const socket = await dial();
  assert.ok((await bridge.connected).ok);
  far.say(Buffer.from('RFB 003.008\n'));
  const [greeting] = (await once(socket, 'data')) as [Buffer];
  assert.equal(greeting.toString(), 'RFB 003.008\n');
  socket.write('hello');
  await until('the bytes', () => far.written().toString() === 'hello');
  socket.end();
  assert.ok((await bridge.ended).ok);
  assert.ok(far.state.closed);
});

test('a second client finds no port', async (t) => {
  const { bridge, dial } = await start(t);
  await dial();
  await bridge.connected;
  await assert.rejects(dial(), { code: 'ECONNREFUSED' });
});

test('two clients at once: one is let in', async (t) => {
  const { far, dial } = await start(t);
  const both = await Promise.allSettled([dial(), dial()]);
  const open = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  let heard = 0;
  for (const socket of open) {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      heard += 1;
    });
  }
  await until('the first one', () => {
    far.say(Buffer.from('x'));
    return heard > 0;
  });
  const gone = open.filter((socket) => socket.readyState !== 'open' || socket.bytesRead === 0);
  assert.equal(open.length - gone.length, 1);
});

test('nobody but this machine reaches the port', async (t) => {
  const { dial } = await start(t);
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal);
  // Without a network there is nobody outside.
  if (outside) await assert.rejects(dial(outside.address));
  await assert.rejects(dial('::1'));
});

test('the port closes when nobody comes', async (t) => {
  const { far, bridge, dial } = await start(t, 30);
  const connected = await bridge.connected;
  assert.ok(!connected.ok && connected.failure.kind === 'timeout');
  assert.ok(far.state.closed);
  await assert.rejects(dial(), { code: 'ECONNREFUSED' });
});

test('a failure of the server ends it for the viewer too', async (t) => {
  const { far, bridge, dial } = await start(t);
  const socket = await dial();
  await bridge.connected;
  far.hangUp({ kind: 'unreachable', what: sanitise('cut') });
  await once(socket, 'end');
  const ended = await bridge.ended;
  assert.ok(!ended.ok && ended.failure.what === 'cut');
});

test('it is called off at once', async (t) => {
  const { abort, bridge, far } = await start(t);
  abort.abort();
  const connected = await bridge.connected;
  assert.ok(!connected.ok && connected.failure.kind === 'cancelled');
  assert.ok(far.state.closed);
});
