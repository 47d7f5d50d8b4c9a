// Tasks: followed line by line to the end, stopped, and read after they failed.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { TestTerminal } from '../support/pty.ts';
import {
  answer,
  cursorRow,
  openConsole,
  pressFor,
  selectGuest,
  untilWorld,
} from '../support/scenario.ts';

/** Takes a snapshot with RAM of web-server, which takes a while. */
async function takeLongSnapshot(terminal: TestTerminal): Promise<void> {
  await selectGuest(terminal, 'web-server');
  await pressFor(terminal, 's', 'Include RAM');
  await terminal.press('tab', 'tab', 'space');
  await terminal.waitFor('[x] yes');
  await terminal.press('enter');
  await answer(terminal, 'y');
  await terminal.waitFor('⟳ Take snapshot guest 101 web-server');
}

describe('tasks', { concurrency: 2 }, () => {
  test("a task's log is followed line by line to its end", async (t) => {
    const { terminal, world } = await openConsole(t, { demo: { speed: 0.02 } });
    await takeLongSnapshot(terminal);
    await terminal.press('7');
    await terminal.waitFor(() => /⟳ running +Snapshot 101/.test(cursorRow(terminal)), 'the task');
    const first = await pressFor(terminal, 'enter', 'saving VM state and RAM');
    assert.match(first, /⟳ running/);
    assert.ok(!first.includes('completed saving'));
    // One second of work is 50 s at this speed.
    world.faults.advance(60);
    const more = await terminal.waitFor(/GiB in 1s/);
    assert.ok(!more.includes('completed saving'));
    world.faults.advance(600);
    const end = await terminal.waitFor('TASK OK');
    assert.match(end, /completed saving the VM state/);
    // The log and the status are two calls: the end may be read in one before the other.
    await terminal.waitFor('✓ ok');
    await terminal.waitFor('✓ Take snapshot guest 101 web-server: done');
    const [newest] = [...world.tasks.ofNode('pve1')].reverse();
    assert.equal(newest?.status, 'OK');
  });

  test('l leads from a guest to its tasks, enter to the log', async (t) => {
    const { terminal } = await openConsole(t, { demo: { speed: 0.02 } });
    await takeLongSnapshot(terminal);
    await pressFor(terminal, 'l', /101 web-server[\s\S]*\[Tasks\][\s\S]*running +Snapshot/);
    await pressFor(terminal, 'enter', /\[Log\][\s\S]*saving VM state/);
    await pressFor(terminal, 'esc', '[Tasks]');
    await pressFor(terminal, 'esc', /^> +101 web-server/m);
  });

  test('x stops a running task after a question; its log says so', async (t) => {
    const { terminal, homelab, world } = await openConsole(t, { demo: { speed: 0.02 } });
    await takeLongSnapshot(terminal);
    await terminal.press('7');
    await terminal.waitFor(() => /⟳ running +Snapshot 101/.test(cursorRow(terminal)), 'the task');
    await pressFor(terminal, 'enter', 'saving VM state and RAM');
    await terminal.press('x');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /Stop task qmsnapshot 101\?/);
    assert.match(question, /It is interrupted where it is/);
    const before = homelab.writes().length;
    await answer(terminal, 'y');
    await terminal.waitFor('received interrupt');
    await untilWorld({ world }, 'the end of the task', () => world.tasks.running().length === 0);
    await terminal.waitFor(/✗ .*Take snapshot guest 101 web-server|✗ failed/);
    const sent = homelab.writes().slice(before);
    assert.equal(sent.length, 1);
    assert.match(sent[0] ?? '', /^DELETE \/nodes\/pve1\/tasks\/UPID/);
  });

  test("a failed task's words are read on the spot and in its log", async (t) => {
    const { terminal } = await openConsole(t, { demo: { speed: 60 }, cols: 100, rows: 26 });
    await selectGuest(terminal, 'legacy-app');
    await pressFor(terminal, 'p', 'Power');
    await terminal.press('d');
    await terminal.waitFor(/Shut down/);
    if (!terminal.text().includes('y/N')) await terminal.press('enter');
    await answer(terminal, 'y');
    const failed = (await terminal.waitFor(/✗ .*[Ss]hut/)).replace(/\s+/g, ' ');
    assert.match(failed, /VM quit\/powerdown failed/);
    await terminal.press('7');
    await terminal.waitFor(() => /✗ failed +Shut down 108/.test(cursorRow(terminal)), 'the task');
    await pressFor(terminal, 'enter', /TASK ERROR: VM quit\/powerdown failed/);
  });

  test('failed tasks are found by the filter', async (t) => {
    const { terminal } = await openConsole(t);
    await pressFor(terminal, '7', 'Start 112');
    await terminal.press('/');
    await terminal.type('status:failed');
    await terminal.press('enter');
    await terminal.waitFor(/Tasks \d of \d/);
    assert.match(cursorRow(terminal), /✗ failed +Back up/);
    assert.ok(!/✓ ok/.test(terminal.screen().slice(3).join('\n').replace(/│.*/g, '')));
  });
});
