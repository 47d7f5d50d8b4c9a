// Read-only mode, and several homelabs side by side.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { startTestDemo, writeConfig } from '../support/demo.ts';
import { startTerminal } from '../support/pty.ts';
import { answer, guestOf, openConsole, pressFor, selectGuest } from '../support/scenario.ts';
import { tempDir } from '../support/temp.ts';

describe('read-only and sites', { concurrency: 2 }, () => {
  test('--read-only: every key says why not, and nothing but GET leaves', async (t) => {
    const { terminal, homelab } = await openConsole(t, { args: ['--read-only'] });
    assert.match(terminal.text().split('\n')[0] ?? '', /\bRO\b/);
    await selectGuest(terminal, 'web-server');
    for (const key of ['s', 'R', 'v']) {
      await pressFor(terminal, key, /⚠.*read-only/);
      assert.ok(!/y\/N|\* needed/.test(terminal.text()), `${key} opens nothing`);
    }
    const menu = await pressFor(terminal, 'a', 'Actions');
    assert.match(menu, /Take snapshot.*read-only/);
    await terminal.press('esc', '7');
    await terminal.press('x');
    const tried = homelab.requests().filter(({ method }) => method !== 'GET');
    assert.deepEqual(tried, []);
  });

  test('read_only in homelab.yaml does the same', async (t) => {
    const { terminal, homelab } = await openConsole(t, { demo: { lines: ['read_only: true'] } });
    await selectGuest(terminal, 'win10-test');
    await terminal.press('p', 's');
    await terminal.waitFor(/⚠.*read-only/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('two clusters with equal VMIDs: started is the one the cursor was on', async (t) => {
    const home = await startTestDemo(t, { speed: 10 });
    const away = await startTestDemo(t, { speed: 10, seed: 2 });
    const configDir = tempDir(t, 'two');
    writeConfig(configDir, [
      { demo: home.demo, site: 'home' },
      { demo: away.demo, site: 'away' },
    ]);
    const terminal = startTerminal({ t, env: { HOMELAB_TUI_CONFIG_DIR: configDir }, cols: 140 });
    await terminal.waitFor('Guests 44');
    assert.match(terminal.text(), /6\/6 nodes/);
    await terminal.press('/');
    await terminal.type('111 site:away');
    await terminal.press('enter');
    await terminal.waitFor(/Guests 1 of 44/);
    await pressFor(terminal, 'p', 'Power');
    await terminal.press('s');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /site away/);
    await answer(terminal, 'y');
    await terminal.waitFor('Start guest 111 win10-test: done');
    assert.equal(guestOf(away, 111).status, 'running');
    assert.equal(guestOf(home, 111).status, 'stopped');
    assert.deepEqual(away.writes(), ['POST /nodes/pve1/qemu/111/status/start']);
    assert.deepEqual(home.writes(), []);
  });

  test('one cluster silent: the other is live, and it is said which is which', async (t) => {
    const home = await startTestDemo(t);
    const away = await startTestDemo(t, { seed: 2 });
    const configDir = tempDir(t, 'two');
    writeConfig(configDir, [
      { demo: home.demo, site: 'home' },
      { demo: away.demo, site: 'away' },
    ]);
    const terminal = startTerminal({ t, env: { HOMELAB_TUI_CONFIG_DIR: configDir }, cols: 140 });
    await terminal.waitFor('Guests 44');
    away.world.faults.respond(() => true, { raw: '' });
    await terminal.press('r');
    const text = await terminal.waitFor(/away: shown as of \d+ s ago/);
    assert.ok(!/home: shown as of/.test(text));
    assert.match(text, /Guests 44/);
  });

  test('an equal name in two clusters: rolling back wants the VMID typed, not the name', async (t) => {
    const home = await startTestDemo(t);
    const away = await startTestDemo(t, { seed: 2 });
    const configDir = tempDir(t, 'two');
    writeConfig(configDir, [
      { demo: home.demo, site: 'home' },
      { demo: away.demo, site: 'away' },
    ]);
    const terminal = startTerminal({ t, env: { HOMELAB_TUI_CONFIG_DIR: configDir }, cols: 140 });
    await terminal.waitFor('Guests 44');
    await terminal.press('/');
    await terminal.type('web-server site:home');
    await terminal.press('enter');
    await terminal.waitFor(/Guests 1 of 44/);
    await pressFor(terminal, 'R', 'Start it afterwards');
    await terminal.press('enter');
    await terminal.waitFor('Type 101 to confirm');
    assert.deepEqual([...home.writes(), ...away.writes()], []);
  });
});
