// Storage replication of a guest: how its jobs fare, changed, run, removed and made; and what a migration makes of them.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
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
  untilWorld,
  write,
} from '../support/scenario.ts';

const large = { cols: 160, rows: 45 };

async function openJobs(scene: Scene, name: string): Promise<void> {
  await selectGuest(scene.terminal, name);
  await pressFor(scene.terminal, 'enter', '[Summary]');
  await openTab(scene.terminal, 'Replication');
}

describe('replication of a guest', { concurrency: 2 }, () => {
  test('how a job fares; its log; run now', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab, world } = scene;
    await openJobs(scene, 'database-server');
    const row = await terminal.waitFor(/103-0 +pve3 +✓ ok +\*\/15/);
    assert.match(row, /Before the nightly dump/);
    const log = await pressFor(terminal, 'o', 'Log of replication job 103-0');
    assert.match(log, /There is no log yet|end replication job/);
    await terminal.press('esc');
    const before = world.replication.get('103-0')?.lastSync ?? 0;
    world.faults.advance(20);
    await pressFor(terminal, 'J', 'Run replication job now');
    await pressFor(terminal, 'enter', 'y/N');
    assert.deepEqual(homelab.writes(), []);
    await answer(terminal, 'y');
    await terminal.waitFor('Replication job 103-0 runs as soon as pve2 gets to it');
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve2/replication/103-0/schedule_now']);
    assert.ok((world.replication.get('103-0')?.lastSync ?? 0) > before);
    const after = await pressFor(terminal, 'o', 'Log of replication job 103-0');
    assert.match(after, /volumes => local-zfs:vm-103-disk-0/);
  });

  test('edit: a bad schedule stays at its field, a good one is sent; the target is told', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab, world } = scene;
    await openJobs(scene, 'database-server');
    await terminal.waitFor('103-0');
    await pressFor(terminal, 'e', 'Edit replication job');
    await terminal.press('tab');
    terminal.send('\u0015');
    await write(terminal, 'every hour');
    await pressFor(terminal, 'enter', /“every” is no weekday/);
    assert.deepEqual(homelab.writes(), []);
    terminal.send('\u0015');
    await write(terminal, 'mon..fri 22:30');
    await pressFor(terminal, 'enter', 'y/N');
    await answer(terminal, 'y');
    await terminal.waitFor('Replication job 103-0 changed');
    assert.equal(world.replication.get('103-0')?.schedule, 'mon..fri 22:30');
    await terminal.waitFor(/103-0 +pve3 +✓ ok +mon\.\.fri 22:30/);
  });

  test('add and remove: only ZFS, only where it can be, and the copy is named', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab, world } = scene;
    await openJobs(scene, 'monitoring');
    await terminal.waitFor('no replication jobs');
    await terminal.press('a');
    await terminal.waitFor('Add replication job');
    await terminal.press('esc', ':');
    await write(terminal, 'add replication');
    const form = await pressFor(terminal, 'enter', /To node\*/);
    assert.match(form, /‹ pve3, online ›/);
    await pressFor(terminal, 'enter', 'y/N');
    const words = dialogOf(terminal, 'Add replication job').join(' ');
    assert.match(words, /Copied: local-zfs:vm-104-disk-0\./);
    assert.match(words, /It is no backup/);
    await answer(terminal, 'y');
    await terminal.waitFor('Replication job 104-0 to pve3 is made');
    assert.equal(world.replication.get('104-0')?.target, 'pve3');
    await terminal.waitFor(/> 104-0 +pve3/);
    await pressFor(terminal, 'D', 'Remove replication job');
    await pressFor(terminal, 'enter', 'y/N');
    assert.match(
      dialogOf(terminal, 'Remove replication job').join(' '),
      /Lost: the copy of its disks on pve3/,
    );
    await answer(terminal, 'y');
    await terminal.waitFor('marked for removal');
    await terminal.waitFor(/104-0 +pve3 +being removed/);
    assert.deepEqual(homelab.writes(), [
      'POST /cluster/replication',
      'DELETE /cluster/replication/104-0',
    ]);
    world.faults.advance(120);
    await terminal.press('r');
    await terminal.waitFor('no replication jobs');
  });

  test('a disk that cannot be replicated: refused beforehand, with the way out', async (t) => {
    const { terminal, homelab } = await openConsole(t, large);
    await selectGuest(terminal, 'web-server');
    await terminal.press(':');
    await write(terminal, 'add replication');
    await pressFor(
      terminal,
      'enter',
      /scsi0 is on local-lvm \(lvmthin\), only ZFS can be replicated/,
    );
    assert.deepEqual(homelab.writes(), []);
  });

  test('a running VM with snapshots moves to its copy, and to no other node', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, world } = scene;
    world.change(guestOf(scene, 103), (guest) => {
      delete guest.ha;
    });
    assert.ok(guestOf(scene, 103).snapshots.length > 0);
    await terminal.press('r');
    await selectGuest(terminal, 'database-server');
    const form = await pressFor(terminal, 'm', 'To node*');
    assert.match(form, /‹ pve3,/);
    await pressFor(terminal, 'enter', 'y/N');
    const words = dialogOf(terminal, 'Migrate').join(' ');
    assert.match(words, /Replicated to pve3 already: of local-zfs:vm-103-disk-0 only what changed/);
    assert.match(
      words,
      /Not to pve1: it is replicated to pve3, and moves only there while it runs/,
    );
    await answer(terminal, 'y');
    await terminal.waitFor('guest 103 database-server is on pve3 now');
    assert.equal(guestOf(scene, 103).node, 'pve3');
    assert.equal(world.replication.get('103-0')?.target, 'pve2', 'the job leads back');
  });

  test('a failing job, and a node that does not answer: unknown is said', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, world } = scene;
    world.faults.nodeDown('pve3', true);
    world.faults.advance(1200);
    await openJobs(scene, 'database-server');
    const failed = await terminal.waitFor(/103-0 +pve3 +✗ failed \d+ time/);
    assert.match(failed.replace(/\s+/g, ' '), /✗ 103-0: command .*exit code 255/);
    assert.match(cursorRow(terminal), /waits/);
    world.faults.nodeDown('pve2', true);
    await terminal.press('r');
    await terminal.waitFor(/how they fare is not known|does not answer|No route|quorum/);
  });

  test('destroy: the jobs that name the guest, and that purge is needed', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab, world } = scene;
    world.change(guestOf(scene, 204), (guest) => {
      guest.status = 'stopped';
      guest.qmpstatus = 'stopped';
    });
    await untilWorld(scene, 'it stopped', () => guestOf(scene, 204).status === 'stopped');
    await terminal.press('r');
    await selectGuest(terminal, 'dns');
    await terminal.waitFor(/dns +○ stopped|dns.*stopped/);
    await pressFor(terminal, 'D', 'Purge from jobs and HA');
    await pressFor(terminal, 'enter', /replication job 204-0 is there: remove it first/);
    await pressFor(terminal, 'space', /\[x\] yes/);
    await pressFor(terminal, 'enter', 'Type dns to confirm');
    const words = dialogOf(terminal, 'Destroy').join(' ');
    assert.match(words, /Taken out of backup job\(s\): backup-lab \(Weekly\)/);
    assert.match(words, /Dropped: replication job\(s\) 204-0 to pve2\. The copies there stay/);
    await write(terminal, 'dns');
    await terminal.press('enter');
    await terminal.waitFor('✓ Destroy guest 204 dns: done');
    assert.equal(world.replication.has('204-0'), false);
    assert.ok(!world.backupJobs.some(({ vmids }) => vmids.includes(204)));
    assert.equal(homelab.writes().length, 1);
  });
});
