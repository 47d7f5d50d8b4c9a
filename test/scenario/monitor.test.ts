// QEMU's monitor in the terminal, on the demo homelab.
import assert from 'node:assert/strict';
import test, { describe, type TestContext } from 'node:test';
import type { TestTerminal } from '../support/pty.ts';
import { guestOf, openConsole, pressFor, selectGuest, write } from '../support/scenario.ts';
import { until } from '../support/until.ts';

/** The monitor of `web-server`, opened from the palette. */
async function onMonitor(t: TestContext) {
  const scene = await openConsole(t, { cols: 100, rows: 30 });
  await selectGuest(scene.terminal, 'web-server');
  await pressFor(scene.terminal, ':', /:/);
  await write(scene.terminal, 'open monitor');
  await scene.terminal.press('enter');
  await scene.terminal.waitFor(/Leave with|qm> $/);
  if (/Leave with/.test(scene.terminal.text())) scene.terminal.send('\r');
  await scene.terminal.waitFor(/-- Monitor of guest 101 web-server · ctrl-\] leaves/);
  await scene.terminal.waitFor(prompted, 'the prompt');
  return scene;
}

const prompted = (text: string) => /(^|\n)qm>$/.test(text.trimEnd());
/** Answers the question; keys that come too soon after it was drawn are no answer. */
async function decide(terminal: TestTerminal, key: string, done: () => boolean): Promise<void> {
  await until('the answer', async () => {
    if (done()) return true;
    terminal.send(key);
    await terminal.waitIdle();
    return done() || undefined;
  });
}

const leave = async (terminal: TestTerminal) => {
  terminal.send('\u001d');
  await terminal.waitFor('Left the monitor of guest 101 web-server');
};

describe('the monitor', { concurrency: 2 }, () => {
  test('looks, edits a line, asks before a change, and gives the screen back', async (t) => {
    const { terminal, world, homelab } = await onMonitor(t);
    terminal.send('info sttus\u001b[D\u001b[D\u001b[Da');
    await terminal.waitFor(/^qm> info status$/m);
    terminal.send('\r');
    await terminal.waitFor(/^VM status: running$/m);
    terminal.send('dance\r');
    await terminal.waitFor(/Send "dance" to the monitor/);
    await decide(terminal, 'n', () => terminal.text().includes('-- Not sent --'));
    terminal.send('stop\r');
    await terminal.waitFor(/Not sent[\s\S]*y sends it, n or esc does not/);
    await decide(terminal, 'y', () => guestOf({ world }, 101).qmpstatus === 'paused');
    await terminal.waitFor(prompted, 'the prompt');
    terminal.send('\u001b[A\u001b[A\u001b[A\r');
    await terminal.waitFor(/^VM status: paused$/m);
    await leave(terminal);
    assert.ok(homelab.writes().every((each) => each.endsWith('/qemu/101/monitor')));
    assert.deepEqual(world.failures, []);
  });

  test('a guest that ended meanwhile: the monitor says so in Proxmox\u2019s words', async (t) => {
    const { terminal, world } = await onMonitor(t);
    guestOf({ world }, 101).status = 'stopped';
    terminal.send('info status\r');
    await terminal.waitFor(/The monitor did not answer.*VM 101 not running/s);
    await terminal.waitFor(prompted, 'the prompt');
    await leave(terminal);
  });
});
