// Finding one's way in a list: filter, sort, marks, menus, the palette, copying.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { TestTerminal } from '../support/pty.ts';
import {
  answer,
  cursorRow,
  guestOf,
  openConsole,
  pressFor,
  selectGuest,
  untilWorld,
  write,
} from '../support/scenario.ts';

/** VMIDs in the order on the screen. */
function shownGuests(terminal: TestTerminal): number[] {
  return terminal.screen().flatMap((row) => {
    const vmid = /^[> ][ *✓●▪•x+]? *(\d{3,4}) /u.exec(row)?.[1];
    return vmid === undefined ? [] : [Number(vmid)];
  });
}

describe('lists', { concurrency: 2 }, () => {
  test('/ filters while one types, by word and by field, and esc takes it off', async (t) => {
    const { terminal } = await openConsole(t);
    await terminal.press('/');
    await write(terminal, 'tag:windows');
    await terminal.waitFor(/Guests 2 of 22/);
    assert.deepEqual(shownGuests(terminal), [110, 111]);
    terminal.send('\u0015');
    await write(terminal, 'node:pve2 !type:lxc');
    await terminal.waitFor(/Guests 4 of 22/);
    assert.deepEqual(shownGuests(terminal), [103, 104, 105, 113]);
    terminal.send('\u0015');
    await write(terminal, 'status:stopped');
    await terminal.press('enter');
    await terminal.waitFor(/Guests 2 of 22/);
    assert.deepEqual(shownGuests(terminal), [111, 205]);
    const kept = await pressFor(terminal, 'down', /^> +205/m);
    assert.match(kept, /status:stopped/, 'the filter stays in sight');
    await pressFor(terminal, 'esc', 'Guests 22');
  });

  test('letters typed into the filter are no commands', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await terminal.press('/');
    await terminal.type('pqsR');
    await terminal.waitFor(/Guests 0 of 22/);
    assert.match(terminal.text(), /pqsR/);
    await pressFor(terminal, 'esc', 'Guests 22');
    assert.deepEqual(homelab.writes(), []);
  });

  test('S sorts by a column, the arrow in its head tells how, the cursor stays on its guest', async (t) => {
    const { terminal } = await openConsole(t);
    assert.match(terminal.text(), /VMID▲/);
    await terminal.press('down');
    assert.match(cursorRow(terminal), /101 web-server/);
    await pressFor(terminal, 'S', 'Sort by');
    for (let step = 0; step < 9 && !/> Name/.test(terminal.text()); step += 1) {
      await terminal.press('down');
    }
    await pressFor(terminal, 'enter', /Name▲/);
    await terminal.waitIdle();
    const byName = shownGuests(terminal);
    assert.deepEqual(byName.slice(0, 3), [113, 103, 9000]);
    assert.match(cursorRow(terminal), /101 web-server/);
    await pressFor(terminal, 'S', 'sorted, rising');
    for (let step = 0; step < 9 && !/> Name/.test(terminal.text()); step += 1) {
      await terminal.press('down');
    }
    await pressFor(terminal, 'enter', /Name▼/);
    await terminal.waitIdle();
    assert.deepEqual(shownGuests(terminal), [...byName].reverse());
  });

  test('ctrl-z shows only what is sick', async (t) => {
    const { terminal } = await openConsole(t);
    await pressFor(terminal, 'ctrl-z', /Guests \d of 22/);
    const sick = shownGuests(terminal);
    assert.ok(sick.includes(109));
    assert.ok(!sick.includes(101));
    await pressFor(terminal, 'ctrl-z', 'Guests 22');
  });

  test('space marks, one question starts them all', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await terminal.press('/');
    await write(terminal, 'status:stopped');
    await terminal.press('enter');
    await terminal.waitFor(/Guests 2 of 22/);
    await terminal.press('space', 'space');
    await terminal.waitFor(/2 marked|actions on 2/);
    const menu = await pressFor(terminal, 'a', 'Actions');
    assert.match(menu, /Start/);
    await terminal.press('esc', 'p');
    await terminal.waitFor('Power');
    await terminal.press('s');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /Start: 2 targets\?/);
    assert.match(question, /111 win10-test on pve1/);
    assert.match(question, /205 unifi on pve3/);
    assert.deepEqual(homelab.writes(), []);
    await answer(terminal, 'y');
    await terminal.waitFor('2 of 2 done');
    assert.deepEqual(
      [guestOf(scene, 111).status, guestOf(scene, 205).status],
      ['running', 'running'],
    );
    assert.deepEqual([...homelab.writes()].sort(), [
      'POST /nodes/pve1/qemu/111/status/start',
      'POST /nodes/pve3/lxc/205/status/start',
    ]);
  });

  test('a batch leaves out what cannot take part, and says so beforehand', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await terminal.press('/');
    await write(terminal, 'tag:windows');
    await terminal.press('enter');
    await terminal.waitFor(/Guests 2 of 22/);
    await terminal.press('ctrl-a', 'p');
    await terminal.waitFor('Power');
    await terminal.press('s');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /Start: 1 targets?\?/);
    assert.match(question, /left out: guest 110 win11: already running/);
    await answer(terminal, 'y');
    await untilWorld(scene, '111 to run', () => guestOf(scene, 111).status === 'running');
    assert.deepEqual(homelab.writes(), ['POST /nodes/pve1/qemu/111/status/start']);
  });

  test('a opens the menu of actions; what is not possible says why', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await selectGuest(terminal, 'win10-test');
    const menu = await pressFor(terminal, 'a', 'Actions');
    assert.match(menu, /Take snapshot/);
    assert.match(menu, /Shut down.*not running/);
    for (let step = 0; step < 20 && !/> +Shut down/.test(terminal.text()); step += 1) {
      await terminal.press('down');
    }
    const refused = await pressFor(terminal, 'enter', /⚠.*not running/);
    assert.match(refused, /Actions/, 'the menu stays open');
    assert.deepEqual(homelab.writes(), []);
  });

  test(': finds actions, views and every object by a part of its name', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await pressFor(terminal, ':', 'Command');
    await write(terminal, 'jellyf');
    await terminal.waitFor(/> .*jellyfin/);
    await pressFor(terminal, 'enter', /202 jellyfin[\s\S]*\[Summary\]/);
    await pressFor(terminal, ':', 'Command');
    await write(terminal, 'storage');
    await pressFor(terminal, 'enter', /\[Storage\]/);
    await selectGuest(terminal, 'win10-test');
    await pressFor(terminal, ':', 'Command');
    await write(terminal, 'start');
    await terminal.waitFor(/> Start/);
    await terminal.press('enter');
    await terminal.waitFor('Start guest 111 win10-test?');
    await answer(terminal, 'n');
    assert.deepEqual(homelab.writes(), [], 'the palette asks as the key does');
  });

  test('y copies to the clipboard of the terminal one sits at', async (t) => {
    const { terminal } = await openConsole(t);
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'y', /Copy[\s\S]*> name/);
    await pressFor(terminal, 'enter', /clipboard: web-server/);
    const sent = /\u001b\]52;c;([A-Za-z0-9+/=]+)(?:\u0007|\u001b\\)/.exec(terminal.output())?.[1];
    assert.equal(Buffer.from(sent ?? '', 'base64').toString(), 'web-server');
  });
});
