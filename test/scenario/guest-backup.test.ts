// Backups of a guest: made now, listed with what is not known, described, protected, looked into and removed.
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
  write,
} from '../support/scenario.ts';

const large = { cols: 160, rows: 45 };

/** Its backups on the share, newest first; more of them are on a backup server. */
function filesOf({ world }: Scene, vmid: number) {
  world.settle();
  return world.files
    .filter((file) => file.storage === 'backup-nas' && file.vmid === vmid)
    .sort((a, b) => b.ctime - a.ctime);
}

async function openBackups(scene: Scene, name: string): Promise<void> {
  await selectGuest(scene.terminal, name);
  await pressFor(scene.terminal, 'enter', '[Summary]');
  await openTab(scene.terminal, 'Backups');
}

/** Puts the cursor on the newest backup of the share. */
async function onShare({ terminal }: Scene): Promise<void> {
  await terminal.waitFor(/\d+ backups/);
  for (let row = 0; row < 9 && !/ backup-nas /.test(cursorRow(terminal)); row += 1) {
    await terminal.press('down');
  }
  assert.match(cursorRow(terminal), / backup-nas /);
}

describe('backups of a guest', { concurrency: 2 }, () => {
  test('back up now: the dialog says what it does and leaves out, the log is followed to its end', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab, world } = scene;
    world.change(guestOf(scene, 104), (guest) => {
      guest.config = { ...guest.config, scsi0: `${guest.config.scsi0},backup=0` };
    });
    const before = filesOf(scene, 104).length;
    await selectGuest(terminal, 'monitoring');
    const form = await pressFor(terminal, 'b', 'Remove older ones by retention');
    assert.match(form, /Storage\* +‹ backup-nas, nfs, .* free ›/);
    assert.match(form, /Notes +\{\{guestname\}\}/);
    await pressFor(terminal, 'enter', 'y/N');
    const words = dialogOf(terminal, 'Back up now').join(' ');
    assert.match(words, /Back up guest 104 monitoring to backup-nas\?/);
    assert.match(words, /Snapshot: it keeps running/);
    assert.match(words, /Not in it: scsi0 \(backup=0\)\./);
    assert.match(words, /Older backups stay/);
    assert.deepEqual(homelab.writes(), []);
    await answer(terminal, 'y');
    await terminal.waitFor('✓ Back up now guest 104 monitoring: done');
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve2/vzdump']);
    const sent = homelab.requests().find(({ method }) => method === 'POST')?.params;
    assert.deepEqual(
      [sent?.vmid, sent?.remove, sent?.compress, sent?.['notes-template']],
      ['104', '0', 'zstd', '{{guestname}}'],
    );
    assert.equal(filesOf(scene, 104).length, before + 1);
    assert.equal(filesOf(scene, 104)[0]?.notes, 'monitoring');
  });

  test('a backup that fails inside its task is told as failed, with the reason in reach', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, world } = scene;
    await selectGuest(terminal, 'docker-host');
    await pressFor(terminal, 'b', 'Remove older ones by retention');
    await pressFor(terminal, 'enter', 'y/N');
    world.change(guestOf(scene, 102), (guest) => {
      guest.lock = 'snapshot';
    });
    await answer(terminal, 'y');
    await terminal.waitFor(/✗.*Back up now|it is not as it was|locked/);
    assert.doesNotMatch(terminal.text(), /Back up now guest 102 docker-host: done/);
    assert.ok(filesOf(scene, 102).every(({ ctime }) => ctime < world.clock.seconds - 600));
  });

  test('over marked guests: asked once, one at a time on each node', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab } = scene;
    await pressFor(terminal, '/', /Guests \d.*\//);
    await write(terminal, 'node:pve2');
    await terminal.press('enter');
    for (const name of ['database-server', 'monitoring']) {
      await terminal.waitFor(name);
      await terminal.press('space');
    }
    await pressFor(terminal, 'b', 'Remove older ones by retention');
    await pressFor(terminal, 'enter', 'Back up now: 2 targets?');
    await answer(terminal, 'y');
    await terminal.waitFor('Back up now: 2 of 2 done');
    assert.equal(homelab.writes().length, 2);
    const logs = [103, 104].map((vmid) => filesOf(scene, vmid)[0]?.ctime ?? 0);
    assert.ok((logs[1] ?? 0) > (logs[0] ?? 0), 'the second began after the first');
    const waited = scene.world.tasks
      .ofNode('pve2')
      .some(({ log }) => log.join().includes('global lock'));
    assert.equal(waited, false, 'none waited inside its task');
  });

  test('the list: ages, sizes, protection; notes are changed whole and protection is switched', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab } = scene;
    const [newest] = filesOf(scene, 101);
    assert.ok(newest);
    newest.notes = 'first line\nsecond line';
    await openBackups(scene, 'web-server');
    const list = await terminal.waitFor(/\d+ backups, .* in all/);
    assert.match(list, /asked: local, backup-nas, pbs/);
    assert.match(list, / pbs +\d.*pbs-vm +no +ok +no/);
    await onShare(scene);
    assert.match(
      list,
      /not looked at, because pve1 does not reach it: local on pve2, local on pve3/,
    );
    assert.match(list, /\d+ h .* backup-nas +\d.* vma\.zst +no +– +–/);
    const form = await pressFor(terminal, 'n', 'Edit backup notes');
    assert.match(form, /first line/);
    assert.match(form, /second line/);
    await terminal.press('esc');
    await pressFor(terminal, 'K', 'Protect backup or not');
    await terminal.waitFor(/Protected +\[x\] yes/);
    await pressFor(terminal, 'enter', 'y/N');
    await answer(terminal, 'y');
    await terminal.waitFor('is protected');
    assert.equal(filesOf(scene, 101)[0]?.protected, true);
    assert.deepEqual(homelab.writes().length, 1);
    await terminal.waitFor(/vma\.zst +yes/);
    await pressFor(terminal, 'D', 'Remove backup');
    await pressFor(terminal, 'enter', /it is protected; switch its protection off first/);
    assert.equal(homelab.writes().length, 1);
  });

  test('remove takes the typed name; what is inside can be looked at first', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab } = scene;
    const [newest] = filesOf(scene, 101);
    assert.ok(newest);
    await openBackups(scene, 'web-server');
    await onShare(scene);
    const count = Number(/(\d+) backups/.exec(terminal.text())?.[1]);
    const inside = await pressFor(terminal, 'enter', 'name: web-server');
    assert.match(inside, /Configuration in backup-nas/);
    assert.match(inside, /scsi0: local-lvm:vm-101-disk-0/);
    await terminal.press('esc');
    assert.deepEqual(homelab.writes(), []);
    await pressFor(terminal, 'D', 'Protected ones cannot be removed');
    await pressFor(terminal, 'enter', 'Type web-server to confirm');
    assert.match(
      dialogOf(terminal, 'Remove backup').join(' '),
      new RegExp(`${count - 1} other backup\\(s\\) of this guest stay`),
    );
    await write(terminal, 'web-server');
    await terminal.press('enter');
    await terminal.waitFor('✓ Remove backup guest 101 web-server: done');
    assert.ok(!filesOf(scene, 101).includes(newest));
    await terminal.waitFor(`${count - 1} backups`);
  });

  test('a storage that does not answer is named and is not "no backups"', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, world } = scene;
    for (const storage of world.storages.values()) {
      if (storage.content.includes('backup')) storage.inactiveOn.add('pve1');
    }
    await openBackups(scene, 'web-server');
    const words = await terminal.waitFor('unknown: not every storage told its backups');
    assert.match(words, /⚠ backup-nas: unknown: /);
    assert.doesNotMatch(words, /no backups/);
    await pressFor(terminal, 'a', 'Remove backup');
  });

  test('an auditor sees names and times from the simulation, and what is missing for the rest', async (t) => {
    const scene = await openConsole(t, { ...large, demo: { role: 'auditor' } });
    const { terminal, homelab } = scene;
    await openBackups(scene, 'web-server');
    const words = await terminal.waitFor('this identity may not list them');
    assert.match(
      words.replace(/\s+/g, ' '),
      /needs Datastore\.AllocateSpace on \/storage\/backup-nas and VM\.Backup on \/vms\/101/,
    );
    assert.match(words, /\d+ backups, \? in all/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('read-only: the list is there, nothing is changed; small screens hold the dialog', async (t) => {
    const scene = await openConsole(t, { args: ['--read-only'] });
    const { terminal, homelab } = scene;
    await openBackups(scene, 'web-server');
    await onShare(scene);
    await pressFor(terminal, 'D', /read-only mode/);
    await pressFor(terminal, 'enter', 'Configuration in');
    await terminal.press('esc');
    await pressFor(terminal, 'b', /read-only mode/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('a node that goes down: what is shown stays, and that it is old is said', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, world } = scene;
    await openBackups(scene, 'home-assistant');
    await terminal.waitFor(/\d+ backups/);
    world.faults.nodeDown('pve3', true);
    await terminal.press('r');
    await terminal.waitFor(/does not answer|No route to host|not reachable/);
    await pressFor(terminal, 'b', /Back up now.*does not answer|Back up now: /);
    assert.deepEqual(scene.homelab.writes(), []);
  });
});
