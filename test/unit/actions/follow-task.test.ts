import assert from 'node:assert/strict';
import test from 'node:test';
import { followTask } from '../../../source/actions/follow-task.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import type { TaskOutcome, TaskStatus } from '../../../source/domain/task.ts';
import type { TaskApi } from '../../../source/services/types.ts';
import { fakeSite, safe, upid, virtualTime } from './fakes.ts';

const backup = upid('vzdump', '101');
const running: Result<TaskStatus> = ok({ running: true, outcome: 'running' });
const ended = (outcome: TaskOutcome, exitstatus?: string): Result<TaskStatus> =>
  ok({ running: false, outcome, ...(exitstatus ? { exitstatus: safe(exitstatus) } : {}) });
const down: Result<TaskStatus> = fail({ kind: 'unreachable', what: safe('no route to host') });

/** A task that answers `states` one after the other and has written `log` from the start. */
function taskApi(states: Result<TaskStatus>[], log: string[] = []) {
  const pages: number[] = [];
  const api: Partial<TaskApi> = {
    status: async () => states.shift() ?? assert.fail('asked after the end'),
    log: async (_upid, { start, limit }) => {
      pages.push(start);
      const lines = log.slice(start, start + limit).map(safe);
      return ok({ lines, next: start + lines.length });
    },
  };
  return { api, pages };
}

async function follow(api: Partial<TaskApi>, signal = new AbortController().signal) {
  const time = virtualTime();
  const lines: string[] = [];
  const result = await followTask(fakeSite({ tasks: api }), backup, {
    signal,
    sleep: time.sleep,
    onLines: (more) => lines.push(...more),
  });
  return { result, lines, naps: time.naps };
}

function failure(result: Result<unknown>): Failure {
  assert.equal(result.ok, false, 'expected a failure');
  return (result as { failure: Failure }).failure;
}

test('a good end is ok, with every log line once and in order', async () => {
  const log = ['INFO: starting', 'INFO: 50%', 'TASK OK'];
  const { api } = taskApi([running, running, ended('ok', 'OK')], log);
  const { result, lines } = await follow(api);
  assert.deepEqual(result, ok('ok'));
  assert.deepEqual(lines, log);
});

test('a log that grows is read from where it was left', async () => {
  const log = ['one'];
  const { api, pages } = taskApi([running, running, ended('ok', 'OK')], log);
  const site = { ...api };
  site.status = async (asked) => {
    const answer = await (api.status as TaskApi['status'])(asked);
    if (log.length < 3) log.push(`line ${log.length + 1}`);
    return answer;
  };
  const { lines } = await follow(site);
  assert.deepEqual(lines, ['one', 'line 2', 'line 3']);
  assert.deepEqual(pages.slice(0, 2), [0, 2]);
});

test('a long log is read in pages of 500', async () => {
  const log = Array.from({ length: 1_203 }, (_, index) => `line ${index}`);
  const { api, pages } = taskApi([ended('ok', 'OK')], log);
  const { lines } = await follow(api);
  assert.equal(lines.length, 1_203);
  assert.deepEqual(pages, [0, 500, 1_000]);
});

test('warnings are told apart from ok', async () => {
  const { api } = taskApi([ended('warning', 'WARNINGS: 2')]);
  assert.deepEqual((await follow(api)).result, ok('warning'));
});

test("a failed task is a failure with Proxmox's own words", async () => {
  const log = ['ERROR: something on the way'];
  const { api } = taskApi([ended('error', 'no space left on device')], log);
  const failed = failure((await follow(api)).result);
  assert.equal(failed.kind, 'task-failed');
  assert.equal(failed.where, 'vzdump 101 on pve1');
  assert.equal(failed.detail, 'no space left on device');
});

test('without an exit status the last error line of the log is told', async () => {
  const log = ['ERROR: first', 'INFO: cleanup', 'TASK ERROR: job errors', 'INFO: bye'];
  const { api } = taskApi([ended('error')], log);
  assert.equal(failure((await follow(api)).result).detail, 'TASK ERROR: job errors');
});

test('a task that vanished without a result is not called a success', async () => {
  const { api } = taskApi([ended('unknown', 'unexpected status')]);
  const failed = failure((await follow(api)).result);
  assert.equal(failed.kind, 'task-failed');
  assert.match(failed.what, /without a result/);
});

test('an outage does not end it: it asks on, more slowly, and sees the end', async () => {
  const states = [running, down, down, down, down, down, down, down, ended('ok', 'OK')];
  const { api } = taskApi(states);
  const { result, naps } = await follow(api);
  assert.deepEqual(result, ok('ok'));
  assert.equal(naps.length, 8);
  const outage = naps.slice(1);
  for (let index = 1; index < outage.length; index += 1) {
    assert.ok((outage[index] ?? 0) >= (outage[index - 1] ?? 0), 'pauses grow');
  }
  assert.equal(Math.max(...naps), 10_000);
});

test('after an outage it is quick again', async () => {
  const states = [down, down, down, down, down, down, running, ended('ok', 'OK')];
  const { naps } = await follow(taskApi(states).api);
  assert.ok((naps.at(-1) ?? 0) <= 2_000, `the last pause was ${naps.at(-1)} ms`);
});

for (const kind of ['unauthenticated', 'denied', 'tls-changed', 'not-found'] as const) {
  test(`asking again cannot help after ${kind}`, async () => {
    const refused: Failure = { kind, what: safe('no') };
    const { api } = taskApi([running, fail(refused)]);
    assert.equal(failure((await follow(api)).result), refused);
  });
}

test('aborting stops the looking, not the task, and says so', async () => {
  const stop = new AbortController();
  const api: Partial<TaskApi> = {
    status: async () => {
      stop.abort();
      return running;
    },
    stop: async () => assert.fail('the task itself must go on'),
  };
  const given = failure((await follow(api, stop.signal)).result);
  assert.equal(given.kind, 'cancelled');
  assert.match(given.next ?? '', /the task itself goes on/);
  const before = await follow({}, AbortSignal.abort());
  assert.equal(failure(before.result).kind, 'cancelled');
});

test('a log that cannot be read hides no end', async () => {
  const api: Partial<TaskApi> = {
    status: async () => ended('ok', 'OK'),
    log: async () => fail({ kind: 'denied', what: safe('no') }),
  };
  const { result, lines } = await follow(api);
  assert.deepEqual(result, ok('ok'));
  assert.deepEqual(lines, []);
});
