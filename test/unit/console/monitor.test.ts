import assert from 'node:assert/strict';
import test from 'node:test';
import { guestMonitor } from '../../../source/actions/guest-monitor.ts';
import {
  commandLimit,
  LineEditor,
  type LineKey,
  LineKeys,
} from '../../../source/actions/line-editor.ts';
import { runMonitorSession } from '../../../source/actions/monitor-session.ts';
import type { Facts } from '../../../source/actions/types.ts';
import {
  forRootOnly,
  monitorConsequence,
  monitorSecret,
  monitorVerb,
  onlyShows,
  shownCommand,
} from '../../../source/domain/monitor.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import { type SafeText, sanitise, say } from '../../../source/domain/safe-text.ts';
import { until } from '../../support/until.ts';
import { facts, fakeSite, guest, noon, platform } from '../actions/fakes.ts';
import { FakeTerminal } from './fake-terminal.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

function typed(...pieces: string[]): string {
  const keys = new LineKeys();
  const editor = new LineEditor();
  const line: string[] = [];
  for (const piece of pieces) {
    for (const key of keys.take(bytes(piece))) {
      if ('text' in key) editor.insert(key.text);
      else if ('pasted' in key) editor.insert(`<${key.pasted}>`);
      else if (key.key === 'enter') {
        line.push(editor.line);
        editor.next();
      } else editor.press(key.key);
    }
  }
  return [...line, editor.line].join('|');
}

test('the line: arrows, home and end, delete, words and history', () => {
  assert.equal(typed('info sttus\u001b[D\u001b[D\u001b[Da'), 'info status');
  assert.equal(typed('nfo\u001b[Hi\u001b[F x\u007f\u007f'), 'info');
  assert.equal(typed('nfo\u0001i\u0005!'), 'info!');
  assert.equal(typed('abc\u001b[H\u001b[3~'), 'bc');
  assert.equal(typed('info status\u0017version'), 'info version');
  assert.equal(typed('info status\u001b[D\u001b[D\u0015'), 'us');
  assert.equal(typed('info status\u001bOD\u001bOD\u000b'), 'info stat');
  assert.equal(typed('one\r', 'two\r', 'dra\u001b[A\u001b[A'), 'one|two|one');
  assert.equal(
    typed('one\r', 'two\r', 'dra\u001b[A\u001b[A\u001b[B\u001b[B\u001b[B'),
    'one|two|dra',
  );
  assert.equal(typed('one\r', '\u001b[A\r', '\u001b[A\u001b[A'), 'one|one|one', 'no line twice');
});

test('the line: sequences and characters that come in pieces, and those that mean nothing', () => {
  assert.equal(typed('ab\u001b', '[', 'Dx'), 'axb');
  assert.equal(typed('\u001b[1;5Pab\u001b[24~c'), 'abc');
  const keys = new LineKeys();
  const got: LineKey[] = [];
  for (const piece of [[0xc3], [0xbc]]) got.push(...keys.take(Uint8Array.from(piece)));
  assert.deepEqual(got, [{ text: 'ü' }]);
});

test('the line: a paste never sends it, marked or not', () => {
  assert.equal(typed('\u001b[200~info status\rquit\r\u001b[201~'), '<info status\rquit\r>');
  assert.equal(typed('\u001b[200~info', ' status\r', '\u001b[201~'), '<info status\r>');
  assert.equal(typed('info status\rquit\r'), '<info status\rquit\r>');
  assert.equal(typed('info status\r'), 'info status|');
});

test('the line: the marks of a paste may be cut anywhere', () => {
  const whole = '\u001b[200~info x\u001b[201~!';
  for (let first = 1; first < whole.length; first += 1) {
    for (let second = first; second < whole.length; second += 1) {
      const pieces = [whole.slice(0, first), whole.slice(first, second), whole.slice(second)];
      assert.equal(typed(...pieces), '<info x>!', JSON.stringify(pieces));
    }
  }
  assert.equal(typed(...whole), '<info x>!', 'byte by byte');
  // What only begins like the end mark belongs to the text.
  assert.equal(typed('\u001b[200~a\u001b[2', '0b\u001b', '\u001b[201', '~'), '<a\u001b[20b\u001b>');
  assert.equal(typed('\u001b[200~info\u001b[20', '1~ x\r', '\u0003'), '<info> x|');
});

test('the line: a paste of a book is cut while its end is looked for', () => {
  const keys = new LineKeys();
  const got: LineKey[] = [];
  const take = (text: string) => got.push(...keys.take(bytes(text)));
  take('\u001b[200~begin');
  for (let count = 0; count < 100; count += 1) take('x'.repeat(1_000));
  take('the end\u001b[2');
  take('01~\u0003');
  const [pasted, key, ...rest] = got;
  assert.ok(pasted && 'pasted' in pasted);
  assert.match(pasted.pasted, /^beginx+$/);
  assert.ok(pasted.pasted.length >= commandLimit && pasted.pasted.length <= 2 * commandLimit);
  assert.deepEqual([key, rest], [{ key: 'interrupt' }, []]);
  got.length = 0;
  take(`\u001b[200~${'x'.repeat(50_000)}\u001b[201~`);
  const [at] = got;
  assert.ok(at && 'pasted' in at && at.pasted.length <= 2 * commandLimit, 'in one piece too');
});

test('QEMU reads a name up to a slash; what Proxmox does not know as a look is none', () => {
  assert.equal(monitorVerb(' quit/x now'), 'quit');
  assert.equal(monitorConsequence('quit/x').plug, true);
  assert.ok(forRootOnly('device_del/x net0'));
  assert.equal(onlyShows('info/x status'), false);
});

test('commands that carry a secret are known, those that name one are sent', () => {
  const secret = [
    'set_password vnc hunter2',
    'set_password/x vnc hunter2',
    'set_password',
    'change vnc password hunter2',
    'change  "vnc"  "passwd" "hunter2"',
    'change vnc -f passwd hunter2',
    'change vnc password',
    'change/x vnc password hunter2',
    'object_add secret,id=s0,data=hunter2',
    'object_add secret,data=hunter2,id=s0',
    'object_add "secret,id=s0,data=hunter2"',
    'object_add {"qom-type": "secret", "id": "s0", "data" : "hunter2"}',
    'qom-set /objects/s0 data hunter2',
    'drive_add 0 file=http://ann:hunter2@host/x.iso',
    'drive_add 0 file=iscsi://ann%hunter2@host/iqn/1',
    'drive_add 0 file=rbd:pool/disk:id=admin:key=hunter2',
    'drive_add 0 driver=ssh,password=hunter2',
    'help set_password hunter2',
    'passwd hunter2',
  ];
  for (const command of secret) {
    assert.ok(monitorSecret(command), command);
    assert.doesNotMatch(shownCommand(command), /hunter2/, command);
    assert.ok(guestMonitor.fields[0]?.problem?.(command, guest(), facts(), {}), command);
  }
  const plain = [
    'info status',
    'help set_password',
    'help expire_password',
    'expire_password vnc now',
    'change ide2 /isos/passwords.iso',
    'change ide2 /isos/data.iso',
    'object_add secret,id=s0,file=/root/s0',
    'object_add tls-creds-x509,id=t0,dir=/etc/pki,passwordid=s0',
    'drive_add 0 file.password-secret=s0,file=http://host/x.iso',
    'drive_add 0 file=nbd://10.0.0.1:10809/x',
    'dump-guest-memory /tmp/data',
    'quit',
  ];
  for (const command of plain) {
    assert.equal(monitorSecret(command), undefined, command);
    assert.equal(shownCommand(command), command);
    assert.equal(guestMonitor.fields[0]?.problem?.(command, guest(), facts(), {}), undefined);
  }
  assert.equal(shownCommand('change vnc password hunter2'), 'change ‹hidden›');
  assert.equal(shownCommand('passwd=hunter2'), '‹hidden›');
});

test('a typed command with a secret is not sent, and neither log nor question hears of it', async () => {
  const { terminal, sent, prompted } = start();
  for (const [index, command] of [
    'change vnc password hunter2',
    'set_password/x vnc hunter2',
    'object_add secret,id=s0,data=hunter2',
  ].entries()) {
    await prompted(index + 1);
    const before = terminal.shown.length;
    terminal.type(`${command}\r`);
    await until('the reason', () => /-- Not sent: .* --/s.test(terminal.shown.slice(before)));
    assert.match(terminal.shown.slice(before), /in a command would stand in\s+logs/);
    assert.doesNotMatch(terminal.shown.slice(before), /\[y\/N\]/);
  }
  assert.deepEqual(sent, []);
  const asked = guestMonitor.confirm(guest(), { command: 'change vnc passwd hunter2' }, facts());
  assert.doesNotMatch(asked.question, /hunter2/);
});

test('which commands only show, which are for root, and what is said of the others', () => {
  for (const command of ['info', ' info status', 'help', '?', 'help info']) {
    assert.equal(onlyShows(command), true, command);
  }
  for (const command of ['quit', 'infos', 'information', 'x /1 0', '', 'stop']) {
    assert.equal(onlyShows(command), false, command);
  }
  assert.ok(forRootOnly('device_del net0') && !forRootOnly('quit'));
  assert.match(monitorConsequence('q').text, /ends the VM at once/);
  assert.equal(monitorConsequence('quit').plug, true);
  assert.match(monitorConsequence('announce_self').text, /goes to QEMU as it is/);
});

interface Given {
  readonly answers?: Readonly<Record<string, Result<readonly SafeText[]>>>;
  readonly first?: string;
  readonly facts?: Facts;
  readonly critical?: boolean;
  readonly slow?: boolean;
}

/** A session with a fake VM behind it. */
function start(given: Given = {}) {
  const terminal = new FakeTerminal();
  const stop = new AbortController();
  const sent: string[] = [];
  let release = () => {};
  const one = guest(given.critical ? { tags: [sanitise('critical')] } : {});
  const end = runMonitorSession({
    terminal,
    label: say`guest 101 web-server`,
    detachName: say`ctrl-]`,
    detachByte: 0x1d,
    first: given.first,
    problem: (command) =>
      guestMonitor.fields[0]?.problem?.(command, one, given.facts ?? facts(), {}),
    confirm: (command) => guestMonitor.confirm(one, { command }, given.facts ?? facts()),
    send: async (command, signal) => {
      sent.push(command);
      if (given.slow) {
        await new Promise<void>((resolve) => {
          release = resolve;
          signal.addEventListener('abort', () => resolve());
        });
        if (signal.aborted) return fail({ kind: 'cancelled', what: say`Cancelled` });
      }
      return given.answers?.[command] ?? ok([say`VM status: running`]);
    },
    sleep: async () => undefined,
    signal: stop.signal,
  });
  const prompted = (times: number) =>
    until('the prompt', () => terminal.shown.split('\r\u001b[Kqm> \r').length > times);
  return { terminal, stop, sent, end, prompted, release: () => release() };
}

test('a command is sent at once, its answer shown, and ctrl-] leaves', async () => {
  const { terminal, sent, end, prompted } = start();
  assert.match(terminal.shown, /-- Monitor of guest 101 web-server · ctrl-\] leaves/);
  await prompted(1);
  terminal.type('info status\r');
  await until('the answer', () => terminal.shown.includes('VM status: running\r\n'));
  await prompted(2);
  terminal.type('\u001d');
  assert.equal(await end, 'left');
  assert.deepEqual(sent, ['info status']);
  assert.equal(terminal.listeners, 0);
  assert.ok(terminal.shown.includes('\u001b[?2004l'), 'pastes are no longer marked');
});

test('a changing command asks; n, enter, esc and a paste send nothing, y does', async () => {
  const { terminal, sent, prompted, end } = start();
  let times = 1;
  for (const key of ['n', '\r', '\u001b', 'yes please']) {
    await prompted(times);
    times += 1;
    const before = terminal.shown.length;
    terminal.type('quit\r');
    const asked = () => terminal.shown.slice(before);
    await until('the question', () => asked().includes('[y/N]'));
    assert.match(asked(), /Send "quit" to the monitor of guest 101 web-server\?/);
    assert.match(asked(), /ends the VM at once, like pulling the plug/);
    await new Promise((resolve) => setImmediate(resolve));
    terminal.type(key);
    if (key.length > 1) {
      await new Promise((resolve) => setImmediate(resolve));
      terminal.type('n');
    }
    await until('the end of it', () => asked().includes('-- Not sent --'));
  }
  assert.deepEqual(sent, []);
  await prompted(times);
  terminal.type('quit\r');
  await until('the question', () => terminal.shown.split('[y/N]').length > 5);
  await new Promise((resolve) => setImmediate(resolve));
  terminal.type('y');
  await until('sent', () => sent.length === 1);
  await prompted(times + 1);
  terminal.type('\u0004');
  assert.equal(await end, 'left');
});

test('on a critical guest the name has to be typed; pasting it is not typing it', async () => {
  const { terminal, sent, prompted } = start({ critical: true });
  await prompted(1);
  terminal.type('system_reset\r');
  await until('the question', () => terminal.shown.includes('Type web-server to send it: '));
  assert.match(terminal.shown, /It is tagged critical/);
  terminal.type('\u001b[200~web-server\u001b[201~');
  terminal.type('\r');
  await until('not sent', () => terminal.shown.includes('-- Not sent --'));
  await prompted(2);
  terminal.type('system_reset\r');
  await until('again', () => terminal.shown.split('Type web-server to send it: \r').length === 3);
  for (const key of 'web-server\r') terminal.type(key);
  await until('sent', () => sent.length === 1);
});

test('a refusal is told in words and the prompt comes back', async () => {
  const failure = {
    kind: 'rejected' as const,
    what: say`The monitor did not answer`,
    detail: sanitise('VM 101 not running'),
  };
  const { terminal, prompted } = start({ answers: { 'info status': fail(failure) } });
  await prompted(1);
  terminal.type('info status\r');
  await until('why', () =>
    terminal.shown.includes('-- The monitor did not answer: VM 101 not running --'),
  );
  await prompted(2);
});

test('ctrl-c ends a wait; what was typed meanwhile is not lost', async () => {
  const given = start({ slow: true });
  const { terminal, sent, prompted, release } = given;
  await prompted(1);
  terminal.type('info block\r');
  await until('sent', () => sent.length === 1);
  terminal.type('\u0003');
  await until('cancelled', () => terminal.shown.includes('-- Cancelled --'));
  await prompted(2);
  terminal.type('info cpus\r');
  await until('sent', () => sent.length === 2);
  terminal.type('info ver');
  release();
  await until('typed ahead', () => terminal.shown.includes('qm> info ver'));
});

test('the first command was agreed to: it is sent without a question', async () => {
  const { terminal, sent } = start({ first: 'system_powerdown' });
  await until('sent', () => sent.length === 1);
  assert.doesNotMatch(terminal.shown, /\[y\/N\]/);
  assert.match(terminal.shown, /qm> system_powerdown\r\n/);
});

test('a long line shows the part around the cursor and stays on one row', async () => {
  const { terminal, prompted } = start();
  await prompted(1);
  terminal.resizeTo(20, 10);
  terminal.type(`info ${'x'.repeat(40)}END`);
  await until('its end', () => terminal.shown.includes('END\r\u001b[18C'));
  terminal.type('\u001b[H');
  await until('its beginning', () => terminal.shown.endsWith('qm> info xxxxxxxxxx\r\u001b[4C'));
});

/** The action on a VM, with a diary of what went to the monitor. */
async function run(values: Record<string, string>) {
  const sent: string[] = [];
  const site = fakeSite({
    guests: {
      monitor: async (_guest, command) => {
        sent.push(command);
        return ok([say`VM status: running`]);
      },
    },
  });
  const result = await guestMonitor.run(guest(), values, {
    site,
    signal: new AbortController().signal,
    now: () => noon,
    facts: facts(),
    progress: () => undefined,
    platform: platform({}),
    followTask: async () => ok('ok'),
    headless: true,
  });
  return { result, sent };
}

test('headless: the answer is the outcome, and without a command it says what to give', async () => {
  const { result, sent } = await run({ command: 'info status' });
  assert.deepEqual(sent, ['info status']);
  assert.ok(result.ok && result.value.kind === 'done');
  assert.deepEqual(result.value.output, ['VM status: running']);
  const bare = await run({});
  assert.ok(!bare.result.ok && bare.result.failure.kind === 'local');
  assert.match(bare.result.failure.next ?? '', /--command/);
});

test('the question: none for looking, level 2 for a change, the name for a critical guest', () => {
  const level = (command: string, critical = false) =>
    guestMonitor.confirm(
      guest(critical ? { tags: [sanitise('critical')] } : {}),
      { command },
      facts(),
    ).level;
  assert.equal(level(''), 0);
  assert.equal(level('info status'), 0);
  assert.equal(level('cont'), 2);
  assert.equal(level('quit', true), 3);
  assert.equal(level('cont', true), 2);
  const problem = guestMonitor.fields[0]?.problem;
  assert.match(problem?.('set_password vnc x', guest(), facts(), {}) ?? '', /stand in logs/);
  assert.equal(problem?.('info status', guest(), facts(), {}), undefined);
});

test('each change of a session stands in the audit log, looks do not', async () => {
  const terminal = new FakeTerminal();
  const noted: unknown[] = [];
  const sent: string[] = [];
  const site = fakeSite({
    guests: {
      monitor: async (_guest, command) => {
        sent.push(command);
        return ok([]);
      },
    },
  });
  const running = guestMonitor.run(
    guest(),
    { command: 'cont' },
    {
      site,
      signal: new AbortController().signal,
      now: () => noon,
      facts: facts(),
      progress: () => undefined,
      platform: platform({
        sleep: async () => undefined,
        terminal: { handOver: (job) => job(terminal) },
      }),
      followTask: async () => ok('ok'),
      audited: (parameters, go) => {
        noted.push(parameters);
        return go();
      },
    },
  );
  await until('the first command', () => sent.length === 1);
  assert.deepEqual(noted, [], 'what was asked for stands there already');
  for (const [index, command] of ['info status', 'cont'].entries()) {
    const before = terminal.shown.length;
    await until('the prompt', () => terminal.shown.endsWith('\u001b[4C'));
    terminal.type(`${command}\r`);
    if (command === 'cont') {
      await until('the question', () => terminal.shown.slice(before).includes('[y/N]'));
      await new Promise((resolve) => setImmediate(resolve));
      terminal.type('y');
    }
    await until('sent', () => sent.length === index + 2);
  }
  assert.deepEqual(noted, [{ command: 'cont' }]);
  await until('the prompt', () => terminal.shown.endsWith('\u001b[4C'));
  terminal.type('\u0004');
  const ended = await running;
  assert.ok(ended.ok && ended.value.kind === 'done');
});
