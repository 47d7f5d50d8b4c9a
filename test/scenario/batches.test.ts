// One question for many marks: at most four at a time, each with its own end, single failures reported, cancelled half-way.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  dialogOf,
  guestOf,
  openConsole,
  pressFor,
  type Scene,
  write,
} from '../support/scenario.ts';

const wide = { cols: 120, rows: 40 };

/** Filters the guests and marks all of them. */
async function mark({ terminal }: Scene, filter: string, count: number): Promise<void> {
  await terminal.press('/');
  await write(terminal, filter);
  await terminal.press('enter');
  await terminal.waitFor(new RegExp(`Guests ${count} of 22`));
  await terminal.press('ctrl-a');
  await terminal.waitFor(`${count} marked`);
}

const has = (scene: Scene, vmid: number, name: string) =>
  guestOf(scene, vmid).snapshots.some((snapshot) => snapshot.name === name);

describe('batches', { concurrency: 2 }, () => {
  test('a snapshot before the update: both types, one question, one name, the rest named as left out', async (t) => {
    const scene = await openConsole(t, wide);
    const { terminal, homelab } = scene;
    // Six VMs and a container; nextcloud is locked by its backup.
    await mark(scene, 'status:running tag:prod', 7);
    const form = await pressFor(terminal, 's', 'Take snapshot');
    assert.match(form, /Name\* +pre-update-\d{8}/);
    terminal.send('\u0015');
    await write(terminal, 'pre-patch');
    await terminal.press('enter');
    await terminal.waitFor('Take snapshot: 6 targets?');
    const words = dialogOf(terminal, 'Take snapshot').join(' ');
    assert.match(words, /left out: guest 106 nextcloud: locked \(backup\)/);
    assert.deepEqual(homelab.writes(), []);
    await terminal.waitIdle(400);
    await terminal.press('y');
    await terminal.waitFor('Take snapshot: 6 of 6 done');
    assert.ok(has(scene, 101, 'pre-patch'));
    assert.ok(has(scene, 203, 'pre-patch'), 'a container too');
    assert.ok(!has(scene, 106, 'pre-patch'));
  });

  test('the same name in one of them leaves that one out, RAM is taken of VMs only', async (t) => {
    const scene = await openConsole(t, wide);
    const { terminal, homelab } = scene;
    // 101 has a snapshot base already; 203 is a container.
    for (const name of ['web-server', 'monitoring', 'traefik']) {
      await terminal.press('/');
      terminal.send('\u0015');
      await write(terminal, name);
      await terminal.press('enter');
      await terminal.waitFor(/Guests 1 of 22/);
      await terminal.press('space');
      await terminal.waitFor(/marked/);
    }
    await terminal.press('/');
    terminal.send('\u0015');
    await terminal.press('enter');
    await terminal.waitFor('3 marked');
    await pressFor(terminal, 's', 'Take snapshot');
    terminal.send('\u0015');
    await write(terminal, 'base');
    await terminal.press('tab', 'tab', 'space');
    await terminal.press('enter');
    await terminal.waitFor('Take snapshot: 2 targets?');
    const words = dialogOf(terminal, 'Take snapshot').join(' ');
    assert.match(words, /left out: guest 101 web-server: there is a snapshot base already/);
    await terminal.waitIdle(400);
    await terminal.press('y');
    await terminal.waitFor(/Take snapshot: 2 of 2 done/);
    const state = (vmid: number) =>
      guestOf(scene, vmid).snapshots.find(({ name }) => name === 'base')?.vmstate !== undefined;
    assert.equal(state(104), true);
    assert.equal(state(203), false);
    assert.equal(homelab.writes().length, 2);
  });

  test('seven of both types; one that fails stops no other and is named at the end', async (t) => {
    const scene = await openConsole(t, wide);
    const { terminal, homelab, world } = scene;
    world.faults.respond('POST /nodes/pve2/qemu/104/snapshot', {
      status: 500,
      statusText: 'storage is full',
    });
    await mark(scene, 'node:pve2', 7);
    await pressFor(terminal, 's', 'Take snapshot');
    await terminal.press('enter');
    await terminal.waitFor('Take snapshot: 7 targets?');
    await terminal.waitIdle(400);
    await terminal.press('y');
    await terminal.waitFor(
      /Take snapshot: 6 done, 1 failed: guest 104 monitoring \(.*storage is full/,
    );
    assert.equal(homelab.writes().length, 7);
  });

  test('ctrl-x in the middle: nothing further is started, what runs comes to its end, both are said', async (t) => {
    const scene = await openConsole(t, { ...wide, demo: { speed: 1 } });
    const { terminal, homelab, world } = scene;
    await mark(scene, 'node:pve2', 7);
    await pressFor(terminal, 's', 'Take snapshot');
    await terminal.press('enter');
    await terminal.waitFor('Take snapshot: 7 targets?');
    await terminal.waitIdle(400);
    await terminal.press('y');
    await terminal.waitFor('7 targets, 4 at a time; ctrl-x starts no further one');
    await terminal.waitFor(() => homelab.writes().length === 4, 'four started');
    assert.equal(world.tasks.running().filter(({ type }) => type.endsWith('snapshot')).length, 4);
    terminal.send('\u0018');
    await terminal.waitFor(/Nothing further is started\. 4 running actions will come to an end/);
    await terminal.waitFor('Take snapshot: 4 done, 3 not started');
    assert.equal(homelab.writes().length, 4);
    terminal.send('\u0018');
    await terminal.waitFor('Nothing runs over several targets now');
  });
});
