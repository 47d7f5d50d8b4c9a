// Debian packages: qemu-system-x86
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import test from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { VncConsole } from '../../../source/services/types.ts';
import { createRfbClient } from '../../../source/services/vnc/client.ts';
import { openScreen } from '../../../source/services/vnc/screen.ts';
import { until } from '../../support/until.ts';
import { modes, startVncMachine, type VncMachine } from '../../support/vnc-machine.ts';
import { realClock } from './rig.ts';

const about = { label: sanitise('guest 101'), signal: new AbortController().signal };

/** A socket as the console that the websocket would be. */
function consoleOf(socket: Socket, password: string): VncConsole {
  return {
    password: new Secret(password),
    onData: (listener) => void socket.on('data', listener),
    onClose: (listener) => void socket.once('close', () => listener(undefined)),
    write: (bytes) => void socket.write(bytes),
    close: () => void socket.destroy(),
  };
}

async function look(machine: VncMachine) {
  const socket = await machine.dial('s3cret');
  let failure: unknown;
  let updates = 0;
  const client = createRfbClient({
    password: new Secret('s3cret'),
    write: (bytes) => void socket.write(bytes),
    onReady: () => client.request(false),
    onUpdate: () => {
      updates += 1;
      client.request(true);
    },
    onFailure: (error) => {
      failure = error;
    },
  });
  socket.on('data', (bytes) => client.receive(bytes));
  client.start();
  await until('the first update', () => updates > 0 || failure !== undefined);
  assert.equal(failure, undefined);
  return { client, socket, updates: () => updates, failure: () => failure };
}

/** Waits until our picture is QEMU's own; the guest stands still meanwhile. */
async function samePicture(machine: VncMachine, { client }: Awaited<ReturnType<typeof look>>) {
  await machine.pause();
  const wanted = await machine.dump();
  await until(`the picture of ${wanted.width}x${wanted.height}`, () => {
    const picture = client.picture();
    return (
      picture?.width === wanted.width &&
      picture.height === wanted.height &&
      Buffer.compare(Buffer.from(picture.pixels.buffer), Buffer.from(wanted.pixels.buffer)) === 0
    );
  });
  await machine.resume();
  return wanted;
}

test('the picture is the one that QEMU itself has, at every resolution', async (t) => {
  const machine = await startVncMachine(t);
  const seen = await look(machine);
  t.after(() => seen.socket.destroy());
  for (const number of [4, 1, 3, 5, 2, 0]) {
    await machine.mode(number);
    const { width, height, pixels } = await samePicture(machine, seen);
    assert.equal(`${width}x${height}`, modes[number]);
    if (number > 1) assert.ok(new Set(pixels).size > 100, 'the picture has something in it');
  }
  assert.equal(seen.failure(), undefined);
});

test('keys reach the guest and what they write comes back', async (t) => {
  const machine = await startVncMachine(t);
  const seen = await look(machine);
  t.after(() => seen.socket.destroy());
  const before = await samePicture(machine, seen);
  for (const letter of 'root') {
    seen.client.key(letter.charCodeAt(0), true);
    seen.client.key(letter.charCodeAt(0), false);
  }
  await until('the text on the screen', async () => {
    const after = await machine.dump();
    const changed = after.pixels.filter((pixel, index) => pixel !== before.pixels[index]).length;
    return changed > 60;
  });
  await samePicture(machine, seen);
});

test('a picture taken of a moving screen is whole', async (t) => {
  const machine = await startVncMachine(t);
  await machine.mode(4);
  await machine.press('shift-grave_accent');
  const socket = await machine.dial('s3cret');
  const opened = await openScreen(consoleOf(socket, 's3cret'), about, {
    depth: 'truecolor',
    clock: realClock,
  });
  assert.ok(opened.ok, JSON.stringify(opened));
  const taken = await opened.value.picture();
  assert.ok(taken.ok, JSON.stringify(taken));
  const head = Buffer.from(taken.value.subarray(16, 24));
  assert.deepEqual([head.readUInt32BE(0), head.readUInt32BE(4)], [1024, 768]);
  await until('the end of the connection', async () => (await machine.clients()) === 0);
});

test('a wrong password is refused in words', async (t) => {
  const machine = await startVncMachine(t);
  const socket = await machine.dial('s3cret');
  const clock = realClock;
  const opened = await openScreen(consoleOf(socket, 'wrong'), about, { depth: '16', clock });
  assert.ok(!opened.ok);
  assert.equal(opened.failure.kind, 'unauthenticated');
  assert.match(opened.failure.what, /refused the password/);
  assert.match(opened.failure.detail ?? '', /Authentication failed/);
  assert.ok(!JSON.stringify(opened).includes('wrong'));
});
