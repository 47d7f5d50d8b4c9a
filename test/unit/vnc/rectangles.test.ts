import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { until } from '../../support/until.ts';
import {
  cpixel,
  pixel,
  rectangle,
  startClient,
  text,
  u16,
  u32,
  update,
  welcome,
  zrlePacker,
} from './rig.ts';

const RAW = 0;
const COPY = 1;
const ZRLE = 16;

function opened(width = 4, height = 4) {
  const rig = startClient();
  rig.client.receive(welcome(width, height));
  assert.ok(rig.ready());
  const rows = () => {
    const picture = rig.client.picture();
    assert.ok(picture);
    return Array.from({ length: picture.height }, (_, row) => [
      ...picture.pixels.subarray(row * picture.width, (row + 1) * picture.width),
    ]);
  };
  return { ...rig, rows };
}

const solid = (colour: number, count: number) => Buffer.concat(Array(count).fill(pixel(colour)));

test('raw and copied rectangles are drawn where they belong', () => {
  const { client, rows, updates } = opened(4, 3);
  client.receive(
    update(
      rectangle(
        [1, 0, 2, 2],
        RAW,
        Buffer.concat([0x112233, 0x445566, 0x778899, 0xaabbcc].map(pixel)),
      ),
      rectangle([0, 1, 2, 2], COPY, Buffer.concat([u16(1), u16(0)])),
    ),
  );
  assert.equal(updates(), 1);
  assert.deepEqual(rows(), [
    [0, 0x112233, 0x445566, 0],
    [0x112233, 0x445566, 0xaabbcc, 0],
    [0x778899, 0xaabbcc, 0, 0],
  ]);
});

test('a copy onto itself keeps what it reads', () => {
  for (const [from, to] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const { client, rows } = opened(1, 4);
    client.receive(update(rectangle([0, 0, 1, 4], RAW, Buffer.concat([1, 2, 3, 4].map(pixel)))));
    client.receive(update(rectangle([0, to, 1, 3], COPY, Buffer.concat([u16(0), u16(from)]))));
    const wanted = to === 1 ? [1, 1, 2, 3] : [2, 3, 4, 4];
    assert.deepEqual(rows().flat(), wanted);
  }
});

test('every kind of ZRLE tile is drawn, over one compressed stream and in any pieces', async () => {
  const { client, rows, updates, failure } = opened(70, 2);
  const pack = zrlePacker();
  const colours = [0xff0000, 0x00ff00, 0x0000ff, 0x123456];
  const palette = Buffer.concat(colours.map(cpixel));
  // 70 columns are two tiles: 64 and 6 wide.
  const solidTile = (colour: number) => Buffer.concat([Buffer.of(1), cpixel(colour)]);
  const bodies = [
    // solid, then every pixel in full
    Buffer.concat([solidTile(0xff0000), Buffer.of(0), ...Array(12).fill(cpixel(0x0000ff))]),
    // two colours of one bit each, then four of two bits: rows are padded to bytes
    Buffer.concat([
      ...[Buffer.of(2), palette.subarray(0, 6), Buffer.alloc(8, 0b01010101), Buffer.alloc(8, 0xff)],
      ...[Buffer.of(4), palette, Buffer.of(0b00011011, 0b00010000, 0b11100100, 0b11100000)],
    ]),
    // plain runs over the end of the row, then runs with a palette
    Buffer.concat([
      ...[Buffer.of(128), cpixel(0x111111), Buffer.of(99), cpixel(0x222222), Buffer.of(27)],
      ...[Buffer.of(130), palette.subarray(0, 6), Buffer.of(128, 9), Buffer.of(1), Buffer.of(0)],
    ]),
  ];
  for (const [index, body] of bodies.entries()) {
    const message = update(rectangle([0, 0, 70, 2], ZRLE, await pack(body)));
    for (let at = 0; at < message.length; at += 7) client.receive(message.subarray(at, at + 7));
    await until(`update ${index + 1}`, () => updates() > index || failure() !== undefined);
    assert.equal(failure(), undefined);
    const [top = [], bottom = []] = rows();
    if (index === 0) {
      assert.deepEqual(top, [...Array(64).fill(0xff0000), ...Array(6).fill(0x0000ff)]);
      assert.deepEqual(bottom, top);
    } else if (index === 1) {
      assert.deepEqual(top.slice(0, 4), [0xff0000, 0x00ff00, 0xff0000, 0x00ff00]);
      assert.deepEqual(bottom.slice(0, 64), Array(64).fill(0x00ff00));
      assert.deepEqual(
        top.slice(64),
        [0, 1, 2, 3, 0, 1].map((each) => colours[each]),
      );
      assert.deepEqual(
        bottom.slice(64),
        [3, 2, 1, 0, 3, 2].map((each) => colours[each]),
      );
    } else {
      assert.deepEqual(top.slice(0, 64), Array(64).fill(0x111111));
      assert.deepEqual(bottom.slice(0, 64), [
        ...Array(36).fill(0x111111),
        ...Array(28).fill(0x222222),
      ]);
      assert.deepEqual(
        [...top.slice(64), ...bottom.slice(64)],
        [...Array(10).fill(0xff0000), 0x00ff00, 0xff0000],
      );
    }
  }
});

test('a large picture of noise arrives unchanged', async () => {
  const { client, updates } = opened(640, 400);
  const pack = zrlePacker();
  const tiles: Buffer[] = [];
  const wanted = new Uint32Array(640 * 400);
  for (let y = 0; y < 400; y += 64) {
    for (let x = 0; x < 640; x += 64) {
      const height = Math.min(64, 400 - y);
      const noise = randomBytes(64 * height * 3);
      tiles.push(Buffer.concat([Buffer.of(0), noise]));
      for (let index = 0; index < 64 * height; index += 1) {
        wanted[(y + Math.floor(index / 64)) * 640 + x + (index % 64)] = noise.readUIntLE(
          index * 3,
          3,
        );
      }
    }
  }
  client.receive(update(rectangle([0, 0, 640, 400], ZRLE, await pack(Buffer.concat(tiles)))));
  await until('the update', () => updates() === 1);
  assert.deepEqual(client.picture()?.pixels, wanted);
});

test('a new size is a new picture, and the last rectangle ends an update', () => {
  const { client, updates, rows } = opened(4, 4);
  const before = client.picture();
  const LAST = rectangle([0, 0, 0, 0], -224);
  client.receive(
    Buffer.concat([Buffer.of(0, 0), u16(0xffff), rectangle([0, 0, 2, 1], -223), LAST]),
  );
  assert.equal(updates(), 1);
  assert.notEqual(client.picture(), before);
  assert.deepEqual(rows(), [[0, 0]]);
  client.receive(update(rectangle([0, 0, 2, 1], RAW, solid(7, 2))));
  assert.deepEqual(rows(), [[7, 7]]);
});

test('bells, clipboards and colour maps pass by', () => {
  const { client, updates } = opened(1, 1);
  const cut = Buffer.concat([Buffer.of(3, 0, 0, 0), text('x'.repeat(100_000))]);
  const map = Buffer.concat([Buffer.of(1, 0), u16(0), u16(2), Buffer.alloc(12)]);
  client.receive(
    Buffer.concat([Buffer.of(2), cut, map, update(rectangle([0, 0, 1, 1], RAW, pixel(5)))]),
  );
  assert.equal(updates(), 1);
  assert.equal(client.picture()?.pixels[0], 5);
});

async function broken(what: RegExp, ...bytes: Buffer[]) {
  const { client, failure } = opened(4, 4);
  client.receive(Buffer.concat(bytes));
  await until('the failure', () => failure() !== undefined);
  assert.match((failure() as Error).message, what);
  // Nothing more is taken from it.
  client.receive(update(rectangle([0, 0, 1, 1], RAW, pixel(9))));
  assert.notEqual(client.picture()?.pixels[0], 9);
}

test('a server that breaks the rules ends the conversation', async () => {
  const pack = zrlePacker;
  const tile = async (...bytes: number[]) =>
    update(rectangle([0, 0, 4, 4], ZRLE, await pack()(Buffer.from(bytes))));
  await broken(/65535×65535 at 3,3/, update(rectangle([3, 3, 65535, 65535], RAW)));
  await broken(
    /4×4 at 1,0/,
    update(rectangle([0, 0, 4, 4], COPY, Buffer.concat([u16(1), u16(0)]))),
  );
  await broken(/encoding 7,/, update(rectangle([0, 0, 1, 1], 7)));
  await broken(/type 200/, Buffer.of(200));
  await broken(/clipboard without end/, Buffer.of(3, 0, 0, 0), u32(0x7fffffff));
  await broken(/screen of 65535×65535/, update(rectangle([0, 0, 65535, 65535], -223)));
  await broken(/rectangle without end/, update(rectangle([0, 0, 4, 4], ZRLE, u32(0x7fffffff))));
  await broken(
    /cannot be unpacked/,
    update(rectangle([0, 0, 4, 4], ZRLE, Buffer.concat([u32(4), Buffer.of(1, 2, 3, 4)]))),
  );
  await broken(/ends early/, await tile(0, 1, 2, 3));
  await broken(/ends early/, await tile());
  await broken(/kind 17/, await tile(17, 0));
  await broken(/leaves its tile/, await tile(128, 1, 2, 3, 255, 255, 0));
  await broken(/palette does not have/, await tile(130, 0, 0, 0, 1, 1, 1, 5));
  // A few bytes that unpack to more than the rectangle can have.
  await broken(
    /cannot be unpacked/,
    update(rectangle([0, 0, 4, 4], ZRLE, await pack()(Buffer.alloc(1_000_000)))),
  );
});
