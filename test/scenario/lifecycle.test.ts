// Guests are created, cloned, turned into templates and destroyed; what protects them holds.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  answer,
  dialogOf,
  guestOf,
  openConsole,
  pressFor,
  selectGuest,
  untilWorld,
  write,
} from '../support/scenario.ts';

/** Moves down to the field with this label. */
async function focus(terminal: Awaited<ReturnType<typeof openConsole>>['terminal'], label: string) {
  for (let step = 0; step < 45; step += 1) {
    if (terminal.screen().some((row) => row.includes(`> ${label}`))) return;
    await terminal.press('tab');
    await terminal.waitIdle();
  }
  throw new Error(`No field ${label}:\n${terminal.text()}`);
}

describe('life cycle', { concurrency: 2 }, () => {
  test('a VM is created from the list of guests, with what the node has to offer', async (t) => {
    const scene = await openConsole(t, { cols: 120, rows: 50 });
    const { terminal, homelab, world } = scene;
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'N', 'Create container');
    const form = await pressFor(terminal, 'v', /VMID\*/);
    assert.match(form, /VMID\* +114/, 'the next free id is proposed');
    assert.match(form, /Disk storage\* +‹ local-lvm, lvmthin/);
    await focus(terminal, 'Name');
    await write(terminal, 'fresh');
    await focus(terminal, 'CD image');
    await pressFor(terminal, 'right', /CD image +‹ \S+iso/);
    await terminal.press('enter');
    const question = await terminal.waitFor('Create VM 114 fresh on pve1?');
    assert.match(question, /Disk scsi0: 32 GiB on local-lvm/);
    assert.deepEqual(homelab.writes(), []);
    await answer(terminal, 'y');
    await terminal.waitFor('VM 114 fresh is created on pve1');
    const made = guestOf(scene, 114);
    assert.equal(made.node, 'pve1');
    assert.match(String(made.config.scsi0), /^local-lvm:vm-114-disk-0,.*size=32G/);
    assert.match(String(made.config.ide2), /iso.*media=cdrom/);
    assert.equal(made.status, 'stopped');
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve1/qemu']);
    assert.ok(world.guests.has(114));
    await selectGuest(terminal, 'fresh');
  });

  test('an id that is taken meanwhile: the form comes back with the refusal at its field', async (t) => {
    const scene = await openConsole(t, { cols: 120, rows: 50 });
    const { terminal, world } = scene;
    await selectGuest(terminal, 'debian-13-cloud');
    await pressFor(terminal, 'C', /New VMID\* +114/);
    await focus(terminal, 'Name');
    await write(terminal, 'late');
    await terminal.press('enter');
    await terminal.waitFor('Clone guest 9000 debian-13-cloud to 114 late?');
    const other = guestOf(scene, 111);
    world.guests.set(114, { ...other, vmid: 114, node: 'pve2', config: { name: 'first' } });
    await answer(terminal, 'y');
    await terminal.waitFor(/✗ .*114/);
    assert.match(terminal.text(), /New VMID/, 'the form is there again');
    assert.match(terminal.text(), /late/, 'with what was typed');
  });

  test('a container is created with a password that is never shown', async (t) => {
    const scene = await openConsole(t, { cols: 120, rows: 50 });
    const { terminal, homelab } = scene;
    await terminal.press('1');
    await terminal.waitFor('Nodes 3');
    await terminal.press('down');
    await pressFor(terminal, 'N', 'Create container');
    await pressFor(terminal, 'c', /Template\* +‹/);
    await focus(terminal, 'Host name');
    await write(terminal, 'box');
    await focus(terminal, 'Root password');
    terminal.send('hunter2hunter2');
    await terminal.waitIdle(200);
    assert.doesNotMatch(terminal.text(), /hunter2/);
    await terminal.press('enter');
    const question = await terminal.waitFor(/Create container 114 box on pve2\?/);
    assert.match(question, /Root disk: 8 GiB on local-zfs/);
    assert.doesNotMatch(question, /hunter2|Privileged/);
    await answer(terminal, 'y');
    await terminal.waitFor('Container 114 box is created on pve2');
    const made = guestOf(scene, 114);
    assert.equal(made.config.hostname, 'box');
    assert.equal(made.config.unprivileged, 1);
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve2/lxc']);
  });

  test('a template is cloned linked, and cannot be destroyed while the copy lives', async (t) => {
    const scene = await openConsole(t);
    const { terminal } = scene;
    await selectGuest(terminal, 'ubuntu-24.04');
    const form = await pressFor(terminal, 'C', /New VMID\* +114/);
    assert.match(form, /Full copy +\[ \] no/);
    await focus(terminal, 'Name');
    await write(terminal, 'linked');
    await terminal.press('enter');
    await terminal.waitFor('Linked copy: it shares the blocks of the template');
    await answer(terminal, 'y');
    await terminal.waitFor('is copied to 114 linked');
    assert.match(
      String(guestOf(scene, 114).config.rootfs),
      /basevol-9001-disk-0\/subvol-114-disk-0/,
    );
    await pressFor(terminal, 'D', 'Purge from jobs');
    await terminal.press('enter');
    await terminal.waitFor('Type ubuntu-24.04 to confirm');
    await write(terminal, 'ubuntu-24.04');
    await terminal.press('enter');
    await terminal.waitFor(/✗ .*base volume .* is still in/s);
    assert.ok(guestOf(scene, 9001), 'it is still there');
  });

  test('destroy: what is lost is said, the name is typed, and the row is gone', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab, world } = scene;
    await selectGuest(terminal, 'win10-test');
    await pressFor(terminal, 'D', 'Purge from jobs');
    await terminal.press('enter');
    await terminal.waitFor('Type win10-test to confirm');
    const words = dialogOf(terminal, 'Destroy').join(' ');
    assert.match(words, /Lost: local-lvm:vm-111-disk-0 \(64\.0 GiB\)\./);
    assert.match(words, /Lost with it: 1 snapshot\(s\): activated\./);
    await terminal.press('enter');
    await terminal.waitFor('Enter does nothing yet');
    assert.deepEqual(homelab.writes(), []);
    await write(terminal, 'win10-test');
    await pressFor(terminal, 'enter', /✓ (Destroy|guest) .*win10-test/);
    await untilWorld(scene, 'the guest gone', () => !world.guests.has(111));
    await terminal.press('esc', 'esc', '2');
    await terminal.waitFor(/Guests 21/);
    assert.deepEqual(homelab.writes(), ['DELETE /nodes/pve1/qemu/111']);
  });

  test('deleted by somebody else while the question is open: said, nothing is sent', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab, world } = scene;
    await selectGuest(terminal, 'win10-test');
    await pressFor(terminal, 'D', 'Purge from jobs');
    await terminal.press('enter');
    await terminal.waitFor('Type win10-test to confirm');
    world.removeGuest(guestOf(scene, 111));
    await write(terminal, 'win10-test');
    await pressFor(terminal, 'enter', /does not exist any more/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('a protected guest and a running one are not destroyed, and say why', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab, world } = scene;
    world.change(guestOf(scene, 111), (guest) => {
      guest.config = { ...guest.config, protection: 1 };
    });
    await selectGuest(terminal, 'win10-test');
    await pressFor(terminal, 'D', /it is protected; switch protection off/);
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'D', /it runs; stop it first/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('a guest becomes a template for good', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'unifi');
    await pressFor(terminal, ':', 'Command');
    await write(terminal, 'convert to template');
    await pressFor(terminal, 'enter', 'Type unifi to confirm');
    await write(terminal, 'unifi');
    await pressFor(terminal, 'enter', /✓ .*unifi/);
    assert.equal(guestOf(scene, 205).config.template, 1);
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve3/lxc/205/template']);
  });

  test('a leftover lock: the command is told, nothing is sent', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await selectGuest(terminal, 'nextcloud');
    await pressFor(terminal, ':', 'Command');
    await write(terminal, 'how to unlock');
    await pressFor(terminal, 'enter', /qm unlock 106/);
    assert.deepEqual(homelab.writes(), []);
  });
});
