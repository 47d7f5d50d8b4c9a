// Guests move between nodes: the precondition is shown first, single moves and whole nodes, and what goes wrong on the way.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  answer,
  guestOf,
  openConsole,
  pressFor,
  selectGuest,
  untilWorld,
  write,
} from '../support/scenario.ts';

const large = { cols: 140, rows: 50 };

describe('migrate', { concurrency: 2 }, () => {
  test('the precondition is shown before anything runs, then it moves live', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'fyde-desktop');
    const form = await pressFor(terminal, 'm', /To node\* +‹ pve2, .* free/);
    assert.match(form, /Storage for copied disks +‹ local-zfs, zfspool/);
    await terminal.press('enter');
    const question = await terminal.waitFor('Migrate guest 112 fyde-desktop from pve1 to pve2?');
    assert.match(question, /Live: it keeps running/);
    assert.match(question, /Copied over the network: local-lvm:vm-112-disk-0 \(32\.0 GiB\)/);
    assert.match(question, /memory free, it may use 4\.00 GiB/);
    assert.ok(
      homelab.requests().some(({ path }) => path === '/nodes/pve1/qemu/112/migrate'),
      'Proxmox was asked what stands in the way',
    );
    assert.deepEqual(homelab.writes(), []);
    await answer(terminal, 'y');
    await terminal.waitFor('guest 112 fyde-desktop is on pve2 now');
    const guest = guestOf(scene, 112);
    assert.equal(guest.node, 'pve2');
    assert.equal(guest.status, 'running');
    assert.match(String(guest.config.scsi0), /^local-zfs:/);
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve1/qemu/112/migrate']);
    await selectGuest(terminal, 'fyde-desktop');
    await terminal.waitFor(/fyde-desktop .*running +pve2/);
  });

  test('a passed-through device holds it: said with its name, nothing is sent', async (t) => {
    const { terminal, homelab } = await openConsole(t, large);
    await selectGuest(terminal, 'home-assistant');
    await pressFor(terminal, 'm', /bound to pve3: device of this node passed through: usb0/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('the target dies half way: the error is shown, the guest runs where it was', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, world } = scene;
    world.faults.dieWhileMigrating('pve2');
    await selectGuest(terminal, 'fyde-desktop');
    await pressFor(terminal, 'm', /To node\* +‹ pve2/);
    await terminal.press('enter');
    await answer(terminal, 'y');
    await terminal.waitFor(/✗ .*it is still on pve1, running/s);
    const guest = guestOf(scene, 112);
    assert.equal(guest.node, 'pve1');
    assert.equal(guest.status, 'running');
    assert.equal(guest.lock, undefined);
  });

  test('the storage is filled by others meanwhile: the error is shown, the guest is whole', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, world } = scene;
    await selectGuest(terminal, 'fyde-desktop');
    await pressFor(terminal, 'm', /To node\* +‹ pve2/);
    await terminal.press('enter');
    await terminal.waitFor('Migrate guest 112 fyde-desktop from pve1 to pve2?');
    world.faults.fillStorage('local-zfs', 'pve2', 2 ** 30);
    await answer(terminal, 'y');
    await terminal.waitFor(/✗ .*it is still on pve1, running/s);
    const guest = guestOf(scene, 112);
    assert.equal(guest.node, 'pve1');
    assert.match(String(guest.config.scsi0), /^local-lvm:/);
  });

  test('marked guests move in one step, each with a task of its own', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab } = scene;
    await pressFor(terminal, '/', /Guests \d.*\//);
    await write(terminal, 'node:pve2 type:lxc');
    await terminal.press('enter', 'down', 'space', 'space');
    await pressFor(terminal, 'm', /To node\* +‹ pve3/);
    await terminal.press('enter');
    const question = await terminal.waitFor('Migrate: 2 targets?');
    assert.match(question, /202 jellyfin on pve2[\s\S]*203 traefik on pve2/);
    assert.match(question, /Restart: the container is shut down, moved and started/);
    await answer(terminal, 'y');
    await terminal.waitFor('Migrate: 2 of 2 done');
    for (const vmid of [202, 203]) {
      assert.equal(guestOf(scene, vmid).node, 'pve3');
      assert.equal(guestOf(scene, vmid).status, 'running');
    }
    assert.deepEqual(homelab.writes().sort(), [
      'POST /nodes/pve2/lxc/202/migrate',
      'POST /nodes/pve2/lxc/203/migrate',
    ]);
  });

  test('a node is evacuated by the plan that was shown', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab } = scene;
    await terminal.press('1');
    await terminal.waitFor('Nodes 3');
    await pressFor(terminal, 'E', 'Memory to keep free');
    await pressFor(terminal, 'enter', /✗ no guest can be moved/);
    await terminal.press('tab', 'tab');
    await pressFor(terminal, 'right', /copied disks +‹ local ›|copied disks +‹ local-zfs ›/);
    if (!/‹ local-zfs ›/.test(terminal.text())) await pressFor(terminal, 'right', /‹ local-zfs ›/);
    await terminal.press('enter');
    const plan = await terminal.waitFor('Type pve1 to confirm');
    const moves = [...plan.matchAll(/(\d+) \S+ → (pve\d): (live|restart|offline)/g)];
    assert.ok(moves.length >= 2, plan);
    assert.match(plan, /106 nextcloud stays: locked \(backup\)/);
    assert.match(plan, /101 web-server stays: pve2, pve3: local disks with snapshots/);
    assert.match(plan, /Memory of pve2: .* → .*/);
    assert.deepEqual(homelab.writes(), []);
    await write(terminal, 'pve1');
    await terminal.press('enter');
    await terminal.waitFor(`${moves.length} of ${moves.length} guest(s) moved off pve1`);
    for (const [, vmid, node] of moves) assert.equal(guestOf(scene, Number(vmid)).node, node);
    assert.equal(guestOf(scene, 101).node, 'pve1');
    assert.equal(homelab.writes().length, moves.length);
  });

  test('ctrl-x: what moves comes to its end, nothing further is started', async (t) => {
    const scene = await openConsole(t, { ...large, demo: { speed: 4 } });
    const { terminal, homelab } = scene;
    await terminal.press('1');
    await terminal.waitFor('Nodes 3');
    await pressFor(terminal, 'E', 'Memory to keep free');
    await terminal.press('tab', 'tab');
    await pressFor(terminal, 'right', /copied disks +‹ local ›|copied disks +‹ local-zfs ›/);
    if (!/‹ local-zfs ›/.test(terminal.text())) await pressFor(terminal, 'right', /‹ local-zfs ›/);
    await terminal.press('enter');
    await terminal.waitFor('Type pve1 to confirm');
    await write(terminal, 'pve1');
    await terminal.press('enter');
    await untilWorld(scene, 'the first one moving', () => homelab.writes().length === 1);
    await terminal.press('ctrl-x');
    await terminal.waitFor(/1 of \d guest\(s\) moved off pve1, \d not started/);
    assert.equal(homelab.writes().length, 1);
  });
});
