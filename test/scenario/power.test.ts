// Starting and stopping a guest: nothing leaves before a confirmed key, and then exactly one request.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { answer, guestOf, openConsole, pressFor, selectGuest } from '../support/scenario.ts';

describe('start and stop', { concurrency: 2 }, () => {
  test('a guest is started: asked once, sent once, followed to its end', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'win10-test');
    const menu = await pressFor(terminal, 'p', 'Power');
    assert.match(menu, /s +Start/);
    await terminal.press('s');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /Start guest 111 win10-test\?/);
    assert.match(question, /Target: 111 win10-test · qemu on pve1 · site home/);
    assert.deepEqual(homelab.writes(), [], 'reading only, so far');
    await answer(terminal, 'y');
    await terminal.waitFor('✓ Start guest 111 win10-test: done');
    await terminal.waitFor(/111 win10-test +● running/);
    assert.equal(guestOf(scene, 111).status, 'running');
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve1/qemu/111/status/start']);
  });

  test('a guest is stopped', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'traefik');
    await pressFor(terminal, 'p', 'Power');
    await terminal.press('x');
    const form = await terminal.waitFor('Abort a hanging shutdown first');
    assert.match(form, /Target: 203 traefik · lxc on pve2/);
    await terminal.press('enter');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /Data that the guest has not written yet is lost/);
    assert.deepEqual(homelab.writes(), []);
    await answer(terminal, 'y');
    await terminal.waitFor('✓ Stop guest 203 traefik: done');
    assert.equal(guestOf(scene, 203).status, 'stopped');
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve2/lxc/203/status/stop']);
  });

  test('no, esc and enter alone leave it as it is', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'win10-test');
    for (const key of ['n', 'esc', 'enter']) {
      await terminal.press('p', 's');
      await terminal.waitFor('y/N');
      await terminal.press(key);
    }
    assert.match(terminal.text(), /y\/N/, 'enter neither confirms nor closes the question');
    await terminal.press('esc');
    await terminal.waitFor((text) => !text.includes('y/N'), 'the question gone');
    assert.deepEqual(homelab.writes(), []);
  });

  test('keys typed ahead and pasted text confirm nothing', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await selectGuest(terminal, 'win10-test');
    terminal.send('psyyyy');
    await terminal.waitFor('y/N');
    terminal.send('\u001b[200~y\u001b[201~');
    await terminal.waitIdle(300);
    assert.match(terminal.text(), /y\/N/);
    await terminal.press('n');
    assert.deepEqual(homelab.writes(), []);
  });

  test('a dialog shows the exact call on request, and finding it out sends nothing', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await selectGuest(terminal, 'win10-test');
    await terminal.press('p', 's');
    await terminal.waitFor('y/N');
    await pressFor(terminal, 'L', 'POST /nodes/pve1/qemu/111/status/start');
    assert.deepEqual(homelab.writes(), []);
  });

  test('a critical guest wants its name typed before it is stopped', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'vaultwarden');
    await terminal.press('p', 'x');
    const question = await terminal.waitFor(/Type vaultwarden to confirm|Abort a hanging shutdown/);
    if (!question.includes('to confirm')) await terminal.press('enter');
    await terminal.waitFor('Type vaultwarden to confirm');
    await terminal.press('y', 'enter');
    assert.match(terminal.text(), /Enter does nothing yet/);
    await terminal.press('esc');
    assert.deepEqual(homelab.writes(), []);
  });

  test('a guest that changed while the question was open is left alone', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab, world } = scene;
    await selectGuest(terminal, 'win10-test');
    await terminal.press('p', 's');
    await terminal.waitFor('y/N');
    world.change(guestOf(scene, 111), (guest) => {
      guest.lock = 'migrate';
    });
    await answer(terminal, 'y');
    await terminal.waitFor(/It changed while the question was open: is locked now/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('a locked guest says by what, and nothing is sent', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await selectGuest(terminal, 'nextcloud');
    await pressFor(terminal, 'p', 'Power');
    await pressFor(terminal, 'x', /locked.*backup|backup.*lock/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('an answer that is lost is looked up: the guest is started once', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab, world } = scene;
    await selectGuest(terminal, 'win10-test');
    world.faults.dropAfterRead('POST /nodes/pve1/qemu/111/status/start');
    await terminal.press('p', 's');
    await answer(terminal, 'y');
    await terminal.waitFor('✓ Start guest 111 win10-test: done');
    assert.equal(guestOf(scene, 111).status, 'running');
    assert.equal(homelab.writes().length, 1);
  });

  test('quitting while something runs asks first; the task goes on at the server', async (t) => {
    const { terminal, homelab } = await openConsole(t, { demo: { speed: 0.01 } });
    await selectGuest(terminal, 'win10-test');
    await terminal.press('p', 's');
    await answer(terminal, 'y');
    await terminal.waitFor('⟳ Start guest 111 win10-test');
    await pressFor(terminal, 'q', 'Quit while actions are being followed?');
    await answer(terminal, 'n');
    await terminal.press('q');
    await terminal.waitFor('y/N');
    terminal.send('y');
    assert.equal(await terminal.waitExit(), 0);
    assert.equal(homelab.world.tasks.running().length, 1);
  });
});
