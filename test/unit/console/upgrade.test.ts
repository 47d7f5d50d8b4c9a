import assert from 'node:assert/strict';
import test from 'node:test';
import { nodeUpgrade } from '../../../source/actions/node-upgrade.ts';
import { simulatedShell } from '../../../source/demo/console/text-shell.ts';
import type { UpgradeTarget } from '../../../source/demo/console-backend.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { until } from '../../support/until.ts';
import { facts, inventory, node } from '../actions/fakes.ts';

async function upgraded(answer: string | undefined, names: readonly string[]) {
  let installed = 0;
  const upgrade: UpgradeTarget = {
    packages: names.map((name) => ({ name, version: '2', oldVersion: '1' })),
    installed: () => {
      installed += 1;
    },
  };
  const target = { kind: 'node', node: 'pve1', command: 'upgrade', loggedIn: 'root@pam' } as const;
  const { stream } = await simulatedShell({ ...target, upgrade });
  let shown = '';
  stream.on('data', (chunk) => {
    shown += String(chunk);
  });
  if (answer !== undefined) {
    await until('the question', () => shown.endsWith('[Y/n] '));
    assert.equal(installed, 0, 'nothing before the answer');
    stream.write(answer);
  }
  await until('the shell', () => shown.endsWith('root@pve1:~# '));
  return { shown, installed };
}

test('the demo: apt lists, asks, does it, and leaves a shell', async () => {
  const all = ['pve-manager', 'proxmox-kernel-6.17'];
  const done = await upgraded('\r', all);
  assert.match(done.shown, /The following packages will be upgraded:\r\n {2}pve-manager/);
  assert.match(done.shown, /2 upgraded, 0 newly installed/);
  assert.match(done.shown, /Setting up pve-manager \(2\)/);
  assert.match(done.shown, /consider rebooting/);
  assert.equal(done.installed, 1);
  for (const no of ['n\r', '\u0003']) {
    const left = await upgraded(no, all);
    assert.equal(left.installed, 0);
  }
  const nothing = await upgraded(undefined, []);
  assert.match(nothing.shown, /0 upgraded[\s\S]*up-to-date/);
});

test('the action: for root@pam with a password only, and it says what it does', () => {
  const as = (identity: string | undefined) => {
    const connection = { trust: 'pinned' as const, requestsLastMinute: 0 };
    const who = identity === undefined ? {} : { identity: sanitise(identity) };
    const site = inventory({ connection: { ...connection, ...who } });
    return nodeUpgrade.available(node(), facts({ site }));
  };
  assert.equal(as('root@pam').state, 'yes');
  assert.equal(as(undefined).state, 'yes', 'unknown does not forbid: the server decides');
  for (const other of ['root@pam!tui', 'admin@pve', 'admin@pam']) {
    const found = as(other);
    assert.ok(found.state === 'disabled', other);
    assert.match(found.reason, /only root@pam.*with a password and not with a token/);
  }
  const { level, lines } = nodeUpgrade.confirm(node(), {}, facts());
  assert.equal(level, 2);
  const text = lines.join('\n');
  assert.match(text, /apt's dist-upgrade/);
  assert.match(text, /Leaving the console ends what runs in it/);
});
