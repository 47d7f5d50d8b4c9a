import assert from 'node:assert/strict';
import test from 'node:test';
import { DetachFilter, detachByte } from '../../../source/actions/detach-key.ts';

const bytes = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

function watch(key = 'ctrl-]') {
  const seen = { passed: '', detached: 0 };
  const filter = new DetachFilter(
    detachByte(key) ?? 0,
    (passed) => {
      seen.passed += String.fromCharCode(...passed);
    },
    () => {
      seen.detached += 1;
    },
  );
  return { seen, push: (text: string) => filter.push(bytes(text)), stop: () => filter.stop() };
}

test('keys by name: those that cannot be told from others are refused', () => {
  assert.equal(detachByte('ctrl-]'), 0x1d);
  assert.equal(detachByte('Ctrl-A'), 1);
  assert.equal(detachByte('ctrl-\\'), 0x1c);
  assert.equal(detachByte('ctrl-^'), 0x1e);
  for (const name of [
    'ctrl-i',
    'ctrl-m',
    'ctrl-j',
    'ctrl-[',
    'ctrl-1',
    'a',
    'ctrl-',
    '',
    'alt-x',
  ]) {
    assert.equal(detachByte(name), undefined, name);
  }
});

test('everything passes byte by byte, whatever it is', () => {
  const { seen, push } = watch();
  const all = String.fromCharCode(
    ...Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x1d),
  );
  push(all);
  push('x'.repeat(100_000));
  assert.equal(seen.passed, all + 'x'.repeat(100_000));
  assert.equal(seen.detached, 0);
});

test('once leaves, after the moment in which it could be twice', async () => {
  const { seen, push } = watch();
  push('ls\u001d');
  assert.deepEqual(seen, { passed: 'ls', detached: 0 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.deepEqual(seen, { passed: 'ls', detached: 1 });
});

test('twice is sent on as one, also in one piece and among other keys', () => {
  const { seen, push, stop } = watch();
  push('a\u001d\u001db');
  push('\u001d');
  push('\u001dc');
  assert.deepEqual(seen, { passed: 'a\u001db\u001dc', detached: 0 });
  stop();
});

test('another key after it leaves at once, and that key goes nowhere', () => {
  const { seen, push } = watch();
  push('\u001dq');
  assert.deepEqual(seen, { passed: '', detached: 1 });
  const later = watch();
  later.push('\u001d');
  later.push('rm -rf\r');
  assert.deepEqual(later.seen, { passed: '', detached: 1 });
});

test('it is known as kitty and xterm encode it, when a program has asked them to', async () => {
  for (const form of ['\u001b[93;5u', '\u001b[93;5:1u', '\u001b[27;5;93~']) {
    const { seen, push } = watch();
    push(`x${form}${form}`);
    assert.equal(seen.passed, `x${form}`);
    push(`${form}y`);
    assert.equal(seen.detached, 1, form);
  }
  const { seen, push, stop } = watch('ctrl-a');
  push('\u001b[97;5u\u001b[97;5u');
  assert.equal(seen.passed, '\u001b[97;5u');
  stop();
});
