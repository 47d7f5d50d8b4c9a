// The way to a SPICE desktop, up to the viewer: offered, refused with words, never half done.
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import test, { describe, type TestContext } from 'node:test';
import { answer, guestOf, openConsole, pressFor, selectGuest } from '../support/scenario.ts';
import { tempDir } from '../support/temp.ts';

/** A PATH with nothing on it but a remote-viewer that does nothing. */
function pathWithViewer(t: TestContext): string {
  const folder = tempDir(t, 'path');
  symlinkSync('/bin/true', `${folder}/remote-viewer`);
  return folder;
}

describe('the way to SPICE', { concurrency: 2 }, () => {
  test('v on a stopped Windows desktop offers to start it; no leaves it stopped', async (t) => {
    const scene = await openConsole(t, { env: { PATH: pathWithViewer(t), DISPLAY: ':99' } });
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'win10-test');
    await terminal.press('v');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /guest 111 win10-test is stopped\. Start and open\?/);
    await answer(terminal, 'n');
    assert.deepEqual(homelab.writes(), []);
    assert.equal(guestOf(scene, 111).status, 'stopped');
  });

  test('started, but nothing answers where the SPICE proxy should be: said in words', async (t) => {
    const scene = await openConsole(t, {
      env: { PATH: pathWithViewer(t), DISPLAY: ':99' },
      // Nobody listens on the discard port.
      demo: { pveLines: ['spice_proxy: http://127.0.0.1:9'] },
    });
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'win10-test');
    await terminal.press('v');
    await answer(terminal, 'y');
    const refused = (await terminal.waitFor(/Nothing answers on port 9/)).replace(/\s+/g, ' ');
    assert.match(refused, /127\.0\.0\.1:9/);
    assert.match(refused, /firewall/);
    assert.equal(guestOf(scene, 111).status, 'running');
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve1/qemu/111/status/start']);
  });

  test('a display that is not SPICE is named, and what it would take', async (t) => {
    const { terminal, homelab } = await openConsole(t, {
      env: { PATH: pathWithViewer(t), DISPLAY: ':99' },
    });
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'v', /display is std; SPICE needs qxl or virtio/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('without remote-viewer it tells how to get it, before anything is started', async (t) => {
    const { terminal, homelab } = await openConsole(t, {
      env: { PATH: tempDir(t, 'empty'), DISPLAY: ':99' },
    });
    await selectGuest(terminal, 'win11');
    await terminal.press('v');
    const words = (await terminal.waitFor(/remote-viewer is not installed/)).replace(/\s+/g, ' ');
    assert.match(words, /apt install virt-viewer/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('without a display it tells the command for the machine that has one', async (t) => {
    const { terminal, homelab } = await openConsole(t, {
      env: { PATH: pathWithViewer(t), DISPLAY: undefined, WAYLAND_DISPLAY: undefined },
    });
    await selectGuest(terminal, 'win11');
    await terminal.press('v');
    const words = (await terminal.waitFor(/There is no display here/)).replace(/\s+/g, ' ');
    assert.match(words, /homelab-tui spice GUEST --vv \| remote-viewer -/);
    assert.deepEqual(homelab.writes(), []);
  });
});
