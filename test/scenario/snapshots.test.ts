// Snapshots: taken, rolled back to with the typed name, refused where ZFS would refuse, described and deleted.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  answer,
  cursorRow,
  dialogOf,
  guestOf,
  openConsole,
  openTab,
  pressFor,
  type Scene,
  selectGuest,
  write,
} from '../support/scenario.ts';

/** `name < parent`, and `now` for the state of the guest. */
function treeOf(scene: Scene, vmid: number): string[] {
  const guest = guestOf(scene, vmid);
  const tree = guest.snapshots.map(({ name, parent }) => `${name} < ${parent ?? '-'}`);
  return [...tree, `now < ${guest.parent ?? '-'}`];
}

describe('snapshots', { concurrency: 2 }, () => {
  test('a snapshot is taken, something goes wrong, the guest is rolled back', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab, world } = scene;
    const before = treeOf(scene, 101);
    await selectGuest(terminal, 'web-server');

    const form = await pressFor(terminal, 's', 'Take snapshot');
    assert.match(form, /Name\* +pre-update-\d{8}/, 'a name is proposed');
    terminal.send('\u0015');
    await write(terminal, 'before-php');
    await terminal.press('tab');
    await write(terminal, 'Before the new PHP');
    await terminal.press('enter');
    await terminal.waitFor('Snapshot guest 101 web-server as before-php?');
    assert.deepEqual(homelab.writes(), []);
    await answer(terminal, 'y');
    await terminal.waitFor('✓ Take snapshot guest 101 web-server: done');
    assert.deepEqual(treeOf(scene, 101).slice(-2), ['before-php < nginx-ok', 'now < before-php']);
    assert.equal(guestOf(scene, 101).snapshots.at(-1)?.description, 'Before the new PHP');

    world.change(guestOf(scene, 101), (guest) => {
      guest.config = { ...guest.config, memory: '64' };
    });

    await pressFor(terminal, 'R', 'Start it afterwards');
    await terminal.waitFor(/Snapshot\* +‹ before-php/);
    await terminal.press('enter');
    const question = await terminal.waitFor('Type web-server to confirm');
    assert.match(question, /Roll back guest 101 web-server to before-php\?/);
    assert.match(question, /Everything written to its disks in the last \d+ s is lost/);
    assert.match(question, /It runs and is stopped first/);

    await terminal.press('enter');
    await terminal.waitFor('Enter does nothing yet');
    await write(terminal, 'web-serverr');
    await terminal.press('enter');
    await terminal.waitFor('Enter does nothing yet');
    assert.equal(homelab.writes().length, 1, 'nothing but the snapshot was sent');
    await pressFor(terminal, 'backspace', '✓ it matches');
    await terminal.press('enter');
    await terminal.waitFor('✓ Roll back guest 101 web-server: done');
    assert.deepEqual(treeOf(scene, 101), [
      ...before.slice(0, -1),
      'before-php < nginx-ok',
      'now < before-php',
    ]);
    assert.notEqual(guestOf(scene, 101).config.memory, '64', 'the configuration went back too');
    assert.equal(guestOf(scene, 101).status, 'running');
    assert.deepEqual(homelab.writes(), [
      'POST /nodes/pve1/qemu/101/snapshot',
      'POST /nodes/pve1/qemu/101/snapshot/before-php/rollback',
    ]);
  });

  test('a pasted name confirms no rollback', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'R', 'Start it afterwards');
    await terminal.press('enter');
    await terminal.waitFor('Type web-server to confirm');
    terminal.send('\u001b[200~web-server\r\u001b[201~');
    await terminal.waitIdle(300);
    await terminal.press('enter');
    await terminal.waitFor('Enter does nothing yet');
    assert.deepEqual(homelab.writes(), []);
  });

  test('ZFS goes back to the newest snapshot only: refused beforehand, with the blockers named', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    const before = treeOf(scene, 103);
    await selectGuest(terminal, 'database-server');
    await pressFor(terminal, 'R', /‹ post-update.*1 of 3/);
    await pressFor(terminal, 'right', /‹ pre-update.*2 of 3/);
    await pressFor(terminal, 'right', /‹ base.*3 of 3/);
    await pressFor(terminal, 'enter', /newest snapshot only/);
    const words = dialogOf(terminal, 'Roll back').join(' ');
    assert.match(words, /zfspool \(\S*vm-103-disk-0\) goes back to the newest snapshot only/);
    assert.match(words, /newer than base: pre-update, post-update\./);
    assert.match(words, /Delete those first, or restore a backup to a new guest/);
    await terminal.press('enter', 'enter');
    assert.ok(!terminal.text().includes('to confirm'));
    assert.deepEqual(homelab.writes(), []);
    assert.deepEqual(treeOf(scene, 103), before);
  });

  test('a name that Proxmox would refuse is refused here, before any request', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 's', 'Take snapshot');
    for (const [name, words] of [
      ['current', /current/],
      ['9lives', /letter/],
      ['with space', /letters|Letters/],
      ['base', /there is a snapshot base already/],
    ] as const) {
      terminal.send('\u0015');
      await write(terminal, name);
      await terminal.press('enter');
      await terminal.waitFor(words);
      assert.ok(!terminal.text().includes('y/N'), name);
    }
    assert.deepEqual(homelab.writes(), []);
  });

  test('in the tree: n describes the snapshot under the cursor', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'enter', '[Summary]');
    await openTab(terminal, 'Snapshots');
    const tree = await terminal.waitFor('nginx-ok');
    assert.match(tree, /└─before-flake-update[\s\S]*├─nginx-ok[\s\S]*└─now[\s\S]*└─php-test/);
    await terminal.press('down');
    assert.match(cursorRow(terminal), /before-flake-update/);
    await pressFor(terminal, 'n', 'Edit snapshot description');
    await terminal.waitFor(/Snapshot\* +‹ before-flake-update/);
    await terminal.press('tab');
    terminal.send('\u0015');
    await write(terminal, 'Before flake 26.11');
    await terminal.press('enter');
    await answer(terminal, 'y');
    await terminal.waitFor('Description of before-flake-update changed');
    await terminal.waitFor(/before-flake-update +.*Before flake 26\.11/);
    const changed = guestOf(scene, 101).snapshots.find(
      ({ name }) => name === 'before-flake-update',
    );
    assert.equal(changed?.description.trim(), 'Before flake 26.11');
    assert.deepEqual(homelab.writes(), [
      'PUT /nodes/pve1/qemu/101/snapshot/before-flake-update/config',
    ]);
  });

  test('in the tree: D deletes the snapshot under the cursor, its children hang on its parent', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'enter', '[Summary]');
    await openTab(terminal, 'Snapshots');
    await terminal.waitFor('nginx-ok');
    await terminal.press('down');
    await pressFor(terminal, 'D', 'Delete snapshot');
    await terminal.waitFor(/Snapshot\* +‹ before-flake-update/);
    await terminal.press('enter');
    await terminal.waitFor('Delete snapshot before-flake-update of guest 101 web-server?');
    await terminal.waitFor('Type web-server to confirm');
    await write(terminal, 'web-server');
    await pressFor(terminal, 'enter', '✓ Delete snapshot guest 101 web-server: done');
    await terminal.waitFor((text) => !/─before-flake-update/.test(text), 'the row gone');
    assert.deepEqual(treeOf(scene, 101), [
      'base < -',
      'nginx-ok < base',
      'php-test < base',
      'now < nginx-ok',
    ]);
    assert.deepEqual(homelab.writes(), [
      'DELETE /nodes/pve1/qemu/101/snapshot/before-flake-update',
    ]);
  });

  test('a dialog takes no key for a moment after it was drawn', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 's', 'Take snapshot');
    terminal.send('\r');
    await delay(30);
    terminal.send('y');
    await terminal.waitFor('y/N');
    await terminal.press('n');
    assert.deepEqual(homelab.writes(), []);
  });
});
