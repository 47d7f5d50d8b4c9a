import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import type { Duplex } from 'node:stream';
import test from 'node:test';
import { createVncBackend } from '../../../source/demo/vnc/backend.ts';
import { until } from '../../support/until.ts';

/** Speaks RFB by hand, so that no belief is shared with the client. */
async function dial(t: { after(end: () => void): void }, name: string, key: string) {
  const backend = createVncBackend({ stuck: [] });
  const guest = { type: 'qemu', vmid: 101, node: 'pve1', name } as const;
  const stream = (await backend(guest, 'password1234')) as Duplex;
  t.after(() => void stream.destroy());
  let held = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
  });
  const read = async (bytes: number) => {
    await until(`${bytes} bytes`, () => held.length >= bytes);
    const head = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return head;
  };
  assert.equal((await read(12)).toString(), 'RFB 003.008\n');
  stream.write('RFB 003.008\n');
  assert.deepEqual([...(await read(2))], [1, 2]);
  stream.write(Buffer.of(2));
  const cipher = createCipheriv('des-ede3-ecb', Buffer.from(key.repeat(3), 'hex'), null);
  cipher.setAutoPadding(false);
  stream.write(cipher.update(await read(16)));
  return { stream, read, result: (await read(4)).readUInt32BE() };
}

/** `password` with the bits of each byte the other way round. */
const mirrored = '0e86ceceeef64e26';

test('the first 8 characters of the password let in, others do not', async (t) => {
  const wrong = await dial(t, 'web', '0e86ceceeef64e27'.replace('27', '28'));
  assert.equal(wrong.result, 1);
  assert.match((await wrong.read(25)).toString(), /Authentication failed/);
  assert.equal((await dial(t, 'web', mirrored)).result, 0);
});

test('raw rectangles come in whole, and a key changes the screen', async (t) => {
  const { stream, read, result } = await dial(t, 'web', mirrored);
  assert.equal(result, 0);
  stream.write(Buffer.of(1));
  const init = await read(24);
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
  assert.deepEqual([width, height], [720, 400]);
  await read(init.readUInt32BE(20));
  const ask = (incremental: number) =>
    stream.write(
      Buffer.of(3, incremental, 0, 0, 0, 0, width >> 8, width & 255, height >> 8, height & 255),
    );
  const update = async () => {
    const head = await read(16);
    assert.deepEqual([head[0], head.readUInt16BE(2), head.readInt32BE(12)], [0, 1, 0]);
    const size = head.readUInt16BE(8) * head.readUInt16BE(10);
    return { size, pixels: await read(size * 4) };
  };
  ask(0);
  const first = await update();
  assert.equal(first.size, 720 * 400);
  assert.ok(first.pixels.some((each) => each !== 0));
  ask(1);
  stream.write(Buffer.of(4, 1, 0, 0, 0, 0, 0, 0x61));
  const second = await update();
  assert.ok(second.size > 0 && second.size < first.size);
});

test('what is not spoken ends the connection', async (t) => {
  const { stream, read } = await dial(t, 'win11', mirrored);
  stream.write(Buffer.of(1));
  const init = await read(24);
  assert.deepEqual([init.readUInt16BE(0), init.readUInt16BE(2)], [1024, 768]);
  let ended = false;
  stream.once('end', () => {
    ended = true;
  });
  stream.write(Buffer.of(99));
  await until('the end', () => ended);
});
