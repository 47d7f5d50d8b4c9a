import assert from 'node:assert/strict';
import test from 'node:test';
import { type KeyPress, KeyReader } from '../../../source/services/vnc/key-reader.ts';
import { keysyms } from '../../../source/services/vnc/keysyms.ts';
import { Typist } from '../../../source/services/vnc/typist.ts';
import { fakeClock } from './rig.ts';

function read(...pieces: string[]): { keys: string[]; reader: KeyReader } {
  const keys: string[] = [];
  const reader = new KeyReader((key) => keys.push(named(key)));
  for (const piece of pieces) reader.push(Buffer.from(piece));
  return { keys, reader };
}

const names = new Map<number, string>(
  Object.entries(keysyms).map(([name, keysym]) => [keysym, name]),
);

function named({ keysym, shift, control, alt }: KeyPress): string {
  const held = [...(control ? ['ctrl'] : []), ...(alt ? ['alt'] : []), ...(shift ? ['shift'] : [])];
  const function_ =
    keysym >= keysyms.f1 && keysym < keysyms.f1 + 12 ? `f${keysym - keysyms.f1 + 1}` : undefined;
  const character =
    keysym < 0x100 ? String.fromCharCode(keysym) : `U+${(keysym - 0x1000000).toString(16)}`;
  return [...held, function_ ?? names.get(keysym) ?? character].join('-');
}

test('letters carry the shift that a keyboard needs for them', () => {
  assert.deepEqual(read('aA1!/?~').keys, [
    'a',
    'shift-A',
    '1',
    'shift-!',
    '/',
    'shift-?',
    'shift-~',
  ]);
  assert.deepEqual(read('äß€漢').keys, ['ä', 'ß', 'U+20ac', 'U+6f22']);
});

test('control keys, alt and special keys', () => {
  assert.deepEqual(read('\u0003\u001a\u0000\u001d\u001c').keys, [
    'ctrl-c',
    'ctrl-z',
    'ctrl- ',
    'ctrl-]',
    'ctrl-\\',
  ]);
  assert.deepEqual(read('\r\t\u007f\u0008').keys, ['enter', 'tab', 'backspace', 'backspace']);
  assert.deepEqual(read('\u001bx\u001bX\u001b\r').keys, ['alt-x', 'alt-shift-X', 'alt-enter']);
  assert.deepEqual(read('\u001b[A\u001bOB\u001b[1;5C\u001b[1;2D').keys, [
    'up',
    'down',
    'ctrl-right',
    'shift-left',
  ]);
  assert.deepEqual(read('\u001b[H\u001b[4~\u001b[2~\u001b[3~\u001b[5~\u001b[6~').keys, [
    'home',
    'end',
    'insert',
    'delete',
    'pageUp',
    'pageDown',
  ]);
  assert.deepEqual(read('\u001bOP\u001b[12~\u001b[[C\u001b[15~\u001b[24~\u001b[1;5S').keys, [
    'f1',
    'f2',
    'f3',
    'f5',
    'f12',
    'ctrl-f4',
  ]);
  assert.deepEqual(read('\u001b[Z\u001b[3;7~\u001b[97;5u\u001b[13;2u').keys, [
    'shift-tab',
    'ctrl-alt-delete',
    'ctrl-a',
    'shift-enter',
  ]);
});

test('sequences and characters cut into pieces are put together', () => {
  assert.deepEqual(read('\u001b', '[', '1;', '5', 'A').keys, ['ctrl-up']);
  const euro = Buffer.from('€');
  const keys: string[] = [];
  const reader = new KeyReader((key) => keys.push(named(key)));
  reader.push(euro.subarray(0, 1));
  reader.push(euro.subarray(1));
  assert.deepEqual(keys, ['U+20ac']);
});

test('a lone escape is the key, once nothing followed', () => {
  const { keys, reader } = read('\u001b');
  assert.ok(reader.waiting);
  assert.deepEqual(keys, []);
  reader.flush();
  assert.deepEqual(keys, ['escape']);
  assert.deepEqual(read('\u001b\u001b[A').keys, ['escape', 'up']);
});

test('reports of the terminal are no keys', () => {
  const reports =
    '\u001b[<0;10;5M\u001b[<0;10;5m\u001b[?62;4c\u001b[24;80R\u001b[I\u001b[O\u001b[200~x\u001b[201~';
  assert.deepEqual(read(reports).keys, ['x']);
});

test('keys are pressed and let go with their modifiers, one after the other', () => {
  const { clock, pass } = fakeClock();
  const sent: string[] = [];
  const typist = new Typist(clock, (keysym, down) =>
    sent.push(`${down ? '+' : '-'}${names.get(keysym) ?? String.fromCharCode(keysym)}`),
  );
  const key = (keysym: number, held: Partial<KeyPress> = {}) =>
    typist.press({ keysym, shift: false, control: false, alt: false, ...held });
  key(97);
  assert.equal(sent.join(' '), '+a -a');
  sent.length = 0;
  key(keysyms.delete, { control: true, alt: true });
  key(65, { shift: true });
  assert.deepEqual(sent, [], 'the guest needs a moment between two keys');
  pass(12);
  assert.equal(sent.join(' '), '+control +alt +delete -delete -alt -control');
  sent.length = 0;
  pass(12);
  assert.equal(sent.join(' '), '+shift +A -A -shift');
  let taken = 0;
  while (taken < 5000 && key(97)) taken += 1;
  assert.ok(taken >= 1000 && taken < 5000, 'an endless paste is cut off');
  typist.stop();
  sent.length = 0;
  pass(1000);
  assert.deepEqual(sent, []);
});
