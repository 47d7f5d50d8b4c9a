// Debian packages: qemu-system-x86 virt-viewer xvfb x11-utils
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { createSpiceBackend, type QemuSpiceBackend } from '../../source/demo/spice/backend.ts';
import { answer, openConsole, selectGuest } from '../support/scenario.ts';
import { qmpClients, startXvfb, waitForWindow } from '../support/spice-desktop.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';

const win11 = 110;

async function startConsole(t: TestContext) {
  let backend: QemuSpiceBackend | undefined;
  const { display } = await startXvfb(t);
  t.after(() => endViewers(display));
  const home = tempDir(t, 'home');
  const { homelab, world, terminal } = await openConsole(t, {
    env: { DISPLAY: display, HOME: home, XDG_RUNTIME_DIR: home },
    demo: {
      spice: async () => {
        backend = await createSpiceBackend({ now: Date.now });
        return backend;
      },
    },
  });
  assert.ok(backend);
  return { homelab, world, display, terminal, backend };
}

/** The viewer lives in a session of its own and outlasts the console: it is found by the test's own display. */
function endViewers(display: string): void {
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

async function channelsOf(backend: QemuSpiceBackend, vmid: number) {
  const socket = backend.inspectSocket(vmid);
  const found = socket === undefined ? [] : await qmpClients(socket);
  return [1, 2, 3].every((type) => found.some((each) => each.type === type)) && found;
}

test('v opens the desktop of a running guest in remote-viewer', async (t) => {
  const { homelab, display, terminal, backend } = await startConsole(t);
  await selectGuest(terminal, 'win11');
  await terminal.press('v');
  await waitForWindow(display, /win11/);
  const channels = await until('the viewer at QEMU', () => channelsOf(backend, win11));
  assert.ok(channels.every(({ tls }) => tls));
  assert.deepEqual(homelab.writes(), [`POST /nodes/pve1/qemu/${win11}/spiceproxy`]);
  const written =
    terminal.output() + readFileSync(join(homelab.configDir, 'state', 'audit.jsonl'), 'utf8');
  for (const secret of homelab.secrets) assert.ok(!written.includes(secret));
  // The viewer stays when the console goes.
  await terminal.waitFor(/desktop of .*win11 opened/);
  await terminal.press('q');
  assert.equal(await terminal.waitExit(), 0);
  assert.ok(await channelsOf(backend, win11));
});

test('v on a stopped guest asks, starts it and opens its desktop', async (t) => {
  const { homelab, world, display, terminal, backend } = await startConsole(t);
  const guest = [...world.guests.values()].find(
    ({ status, config }) => status === 'stopped' && String(config.vga ?? '').startsWith('qxl'),
  );
  assert.ok(guest, 'the demo has a stopped guest with SPICE');
  const name = String(guest.config.name);
  await selectGuest(terminal, name);
  await terminal.press('v');
  await terminal.waitFor(/stopped\. Start and open\?/);
  assert.deepEqual(homelab.writes(), []);
  await answer(terminal, 'y');
  await terminal.waitFor(new RegExp(`desktop of .*${name} opened`));
  await waitForWindow(display, new RegExp(name));
  await until('the viewer at QEMU', () => channelsOf(backend, guest.vmid));
  const path = `/nodes/${guest.node}/qemu/${guest.vmid}`;
  assert.deepEqual(homelab.writes(), [`POST ${path}/status/start`, `POST ${path}/spiceproxy`]);
});
