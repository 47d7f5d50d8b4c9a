import assert from 'node:assert/strict';
import test from 'node:test';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import { type FakeWorld, fakeWorld, guest, noon } from './fake-site.ts';
import { paste, startScreen, type TestScreen } from './screen.ts';

function lab(change: Partial<FakeWorld> = {}): FakeWorld {
  return fakeWorld('home', {
    guests: [
      guest('home', 101, 'web-server'),
      guest('home', 102, 'database', { status: say`stopped` }),
    ],
    snapshots: {
      101: {
        snapshots: [{ name: say`clean`, snaptime: noon / 1000 - 3600, description: say`before` }],
        currentParent: say`clean`,
      },
    },
    ...change,
  });
}

/** Opens the rollback question of guest 101 and waits until it takes keys. */
async function askRollback(screen: TestScreen): Promise<void> {
  await screen.press('R');
  await screen.waitFor(/Snapshot\* +‹ .*clean/);
  await screen.press('enter');
  await screen.waitFor('Type web-server to confirm:');
}

const overlay = (screen: TestScreen) => screen.app.ui.getState().overlay;

test('a snapshot: form, question, run: one call, and its end is told', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('s');
  await screen.waitFor(/Name\* +pre-update-20261121/);
  await screen.press('ctrl-u', 'before-upgrade');
  await screen.press('enter');
  await screen.waitFor('Snapshot guest 101 web-server as before-upgrade?');
  assert.match(screen.text(), /Target: 101 web-server · qemu on pve1 · site home/);
  await screen.waitFor('y/N');
  assert.deepEqual(world.writes, []);
  await screen.press('y');
  await screen.waitFor(/✓ Take snapshot guest 101 web-server: done/);
  await screen.press('y', 'esc', 'enter', 'esc');
  assert.deepEqual(world.writes, ['POST /nodes/pve1/qemu/101/snapshot snapname=before-upgrade']);
});

test('a wrong name in the form is told at its field and goes no further', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('s', 'ctrl-u', '1 bad name', 'enter');
  await screen.waitFor('must start with a letter');
  assert.equal(overlay(screen)?.kind, 'form');
  await screen.press('ctrl-u', 'clean', 'enter');
  await screen.waitFor('there is a snapshot clean already');
  assert.deepEqual(world.writes, []);
});

test('a rollback needs the typed name: enter, y and a wrong name do nothing', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await askRollback(screen);
  assert.match(screen.text(), /Everything written to its disks in the last 1 h is lost/);
  await screen.press('enter', 'y', 'enter');
  await screen.press('ctrl-u', 'web-serve', 'enter');
  await screen.press('rr', 'enter');
  await screen.press('ctrl-u', 'WEB-SERVER', 'enter');
  assert.equal(overlay(screen)?.kind, 'confirm');
  assert.deepEqual(world.writes, []);
  await screen.press('ctrl-u', 'web-server');
  await screen.waitFor('it matches');
  assert.deepEqual(world.writes, []);
  await screen.press('enter');
  await screen.waitFor(/Roll back guest 101 web-server: done/);
  assert.deepEqual(world.writes, ['POST /nodes/pve1/qemu/101/snapshot/clean/rollback start=1']);
});

test('keys that came before the question could be seen are not its answer', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('j');
  screen.send('psy');
  await screen.waitFor('Start guest 102 database?');
  screen.send('y');
  await screen.waitFor('y/N');
  assert.deepEqual(world.writes, []);
  assert.equal(overlay(screen)?.kind, 'confirm');
  await screen.press('y');
  await screen.waitFor(/Start guest 102 database: done/);
  assert.equal(world.writes.length, 1);
});

test('a burst through form and question confirms nothing', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  screen.send('sy');
  await screen.waitFor(/Name\* +pre-update/);
  assert.equal(overlay(screen)?.kind, 'form', 'y opened nothing over it');
  screen.send('\r');
  await screen.waitFor(/Snapshot guest 101 web-server as pre-update-20261121/);
  screen.send('yyyy');
  await screen.waitFor('y/N');
  assert.deepEqual(world.writes, []);
});

test('enter alone and n leave everything as it is', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  for (const answer of ['n', 'esc']) {
    await screen.press('j', 'p', 's');
    await screen.waitFor('y/N');
    await screen.press('enter', 'space');
    assert.equal(overlay(screen)?.kind, 'confirm');
    await screen.press(answer);
    assert.equal(overlay(screen), undefined);
  }
  assert.deepEqual(world.writes, []);
});

test('esc while the target is being read gives it up; other keys wait for nobody', async (t) => {
  const world = lab();
  let release = () => {};
  const screen = await startScreen(t, [world]);
  const site = screen.app.backend()?.services.site(world.id);
  assert.ok(site);
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { snapshots } = site.guests;
  Object.assign(site.guests, {
    snapshots: async (...of: Parameters<typeof snapshots>) => {
      await held;
      return snapshots(...of);
    },
  });
  await screen.press('s');
  await screen.waitFor('reading the current state');
  await screen.press('j', 'y', 'S', 's');
  assert.match(screen.cursorRow(), /102 database/);
  assert.equal(overlay(screen), undefined);
  await screen.press('esc');
  assert.doesNotMatch(screen.text(), /reading the current state/);
  release();
  await screen.idle();
  assert.equal(overlay(screen), undefined, 'the dialog does not come after all');
});

test('a paste answers nothing: neither y/N, nor a typed name, nor a menu', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  const blob = paste('y\n'.repeat(512));
  await screen.press('j', 'p', 's');
  await screen.waitFor('y/N');
  screen.send(blob);
  await screen.idle();
  assert.equal(overlay(screen)?.kind, 'confirm');
  await screen.press('esc', 'k');
  await askRollback(screen);
  screen.send(paste('web-server\r'));
  await screen.idle();
  await screen.press('enter');
  assert.deepEqual(world.writes, [], 'a pasted name confirms nothing');
  assert.equal(overlay(screen)?.kind, 'confirm');
  screen.send(blob);
  await screen.idle();
  await screen.press('enter');
  assert.equal(overlay(screen)?.kind, 'confirm');
  await screen.press('esc', 'p');
  screen.send(blob);
  screen.send(paste('s'));
  await screen.idle();
  assert.equal(overlay(screen)?.kind, 'menu');
  await screen.press('esc', 'q');
  assert.deepEqual(world.writes, []);
});

test('an unbracketed flood of keys is no command either', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('j', 'p', 's');
  await screen.waitFor('y/N');
  screen.send('y\n'.repeat(512));
  await screen.idle();
  assert.deepEqual(world.writes, []);
});

test('a paste into a form is text of its field', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('s', 'ctrl-u');
  screen.send(paste('from-clipboard\n'));
  await screen.waitFor(/Name\* +from-clipboard/);
  assert.equal(overlay(screen)?.kind, 'form', 'the line feed did not send it');
});

test('a long menu is searched by its words; esc leaves the search, then the menu', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world], { columns: 100, rows: 24 });
  await screen.press('a');
  assert.match(screen.text(), /↓ \d+ more {2}\/ finds one by its words/);
  await screen.press('/');
  screen.send('cpu type');
  await screen.idle();
  assert.match(screen.text(), /\/ cpu type/);
  assert.match(screen.text(), /> .*CPU/);
  assert.doesNotMatch(screen.text(), /Take snapshot/);
  // j is a letter here, and nothing is found by it.
  screen.send('jjj');
  await screen.idle();
  assert.match(screen.text(), /nothing matches/);
  await screen.press('enter');
  assert.equal(overlay(screen)?.kind, 'menu');
  await screen.press('esc');
  assert.match(screen.text(), /Take snapshot/);
  assert.equal(overlay(screen)?.kind, 'menu');
  await screen.press('/');
  screen.send('take snap');
  await screen.idle();
  await screen.press('enter');
  assert.equal(overlay(screen)?.kind, 'form');
  await screen.press('esc');
  assert.equal(overlay(screen), undefined);
  assert.deepEqual(world.writes, []);
});

test('keys of other rows are dead in the menu of all actions', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world], { columns: 100, rows: 24 });
  await screen.press('a');
  assert.match(screen.text(), /^ *│ +Delete snapshot/m, 'the cursor is on no snapshot');
  // The guest's own D: it is not allowed to destroy, and so the menu stays and says why.
  await screen.press('D');
  await screen.waitFor(/needs VM\.Allocate on \/vms\/101/);
  assert.equal(overlay(screen)?.kind, 'menu');
  assert.deepEqual(world.writes, []);
});

test('in read-only mode every change is off, and says why', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world], { readOnly: true, columns: 120 });
  assert.match(screen.rows()[0] ?? '', /RO/);
  const hints = screen.rows().at(-1) ?? '';
  assert.match(hints, /enter details/);
  assert.doesNotMatch(hints, /menu/, 'a menu in which nothing is possible is not offered');
  await screen.press('s');
  await screen.waitFor(
    /Take snapshot: read-only mode: nothing but GET requests leaves this console/,
  );
  assert.equal(overlay(screen), undefined);
  await screen.press('j', 'p', 's');
  await screen.press('y');
  assert.equal(overlay(screen)?.kind, 'menu');
  assert.match(screen.text(), /Start.*read-only mode/);
  assert.deepEqual(world.writes, []);
});

test('L shows the exact call and sends none of it', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('j', 'p', 's');
  await screen.waitFor('y/N');
  await screen.press('L');
  await screen.waitFor('Call: POST /nodes/pve1/qemu/102/status/start');
  assert.deepEqual(world.writes, []);
  await screen.press('esc', 'k');
  await askRollback(screen);
  await screen.press('ctrl-l');
  await screen.waitFor('Call: POST /nodes/pve1/qemu/101/snapshot/clean/rollback start=1');
  assert.match(screen.text(), /> +│|> {2}/, 'nothing was typed by it');
  assert.deepEqual(world.writes, []);
});

test('an unknown certificate is asked for, and the default is no', async (t) => {
  const answers: string[] = [];
  const question = {
    site: 'home' as SiteId,
    endpoint: '192.0.2.10:8006',
    fingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
    subject: sanitise('CN=pve1\u001b[2J'),
  };
  const ask = async (
    asker: Parameters<NonNullable<Parameters<typeof startScreen>[2]>['ask'] & object>[0],
  ) => {
    for (let round = 0; round < 4; round += 1) answers.push(await asker.trustCertificate(question));
  };
  const screen = await startScreen(t, [lab()], { ask, columns: 120, rows: 30 });
  for (const [keys, answer] of [
    [['enter', 'space', 'esc'], 'no'],
    [['n'], 'no'],
    [['o'], 'once'],
    [['y'], 'yes'],
  ] as const) {
    await screen.waitFor('Trust this certificate?');
    assert.match(screen.text(), /SHA-256 AB:AB:AB/);
    screen.send('y');
    await screen.waitFor('y/o/N');
    screen.send(paste('y\n'));
    const before = answers.length;
    for (const key of keys) {
      assert.equal(answers.length, before, 'not answered yet');
      await screen.press(key);
    }
    assert.equal(answers[answers.length - 1], answer);
  }
  await screen.waitFor('web-server');
  assert.ok(!screen.output().includes('\u001b[2J\u001b'), 'its subject is only text');
});

test('two sites with the same vmid: the write goes to the one under the cursor', async (t) => {
  const home = fakeWorld('home', { guests: [guest('home', 101, 'web', { status: say`stopped` })] });
  const office = fakeWorld('office', {
    guests: [guest('office', 101, 'web', { status: say`stopped` })],
  });
  const screen = await startScreen(t, [home, office]);
  await screen.waitFor(/2 sites/);
  assert.match(screen.cursorRow(), /home/);
  await screen.press('j');
  assert.match(screen.cursorRow(), /office/);
  await screen.press('p', 's');
  await screen.waitFor(/qemu on pve1 · site office/);
  await screen.waitFor('y/N');
  await screen.press('y');
  await screen.waitFor(/Start guest 101 web: done/);
  assert.deepEqual(home.writes, []);
  assert.deepEqual(office.writes, ['POST /nodes/pve1/qemu/101/status/start']);
});

test('a name that is not unique is confirmed by its number', async (t) => {
  const world = lab();
  const twin = fakeWorld('office', { guests: [guest('office', 300, 'web-server')] });
  const screen = await startScreen(t, [world, twin]);
  await screen.press('R');
  await screen.waitFor(/Snapshot\*/);
  await screen.press('enter');
  await screen.waitFor('Type 101 to confirm:');
  await screen.press('esc');
  assert.deepEqual(world.writes, []);
});

test('what is refused says why, in the words of the server', async (t) => {
  const world = lab({
    refuse: () => ({
      kind: 'rejected',
      what: say`Proxmox refused it`,
      where: say`guest 102 database`,
      next: say`free some memory`,
      detail: say`not enough memory`,
    }),
  });
  const screen = await startScreen(t, [world], { columns: 120 });
  await screen.press('j', 'p', 's');
  await screen.waitFor('y/N');
  await screen.press('y');
  await screen.waitFor(
    /✗ Proxmox refused it · guest 102 database · free some memory: not enough memory/,
  );
});

test('a guest that changed while the question was open is left alone', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world], { columns: 120 });
  await screen.press('j', 'p', 's');
  await screen.waitFor('y/N');
  world.guests = [guest('home', 101, 'web-server'), guest('home', 102, 'database')];
  await screen.press('y');
  await screen.waitFor(/It changed while the question was open: was stopped, is running/);
  assert.deepEqual(world.writes, []);
});
