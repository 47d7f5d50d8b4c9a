// Dialogs lie over what was on the screen: the list stays in sight around them.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { TestTerminal } from '../support/pty.ts';
import { cursorRow, dialogOf, openConsole, pressFor } from '../support/scenario.ts';

/** Rows of the list up to the state; what follows are figures, which change. */
const listRow = /^[> ]{2} +\d{3} \S.* [●○◐✗◌▣] \w+/;
const listRows = (terminal: TestTerminal) =>
  terminal.screen().flatMap((row) => listRow.exec(row)?.[0].replace('>', ' ') ?? []);

describe('dialogs over the list', { concurrency: 2 }, () => {
  test('at 80×24 the question is whole and the list is above and below it', async (t) => {
    const { terminal, homelab } = await openConsole(t, { cols: 80, rows: 24 });
    for (let step = 0; step < 11; step += 1) await terminal.press('down');
    await terminal.waitFor(() => cursorRow(terminal).includes('win10-test'), 'the cursor on it');
    await terminal.waitIdle();
    const before = listRows(terminal);
    await terminal.press('p', 's');
    await terminal.waitFor('y/N');
    await terminal.waitIdle();
    const dialog = dialogOf(terminal, 'Start');
    assert.match(dialog[0] ?? '', /^Start guest 111 win10-test\?$/);
    assert.match(dialog.join('\n'), /Target: 111 win10-test · qemu on pve1 · site home/);
    assert.match(dialog.join(' '), /y\/N .*y does it; n or esc leaves it as it is\./);
    const around = listRows(terminal);
    assert.ok(around.length >= 8, terminal.text());
    for (const row of around) assert.ok(before.includes(row), row);
    assert.match(around[0] ?? '', /100 .*dev-lab/, 'above it');
    const below = terminal.text().split('└').at(-1) ?? '';
    assert.match(below, /\d{3} +\w+/, 'below it');
    await terminal.press('n');
    await terminal.waitFor((text) => !text.includes('y/N'), 'the question gone');
    await terminal.waitIdle();
    assert.deepEqual(listRows(terminal), before, 'nothing of it is left');
    assert.deepEqual(homelab.writes(), []);
  });

  test('at 80×24 a menu has the list beside it', async (t) => {
    const { terminal } = await openConsole(t, { cols: 80, rows: 24 });
    await pressFor(terminal, 'S', '┌─ Sort by');
    await terminal.waitIdle();
    assert.match(dialogOf(terminal, 'Sort by').join('\n'), /^> VMID[\s\S]*^Memory$/m);
    assert.match(terminal.text(), /^ +103 database-\w*│ +Type +│.*GiB/m);
  });

  test('at 60×15 and on a page the dialog is whole too', async (t) => {
    const { terminal } = await openConsole(t, { cols: 60, rows: 15 });
    await terminal.press('down', 'p');
    await terminal.waitFor('┌─ Power');
    await terminal.waitIdle();
    assert.match(dialogOf(terminal, 'Power').join('\n'), /^d Shut down/m);
    await terminal.press('esc', 'enter');
    await terminal.waitFor('[Summary]');
    await pressFor(terminal, 'p', '┌─ Power');
    assert.match(terminal.text(), /\[Summary\]/, 'the page is behind it');
    terminal.resize(120, 40);
    await terminal.waitFor(/\[Summary\][\s\S]*CPU [\s\S]*┌─ Power/);
    await terminal.waitIdle();
    dialogOf(terminal, 'Power');
  });
});
