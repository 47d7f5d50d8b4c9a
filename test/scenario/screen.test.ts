// Debian packages: qemu-system-x86
// A look at the screen of a VM: a real VNC server of QEMU behind the demo, and the demo's own screens.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import xterm from '@xterm/headless';
import { startTestDemo } from '../support/demo.ts';
import { startTerminal, type TestTerminal } from '../support/pty.ts';
import { guestOf, openConsole, pressFor, quietTime, selectGuest } from '../support/scenario.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';
import { type Dump, startVncMachine } from '../support/vnc-machine.ts';

const web = 101;
const leaveKey = '\u001d';
const status = /ctrl-\] leave/;

/** The console on 80×24 with 24-bit colours, and QEMU behind web-server's screen. */
async function onMachine(t: TestContext) {
  const machine = await startVncMachine(t);
  const scene = await openConsole(t, {
    ...{ cols: 80, rows: 24, env: { COLORTERM: 'truecolor' } },
    demo: { consoles: { vnc: (_guest, password) => machine.dial(password) } },
  });
  await selectGuest(scene.terminal, 'web-server');
  return { ...scene, machine };
}

async function look(terminal: TestTerminal, size: string): Promise<void> {
  terminal.send('V');
  await terminal.waitFor(status);
  await terminal.waitFor(size);
}

async function leave(terminal: TestTerminal): Promise<void> {
  terminal.send(leaveKey);
  await terminal.waitFor(/\[Guests\]/);
  await terminal.waitIdle();
}

/** The colours of all dots of the terminal, read from what was written to it. */
async function dotsOf(terminal: TestTerminal, cols: number, rows: number) {
  const screen = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  await new Promise<void>((resolve) => screen.write(terminal.output(), resolve));
  return (column: number, dot: number): number | undefined => {
    const cell = screen.buffer.active.getLine(dot >> 1)?.getCell(column);
    if (!cell?.isBgRGB() && !cell?.isFgRGB()) return undefined;
    const upper = cell.getChars() === '▀' ? cell.getFgColor() : cell.getBgColor();
    const lower = cell.getChars() === '▄' ? cell.getFgColor() : cell.getBgColor();
    return dot % 2 === 0 ? upper : lower;
  };
}

/** The mean light of a part of QEMU's own picture, a channel at a time. */
function meanOf({ width, pixels }: Dump, left: number, top: number, right: number, bottom: number) {
  return [16, 8, 0].map((shift) => {
    let sum = 0;
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1)
        sum += (((pixels[y * width + x] ?? 0) >> shift) & 255) ** 2;
    }
    return Math.sqrt(sum / ((right - left) * (bottom - top)));
  });
}

/** Do the terminal's dots show the picture? 1024×768 takes 61×46 dots from the column 9 on. */
async function shows(terminal: TestTerminal, dump: Dump): Promise<boolean> {
  const dot = await dotsOf(terminal, 80, 24);
  for (let y = 0; y < 46; y += 1) {
    for (let x = 0; x < 61; x += 1) {
      const edge = (value: number, length: number, count: number) =>
        Math.floor((value * length) / count);
      const wanted = meanOf(
        dump,
        ...([
          edge(x, 1024, 61),
          edge(y, 768, 46),
          edge(x + 1, 1024, 61),
          edge(y + 1, 768, 46),
        ] as const),
      );
      const found = dot(x + 9, y);
      if (found === undefined) return false;
      // Six bits of each channel are shown.
      if (wanted.some((each, index) => Math.abs(each - ((found >> (16 - index * 8)) & 255)) > 5))
        return false;
    }
  }
  return true;
}

describe('the screen of a VM', { concurrency: 2 }, () => {
  test('V shows what QEMU has on its screen; at rest nothing is written, and the list comes back', async (t) => {
    const { terminal, machine, homelab } = await onMachine(t);
    await machine.mode(4);
    const before = terminal.screen().slice(0, 3);
    await look(terminal, '1024×768');
    await machine.pause();
    const dump = await machine.dump();
    await until('the picture', () => shows(terminal, dump), 30_000);
    await terminal.waitIdle(600);
    const written = terminal.bytesWritten();
    await quietTime(1500);
    assert.equal(terminal.bytesWritten(), written);
    await machine.resume();
    await leave(terminal);
    assert.deepEqual(terminal.screen().slice(1, 3), before.slice(1, 3));
    await until('the end of the connection', async () => (await machine.clients()) === 0);
    assert.deepEqual(homelab.writes(), [`POST /nodes/pve1/qemu/${web}/vncproxy`]);
    for (const secret of homelab.secrets) assert.ok(!terminal.output().includes(secret));
    assert.doesNotMatch(
      readFileSync(join(homelab.configDir, 'state', 'audit.jsonl'), 'utf8'),
      /PVEVNC/,
    );
  });

  test('motion stays within 30 KiB a second', async (t) => {
    const { terminal, machine } = await onMachine(t);
    await machine.mode(4);
    await look(terminal, '1024×768');
    await machine.press('shift-grave_accent');
    await quietTime(1500);
    const before = terminal.bytesWritten();
    const from = performance.now();
    await quietTime(4000);
    const rate = (terminal.bytesWritten() - before) / ((performance.now() - from) / 1000);
    assert.ok(rate > 1000 && rate <= 30 * 1024, `${Math.round(rate)} bytes a second`);
    await leave(terminal);
  });

  test('a text screen can be read, and keys reach the guest', async (t) => {
    const { terminal, machine } = await onMachine(t);
    await look(terminal, '720×400 · text');
    await terminal.waitFor(/homelab test machine *\n *login:/);
    terminal.send('Root!\u001b');
    await terminal.waitFor('login: Root!');
    // Another resolution and back: the picture, its size, and text again.
    terminal.send('3');
    await terminal.waitFor('800×600');
    terminal.send('0');
    await terminal.waitFor('720×400');
    terminal.send('hello');
    await terminal.waitFor(/^hello/m);
    terminal.resize(60, 15);
    await terminal.waitFor(
      (text) => /^hello/m.test(text) && text.split('\n')[14]?.includes('leave') === true,
    );
    terminal.resize(80, 24);
    await terminal.waitFor((text) => text.split('\n')[23]?.includes('720×400') === true);
    assert.equal(await machine.clients(), 1);
    await leave(terminal);
  });

  test('a VM that stops meanwhile: said in words, and the list is back', async (t) => {
    const { terminal, machine, ...scene } = await onMachine(t);
    await look(terminal, '720×400');
    const guest = guestOf(scene, web);
    guest.status = 'stopped';
    guest.qmpstatus = 'stopped';
    await machine.quit();
    await terminal.waitFor(/\[Guests\]/);
    await terminal.waitFor(/screen of guest 101 .*was closed: it is stopped now/);
  });

  test('a stopped guest and a container have no screen to look at', async (t) => {
    const { terminal, homelab } = await openConsole(t, { cols: 120, rows: 40 });
    await selectGuest(terminal, 'minio');
    await terminal.press('V');
    assert.deepEqual(homelab.writes(), []);
    assert.match(terminal.text(), /\[Guests\]/);
  });

  test('the demo has screens of its own: one is stuck at boot', async (t) => {
    const { terminal } = await openConsole(t, { cols: 80, rows: 24 });
    await selectGuest(terminal, 'nextcloud');
    await look(terminal, 'text');
    await terminal.waitFor(/You are in emergency mode/);
    await leave(terminal);
    await selectGuest(terminal, 'web-server');
    await look(terminal, 'text');
    await terminal.waitFor('web-server login:');
    terminal.send('root\r');
    await terminal.waitFor('Password:');
    terminal.send('x\r');
    await pressFor(terminal, 'enter', 'root@web-server:~#');
    await leave(terminal);
  });
});

describe('without the full-screen console', { concurrency: 2 }, () => {
  test('guest screen draws on the terminal it is started on', async (t) => {
    const homelab = await startTestDemo(t);
    const terminal = startTerminal({
      ...{ t, args: ['guest', 'screen', 'web-server'], cols: 80, rows: 24 },
      env: homelab.env,
    });
    await terminal.waitFor('web-server login:');
    terminal.send(leaveKey);
    await terminal.waitFor('Left the screen of guest 101 web-server');
    assert.equal(await terminal.waitExit(), 0);
  });

  test('guest screenshot writes a file, and not over another one', async (t) => {
    const homelab = await startTestDemo(t);
    const file = join(tempDir(t, 'picture'), 'web.png');
    const args = ['guest', 'screenshot', 'web-server', '--file', file];
    const run = () => startTerminal({ t, args, env: homelab.env });
    const first = run();
    assert.equal(await first.waitExit(), 0);
    const bytes = readFileSync(file);
    assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [720, 400]);
    const again = run();
    assert.equal(await again.waitExit(), 2);
    await again.waitFor('The file exists already');
    assert.deepEqual(readFileSync(file), bytes);
  });

  test('a read-only console asks for no screen', async (t) => {
    const homelab = await startTestDemo(t);
    const args = ['guest', 'screen', 'web-server', '--read-only'];
    const terminal = startTerminal({ t, args, env: homelab.env });
    assert.equal(await terminal.waitExit(), 2);
    await terminal.waitFor('read-only');
    assert.deepEqual(homelab.writes(), []);
  });
});
