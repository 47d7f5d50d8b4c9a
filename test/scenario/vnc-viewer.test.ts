// Debian packages: qemu-system-x86 virt-viewer xvfb x11-utils
// remote-viewer shows the screen of a real VNC server through the bridge.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { startTerminal } from '../support/pty.ts';
import { openConsole, selectGuest, write } from '../support/scenario.ts';
import { startXvfb, waitForWindow } from '../support/spice-desktop.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';
import { startVncMachine } from '../support/vnc-machine.ts';

/** The viewers of the test's own display. */
function viewersOn(display: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
        const env = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const ours = name === 'remote-viewer' && env.includes(`DISPLAY=${display}`);
        return ours ? [Number(pid)] : [];
      } catch {
        // It has ended in the meantime.
        return [];
      }
    });
}

async function desktop(t: TestContext) {
  const { display } = await startXvfb(t);
  const end = () => {
    for (const pid of viewersOn(display)) process.kill(pid);
  };
  t.after(end);
  const home = tempDir(t, 'home');
  const machine = await startVncMachine(t);
  const passwords: string[] = [];
  return {
    ...{ display, machine, end, passwords },
    env: { DISPLAY: display, HOME: home, XDG_RUNTIME_DIR: home },
    demo: {
      consoles: {
        vnc: (_guest: unknown, password: string) => {
          passwords.push(password);
          return machine.dial(password);
        },
      },
    },
  };
}

/** Addresses the process listens on, as the kernel writes them. */
function listening(pid: number): string[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words[3] === '0A' && inodes.has(words[9] ?? ''))
      .map((words) => words[1] ?? ''),
  );
}

test('remote-viewer is let in through a port that closes behind it', async (t) => {
  const { display, machine, env, demo, passwords } = await desktop(t);
  const { terminal, homelab } = await openConsole(t, { env, demo });
  await selectGuest(terminal, 'web-server');
  await terminal.press(':');
  await write(terminal, 'remote-viewer');
  await terminal.press('enter');
  await waitForWindow(display, /101 web-server/);
  await until('the viewer at QEMU', async () => (await machine.clients()) === 1);
  await terminal.waitFor(/VNC of guest 101 web-server opened/);
  assert.ok(listening(process.pid).length >= 3, 'the demo listens in this process');
  assert.deepEqual(listening(terminal.pid), [], 'the port is closed again');
  assert.equal(passwords.length, 1);
  const written =
    terminal.output() + readFileSync(join(homelab.configDir, 'state', 'audit.jsonl'), 'utf8');
  for (const secret of [...homelab.secrets, ...passwords]) assert.ok(!written.includes(secret));
  // The bridge goes with the console.
  await terminal.press('q');
  assert.equal(await terminal.waitExit(), 0);
  await until('nobody at QEMU', async () => (await machine.clients()) === 0);
});

test('guest vnc stays until the viewer goes', async (t) => {
  const { machine, env, demo, end } = await desktop(t);
  const homelab = await startTestDemo(t, demo);
  const args = ['guest', 'vnc', 'web-server'];
  const terminal = startTerminal({ t, args, env: { ...homelab.env, ...env } });
  await until('the viewer at QEMU', async () => (await machine.clients()) === 1);
  await terminal.waitFor('ctrl-c ends it');
  end();
  await terminal.waitFor('VNC of guest 101 web-server closed');
  assert.equal(await terminal.waitExit(), 0);
});
