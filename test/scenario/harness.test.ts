import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { keyBytes, startTerminal } from '../support/pty.ts';

// A program that names every key and its size, the last one in reverse video.
const echo = `
process.stdin.setRawMode(true);
const size = () => process.stdout.columns + 'x' + process.stdout.rows;
process.stdout.write('\\x1b[2J\\x1b[Hready ' + size() + '\\r\\n');
process.stdout.on('resize', () => process.stdout.write('\\r\\nnow ' + size() + '\\r\\n'));
process.stdin.on('data', (data) => {
  if (String(data) === 'q') process.exit(7);
  process.stdout.write('\\r\\n \\x1b[7m' + JSON.stringify(String(data)) + '\\x1b[0m');
});`;

function start(t: TestContext) {
  const program = { file: process.execPath, args: ['-e', echo] };
  return startTerminal({ t, program, cols: 40, rows: 8 });
}

test('keys go in, the screen comes out, and the exit code is known', async (t) => {
  const terminal = start(t);
  await terminal.waitFor('ready 40x8');
  await terminal.press('down', 'ctrl-a', 'a');
  assert.deepEqual(terminal.screen().slice(2, 5), [' "\\u001b[B"', ' "\\u0001"', ' "a"']);
  assert.deepEqual(terminal.reversed(), [' "\\u001b[B"', ' "\\u0001"', ' "a"']);
  terminal.resize(60, 10);
  await terminal.waitFor(/now 60x10/);
  assert.equal(terminal.screen().length, 10);
  assert.equal(terminal.bytesWritten(), Buffer.byteLength(terminal.output()));
  terminal.send('q');
  assert.equal(await terminal.waitExit(), 7);
});

test('a wait in vain shows the screen', async (t) => {
  const terminal = start(t);
  await terminal.waitFor('ready');
  terminal.send('q');
  await assert.rejects(
    terminal.waitFor('never'),
    /It ended before: never[\s\S]*code 7[\s\S]*ready 40x8/,
  );
});

test('an unknown key is a mistake of the test', () => {
  assert.throws(() => keyBytes('dwon'), /No such key/);
  assert.equal(keyBytes('ctrl-z'), '\u001a');
});
