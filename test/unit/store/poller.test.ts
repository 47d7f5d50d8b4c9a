import assert from 'node:assert/strict';
import test from 'node:test';
import { startPoller, type Timers } from '../../../source/store/poller.ts';

/** A clock that runs what is due when told to. */
function fakeTimers() {
  let time = 0;
  const due = new Map<number, { at: number; run: () => void }>();
  let next = 0;
  const timers: Timers = {
    now: () => time,
    random: () => 0,
    setTimeout: (run, ms) => {
      next += 1;
      due.set(next, { at: time + ms, run });
      return next;
    },
    clearTimeout: (handle) => void due.delete(handle as number),
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    timers,
    settle,
    waits: () => [...due.values()].map(({ at }) => at - time),
    async advance(ms: number) {
      time += ms;
      for (const [id, { at, run }] of [...due]) {
        if (at <= time) {
          due.delete(id);
          run();
        }
      }
      await settle();
    },
  };
}

test('polls at once, then again after the pause, never two at a time', async () => {
  const clock = fakeTimers();
  let calls = 0;
  let finish: (good: boolean) => void = () => {};
  const poller = startPoller({
    every: () => 10_000,
    timers: clock.timers,
    poll: () => {
      calls += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
  });
  assert.equal(calls, 1);
  poller.kick();
  poller.kick();
  assert.equal(calls, 1, 'a call under way is not doubled');
  finish(true);
  await clock.settle();
  assert.equal(calls, 2, 'but there is one more after it: it may have been read too early');
  finish(true);
  await clock.settle();
  assert.equal(calls, 2);
  assert.deepEqual(clock.waits(), [10_000]);
  await clock.advance(10_000);
  assert.equal(calls, 3);
  poller.stop();
});

test('failures double the pause up to a minute and it never gives up', async () => {
  const clock = fakeTimers();
  let calls = 0;
  const poller = startPoller({
    every: () => 10_000,
    timers: clock.timers,
    poll: async () => {
      calls += 1;
      return false;
    },
  });
  await clock.settle();
  const waits: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const [wait = 0] = clock.waits();
    waits.push(wait);
    await clock.advance(wait);
  }
  assert.deepEqual(waits, [10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  assert.equal(calls, 7);
  poller.stop();
});

test('a success after failures goes back to the normal pause; kick does not wait for it', async () => {
  const clock = fakeTimers();
  const answers = [false, false, true, true];
  let calls = 0;
  const poller = startPoller({
    every: () => 1_000,
    timers: clock.timers,
    poll: async () => answers[calls++] ?? true,
  });
  await clock.settle();
  poller.kick();
  await clock.settle();
  poller.kick();
  await clock.settle();
  assert.equal(calls, 3);
  assert.deepEqual(clock.waits(), [1_000]);
  poller.stop();
});

test('stopping aborts the call under way and starts no other', async () => {
  const clock = fakeTimers();
  let aborted = false;
  const poller = startPoller({
    every: () => 1_000,
    timers: clock.timers,
    poll: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve(true);
        });
      }),
  });
  poller.stop();
  await clock.settle();
  assert.equal(aborted, true);
  assert.deepEqual(clock.waits(), []);
});
