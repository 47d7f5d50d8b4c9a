// Snapshots of all guests in one list: filtered by age, deleted many at a time, read only while somebody looks.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  cursorRow,
  dialogOf,
  guestOf,
  openConsole,
  pressFor,
  type Scene,
  selectGuest,
  write,
} from '../support/scenario.ts';

const wide = { cols: 120, rows: 40 };
const snapshotReads = ({ homelab }: Scene) =>
  homelab.requests().filter(({ method, path }) => method === 'GET' && path.endsWith('/snapshot'));
const namesOf = (scene: Scene, vmid: number) =>
  guestOf(scene, vmid).snapshots.map(({ name }) => name);

async function openSnapshots({ terminal }: Scene): Promise<string> {
  terminal.send('\u0014');
  return terminal.waitFor(/^20 guests read,/m);
}

describe('all snapshots', { concurrency: 2 }, () => {
  test('older than 30 days, marked at once, deleted with one question', async (t) => {
    const scene = await openConsole(t, wide);
    const { terminal, homelab } = scene;
    assert.equal(snapshotReads(scene).length, 0, 'nothing is read before somebody looks');
    const list = await openSnapshots(scene);
    assert.match(list, /ctrl-t \[Snapshots\]/);
    assert.match(list, /Snapshots 14/);
    assert.match(cursorRow(terminal), /111 win10-test +activated +90 d no/, 'the oldest first');
    assert.match(list, /101 web-server +nginx-ok +20 d RAM/);
    await pressFor(terminal, '/', /Snapshots 14.*\//);
    await write(terminal, 'older:30d');
    await terminal.press('enter');
    await terminal.waitFor(/Snapshots 4 of 14/);
    await terminal.press('ctrl-a');
    await terminal.waitFor('4 marked');
    await pressFor(terminal, 'D', 'Delete: 4 snapshots?');
    const words = dialogOf(terminal, 'Delete').join(' ');
    assert.match(words, /Nobody can go back to a deleted snapshot/);
    assert.match(words, /ZFS goes back to the newest snapshot only/);
    assert.match(words, /snapshot activated of guest 111 win10-test on pve1 · site home/);
    assert.deepEqual(homelab.writes(), []);
    await terminal.waitIdle(400);
    await terminal.press('y');
    await terminal.waitFor(/Delete: 4 of 4 done/);
    await terminal.waitFor(/Snapshots 0 of 10/);
    assert.deepEqual(homelab.writes().sort(), [
      'DELETE /nodes/pve1/qemu/100/snapshot/clean-install',
      'DELETE /nodes/pve1/qemu/101/snapshot/base',
      'DELETE /nodes/pve1/qemu/111/snapshot/activated',
      'DELETE /nodes/pve2/qemu/103/snapshot/base',
    ]);
    assert.deepEqual(namesOf(scene, 101), ['before-flake-update', 'nginx-ok', 'php-test']);
  });

  test('snapshots of one guest are deleted one after the other, and what fails is told by name', async (t) => {
    const scene = await openConsole(t, wide);
    const { terminal, homelab, world } = scene;
    await openSnapshots(scene);
    await terminal.press('/');
    await write(terminal, 'web-server');
    await terminal.press('enter');
    await terminal.waitFor(/Snapshots 4 of 14/);
    await terminal.press('ctrl-a');
    await pressFor(terminal, 'D', 'Delete: 4 snapshots?');
    // Somebody else is quicker with one of them.
    world.change(guestOf(scene, 101), (guest) => {
      guest.snapshots = guest.snapshots.filter(({ name }) => name !== 'php-test');
    });
    await terminal.waitIdle(400);
    await terminal.press('y');
    const done = await terminal.waitFor(/Delete: 3 done, 1 failed: snapshot php-test of guest 101/);
    assert.doesNotMatch(done, /locked/, 'a guest is never asked for two at a time');
    assert.deepEqual(namesOf(scene, 101), []);
    assert.equal(homelab.writes().length, 4);
  });

  test('enter and t lead to the tree of the guest, esc back to the list, esc again to the guests', async (t) => {
    const scene = await openConsole(t, wide);
    const { terminal } = scene;
    await openSnapshots(scene);
    await pressFor(terminal, 'enter', /\[Snapshots\] Backups/);
    await terminal.waitFor(/activated +90 d/);
    await terminal.press('esc');
    await terminal.waitFor(/ctrl-t \[Snapshots\]/);
    await terminal.press('esc');
    const guests = await terminal.waitFor('2 [Guests]');
    assert.doesNotMatch(guests, /ctrl-t/, 'the tab is there only while it is open');
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 't', /\[Snapshots\] Backups/);
    await terminal.waitFor(/─before-flake-update/);
  });

  test('the palette finds it, and coming back reads nothing twice', async (t) => {
    const scene = await openConsole(t, wide);
    const { terminal } = scene;
    await terminal.press(':');
    await write(terminal, 'snapshots');
    await terminal.press('enter');
    await terminal.waitFor(/^20 guests read,/m);
    assert.equal(snapshotReads(scene).length, 20, 'templates have none');
    await terminal.press('1');
    await terminal.waitFor('1 [Nodes]');
    await openSnapshots(scene);
    assert.equal(snapshotReads(scene).length, 20);
    await terminal.press('r');
    await terminal.waitFor(() => snapshotReads(scene).length === 40, 'everything read again');
  });

  test('a large site: rows before the end, esc stops, r reads on', async (t) => {
    const scene = await openConsole(t, {
      ...wide,
      demo: { scenario: 'scale-5000' },
      ready: /Guests 5000/,
    });
    const { terminal } = scene;
    terminal.send('\u0014');
    await terminal.waitFor(/Snapshots [1-9]\d*[\s\S]*\d+ of 5000 guests read · esc stops/);
    await terminal.press('esc');
    await terminal.waitFor(/stopped: \d+ of 5000 guests read · r reads on/);
    await terminal.waitIdle(300);
    const sent = snapshotReads(scene).length;
    assert.ok(sent < 5000, `${sent} requests`);
    await terminal.waitIdle(600);
    assert.equal(snapshotReads(scene).length, sent, 'nothing is asked any more');
    await terminal.press('r');
    await terminal.waitFor(/Snapshots \d{4}[\s\S]*5000 guests read,/);
    const all = snapshotReads(scene).length;
    assert.ok(all < 5000 + 20, `${all} requests: nothing was read twice but what was given up`);
  });

  test('a node that is down: its guests are named as not read, the others are there', async (t) => {
    const scene = await openConsole(t, {
      ...wide,
      demo: { scenario: 'node-down' },
      ready: /Guests/,
    });
    const { terminal } = scene;
    terminal.send('\u0014');
    const list = await terminal.waitFor(/guests not read \(/);
    assert.match(list, /⚠ \d+ guests not read \(.*\): node pve\d does not answer/);
    assert.match(list, /web-server|vaultwarden/);
  });
});
