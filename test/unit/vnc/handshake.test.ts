import assert from 'node:assert/strict';
import test from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { Secret } from '../../../source/domain/secret.ts';
import { answerChallenge, encryptDes } from '../../../source/services/vnc/auth.ts';
import { vncFailure } from '../../../source/services/vnc/failures.ts';
import { startClient, text, u16, u32, welcome } from './rig.ts';

const hex = (value: string) => Buffer.from(value, 'hex');
const where = sanitise('guest 101');

test('DES gives the ciphertexts of its published vectors', () => {
  const vectors = [
    ['0123456789abcdef', '4e6f772069732074', '3fa40e8a984d4815'],
    ['133457799bbcdff1', '0123456789abcdef', '85e813540f0ab405'],
    ['0000000000000000', '0000000000000000', '8ca64de9c1b123a7'],
    ['ffffffffffffffff', 'ffffffffffffffff', '7359b2163e4edc58'],
  ] as const;
  for (const [key, plain, cipher] of vectors) {
    assert.equal(Buffer.from(encryptDes(hex(key), hex(plain))).toString('hex'), cipher);
  }
});

test('a challenge is answered with mirrored key bits and the first 8 characters', () => {
  const challenge = hex('000102030405060708090a0b0c0d0e0f');
  const answer = answerChallenge(new Secret('COW'), challenge);
  // C, O and W with the bits of each byte the other way round, filled up with zeros.
  assert.deepEqual(
    Buffer.from(answer),
    Buffer.from(encryptDes(hex('c2f2ea0000000000'), challenge)),
  );
  const long = answerChallenge(new Secret('12345678'), challenge);
  assert.deepEqual(answerChallenge(new Secret('123456789abc'), challenge), long);
});

test('RFB 3.8 with a password: version, choice, answer, shared, format, encodings', () => {
  const { client, sent, ready } = startClient('s3cret');
  client.receive(Buffer.from('RFB 003.008\n'));
  assert.equal(sent().toString('latin1'), 'RFB 003.008\n');
  client.receive(Buffer.of(3, 19, 2, 1));
  assert.equal(sent().at(-1), 2);
  const challenge = hex('00112233445566778899aabbccddeeff');
  client.receive(challenge);
  const answer = Buffer.from(answerChallenge(new Secret('s3cret'), challenge));
  assert.deepEqual(sent().subarray(-16), answer);
  client.receive(u32(0));
  assert.equal(sent().at(-1), 1);
  assert.ok(!ready());
  const before = sent().length;
  client.receive(Buffer.concat([u16(640), u16(480), Buffer.alloc(16), text('QEMU (web)')]));
  assert.ok(ready());
  assert.deepEqual([client.picture()?.width, client.picture()?.height], [640, 480]);
  const asked = sent().subarray(before);
  assert.deepEqual(
    [...asked.subarray(0, 17)],
    [0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0],
  );
  assert.deepEqual([...asked.subarray(20, 24)], [2, 0, 0, 5]);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((index) => asked.readInt32BE(24 + index * 4)),
    [16, 1, 0, -223, -224],
  );
  client.request(true);
  assert.deepEqual([...sent().subarray(-10)], [3, 1, 0, 0, 0, 0, 2, 128, 1, 224]);
});

test('it makes no difference in which pieces the bytes come', () => {
  const { client, ready } = startClient();
  for (const byte of welcome(320, 200)) client.receive(Buffer.of(byte));
  assert.ok(ready());
});

test('older versions are spoken as they are', () => {
  const three = startClient();
  three.client.receive(Buffer.from('RFB 003.003\n'));
  three.client.receive(Buffer.concat([u32(1), u16(8), u16(8), Buffer.alloc(16), text('')]));
  assert.ok(three.ready());
  assert.equal(three.sent().toString('latin1', 0, 12), 'RFB 003.003\n');
  const seven = startClient();
  seven.client.receive(Buffer.from('RFB 003.007\n'));
  seven.client.receive(
    Buffer.concat([Buffer.of(1, 1), u16(8), u16(8), Buffer.alloc(16), text('')]),
  );
  assert.ok(seven.ready());
});

function refused(...bytes: Buffer[]) {
  const { client, failure, sent } = startClient('topsecret');
  client.receive(Buffer.concat(bytes));
  assert.notEqual(failure(), undefined);
  const told = vncFailure(failure(), where);
  assert.ok(!JSON.stringify(told).includes('topsecret'));
  assert.ok(sent().length < 64);
  return told;
}
const hello = Buffer.from('RFB 003.008\n');

test('a server that does not let us in says why', () => {
  const wrong = refused(
    hello,
    Buffer.of(1, 2),
    Buffer.alloc(16),
    u32(1),
    text('Authentication failed'),
  );
  assert.equal(wrong.kind, 'unauthenticated');
  assert.match(wrong.what, /refused the password/);
  assert.equal(wrong.detail, 'Authentication failed');
  const none = refused(hello, Buffer.of(0), text('Too many \u001b[31mconnections'));
  assert.equal(none.detail, 'Too many connections');
});

test('VeNCrypt and other ways of letting in are named', () => {
  const told = refused(hello, Buffer.of(2, 19, 20));
  assert.equal(told.kind, 'unsupported');
  assert.match(told.what, /asks for VeNCrypt or SASL/);
  assert.match(refused(hello, Buffer.of(1, 77)).what, /type 77/);
});

test('what is no VNC server ends with words and no crash', () => {
  const ssh = refused(Buffer.from('SSH-2.0-OpenSSH_10\r\n'));
  assert.equal(ssh.kind, 'bad-answer');
  assert.match(ssh.what, /is no VNC server/);
  const opened = [hello, Buffer.of(1, 1), u32(0)];
  const huge = refused(...opened, u16(65535), u16(65535), Buffer.alloc(16), text(''));
  assert.match(huge.what, /65535×65535/);
  assert.match(
    refused(...opened, u16(0), u16(0), Buffer.alloc(16), text('')).what,
    /without pixels/,
  );
  const endless = refused(...opened, u16(8), u16(8), Buffer.alloc(16), u32(0xffffffff));
  assert.match(endless.what, /text without end/);
  assert.match(refused(hello, Buffer.of(0), u32(1 << 30)).what, /text without end/);
});
