// F32: folders that cannot be written. The console starts, says in one line what cannot be saved, and goes on.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { startTerminal, type TestTerminal } from '../support/pty.ts';
import { answer, cursorRow, pressFor, selectGuest } from '../support/scenario.ts';

/** Not even root can make a file here. */
const readOnly = '/sys/kernel';

/** Lines that speak of it, however often the screen was drawn. */
function told(terminal: TestTerminal): string[] {
  return terminal.screen().filter((row) => row.includes('cannot be saved'));
}

/** The console is at work: it moves, shows a page, and comes back. */
async function assertWorks(terminal: TestTerminal): Promise<void> {
  await terminal.press('down', 'down');
  await terminal.waitFor(() => cursorRow(terminal).includes('102'), 'the cursor on 102');
  await pressFor(terminal, 'enter', '[Summary]');
  await terminal.press('esc');
  await terminal.waitFor('Guests 22');
  await pressFor(terminal, '1', /^> pve1/m);
  await pressFor(terminal, '2', /\[Guests\]/);
}

describe('folders that cannot be written', { concurrency: 2 }, () => {
  test('state and cache: it says so and works; an action is refused, for want of its audit line', async (t) => {
    const homelab = await startTestDemo(t, { speed: 10 });
    for (const name of ['state', 'cache']) symlinkSync(readOnly, join(homelab.configDir, name));
    const terminal = startTerminal({ t, env: homelab.env, cols: 160 });
    await terminal.waitFor('Guests 22');
    await terminal.waitFor(
      /⚠ cannot be saved: the audit log, trusted certificates, the last known state · \S+\/state: .*\(E[A-Z]+\)/,
    );
    assert.equal(told(terminal).length, 1, 'one line');
    await assertWorks(terminal);
    await selectGuest(terminal, 'win10-test');
    await pressFor(terminal, 'p', 'Power');
    await terminal.press('s');
    await answer(terminal, 'y');
    await terminal.waitFor(/audit log cannot be written/);
    assert.deepEqual(homelab.writes(), []);
    await terminal.press('q');
    assert.equal(await terminal.waitExit(), 0);
  });

  test('choices: it says so, works, and ends as ever', async (t) => {
    const homelab = await startTestDemo(t);
    mkdirSync(join(homelab.configDir, 'preferences.json'));
    const terminal = startTerminal({ t, env: homelab.env, cols: 80, rows: 24 });
    await terminal.waitFor('Guests 22');
    const text = await terminal.waitFor(/⚠ the preferences cannot be used/);
    assert.match(text, /choices hold for\s+this run only/);
    assert.ok(!text.includes('cannot be saved'), 'the folder itself can be written');
    await assertWorks(terminal);
    await terminal.press('q');
    assert.equal(await terminal.waitExit(), 0);
    const left = readdirSync(homelab.configDir).filter((name) => name.startsWith('.'));
    assert.deepEqual(left, [], 'no file of a test of writing stays behind');
  });
});
