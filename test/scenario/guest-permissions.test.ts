// Who may use a guest: its own entries and inherited ones, given and taken away, and what a lesser identity is told.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  answer,
  dialogOf,
  openConsole,
  openTab,
  pressFor,
  type Scene,
  selectGuest,
  write,
} from '../support/scenario.ts';

const large = { cols: 160, rows: 45 };

async function openPermissions(scene: Scene, name: string): Promise<void> {
  await selectGuest(scene.terminal, name);
  await pressFor(scene.terminal, 'enter', '[Summary]');
  await openTab(scene.terminal, 'Permissions');
}

describe('permissions of a guest', { concurrency: 2 }, () => {
  test('the entries that decide, where they stand, and what a deeper one replaces', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal } = scene;
    await openPermissions(scene, 'win11');
    const list = await terminal.waitFor('Granted on');
    assert.match(
      list,
      /This identity may: \d+ privileges on guests \(VM\.…\), Permissions\.Modify/,
    );
    assert.match(list, /group +family +HomelabDesktop +this guest +\/vms\/110/);
    assert.match(list, /user +thin@pve +HomelabDesktop +its pool +\/pool\/desktops/);
    assert.match(list, /user +operator@pve +HomelabOperator +all guests +\/vms +yes +yes/);
    // Replaced on the way to the guest; its pool still inherits it.
    assert.match(list, /user +operator@pve +PVEAuditor +everything +\/ +yes +yes, by its pool/);
    assert.match(list, /token +thin@pve!spice/);
    assert.match(list, /root@pam may do everything, without an entry/);
    assert.doesNotMatch(list, /There may be more/);
  });

  test('give a role and take it away again; inherited ones are left alone', async (t) => {
    const scene = await openConsole(t, large);
    const { terminal, homelab, world } = scene;
    await openPermissions(scene, 'web-server');
    await terminal.waitFor('Granted on');
    await terminal.press(':');
    await write(terminal, 'add permission');
    await pressFor(terminal, 'enter', /Who\*/);
    await write(terminal, 'family');
    await terminal.press('enter');
    await terminal.waitFor(/Who\* +‹ family, group/);
    await terminal.press('tab');
    await write(terminal, 'HomelabDesktop');
    await terminal.press('enter');
    await terminal.waitFor(/Role\* +‹ HomelabDesktop, 3 privileges/);
    await pressFor(terminal, 'enter', 'y/N');
    const words = dialogOf(terminal, 'Add permission').join(' ');
    assert.match(words, /Give family the role HomelabDesktop on guest 101 web-server\?/);
    assert.match(words, /It may: VM\.Audit, VM\.Console, VM\.PowerMgmt\./);
    assert.deepEqual(homelab.writes(), []);
    await answer(terminal, 'y');
    await terminal.waitFor('family has the role HomelabDesktop on guest 101 web-server');
    const entry = () =>
      world.accounts.acl.find(({ path, ugid }) => path === '/vms/101' && ugid === 'family');
    assert.equal(entry()?.roleid, 'HomelabDesktop');
    await terminal.waitFor(/group +family +HomelabDesktop +this guest/);
    await terminal.press('g');
    await terminal.waitFor(/> group +family/);
    await pressFor(terminal, 'D', 'Remove permission');
    await pressFor(terminal, 'enter', 'y/N');
    await answer(terminal, 'y');
    await terminal.waitFor('has the role HomelabDesktop on guest 101 web-server no more');
    assert.equal(entry(), undefined);
    assert.deepEqual(homelab.writes(), ['PUT /access/acl', 'PUT /access/acl']);
    await pressFor(terminal, 'D', /it stands on \//);
    assert.equal(homelab.writes().length, 2);
  });

  test('an identity that may change nothing is told nothing, and that is said', async (t) => {
    const scene = await openConsole(t, {
      ...large,
      demo: { role: 'desktop' },
      ready: /Guests \d+/,
    });
    const { terminal } = scene;
    await openPermissions(scene, 'win11');
    const words = await terminal.waitFor('unknown: no entry was told');
    assert.match(words, /This identity may: VM\.Audit, VM\.Console, VM\.PowerMgmt/);
    assert.match(words, /There may be more: this identity is told only entries that it may change/);
    await terminal.press(':');
    await write(terminal, 'add permission');
    await pressFor(terminal, 'enter', /needs Permissions\.Modify or VM\.Allocate on \/vms\/110/);
  });

  test('an auditor sees all of them and changes none', async (t) => {
    const scene = await openConsole(t, { ...large, demo: { role: 'auditor' } });
    const { terminal, homelab } = scene;
    await openPermissions(scene, 'win11');
    const list = await terminal.waitFor('Granted on');
    assert.match(list, /family/);
    assert.doesNotMatch(list, /There may be more/);
    await pressFor(terminal, 'D', /needs Permissions\.Modify or VM\.Allocate on \/vms\/110/);
    assert.deepEqual(homelab.writes(), []);
  });
});
