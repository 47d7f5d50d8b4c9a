import assert from 'node:assert/strict';
import test from 'node:test';
import { say } from '../../../source/domain/safe-text.ts';
import { until } from '../../support/until.ts';
import { type FakeWorld, fakeWorld, guest } from './fake-site.ts';
import { startScreen, type TestScreen } from './screen.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];

function lab(change: Partial<FakeWorld> = {}): FakeWorld {
  return fakeWorld('home', {
    guests: names.map((name, index) => guest('home', 101 + index, `guest-${name}`)),
    ...change,
  });
}

/** Marks everything shown and asks to stop it, through the form. */
async function askStopAll(screen: TestScreen): Promise<void> {
  await screen.press('ctrl-a', 'p', 'x');
  await screen.waitFor('Abort a hanging shutdown first');
  await screen.press('enter');
}

test('a disrupting batch of six wants its count typed, and y does nothing', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await askStopAll(screen);
  await screen.waitFor('Stop: 6 targets?');
  await screen.waitFor('Type 6 to confirm:');
  await screen.press('y', 'enter', 'ctrl-u', '5', 'enter');
  assert.deepEqual(world.writes, []);
  await screen.press('ctrl-u', '6', 'enter');
  await screen.waitFor(/Stop: 6 of 6 done/);
  assert.equal(world.writes.length, 6);
  assert.equal(new Set(world.writes).size, 6);
  assert.equal(screen.app.ui.getState().lists.guests?.marks.size, 0, 'the marks are used up');
});

test('at most four of a batch run at a time', async (t) => {
  const open: (() => void)[] = [];
  const world = lab({ gate: () => new Promise<void>((resolve) => open.push(resolve)) });
  const screen = await startScreen(t, [world]);
  await askStopAll(screen);
  await screen.waitFor('Type 6 to confirm:');
  await screen.press('6', 'enter');
  await until('four writes', () => world.waiting === 4);
  await screen.idle();
  assert.equal(world.writes.length, 4);
  for (const next of open.splice(0)) next();
  await until('the other two', () => world.writes.length === 6);
  for (const next of open.splice(0)) next();
  await screen.waitFor(/Stop: 6 of 6 done/);
  assert.equal(world.mostWaiting, 4);
});

test('one failure stops none of the others, and is reported by name', async (t) => {
  const world = lab({
    refuse: (vmid) =>
      vmid === 103 ? { kind: 'locked', what: say`It is locked (backup)` } : undefined,
  });
  const screen = await startScreen(t, [world], { columns: 120 });
  await askStopAll(screen);
  await screen.waitFor('Type 6 to confirm:');
  await screen.press('6', 'enter');
  await screen.waitFor(/✗ Stop: 5 done, 1 failed: guest 103 guest-c/);
  assert.equal(world.writes.length, 6);
});

test('what cannot take part is left out and named before anything runs', async (t) => {
  const world = lab();
  world.guests = world.guests.map((each) =>
    each.vmid === 104 ? { ...each, status: say`stopped` } : each,
  );
  const screen = await startScreen(t, [world], { columns: 120 });
  await askStopAll(screen);
  await screen.waitFor('Stop: 5 targets?');
  await screen.waitFor('left out: guest 104 guest-d: not running');
  await screen.waitFor('y/N');
  await screen.press('y');
  await screen.waitFor(/Stop: 5 of 5 done/);
  assert.ok(world.writes.every((write) => !write.includes('/104/')));
});

test('marked rows of two sites go each to its own site', async (t) => {
  const home = lab();
  const work = fakeWorld('work', { guests: [guest('work', 101, 'twin')] });
  const screen = await startScreen(t, [home, work]);
  assert.match(screen.cursorRow(), /home.*guest-a/);
  await screen.press('space', 'space', 'p', 'd');
  await screen.waitFor(/tab next {2}enter go on/);
  await screen.press('enter');
  await screen.waitFor('y/N');
  assert.match(screen.text(), /guest 101 guest-a on pve1 · site home/);
  await screen.press('y');
  await screen.waitFor(/Shut down: 2 of 2 done/);
  assert.equal(home.writes.length, 1);
  assert.equal(work.writes.length, 1);
});
