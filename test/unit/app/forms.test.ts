import assert from 'node:assert/strict';
import test from 'node:test';
import type { Failure } from '../../../source/domain/failure.ts';
import { say } from '../../../source/domain/safe-text.ts';
import { type FakeWorld, fakeWorld, guest } from './fake-site.ts';
import { paste, startScreen, type TestScreen } from './screen.ts';

const vm = {
  name: 'web-server',
  memory: '2048',
  description: 'Web server\n',
  tags: 'prod;web',
  boot: 'order=scsi0;net0',
  scsi0: 'tank:vm-101-disk-0,size=32G',
  net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0',
  net1: 'e1000=BC:24:11:00:00:02,bridge=vmbr1,tag=30',
  ciuser: 'admin',
};

function lab(change: Partial<FakeWorld> = {}): FakeWorld {
  return fakeWorld('home', {
    guests: [
      guest('home', 101, 'web-server', { tags: [say`prod`, say`web`] }),
      guest('home', 102, 'database', { tags: [say`db`] }),
      guest('home', 103, 'lab', { tags: [say`lab`] }),
    ],
    configs: { 101: { ...vm }, 102: { onboot: '1' }, 103: { startup: 'order=7' } },
    ...change,
  });
}

const overlay = (screen: TestScreen) => screen.app.ui.getState().overlay;
const formValues = (screen: TestScreen) => {
  const open = overlay(screen);
  assert.equal(open?.kind, 'form');
  return open?.kind === 'form' ? open.form.values : {};
};
const refusal = (change: Partial<Failure>): Failure => ({
  kind: 'rejected',
  what: say`The server refused a value`,
  ...change,
});

async function confirmed(screen: TestScreen): Promise<void> {
  await screen.waitFor('y/N');
  await screen.press('y');
}

test('notes: lines are written with enter, sent with ctrl-s, and kept as they are', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('n');
  await screen.waitFor('Web server');
  await screen.press('enter', 'second', 'enter', 'enter', 'fourth', 'up', 'up', 'end', '!');
  assert.equal(formValues(screen).description, 'Web server\nsecond!\n\nfourth');
  screen.send(paste(' pasted\nlines'));
  await screen.idle();
  assert.equal(formValues(screen).description, 'Web server\nsecond! pasted\nlines\n\nfourth');
  await screen.press('\u0013');
  await screen.waitFor('Change the notes of guest 101 web-server?');
  await confirmed(screen);
  await screen.waitFor('Notes of guest 101 web-server changed');
  assert.equal(world.configs[101]?.description, 'Web server\nsecond! pasted\nlines\n\nfourth');
});

test('tags: the list opens with space, searches, picks and takes new ones; esc closes it first', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('T');
  await screen.waitFor(/Tags +prod, web/);
  await screen.press('space');
  await screen.waitFor('type to search');
  assert.match(screen.text(), /\[x\] prod/);
  assert.match(screen.text(), /\[ \] db/);
  await screen.press('l', 'a', 'enter');
  assert.equal(formValues(screen).tags, 'prod;web;lab');
  await screen.press('new-tag');
  await screen.waitFor('use "new-tag"');
  await screen.press('enter', 'esc');
  assert.equal(overlay(screen)?.kind, 'form', 'esc closed the list, not the form');
  await screen.waitFor(/Tags +prod, web, lab, new-tag/);
  await screen.press('enter');
  await confirmed(screen);
  await screen.waitFor(/Tags of guest 101/);
  assert.equal(world.configs[101]?.tags, 'prod;web;lab;new-tag');
});

test('boot order: picks keep their order and can be moved', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press('e', 'b');
  await screen.waitFor(/Boot from\* +scsi0/);
  await screen.press('space');
  await screen.waitFor(/\[1\] scsi0/);
  await screen.press('down', 'left');
  await screen.waitFor(/\[1\] net0/);
  assert.equal(formValues(screen).boot, 'net0;scsi0');
  await screen.press('enter', 'esc');
});

test('a choice is searched by typing, and fields follow it', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press('e', 'w');
  await screen.waitFor(/Network device\* +‹ net0/);
  await screen.press('v', 'm', 'b', 'r', '1');
  await screen.waitFor(/> net1, vmbr1, VLAN 30/);
  await screen.press('enter');
  await screen.waitFor(/‹ net1/);
  const values = formValues(screen);
  assert.equal(values.net, 'net1');
  assert.equal(values.tag, 30);
  assert.equal(values.model, 'e1000');
  await screen.press('esc');
  assert.equal(overlay(screen), undefined);
});

test('a secret is dots on the screen and nowhere else', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world], { rows: 30 });
  await screen.press('e', 'u');
  await screen.waitFor(/User +admin/);
  await screen.press('tab', 'hunter2');
  await screen.waitFor(/Password +•••••••/);
  await screen.press('enter');
  await screen.waitFor('cipassword: a new one, not shown');
  await confirmed(screen);
  await screen.waitFor('Cloud-init of guest 101 web-server changed');
  assert.ok(!screen.output().includes('hunter2'));
  assert.ok(!world.writes.join().includes('hunter2'), 'the call carries a Secret');
});

test('a refused value comes back to its field with everything typed', async (t) => {
  const world = lab();
  const fields = { memory: say`value must be a multiple of 2`, digest: say`odd` };
  world.refuse = () => refusal({ fields });
  const screen = await startScreen(t, [world]);
  await screen.press('e', 'm');
  await screen.waitFor(/Memory \(MiB\) +2048/);
  await screen.press('ctrl-u', '4097', 'tab', '1024', 'enter');
  await confirmed(screen);
  await screen.waitFor('value must be a multiple of 2');
  assert.equal(overlay(screen)?.kind, 'form');
  const text = screen.text();
  assert.match(text, /✗ The server refused a value/);
  assert.match(text, /✗ digest: odd/, 'what belongs to no field stands above');
  assert.match(text, /> Memory \(MiB\) +4097/, 'the wrong field has the focus');
  assert.match(text, /Balloon minimum \(MiB\) +1024/);
  world.refuse = () => undefined;
  await screen.press('ctrl-u', '4096', 'enter');
  await confirmed(screen);
  await screen.waitFor('Memory of guest 101 web-server changed');
  assert.deepEqual(
    world.writes.at(-1),
    'PUT /nodes/pve1/qemu/101/config memory=4096 balloon=1024 digest=1',
  );
});

test('a change by somebody else: the typed value stays, the others are the new ones', async (t) => {
  const world = lab();
  const detail = say`detected modified configuration - file changed by other user? Try again.`;
  world.refuse = () => refusal({ detail });
  const screen = await startScreen(t, [world]);
  await screen.press('e', 'm');
  await screen.waitFor(/Memory \(MiB\) +2048/);
  await screen.press('tab', '1024', 'enter');
  await screen.waitFor('y/N');
  world.configs[101] = { ...vm, memory: '8192' };
  world.revision = 2;
  await screen.press('y');
  await screen.waitFor('Changed by somebody else meanwhile; nothing was written');
  assert.match(screen.text(), /Memory \(MiB\) +8192/, 'what was not touched follows the server');
  assert.match(screen.text(), /Balloon minimum \(MiB\) +1024/);
  world.refuse = () => undefined;
  await screen.press('enter');
  await confirmed(screen);
  await screen.waitFor('Memory of guest 101 web-server changed');
  assert.equal(world.writes.at(-1), 'PUT /nodes/pve1/qemu/101/config balloon=1024 digest=2');
  assert.equal(world.configs[101]?.memory, '8192');
});

test('a form that has to come back waits for the dialog that is open', async (t) => {
  const world = lab();
  world.refuse = () => refusal({ detail: say`storage is full` });
  let release = () => {};
  world.gate = () => new Promise<void>((resolve) => (release = resolve));
  const screen = await startScreen(t, [world]);
  await screen.press('n', 'more', '\u0013');
  await confirmed(screen);
  await screen.press('?');
  assert.equal(overlay(screen)?.kind, 'help');
  release();
  await screen.waitFor('storage is full');
  assert.equal(overlay(screen)?.kind, 'help', 'nothing jumps over what is read');
  await screen.press('esc');
  await screen.waitFor(/Notes/);
  assert.equal(formValues(screen).description, 'Web servermore');
});

test('from the question shift-tab leads back to the form', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('n', ' more', '\u0013');
  await screen.waitFor('y/N');
  await screen.press('\u001b[Z');
  await screen.waitFor('ctrl-s go on');
  assert.equal(formValues(screen).description, 'Web server more');
  assert.deepEqual(world.writes, []);
});

test('over marks only what was touched is written to each', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('ctrl-a', 'e');
  await screen.waitFor(/runs on one at a time/);
  await screen.press('o');
  await screen.waitFor('3 targets, shown as the first one is; only what you change is set');
  await screen.press('tab', 'tab', '45', 'enter');
  await confirmed(screen);
  await screen.waitFor(/Options: 3 of 3 done/);
  assert.equal(world.configs[101]?.startup, 'up=45');
  assert.deepEqual(world.configs[102], { onboot: '1', startup: 'up=45' });
  assert.deepEqual(world.configs[103], { startup: 'order=7,up=45' });
});

test('on 60 by 15 the focused field, its problem and the keys are seen', async (t) => {
  const screen = await startScreen(t, [lab()], { columns: 60, rows: 15 });
  await screen.press('e', 'u');
  await screen.waitFor(/User +admin/);
  assert.match(screen.text(), /↓ \d+ more/);
  for (let field = 0; field < 6; field += 1) await screen.press('tab');
  await screen.waitFor(/> Name servers/);
  assert.match(screen.text(), /↑ \d+ more/);
  await screen.press('1.2.3', 'enter');
  await screen.waitFor('✗');
  const rows = screen.rows();
  const at = rows.findIndex((row) => row.includes('> Name servers'));
  assert.match(rows[at] ?? '', /1\.2\.3/);
  assert.match(rows[at + 1] ?? '', /✗/);
  assert.match(screen.text(), /enter go on/);
  // A list opened there has room for its cursor too.
  await screen.press('shift-tab', 'esc', 'T', 'space', 'down', 'down', 'down');
  await screen.waitFor(/> \[.\] web/);
});
