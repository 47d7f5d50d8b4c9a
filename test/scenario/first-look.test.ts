// A first look: what one sees before and after the homelab has answered, all views, help, and the way out.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { startTerminal } from '../support/pty.ts';
import { openConsole, pressFor } from '../support/scenario.ts';

describe('a first look', { concurrency: 2 }, () => {
  test('the frame is there before the homelab answers, then its guests appear', async (t) => {
    const homelab = await startTestDemo(t);
    homelab.world.faults.delay(2000);
    const terminal = startTerminal({ t, env: homelab.env });
    await terminal.waitFor('Guests');
    const frame = await terminal.waitFor('? help');
    assert.match(frame, /0 Overview {2}1 Nodes {2}2 \[Guests\] {2}5 Storage {2}7 Tasks/);
    assert.match(frame, /nodes \?/, 'what is not known yet is not shown as zero');
    assert.ok(!frame.includes('web-server'));
    homelab.world.faults.delay(0);
    const live = await terminal.waitFor('web-server');
    assert.match(live, /Guests 22/);
  });

  test('the header tells the place, the nodes, quorum, load and who one is', async (t) => {
    const { terminal, homelab } = await openConsole(t, { cols: 160 });
    const header = (await terminal.waitFor(/quorate/)).split('\n')[0] ?? '';
    assert.match(header, /home ▸ Guests/);
    assert.match(header, /3\/3 nodes · quorate · cpu \d+% · mem \d+%/);
    assert.match(header, /root@pam!demo/);
    assert.match(header, /pinned ✓/);
    assert.deepEqual(homelab.writes(), []);
  });

  test('every view opens by its number', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    const overview = await pressFor(terminal, '0', /\[Overview\][\s\S]*3\/3 nodes/);
    assert.match(overview, /critical guest 109 scratch +guest stands still: io-error/);
    const nodes = await pressFor(terminal, '1', /\[Nodes\][\s\S]*pve3/);
    assert.match(nodes, /pve1 +● online/);
    await pressFor(terminal, '2', /\[Guests\][\s\S]*100 dev-lab/);
    const storage = await pressFor(terminal, '5', /\[Storage\][\s\S]*local-zfs/);
    assert.match(storage, /backup-nas +shared/);
    const tasks = await pressFor(terminal, '7', /\[Tasks\][\s\S]*Start 112/);
    assert.match(tasks, /✗ failed +Back up/);
    assert.deepEqual(homelab.world.unimplemented, []);
    assert.deepEqual(homelab.writes(), []);
  });

  test('enter leads into a guest, tab through its pages, esc back to the row', async (t) => {
    const { terminal } = await openConsole(t);
    await terminal.press('down');
    const summary = await pressFor(terminal, 'enter', /\[Summary\][\s\S]*192\.168\.1\.101/);
    assert.match(summary, /Guests ▸ 101 web-server/);
    await pressFor(terminal, 'tab', /\[Graphs\]/);
    const config = await pressFor(terminal, 'tab', /\[Config\][\s\S]*scsi0/);
    assert.match(config, /local-lvm:vm-101-disk-0/);
    await pressFor(terminal, 'tab', /\[Snapshots\][\s\S]*nginx-ok/);
    await pressFor(terminal, 'tab', /\[Backups\][\s\S]*asked: /);
    await pressFor(terminal, 'tab', /\[Replication\][\s\S]*replication job/);
    await pressFor(terminal, 'tab', /\[Firewall\][\s\S]*Otherwise in /);
    await pressFor(terminal, 'tab', /\[Aliases\][\s\S]*of this guest/);
    await pressFor(terminal, 'tab', /\[Firewall log\]/);
    await pressFor(terminal, 'tab', /\[Permissions\][\s\S]*This identity may: /);
    await pressFor(terminal, 'tab', /\[Tasks\][\s\S]*no tasks listed/);
    const list = await pressFor(terminal, 'esc', /Guests 22/);
    assert.match(list, /^> +101 web-server/m);
  });

  test('enter leads into a node: status, services, disks, certificates, journal', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await pressFor(terminal, '1', /^> pve1/m);
    await pressFor(terminal, 'enter', /Nodes ▸ pve1/);
    const shows: Readonly<Record<string, RegExp>> = {
      Graphs: /Root disk/,
      Services: /pveproxy/,
      Storages: /local-lvm/,
      Disks: /\/dev\/nvme0n1/,
      Updates: /Package/,
      Certificates: /pve-root-ca\.pem/,
      Journal: /pve1 (systemd|pmxcfs)/,
      Tasks: /Refresh package list/,
    };
    for (const [tab, content] of Object.entries(shows)) {
      await pressFor(terminal, 'tab', `[${tab}]`);
      await terminal.waitFor(content);
    }
    assert.deepEqual(homelab.world.unimplemented, []);
  });

  test('help names the keys that are live here', async (t) => {
    const { terminal } = await openConsole(t);
    const help = await pressFor(terminal, '?', 'keys that are live here');
    assert.match(help, /Actions on the guest/);
    assert.match(help, /R +roll back/);
    assert.match(help, /v +open SPICE viewer/);
    await terminal.press('esc', '1');
    await pressFor(terminal, '?', 'Actions on the node');
  });

  test('the list of calls shows what was asked, and no secret', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    const calls = await pressFor(terminal, 'L', 'Calls this console made');
    assert.match(calls, /GET \/cluster\/resources/);
    await terminal.press('esc', 'q');
    assert.equal(await terminal.waitExit(), 0);
    for (const secret of homelab.secrets) assert.ok(!terminal.output().includes(secret));
  });

  test('q ends it and gives the terminal back as it was', async (t) => {
    const { terminal } = await openConsole(t);
    terminal.send('q');
    assert.equal(await terminal.waitExit(), 0);
    assert.ok(terminal.output().includes('\u001b[?1049h'), 'it draws on the other screen');
    await terminal.waitFor((text) => text.trim() === '', 'the screen as it was before');
    const output = terminal.output();
    assert.ok(output.lastIndexOf('\u001b[?25h') > output.lastIndexOf('\u001b[?25l'), 'the cursor');
  });

  test('the next start shows the last state at once, with its age, and the view one left', async (t) => {
    const { terminal, homelab } = await openConsole(t);
    await pressFor(terminal, '1', /^> pve1/m);
    terminal.send('q');
    await terminal.exit;
    const stop = homelab.world.faults.respond('GET', { hang: true });
    const again = startTerminal({ t, env: homelab.env });
    const remembered = await again.waitFor('pve3');
    assert.match(remembered, /\[Nodes\]/);
    stop();
    again.send('q');
    assert.equal(await again.exit, 0);
  });
});
