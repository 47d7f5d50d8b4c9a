// Debian packages: qemu-system-x86 virt-viewer xvfb x11-utils
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { createSpiceBackend, type QemuSpiceBackend } from '../../source/demo/spice/backend.ts';
import { startTestDemo } from '../support/demo.ts';
import { startTerminal, type TestTerminal } from '../support/pty.ts';
import { qmpClients, startXvfb, waitForWindow } from '../support/spice-desktop.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';

const win11 = 110;

async function startConsole(t: TestContext) {
  let backend: QemuSpiceBackend | undefined;
  const demo = await startTestDemo(t, {
    speed: 20,
    spice: async () => {
      backend = await createSpiceBackend({ now: Date.now });
      return backend;
    },
  });
  const { display } = await startXvfb(t);
  const home = tempDir(t, 'home');
  const env = { ...demo.env, DISPLAY: display, HOME: home, XDG_RUNTIME_DIR: home };
  const terminal = startTerminal({ t, env });
  t.after(() => endViewers(display));
  assert.ok(backend);
  return { demo, display, terminal, backend };
}

/** The viewer lives in a session of its own and outlasts the console: it is found by the test's own display. */
async function endViewers(display: string): Promise<void> {
  const { readdirSync } = await import('node:fs');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      const env = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (name === 'remote-viewer' && env.includes(`DISPLAY=${display}`)) process.kill(Number(pid));
    } catch {
      // It has ended in the meantime.
    }
  }
}

async function selectGuest(terminal: TestTerminal, name: string): Promise<void> {
  await terminal.waitFor('Guests');
  await terminal.press('2');
  await terminal.waitFor(name);
  await terminal.press('/');
  await terminal.type(name);
  await terminal.press('enter');
  await terminal.waitFor((text) => text.includes('1 of') && text.includes(name), `only ${name}`);
}

async function channelsOf(backend: QemuSpiceBackend, vmid: number) {
  const socket = backend.inspectSocket(vmid);
  const found = socket === undefined ? [] : await qmpClients(socket);
  return [1, 2, 3].every((type) => found.some((each) => each.type === type)) && found;
}

test('v opens the desktop of a running guest in remote-viewer', async (t) => {
  const { demo, display, terminal, backend } = await startConsole(t);
  await selectGuest(terminal, 'win11');
  await terminal.press('v');
  await waitForWindow(display, /win11/);
  const channels = await until('the viewer at QEMU', () => channelsOf(backend, win11));
  assert.ok(channels.every(({ tls }) => tls));
  assert.deepEqual(demo.writes(), [`POST /nodes/pve1/qemu/${win11}/spiceproxy`]);
  const written =
    terminal.output() + readFileSync(join(demo.configDir, 'state', 'audit.jsonl'), 'utf8');
  for (const secret of demo.secrets) assert.ok(!written.includes(secret));
  // The viewer stays when the console goes.
  await terminal.press('q');
  assert.equal(await terminal.exit, 0);
  assert.ok(await channelsOf(backend, win11));
});

test('v on a stopped guest asks, starts it and opens its desktop', async (t) => {
  const { demo, display, terminal, backend } = await startConsole(t);
  const guest = [...demo.world.guests.values()].find(
    ({ status, config }) => status === 'stopped' && String(config.vga ?? '').startsWith('qxl'),
  );
  assert.ok(guest, 'the demo has a stopped guest with SPICE');
  const name = String(guest.config.name);
  await selectGuest(terminal, name);
  await terminal.press('v');
  await terminal.waitFor(/stopped\. Start and open\?/);
  assert.deepEqual(demo.writes(), []);
  await terminal.press('y');
  await waitForWindow(display, new RegExp(name));
  await until('the viewer at QEMU', () => channelsOf(backend, guest.vmid));
  const path = `/nodes/${guest.node}/qemu/${guest.vmid}`;
  assert.deepEqual(demo.writes(), [`POST ${path}/status/start`, `POST ${path}/spiceproxy`]);
});
