// The package upgrade of a node, in a console over the API.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { startTestDemo, type TestDemo } from '../support/demo.ts';
import { startTerminal, type TestTerminal } from '../support/pty.ts';
import { answer, openConsole, pressFor, write } from '../support/scenario.ts';

/** Logs in as root with a password: a token of root is not root. */
function asRoot({ configDir, world }: TestDemo): void {
  const secret = join(configDir, 'password');
  writeFileSync(secret, world.accounts.users.get('root@pam')?.password ?? '', { mode: 0o600 });
  const file = join(configDir, 'homelab.yaml');
  const auth = `auth: {user: root@pam, password: 'file:${secret}'}`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/auth: .*/, auth), { mode: 0o600 });
}

async function choose(terminal: TestTerminal): Promise<void> {
  await pressFor(terminal, '1', /> pve1/);
  await pressFor(terminal, ':', /:/);
  await write(terminal, 'upgrade packages');
  await terminal.press('enter');
}

describe('upgrade packages', { concurrency: 2 }, () => {
  test('root: what it does is said, apt asks, and the updates are gone afterwards', async (t) => {
    const homelab = await startTestDemo(t, { speed: 10 });
    asRoot(homelab);
    const terminal = startTerminal({ t, env: homelab.env, cols: 100, rows: 30 });
    await terminal.waitFor(/Guests 22/);
    await terminal.waitIdle();
    await choose(terminal);
    await terminal.waitFor(/Leave with|y\/N/);
    if (/Leave with/.test(terminal.text())) await terminal.press('enter');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /Upgrade the packages of node pve1\?/);
    assert.match(question, /dist-upgrade/);
    assert.deepEqual(
      homelab.writes().filter((each) => each.includes('termproxy')),
      [],
    );
    await answer(terminal, 'y');
    await terminal.waitFor('Do you want to continue? [Y/n]');
    assert.ok(homelab.world.node('pve1').updates.length > 0, 'nothing before the answer');
    terminal.send('y\r');
    await terminal.waitFor('root@pve1:~#');
    assert.deepEqual(homelab.world.node('pve1').updates, []);
    terminal.send('exit\r');
    await terminal.waitFor(/console of the upgrade of node pve1 has ended/);
    assert.match(terminal.text(), /\[Nodes\]/);
    assert.deepEqual(homelab.world.failures, []);
  });

  test('a token: said before anything is sent', async (t) => {
    const { terminal, homelab } = await openConsole(t, { cols: 160 });
    await choose(terminal);
    await terminal.waitFor(/only root@pam do it, with a password and not with a token/);
    assert.deepEqual(homelab.writes(), []);
  });
});
