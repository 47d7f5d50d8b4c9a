// Debian packages: qemu-system-x86 virt-viewer xvfb x11-utils
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import test, { type TestContext } from 'node:test';
import { createSpiceBackend } from '../../source/demo/spice/backend.ts';
import { Secret } from '../../source/domain/secret.ts';
import { renderVv } from '../../source/domain/vv.ts';
import { createPlatform } from '../../source/services/viewer/platform.ts';
import {
  qmpClients,
  startXvfb,
  waitForDialog,
  waitForWindow,
  windowTitles,
} from '../support/spice-desktop.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';

const guest = { vmid: 101, node: 'pve1', title: 'VM 101 - win11' };
const never = new AbortController().signal;

async function backendFor(t: TestContext, idle?: number) {
  const backend = await createSpiceBackend({ now: Date.now, idle });
  t.after(() => backend.close());
  return backend;
}

/** The settings as spiceproxy answers them, and a machine with remote-viewer on an X server of its own. */
async function viewer(t: TestContext) {
  const { display } = await startXvfb(t);
  const home = tempDir(t, 'viewer-home');
  const env = { PATH: process.env.PATH, HOME: home, DISPLAY: display, XDG_RUNTIME_DIR: home };
  const platform = createPlatform({ env, now: () => performance.now() });
  return { display, platform };
}

type Backend = Awaited<ReturnType<typeof backendFor>>;

async function settingsOf(backend: Backend, change: Record<string, string> = {}) {
  const opened = await backend.open(guest);
  assert.ok(!('problem' in opened), 'problem' in opened ? opened.problem : '');
  const values = {
    type: 'spice',
    host: opened.host,
    proxy: backend.proxyUrl,
    'tls-port': String(opened.tlsPort),
    'host-subject': backend.hostSubject,
    ca: backend.ca.replaceAll('\n', '\\n'),
    title: guest.title,
    ...change,
  };
  return renderVv({ values, password: new Secret(opened.password) }, {});
}

/** Ends a viewer; one that has left already, because its server or display went first, is fine. */
function endViewer(pid: number): void {
  try {
    process.kill(pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function monitorOf(backend: Backend): string {
  const socket = backend.inspectSocket(guest.vmid);
  assert.ok(socket);
  return socket;
}

test('remote-viewer shows a desktop of the demo, over TLS through its proxy', async (t) => {
  const backend = await backendFor(t);
  const { display, platform } = await viewer(t);
  const text = await settingsOf(backend);
  assert.deepEqual(await qmpClients(monitorOf(backend)), []);
  const opened = await platform.openViewer(text, never);
  assert.ok(opened.ok, JSON.stringify(opened));
  t.after(() => endViewer(opened.value.pid));
  await waitForWindow(display, /VM 101 - win11/);
  const channels = await until('the viewer at QEMU', async () => {
    const found = await qmpClients(monitorOf(backend));
    // 1 main, 2 display, 3 inputs: a viewer that was let in has all three.
    return [1, 2, 3].every((type) => found.some((each) => each.type === type)) && found;
  });
  assert.ok(channels.every((each) => each.tls));
});

test('a certificate of another name is refused by the viewer', async (t) => {
  const backend = await backendFor(t);
  const { display, platform } = await viewer(t);
  const subject = 'OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=other.homelab';
  const text = await settingsOf(backend, { 'host-subject': subject });
  const opened = await platform.openViewer(text, never);
  if (opened.ok) t.after(() => endViewer(opened.value.pid));
  // It says so in a dialog and lets nobody in.
  await waitForDialog(display);
  assert.ok(!(await windowTitles(display)).some((title) => title.includes(guest.title)));
  assert.deepEqual(await qmpClients(monitorOf(backend)), []);
});

test("a guest's QEMU outlives a viewer by the idle time, and its keys go with it", async (t) => {
  // Long enough for the viewer to come, also on a busy machine.
  const backend = await backendFor(t, 5000);
  const { display, platform } = await viewer(t);
  const opened = await platform.openViewer(await settingsOf(backend), never);
  assert.ok(opened.ok, JSON.stringify(opened));
  await waitForWindow(display, /VM 101 - win11/);
  const socket = monitorOf(backend);
  assert.notDeepEqual(await qmpClients(socket), []);
  process.kill(opened.value.pid);
  await until('the end of QEMU', () => backend.inspectSocket(guest.vmid) === undefined);
  await until('its folder gone', () => !existsSync(dirname(socket)));
  const again = await backend.open(guest);
  assert.ok(!('problem' in again));
  const root = dirname(dirname(monitorOf(backend)));
  assert.equal(readdirSync(root).length, 1);
  await backend.close();
  assert.ok(!existsSync(root));
});
