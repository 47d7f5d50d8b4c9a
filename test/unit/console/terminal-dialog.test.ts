import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import test from 'node:test';
import { runConsoleSession } from '../../../source/actions/console-session.ts';
import { runMonitorSession } from '../../../source/actions/monitor-session.ts';
import { askKey } from '../../../source/actions/terminal-dialog.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import { ok } from '../../../source/domain/result.ts';
import { say } from '../../../source/domain/safe-text.ts';
import type { TextConsole } from '../../../source/services/types.ts';
import { until } from '../../support/until.ts';
import { FakeTerminal } from './fake-terminal.ts';

const awake = async () => undefined;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const heard = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

test('twenty answered questions leave nobody listening', async () => {
  const terminal = new FakeTerminal();
  const { signal } = new AbortController();
  for (let count = 0; count < 20; count += 1) {
    const answer = askKey(terminal, ['y', 'n'], awake, signal);
    await turn();
    assert.equal(heard(signal), 1);
    terminal.type(count % 2 === 0 ? 'Y' : '\u001b');
    assert.equal(await answer, count % 2 === 0 ? 'y' : undefined);
    assert.equal(heard(signal), 0);
    assert.equal(terminal.listeners, 0);
  }
});

test('a question that is over before, while or after it is drawn has no answer', async () => {
  for (const when of ['before', 'while', 'after'] as const) {
    const terminal = new FakeTerminal();
    const stop = new AbortController();
    if (when === 'before') stop.abort();
    const sleep = async () => {
      if (when === 'while') stop.abort();
    };
    const answers: (string | undefined)[] = [];
    void askKey(terminal, ['y'], sleep, stop.signal).then((answer) => answers.push(answer));
    await turn();
    if (when === 'after') stop.abort();
    await until(`an end, aborted ${when}`, () => answers.length > 0);
    assert.deepEqual(answers, [undefined]);
    assert.equal(heard(stop.signal), 0, when);
    assert.equal(terminal.listeners, 0, when);
  }
});

test('a monitor that is cancelled before it begins sends nothing', async () => {
  const terminal = new FakeTerminal();
  const sent: string[] = [];
  const end = await runMonitorSession({
    terminal,
    label: say`guest 101 web01`,
    detachName: say`ctrl-]`,
    detachByte: 0x1d,
    first: 'quit',
    problem: () => undefined,
    confirm: () => assert.fail('nobody is there to be asked'),
    send: async (command) => {
      sent.push(command);
      return ok([]);
    },
    sleep: awake,
    signal: AbortSignal.abort(),
  });
  assert.equal(end, 'cancelled');
  assert.deepEqual(sent, []);
  assert.equal(terminal.listeners, 0);
});

test('a console that is cancelled as it is to be opened again is not opened', async () => {
  const cut: Failure = { kind: 'unreachable', what: say`The connection was cut` };
  const terminal = new FakeTerminal();
  const stop = new AbortController();
  let close: (failure: Failure | undefined) => void = () => {};
  const first: TextConsole = {
    onData: () => undefined,
    onClose: (listener) => {
      close = listener;
    },
    write: () => undefined,
    resize: () => undefined,
    close: () => undefined,
  };
  let opened = 0;
  const end = runConsoleSession({
    terminal,
    label: say`guest 101 web01`,
    kind: 'console',
    detachName: say`ctrl-]`,
    detachByte: 0x1d,
    first,
    reopen: async () => {
      opened += 1;
      return { ok: false, failure: cut };
    },
    signal: stop.signal,
  });
  close(cut);
  await until('the question', () => terminal.shown.includes('r connects again'));
  terminal.type('r');
  stop.abort();
  assert.deepEqual(await end, { how: 'cancelled' });
  assert.equal(opened, 0);
  assert.equal(heard(stop.signal), 0);
  assert.equal(terminal.listeners, 0);
});
