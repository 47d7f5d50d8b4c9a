// Debian packages: vim-tiny
// The terminal handed over to programs and taken back, on a real terminal: every way in and out.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { root, startTerminal, type TestTerminal } from '../support/pty.ts';
import { tempDir } from '../support/temp.ts';

const program = join(root, 'test', 'support', 'handover-program.tsx');

/** The program under a shell that tells the terminal's modes before and after it. */
async function start(t: TestContext): Promise<{ terminal: TestTerminal; file: string }> {
  const file = join(tempDir(t), 'file');
  writeFileSync(file, '');
  const run = `'${process.execPath}' --import tsx '${program}' '${file}'`;
  const script = `stty -g; echo above; ${run}; echo "code $?"; stty -g; echo below`;
  const terminal = startTerminal({
    t,
    cols: 80,
    rows: 24,
    program: { file: 'bash', args: ['--norc', '-c', script] },
  });
  await terminal.waitFor('frame: ready');
  await terminal.waitFor('ticking');
  return { terminal, file };
}

/** Ends it, and checks that the terminal is what it was: modes, screen, cursor. */
async function leavesNoTrace(terminal: TestTerminal): Promise<void> {
  terminal.send('q');
  await terminal.waitFor('below');
  const modes = terminal.screen().filter((row) => /^[0-9a-f]+(:[0-9a-f]+){10,}$/.test(row));
  const text = terminal.text();
  assert.match(text, /above/, 'the screen of before');
  assert.match(text, /code 0/);
  assert.equal(modes.length, 2, text);
  assert.equal(modes[0], modes[1]);
  const written = terminal.output();
  assert.ok(written.lastIndexOf('\u001b[?25h') > written.lastIndexOf('\u001b[?25l'));
  assert.ok(written.lastIndexOf('\u001b[?1049l') > written.lastIndexOf('\u001b[?1049h'));
}

describe('the terminal handed over', { concurrency: 2 }, () => {
  test('vi: the first key is its own, the file is saved, the frame comes back', async (t) => {
    const { terminal, file } = await start(t);
    terminal.send('v');
    await terminal.waitFor(/^~/m);
    terminal.send('iwritten in vi');
    await terminal.waitFor('written in vi');
    terminal.send('\u001b');
    await terminal.waitIdle();
    terminal.send(':wq\r');
    await terminal.waitFor('frame: exit code 0');
    assert.equal(readFileSync(file, 'utf8'), 'written in vi\n');
    await leavesNoTrace(terminal);
  });

  test('a shell with job control: its exit code, and a size that changed meanwhile', async (t) => {
    const { terminal } = await start(t);
    terminal.send('s');
    await terminal.waitFor(/[#$] $/m);
    terminal.send('stty size; stty -a | grep -o " icanon"\r');
    await terminal.waitFor(/^24 80$[\s\S]*^ icanon$/m);
    terminal.resize(70, 20);
    terminal.send('stty size\r');
    await terminal.waitFor(/^20 70$/m);
    terminal.send('exit 7\r');
    await terminal.waitFor('frame: exit code 7');
    terminal.send('c');
    await terminal.waitFor('raw at 70x20');
    terminal.send('.');
    await terminal.waitFor('frame: typed 2e');
    await leavesNoTrace(terminal);
  });

  test('a program that is not there, one that is killed in the middle, one that is interrupted', async (t) => {
    const { terminal } = await start(t);
    terminal.send('n');
    await terminal.waitFor('frame: There is no program no-such-program-here on this machine');
    terminal.send('k');
    await terminal.waitFor('frame: exit code 137');
    terminal.send('i');
    await terminal.waitFor('waiting');
    terminal.send('\u0003');
    await terminal.waitFor('frame: exit code 3');
    await leavesNoTrace(terminal);
  });

  test('a job that throws on a screen it left in a mess', async (t) => {
    const { terminal } = await start(t);
    terminal.send('x');
    await terminal.waitFor('frame: failed: broken job');
    const written = terminal.output();
    assert.ok(written.lastIndexOf('\u001b[?1003l') > written.lastIndexOf('\u001b[?1003h'));
    await leavesNoTrace(terminal);
  });

  test('raw bytes as they are typed, new sizes, and the mouse switched off meanwhile', async (t) => {
    const { terminal } = await start(t);
    terminal.send('c');
    await terminal.waitFor('raw at 80x24');
    terminal.send('\u0003');
    await terminal.waitFor('got 03');
    terminal.send('\u00e9');
    await terminal.waitFor('got c3a9');
    terminal.send('\u001b[A');
    await terminal.waitFor('got 1b5b41');
    terminal.resize(90, 30);
    await terminal.waitFor('resized to 90x30');
    const handed = terminal.output();
    assert.ok(handed.lastIndexOf('\u001b[?1000l') > handed.lastIndexOf('\u001b[?1000h'));
    terminal.send('.');
    await terminal.waitFor(/frame: typed 03 c3a9 1b5b41 2e/);
    const back = terminal.output();
    assert.ok(back.lastIndexOf('\u001b[?1000h') > back.lastIndexOf('\u001b[?1000l'));
    // Its own keys work as before.
    terminal.send('n');
    await terminal.waitFor('frame: There is no program');
    await leavesNoTrace(terminal);
  });
});
