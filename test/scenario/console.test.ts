// Debian packages: vim-tiny
// Text consoles over the API's websocket, with real shells behind the demo.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { startTerminal, type TestTerminal } from '../support/pty.ts';
import { type PtyShellOptions, ptyShells } from '../support/pty-shell.ts';
import { guestOf, openConsole, pressFor, selectGuest, write } from '../support/scenario.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';

/** The container `minio` on pve1, with a real shell as its console. */
async function onContainer(
  t: TestContext,
  options: PtyShellOptions & { readonly args?: readonly string[] } = {},
) {
  const shells = ptyShells(t, options);
  const scene = await openConsole(t, {
    demo: { consoles: { text: shells.backend } },
    cols: 100,
    rows: 30,
    ...(options.args ? { args: options.args } : {}),
  });
  await selectGuest(scene.terminal, 'minio');
  return { ...scene, shells };
}

async function enter(terminal: TestTerminal, key = 'c'): Promise<void> {
  terminal.send(key);
  await terminal.waitFor('guest$');
}

/** The cursor's line is the prompt and nothing else. */
const prompted = (text: string) => /(^|\n)guest\$$/.test(text.trimEnd());

/** Types a command and waits for what it prints. */
async function run(terminal: TestTerminal, command: string, wanted: string | RegExp) {
  terminal.send(`${command}\r`);
  await terminal.waitFor(wanted);
}

const leave = async (terminal: TestTerminal) => {
  terminal.send('\u001d');
  await terminal.waitFor(/\[Guests\]/);
  await terminal.waitIdle();
};

/** The list of guests without its figures, which go on. */
const table = (terminal: TestTerminal) =>
  terminal
    .screen()
    .slice(1, 8)
    .map((row) => row.replace(/\d+%.*/, ''));

describe('text consoles', { concurrency: 2 }, () => {
  test('a container: commands, sizes, vi, and the screen as it was', async (t) => {
    const { terminal, homelab } = await onContainer(t);
    const before = table(terminal);
    await enter(terminal);
    assert.match(
      terminal.text(),
      /-- Console of guest 200 minio · ctrl-\] leaves, twice sends it --/,
    );
    await run(terminal, 'echo $((6*7))', /^42$/m);
    await run(terminal, 'stty size', /^30 100$/m);
    terminal.resize(90, 26);
    await until('the new size inside', async () => {
      await run(terminal, 'stty size', /^\d+ \d+$/m);
      return /^26 90$/m.test(terminal.text());
    });
    const file = join(tempDir(t), 'note');
    terminal.send(`vi ${file}\r`);
    await terminal.waitFor(/^~/m);
    terminal.send('ihello from inside');
    await terminal.waitFor('hello from inside');
    terminal.send('\u001b');
    await terminal.waitIdle();
    terminal.send(':wq\r');
    await terminal.waitFor(prompted, 'the prompt');
    assert.equal(readFileSync(file, 'utf8'), 'hello from inside\n');
    terminal.resize(100, 30);
    await leave(terminal);
    assert.deepEqual(table(terminal), before);
    await terminal.waitFor('Left the console of guest 200 minio');
    // Keys are the console's own again.
    await pressFor(terminal, '1', /^> pve1/m);
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve1/lxc/200/termproxy']);
    assert.deepEqual(homelab.world.failures, []);
  });

  test('every byte arrives on both sides: line feeds, control keys, UTF-8, the detach key itself', async (t) => {
    const { terminal } = await onContainer(t);
    await enter(terminal);
    // A bare line feed goes straight down: nothing adds a carriage return.
    await run(terminal, "stty -opost; printf 'ab\\ncd\\r\\n'; stty opost", /^ {2,}cd$/m);
    await run(terminal, 'clear; echo "grüße ✓"', /^grüße ✓$/m);
    terminal.send('clear; cat -v\r');
    await terminal.waitIdle();
    terminal.send('\u0001\u001b[A\u00e9\u001d\u001d\r');
    await terminal.waitFor(/\^A\^\[\[AM-CM-\)\^\]/);
    terminal.send('\u0003');
    await terminal.waitFor(prompted, 'the prompt');
    await leave(terminal);
  });

  test('what a program leaves behind is undone', async (t) => {
    const { terminal } = await onContainer(t);
    const before = table(terminal);
    await enter(terminal);
    const mess =
      '\\033[?1049h\\033[?1003h\\033[?1006h\\033[?2004h\\033[?25l\\033[?1h\\033[4h\\033[5;9r\\033[31;44m\\033(0';
    terminal.send(`clear; printf '${mess}lqk\\n'; sleep 100\r`);
    await terminal.waitFor('┌─┐');
    await leave(terminal);
    assert.deepEqual(table(terminal), before);
    const written = terminal.output();
    const tail = written.slice(written.lastIndexOf('\u001b[?1003h'));
    for (const reset of ['?1003l', '?1006l', '?2004l', '?1l', '?7h', '?1049l', '[r', '(B', '[4l']) {
      assert.ok(tail.includes(reset), reset);
    }
    await terminal.press('q');
    assert.equal(await terminal.waitExit(), 0);
    assert.match(terminal.output(), /\u001b\[\?25h/);
  });

  test('a cut connection is told; r connects again to the same shell, q leaves', async (t) => {
    const { terminal, world, shells } = await onContainer(t, { keeps: true });
    await enter(terminal);
    await run(terminal, 'here=still; echo set', /^set$/m);
    world.faults.cutConsoles();
    await terminal.waitFor(/-- The connection was cut · https:/);
    await terminal.waitFor('-- r connects again, q leaves --');
    // Only these two keys count.
    terminal.send('x');
    await terminal.waitIdle();
    terminal.send('r');
    await terminal.waitFor('Connecting to guest 200 minio again');
    await until('the second connection', () => shells.opened() === 2);
    await run(terminal, 'clear; echo $here', /^still$/m);
    world.faults.cutConsoles();
    await terminal.waitFor('-- r connects again, q leaves --');
    terminal.send('q');
    await terminal.waitFor(/\[Guests\]/);
    await terminal.waitFor('The connection was cut');
    // The calls are kept, without the ticket.
    await pressFor(terminal, 'L', /GET .*vncwebsocket/);
    assert.doesNotMatch(terminal.output(), /PVEVNC/);
  });

  test('while it cannot be reached again the reason stands there, and q gives up', async (t) => {
    const { terminal, world } = await onContainer(t);
    await enter(terminal);
    world.faults.cutConsoles();
    await terminal.waitFor('-- r connects again, q leaves --');
    guestOf({ world }, 200).status = 'stopped';
    terminal.send('r');
    await terminal.waitFor(/The guest is not running/);
    await terminal.waitFor(/The guest is not running[\s\S]*-- r connects again, q leaves --/);
    terminal.send('q');
    await terminal.waitFor(/\[Guests\]/);
    await terminal.waitFor(/The guest is not running/);
  });

  test('a shell that ends leads back by itself', async (t) => {
    const { terminal } = await onContainer(t);
    await enter(terminal);
    terminal.send('exit\r');
    await terminal.waitFor('The console of guest 200 minio has ended');
    assert.match(terminal.text(), /\[Guests\]/);
  });

  test('a refused ticket is said on the standing screen, and nothing is handed over', async (t) => {
    const { terminal, world } = await onContainer(t);
    world.faults.respond('vncwebsocket', { status: 401, statusText: 'permission denied' });
    terminal.send('c');
    await terminal.waitFor(/did not take the console's ticket/);
    assert.match(terminal.text(), /\[Guests\]/);
    assert.doesNotMatch(terminal.output(), /-- Console of/);
  });

  test('a VM without a serial port, a stopped guest: disabled with what to do', async (t) => {
    const { terminal, homelab } = await onContainer(t);
    await selectGuest(terminal, 'web-server');
    terminal.send('c');
    await terminal.waitFor(/no serial port: "qm set 101 --serial0 socket"/);
    await selectGuest(terminal, 'unifi');
    terminal.send('c');
    await terminal.waitFor(/it is stopped; start it first/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('a VM with two serial ports is asked for one', async (t) => {
    const { terminal, world } = await onContainer(t);
    const guest = guestOf({ world }, 101);
    guest.config = { ...guest.config, serial0: 'socket', serial1: 'socket' };
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'c', /Serial port/);
    await terminal.press('esc');
    guest.config = { ...guest.config, serial1: '/dev/ttyS5' };
    await enter(terminal);
    await leave(terminal);
  });

  test('read-only: nothing leaves, and the reason is said', async (t) => {
    const { terminal, homelab } = await onContainer(t, { args: ['--read-only'] });
    terminal.send('c');
    await terminal.waitFor(/read-only mode/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('a recording has what was shown and nothing that was typed unseen', async (t) => {
    const { terminal } = await onContainer(t);
    const folder = tempDir(t);
    const file = join(folder, 'minio.cast');
    const choose = async () => {
      await pressFor(terminal, 'a', '┌─ Actions');
      while (!/> .*Open text console/.test(terminal.text())) await terminal.press('down');
      await terminal.press('enter');
      await terminal.waitFor('Record to');
    };
    await choose();
    await write(terminal, file);
    terminal.send('\r');
    await terminal.waitFor('guest$');
    assert.match(terminal.text(), /recorded to/);
    await run(terminal, `read -rs secret; echo got \${#secret}`, /read -rs/);
    await run(terminal, 'hunter2', /^got 7$/m);
    terminal.resize(90, 26);
    await run(terminal, 'echo "d\u00f6ne"', /^d\u00f6ne$/m);
    await leave(terminal);
    const text = readFileSync(file, 'utf8');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const [head, ...events] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([head.version, head.width, head.height], [2, 100, 30]);
    const shown = events.filter((event) => event[1] === 'o').map((event) => event[2]);
    const played = shown.join('');
    assert.match(played, /got 7[\s\S]*d\u00f6ne/);
    assert.ok(terminal.output().includes(played.slice(played.indexOf('got 7'), -10)));
    assert.doesNotMatch(text, /hunter2/);
    assert.ok(events.some((event) => event[1] === 'r' && event[2] === '90x26'));
    assert.ok(events.every((event, index) => index === 0 || event[0] >= events[index - 1][0]));
    // It is never written over.
    await choose();
    await write(terminal, file);
    terminal.send('\r');
    await terminal.waitFor(/the file is there already/);
    assert.equal(readFileSync(file, 'utf8'), text);
  });
});

describe('a console and the terminal itself', { concurrency: 2 }, () => {
  test('a signal in the middle puts the terminal back', async (t) => {
    const { terminal } = await onContainer(t);
    await enter(terminal);
    await run(terminal, "printf '\\033[?1003h\\033[?1049h\\033[?25l'; echo up", /^up$/m);
    process.kill(terminal.pid, 'SIGTERM');
    await terminal.waitExit();
    const tail = terminal.output().slice(terminal.output().lastIndexOf('\u001b[?1003h'));
    for (const reset of ['?1003l', '?1049l', '?25h']) assert.ok(tail.includes(reset), reset);
  });

  test('the mouse is the console\u2019s while it is open, and ours again afterwards', async (t) => {
    const { terminal } = await onContainer(t, { args: ['--mouse'] });
    await enter(terminal);
    const given = terminal.output();
    assert.ok(given.lastIndexOf('\u001b[?1000l') > given.lastIndexOf('\u001b[?1000h'));
    // A report that nobody asked for is input like any other, and moves nothing behind the console.
    terminal.send('clear; cat -v\r');
    await terminal.waitIdle();
    terminal.send('\u001b[<0;5;5M\r');
    await terminal.waitFor('^[[<0;5;5M');
    terminal.send('\u0003');
    await leave(terminal);
    const back = terminal.output();
    assert.ok(back.lastIndexOf('\u001b[?1000h') > back.lastIndexOf('\u001b[?1000l'));
  });
});

describe('consoles from the command line', { concurrency: 2 }, () => {
  test('guest console: the shell, the detach key of one\u2019s choice, exit code 0', async (t) => {
    const homelab = await startTestDemo(t, { consoles: { text: ptyShells(t).backend } });
    const args = ['guest', 'console', '200', '--detach', 'ctrl-a'];
    const terminal = startTerminal({ t, env: homelab.env, args });
    await terminal.waitFor('ctrl-a leaves');
    await terminal.waitFor('guest$');
    await run(terminal, 'echo $((40+2))', /^42$/m);
    terminal.send('\u0001');
    assert.equal(await terminal.waitExit(), 0);
    assert.match(terminal.text(), /Left the console of guest 200 minio/);
  });

  test('node console: the end of the program is the end of the command', async (t) => {
    const homelab = await startTestDemo(t);
    const terminal = startTerminal({ t, env: homelab.env, args: ['node', 'console', 'pve1'] });
    // A token gets the login prompt, also one of root.
    await terminal.waitFor('pve1 login:');
    terminal.send('root\rsecret\r');
    await terminal.waitFor('root@pve1:~#');
    terminal.send('exit\r');
    assert.equal(await terminal.waitExit(), 0);
    assert.match(terminal.text(), /console of node pve1 has ended/i);
  });

  test('a signal puts the terminal back', async (t) => {
    const homelab = await startTestDemo(t, { consoles: { text: ptyShells(t).backend } });
    const args = ['guest', 'console', 'minio'];
    const terminal = startTerminal({ t, env: homelab.env, args });
    await terminal.waitFor('guest$');
    await run(terminal, "printf '\\033[?1003h\\033[?1049h'; echo up", /^up$/m);
    process.kill(terminal.pid, 'SIGTERM');
    await terminal.waitExit();
    const tail = terminal.output().slice(terminal.output().lastIndexOf('\u001b[?1003h'));
    assert.ok(tail.includes('\u001b[?1003l'));
    assert.ok(tail.includes('\u001b[?1049l'));
  });
});
