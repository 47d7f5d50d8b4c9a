import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  answer,
  cursorRow,
  guestOf,
  openConsole,
  openTab,
  pressFor,
  type Scene,
  type SceneOptions,
  selectGuest,
  untilWorld,
  write,
} from '../support/scenario.ts';

const firewallOf = ({ world }: Pick<Scene, 'world'>, vmid = 101) => {
  world.settle();
  return world.firewalls.of(vmid);
};

/** The rules of a guest as `action what`, in their order. */
const rulesOf = (scene: Scene, vmid = 101) =>
  firewallOf(scene, vmid).rules.map((rule) =>
    [rule.action, rule.macro ?? rule.dport ?? rule.source].filter(Boolean).join(' '),
  );

/** Opens a console on a tab of one guest. */
async function openFirewall(
  t: Parameters<typeof openConsole>[0],
  options: SceneOptions & { readonly guest?: string; readonly tab?: string } = {},
): Promise<Scene> {
  const { guest = 'web-server', tab = 'Firewall', ...rest } = options;
  const scene = await openConsole(t, rest);
  await selectGuest(scene.terminal, guest);
  await pressFor(scene.terminal, 'enter', /\[Summary\]/);
  await openTab(scene.terminal, tab);
  return scene;
}

/** The last request that changed something. */
const lastWrite = ({ homelab }: Scene) =>
  homelab.requests().findLast(({ method }) => method !== 'GET');

describe('the rules of a guest', { concurrency: 2 }, () => {
  test('are shown in their order with what is active, at 80 and at 160 columns', async (t) => {
    const scene = await openFirewall(t, { cols: 80, rows: 24 });
    const { terminal } = scene;
    await terminal.waitFor(/✓ Active on net0/);
    const narrow = await terminal.waitFor(/0 on +in +ACCEPT +SSH +\+guest\/admins/);
    assert.match(narrow, /Otherwise in DROP, logged info · out ACCEPT · DHCP on/);
    assert.match(narrow, /2 on +group +– +monitoring/);
    assert.match(narrow, /3 off +in +ACCEPT +tcp 8080,9000…/);
    assert.match(narrow, /4 on +in +DROP +any +\+dc\/blacklist/);
    assert.match(narrow, /e edit rule/);
    terminal.resize(160, 45);
    const wide = await terminal.waitFor(/tcp 8080,9000:9010 +guest\/staging/);
    assert.match(wide, /info +Staging, only while it is tested/);
  });

  test('are added at a place, moved, switched, edited by enter and removed', async (t) => {
    const scene = await openFirewall(t, { cols: 120, rows: 40 });
    const { terminal } = scene;
    await terminal.waitFor(/0 on +in +ACCEPT +SSH/);

    await pressFor(terminal, 'N', /┌─ Add rule/);
    await terminal.press('tab', 'tab', 'tab', 'tab');
    await write(terminal, '80-90');
    await pressFor(terminal, 'enter', /✗ a protocol with ports is needed/);
    await terminal.press('shift-tab', 't', 'c', 'p');
    await pressFor(terminal, 'enter', /> Protocol +‹ tcp/);
    await pressFor(terminal, 'enter', /> Destination ports +80-90[^✗]*✗ a range is written 80:90/);
    terminal.send('\u0015');
    await write(terminal, '8443');
    for (let step = 0; step < 8; step += 1) await terminal.press('tab');
    await terminal.waitFor(/> Place/);
    terminal.send('\u0015');
    await write(terminal, '2');
    await pressFor(terminal, 'enter', /Rule: in ACCEPT, proto tcp, dport 8443/);
    await terminal.waitFor(/Place 2\. It works at once\./);
    await answer(terminal, 'y');
    await terminal.waitFor(/Rule 2 .* added to guest 101 web-server/);
    const added = ['ACCEPT SSH', 'ACCEPT Web', 'ACCEPT 8443'];
    assert.deepEqual(rulesOf(scene).slice(0, 3), added);
    assert.equal(firewallOf(scene).rules[2]?.enable, 1);

    // The cursor stays on the rule that moves.
    await terminal.press('down', 'down');
    await terminal.waitFor(() => cursorRow(terminal).includes('8443'), 'the cursor on it');
    await pressFor(terminal, 'K', /Move rule 2 \(in ACCEPT tcp 8443\) to place 1\?/);
    await answer(terminal, 'y');
    await terminal.waitFor(/Rule 2 of guest 101 web-server is at place 1 now/);
    await terminal.waitFor(() => /1 on .*8443/.test(cursorRow(terminal)), 'moved up');
    await pressFor(terminal, 'm', /> To place\* +1/);
    await terminal.press('backspace');
    await write(terminal, '4');
    await pressFor(terminal, 'enter', /Move rule 1 .* to place 4\?/);
    await answer(terminal, 'y');
    await terminal.waitFor(() => /4 on .*8443/.test(cursorRow(terminal)), 'moved down');
    assert.deepEqual(rulesOf(scene)[4], 'ACCEPT 8443');

    await pressFor(terminal, 'x', /Switch off rule 4/);
    await answer(terminal, 'y');
    await terminal.waitFor(() => /4 off .*8443/.test(cursorRow(terminal)), 'off');
    assert.equal(firewallOf(scene).rules[4]?.enable, 0);

    await pressFor(terminal, 'enter', /┌─ Edit rule/);
    for (let step = 0; step < 5; step += 1) await terminal.press('tab');
    await terminal.waitFor(/> Source /);
    await terminal.type('10.1.0.0/24');
    await pressFor(terminal, 'enter', /Source +‹ 10\.1\.0\.0\/24/);
    await pressFor(terminal, 'enter', /source: \(not set\) → 10\.1\.0\.0\/24/);
    await answer(terminal, 'y');
    await terminal.waitFor(/Rule 4 of guest 101 web-server changed/);
    assert.equal(firewallOf(scene).rules[4]?.source, '10.1.0.0/24');
    const sent = lastWrite(scene)?.params ?? {};
    assert.deepEqual(Object.keys(sent).sort(), ['digest', 'source'], 'nothing else was sent');

    await terminal.waitFor(() => cursorRow(terminal).includes('10.1.0.0/24'), 'still on it');
    await pressFor(terminal, 'D', /Remove rule 4 \(in ACCEPT tcp 8443 from 10\.1\.0\.0\/24, off\)/);
    await answer(terminal, 'y');
    await terminal.waitFor(/Rule 4 of guest 101 web-server removed/);
    assert.ok(!rulesOf(scene).includes('ACCEPT 8443'));
    assert.equal(rulesOf(scene).length, 5);
  });

  test('what the server refuses stands at its field', async (t) => {
    const scene = await openFirewall(t, { cols: 120, rows: 40 });
    const { terminal } = scene;
    await terminal.waitFor(/0 on +in +ACCEPT +SSH/);
    await pressFor(terminal, 'enter', /┌─ Edit rule/);
    await terminal.press('tab', 'tab', 'tab');
    await terminal.waitFor(/> Source /);
    await terminal.type('+guest/nobody');
    await pressFor(terminal, 'enter', /Source +‹ \+guest\/nobody/);
    await terminal.press('enter');
    await answer(terminal, 'y');
    await terminal.waitFor(/✗ no such ipset 'nobody'/);
    assert.equal(firewallOf(scene).rules[0]?.source, '+guest/admins');
  });
});

describe('somebody else changes the rules', { concurrency: 2 }, () => {
  test('between display and key: it is told, and no rule is touched', async (t) => {
    const scene = await openFirewall(t, { cols: 120 });
    const { terminal, homelab } = scene;
    await terminal.waitFor(/0 on +in +ACCEPT +SSH/);
    const file = firewallOf(scene);
    file.rules = [{ type: 'in', action: 'DROP', macro: 'Ping', enable: 1 }, ...file.rules];
    await pressFor(
      terminal,
      'D',
      /somebody changed the rules: at 0 is now in DROP Ping; nothing was done/,
    );
    assert.ok(!terminal.text().includes('y/N'));
    assert.deepEqual(homelab.writes(), []);
    assert.equal(firewallOf(scene).rules.length, 6);
  });

  test('while the question is open: nothing is written, and that is said', async (t) => {
    const scene = await openFirewall(t, { cols: 120 });
    const { terminal } = scene;
    await terminal.waitFor(/0 on +in +ACCEPT +SSH/);
    await pressFor(terminal, 'x', /Switch off rule 0 \(in ACCEPT SSH/);
    await terminal.waitFor('y/N');
    const file = firewallOf(scene);
    file.rules = [{ type: 'in', action: 'DROP', macro: 'Ping', enable: 1 }, ...file.rules];
    await answer(terminal, 'y');
    await terminal.waitFor(/Changed by somebody else meanwhile; nothing was written/);
    assert.deepEqual(
      firewallOf(scene).rules.map(({ enable }) => enable),
      [1, 1, 1, 1, 0, 1],
    );
  });
});

describe('whether the rules do anything', { concurrency: 2 }, () => {
  test('the cluster firewall is off: said above them and in the question', async (t) => {
    const scene = await openConsole(t);
    const { terminal, world } = scene;
    world.firewalls.cluster.options = {};
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'enter', /\[Summary\]/);
    await openTab(terminal, 'Firewall');
    await terminal.waitFor(/⚠ The rules do nothing: the cluster firewall is off\./);
    await pressFor(terminal, 'x', /The rules do nothing: the cluster firewall is off\./);
    await terminal.press('n');
  });

  test('a network device without the flag, and a guest whose firewall is off', async (t) => {
    const scene = await openFirewall(t, { guest: 'monitoring', cols: 120 });
    const { terminal } = scene;
    await terminal.waitFor(
      /The rules do nothing: none of its network devices \(net0\) has the firewall flag/,
    );
    await selectGuest(terminal, 'vault');
    await pressFor(terminal, 'enter', /\[Summary\]/);
    await openTab(terminal, 'Firewall');
    await terminal.waitFor(/✓ Active on net0/);
    firewallOf(scene, 201).options = {};
    await terminal.press('r');
    await terminal.waitFor(/The rules do nothing: this guest's firewall is off/);
  });

  test('what this identity may not read is unknown, with the reason', async (t) => {
    const scene = await openConsole(t, {
      cols: 120,
      demo: { scenario: 'denied', role: 'auditor' },
      ready: /Guests \d/,
    });
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'enter', /\[Summary\]/);
    await openTab(terminal, 'Firewall');
    await terminal.waitFor(
      /the cluster's firewall switch: Not permitted: Sys\.Audit on \/ is missing/,
    );
    const shown = await terminal.waitFor(/0 on +in +ACCEPT +SSH/);
    assert.match(shown, /\? Whether the rules are active is unknown\./);
    await pressFor(terminal, 'x', /needs VM\.Config\.Network on \/vms\/101/);
  });

  test('the options warn that nobody gets in by SSH', async (t) => {
    const scene = await openFirewall(t, { guest: 'database-server', cols: 120, rows: 40 });
    const { terminal } = scene;
    await terminal.waitFor(/0 on +in +ACCEPT +PostgreSQL/);
    await terminal.press('F');
    await pressFor(terminal, 'o', /> Firewall +\[x\] yes/);
    await terminal.press('tab', 'right');
    await terminal.waitFor(/Policy in +‹ REJECT/);
    const question = await pressFor(terminal, 'enter', /policy_in: DROP → REJECT/);
    assert.match(question, /Nobody gets in by SSH: what comes in meets REJECT/);
    await answer(terminal, 'y');
    await untilWorld(scene, 'the policy', () => {
      return firewallOf(scene, 103).options.policy_in === 'REJECT';
    });
    assert.deepEqual(Object.keys(lastWrite(scene)?.params ?? {}).sort(), ['digest', 'policy_in']);
  });
});

describe('aliases, IP sets and the log', { concurrency: 2 }, () => {
  test('aliases and entries are added, changed and removed', async (t) => {
    const scene = await openFirewall(t, { tab: 'Aliases', cols: 120, rows: 40 });
    const { terminal } = scene;
    await terminal.waitFor(/alias +staging +192\.168\.40\.15 +Build machine/);
    await terminal.waitFor(/not +192\.168\.1\.99 excluded +Guest tablet/);
    await pressFor(terminal, 'enter', /┌─ Edit alias/);
    terminal.send('\u0015');
    await write(terminal, '192.168.40.16');
    await pressFor(terminal, 'enter', /cidr: 192\.168\.40\.15 → 192\.168\.40\.16/);
    await answer(terminal, 'y');
    await terminal.waitFor(/alias +staging +192\.168\.40\.16 +Build machine/);
    assert.equal(firewallOf(scene).aliases.staging?.comment, 'Build machine', 'it is still there');
    await pressFor(terminal, 'D', /Rules that use it are skipped from then on: 3\./);
    await answer(terminal, 'n');

    await terminal.press('down');
    await terminal.waitFor(() => cursorRow(terminal).includes('IP set'), 'the cursor on the set');
    await pressFor(terminal, 'enter', /┌─ Add address to IP set/);
    await write(terminal, '10.9.0.0/16');
    await terminal.press('enter');
    await answer(terminal, 'y');
    await terminal.waitFor(/· +10\.9\.0\.0\/16/);
    await terminal.press('down');
    await terminal.waitFor(() => cursorRow(terminal).includes('10.9.0.0/16'), 'the new entry');
    await pressFor(terminal, 'D', /Take 10\.9\.0\.0\/16 out of admins/);
    await answer(terminal, 'y');
    await terminal.waitFor(/10\.9\.0\.0\/16 taken out of admins/);
    assert.equal(firewallOf(scene).sets.admins?.entries.length, 3);
  });

  test('the log shows the end of what was blocked', async (t) => {
    const scene = await openFirewall(t, { tab: 'Firewall log' });
    const { terminal } = scene;
    await terminal.waitFor(/IN policy DROP TCP 203\.0\.113\.\d+:\d+ → 192\.168\.1\.101:\d+/);
    assert.equal(guestOf(scene, 101).status, 'running');
  });

  test('read-only: everything is shown, nothing is offered', async (t) => {
    const scene = await openFirewall(t, { args: ['--read-only'] });
    const { terminal, homelab } = scene;
    await terminal.waitFor(/0 on +in +ACCEPT +SSH/);
    await pressFor(terminal, 'x', /read-only mode/);
    assert.deepEqual(homelab.writes(), []);
  });
});
