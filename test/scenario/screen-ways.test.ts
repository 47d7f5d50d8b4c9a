// How a VM's screen is drawn, and what becomes of it when its connection is cut: the demo's own screens.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { PixelTerminal } from '../support/pixel-terminal.ts';
import { startTerminal } from '../support/pty.ts';
import { openConsole, quietTime, selectGuest } from '../support/scenario.ts';
import { until } from '../support/until.ts';

const leaveKey = '\u001d';
const size = { cols: 80, rows: 24 };
/** The end of what a terminal is asked, and what one answers that can show pixels. */
const asked = '\u001b[?2;4;0S\u001b[c';
const answers = {
  sixel: '\u001b[6;16;8t\u001b[?1;0;256S\u001b[?62;4c',
  kitty: '\u001b_Gi=31;OK\u001b\\\u001b[6;16;8t\u001b[?62c',
};
const web = 101;

describe('a connection that is cut', { concurrency: 2 }, () => {
  test('the last picture is marked as old, and r connects again with a new ticket', async (t) => {
    const { terminal, world, homelab } = await openConsole(t, size);
    await selectGuest(terminal, 'web-server');
    terminal.send('V');
    await terminal.waitFor('web-server login:');
    world.faults.cutConsoles();
    await terminal.waitFor(/^ *old picture: there is no connection any more/);
    await terminal.waitFor(/The connection was cut.* r connects again · q leaves/);
    assert.match(terminal.text(), /web-server login:/, 'it stays, as old as it is');
    terminal.send('x');
    await terminal.waitIdle();
    terminal.send('r');
    await terminal.waitFor((text) => !text.includes('old picture') && text.includes('login:'));
    terminal.send('root\r');
    await terminal.waitFor('Password:');
    assert.doesNotMatch(terminal.text(), /login: x/, 'no key of the question went to the VM');
    assert.deepEqual(homelab.writes(), [
      `POST /nodes/pve1/qemu/${web}/vncproxy`,
      `POST /nodes/pve1/qemu/${web}/vncproxy`,
    ]);
    terminal.send(leaveKey);
    await terminal.waitFor(/\[Guests\]/);
    await terminal.waitFor('Left the screen of guest 101 web-server');
    for (const secret of homelab.secrets) assert.ok(!terminal.output().includes(secret));
  });

  test('what cannot be reached again says why, and q leaves with that', async (t) => {
    const { terminal, world } = await openConsole(t, size);
    await selectGuest(terminal, 'web-server');
    terminal.send('V');
    await terminal.waitFor('web-server login:');
    world.faults.cutConsoles();
    await terminal.waitFor('r connects again · q leaves');
    // Somebody destroyed it meanwhile.
    world.guests.delete(web);
    terminal.send('r');
    await terminal.waitFor(/not on this node any more.* r connects again · q leaves/);
    terminal.send('q');
    await terminal.waitFor(/\[Guests\]/);
    await terminal.waitFor(/not on this node any more/);
  });
});

describe('ways to draw', { concurrency: 2 }, () => {
  for (const [way, answer] of Object.entries(answers)) {
    test(`${way}: the terminal is asked, the picture is sent, and the list comes back as it was`, async (t) => {
      const { terminal } = await openConsole(t, { ...size, silent: true });
      await selectGuest(terminal, 'win11');
      // Figures move meanwhile; names, states and nodes do not.
      const still = () =>
        terminal
          .screen()
          .slice(3, 20)
          .map((row) => row.slice(0, 45).trimEnd());
      const before = still();
      const mark = terminal.output().length;
      terminal.send('V');
      await until('the question', () => terminal.output().slice(mark).includes(asked));
      terminal.send(answer);
      await terminal.waitFor(`1024×768 · fit · ${way}`);
      await until('a sharp picture', () => {
        const seen = new PixelTerminal(size.cols, size.rows, { width: 8, height: 16 });
        seen.write(terminal.output().slice(mark));
        const pixels = seen.pixels();
        // The picture is 490 or 488 pixels wide, in the middle: its upper left is dark blue, beside it there is nothing.
        const at = (x: number, y: number) => pixels[y * 640 + x] ?? -1;
        return at(30, 100) === -1 && (at(90, 12) & 255) > 100 && at(90, 12) >> 16 < 40;
      });
      // A caret blinks there, and nothing else is sent.
      await until('few bytes', async () => {
        const written = terminal.bytesWritten();
        await quietTime(1000);
        return terminal.bytesWritten() - written < 2000;
      });
      terminal.send(leaveKey);
      await terminal.waitFor(/\[Guests\]/);
      await terminal.waitIdle();
      assert.deepEqual(still(), before);
      const seen = new PixelTerminal(size.cols, size.rows, { width: 8, height: 16 });
      seen.write(terminal.output());
      assert.equal(seen.imageCount, 0, 'no image is left in the terminal');
    });
  }

  test('what was asked for is remembered', async (t) => {
    const homelab = await startTestDemo(t);
    const start = (...args: string[]) =>
      startTerminal({
        ...{ t, ...size, args: ['guest', 'screen', 'web-server', ...args], env: homelab.env },
      });
    const first = start('--draw', 'blocks');
    await first.waitFor('web-server login:');
    first.send(leaveKey);
    assert.equal(await first.waitExit(), 0);
    const file = join(homelab.configDir, 'preferences.json');
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).draw, 'blocks');
    const second = start();
    await second.waitFor('web-server login:');
    assert.ok(!second.output().includes(asked), 'half blocks need no question');
    second.send(leaveKey);
    assert.equal(await second.waitExit(), 0);
    const third = start('--draw', 'auto');
    await third.waitFor('web-server login:');
    assert.ok(third.output().includes(asked));
    third.send(leaveKey);
    assert.equal(await third.waitExit(), 0);
    const wrong = start('--draw', 'oil');
    assert.equal(await wrong.waitExit(), 64);
    await wrong.waitFor(/must be auto, blocks, sixel/);
  });
});
