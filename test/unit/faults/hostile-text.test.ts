import assert from 'node:assert/strict';
import test from 'node:test';
import type { Line } from '../../../source/components/line.ts';
import { type DetailRequest, detailKey } from '../../../source/domain/detail.ts';
import { type Guest, guestKey } from '../../../source/domain/guest.ts';
import { views } from '../../../source/views/index.ts';
import { drawn } from '../views/fixtures.ts';
import { type Rig, startRig } from './rig.ts';

/** What could move the cursor, change a colour, hide or turn text round. */
const dangerous =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function harmless(texts: readonly string[], where: string): void {
  for (const text of texts) {
    assert.doesNotMatch(text, dangerous, `${where}: ${JSON.stringify(text)}`);
    assert.doesNotMatch(text, /NaN|Infinity|undefined|\[object/, where);
  }
}

const textsOf = (lines: readonly Line[]) =>
  lines.map((line) => line.map((part) => part.text).join(''));
const first = 300;

function hostileGuests(rig: Rig): readonly Guest[] {
  const guests = rig.inventory().resources.data?.guests.filter(({ vmid }) => vmid >= first) ?? [];
  assert.ok(guests.length >= 20, 'the scenario has a guest for each row of the table');
  return guests;
}

test('B1 to B19 in every list: plain text, one row each, exactly as wide as the screen', async (t) => {
  const rig = await startRig(t, { scenario: 'hostile-text' });
  hostileGuests(rig);
  let rows = 0;
  for (const view of views) {
    const all = view.rows([rig.inventory()]);
    rows += all.length;
    for (const width of [60, 80, 120, 300]) {
      harmless(drawn(view.columns, all, width, rig.cells()), `${view.id} at ${width}`);
    }
    for (const row of all) {
      harmless([view.rowTitle(row), ...textsOf(view.preview?.(row, rig.context()) ?? [])], view.id);
      harmless(
        view.copies(row).map(({ text }) => text),
        `${view.id} copied`,
      );
    }
  }
  assert.ok(rows > 60);
});

test('B1 to B19 on the pages of hostile guests and their node: notes, snapshots, logs, journal', async (t) => {
  const rig = await startRig(t, { scenario: 'hostile-text' });
  const guests = hostileGuests(rig);
  const [guestsView] = views.filter(({ id }) => id === 'guests');
  const [nodesView] = views.filter(({ id }) => id === 'nodes');
  assert.ok(guestsView && nodesView);
  const nodes = nodesView.rows([rig.inventory()]);
  const node = nodes.find((row) => nodesView.rowKey(row) === 'home/node/pve1');
  assert.ok(node);
  const pages = [
    ...guests.slice(0, 20).map((row) => ({ view: guestsView, row })),
    { view: nodesView, row: node },
  ];
  let read = 0;
  for (const { view, row } of pages) {
    const tabs = view.tabs.filter((tab) => tab.applies?.(row, rig.context()) ?? true);
    const wanted = new Map<string, DetailRequest>();
    for (const tab of tabs) {
      for (const each of tab.sources(row, rig.context())) wanted.set(detailKey(each), each);
    }
    await rig.want(...wanted.values());
    for (const tab of tabs) {
      const body = tab.body(row, rig.context());
      const where = `${view.id} ${tab.id}`;
      if (body.kind === 'lines') harmless(textsOf(body.lines), where);
      else harmless(textsOf(body.notes ?? []), where);
      if (body.kind === 'log') harmless(body.lines, where);
      if (body.kind === 'table') harmless(drawn(body.columns, body.rows, 80, rig.cells()), where);
      read += 1;
    }
  }
  assert.ok(read > 100);
});

test('B13 to B16 a name that hides, turns round or imitates is marked, and the VMID is typed instead', async (t) => {
  const rig = await startRig(t, { scenario: 'hostile-text' });
  const guests = hostileGuests(rig);
  const named = (part: string) => guests.find(({ name }) => name?.includes(part));
  assert.match(named('gnp.exe')?.name ?? '', /^·gnp\.exe$/);
  assert.match(named('web-ser')?.name ?? '', /^web-ser·ver$/);
  const { typedName } = await import('../../../source/actions/guest-common.ts');
  const facts = { site: rig.inventory(), now: rig.now() };
  for (const part of ['gnp.exe', 'web-ser', '\u0430tabase', 'RUNNING', '家庭']) {
    const guest = named(part);
    assert.ok(guest, part);
    const plain = /^[\u0021-\u007e]+$/.test(guest.name ?? '');
    assert.equal(typedName(guest, facts), plain ? guest.name : String(guest.vmid), part);
  }
});

/** Answers /cluster/resources with these rows beside a node. */
async function withRows(rig: Rig, rows: readonly Record<string, unknown>[]): Promise<void> {
  const node = { type: 'node', id: 'node/pve1', node: 'pve1', status: 'online' };
  const body = JSON.stringify({ data: [node, ...rows] }).replaceAll('"@huge"', '1e999');
  rig.world.faults.clear();
  rig.world.faults.respond('GET /cluster/resources', { status: 200, body });
  await rig.refresh();
  assert.equal(rig.inventory().resources.failure, undefined);
}
const guestRow = (more: Record<string, unknown>) => ({
  type: 'qemu',
  id: `qemu/${String(more.vmid)}`,
  node: 'pve1',
  status: 'running',
  ...more,
});

test('B20 what was not told is ? or –, and neither 0 nor NaN', async (t) => {
  const rig = await startRig(t);
  await withRows(rig, [
    guestRow({ vmid: 101, status: 'stopped', maxdisk: 0 }),
    guestRow({ vmid: 102 }),
    { type: 'storage', id: 'storage/pve1/x', storage: 'x', node: 'pve1', maxdisk: 0, disk: 0 },
    { type: 'node', id: 'node/pve9', node: 'pve9', status: 'unknown' },
  ]);
  const stopped = rig.row('guests', 'home/qemu/101');
  const running = rig.row('guests', 'home/qemu/102');
  for (const line of [stopped, running, rig.row('nodes', 'home/node/pve9')]) {
    assert.doesNotMatch(line, /NaN|Infinity|\b0 B|\b0%/);
  }
  assert.match(stopped, /–/);
  assert.match(running, /\?/);
  assert.match(rig.row('nodes', 'home/node/pve9'), /unknown/);
  const [storage] = rig.inventory().resources.data?.storages ?? [];
  assert.equal(storage?.maxdisk, undefined);
  assert.equal(storage?.disk, undefined);
});

test('B21 numbers as text, 1 for true, absurd and negative figures are read or unknown, never shown as they are', async (t) => {
  const rig = await startRig(t);
  await withRows(rig, [
    guestRow({ vmid: '101', cpu: '0.25', maxcpu: '4', mem: '1073741824', maxmem: '2147483648' }),
    guestRow({ vmid: 102, cpu: 1e308, mem: -1, maxmem: '@huge', uptime: 'soon', template: '1' }),
  ]);
  const find = (vmid: number) =>
    rig.inventory().resources.data?.guests.find((guest) => guest.vmid === vmid);
  assert.equal(find(101)?.cpu, 0.25);
  assert.equal(find(101)?.mem, 1024 ** 3);
  assert.equal(find(102)?.template, true);
  for (const key of ['cpu', 'mem', 'maxmem', 'uptime'] as const) {
    assert.equal(find(102)?.[key], undefined, key);
  }
  assert.match(rig.row('guests', 'home/qemu/101'), /25%/);
  assert.doesNotMatch(rig.row('guests', 'home/qemu/102'), /NaN|Infinity|-1|e\+/);
});

test('B22 impossible VMIDs are left out, the same one twice is one row, both kinds are two', async (t) => {
  const rig = await startRig(t);
  await withRows(rig, [
    ...[99, 1_000_000_000, 0, -5, 100.5, 'x', null].map((vmid) => guestRow({ vmid })),
    guestRow({ vmid: 100, status: 'unknown' }),
    guestRow({ vmid: '100', status: 'running', name: 'known' }),
    { ...guestRow({ vmid: 100 }), type: 'lxc', id: 'lxc/100' },
  ]);
  const keys = rig.inventory().resources.data?.guests.map((guest) => guestKey(guest));
  assert.deepEqual(keys, ['home/qemu/100', 'home/lxc/100']);
  assert.match(rig.row('guests', 'home/qemu/100'), /running/);
});

test('B24 task ids with long uptimes, dotted nodes and tokens are followed; what is none is left out', async (t) => {
  const rig = await startRig(t);
  const good = [
    'UPID:pve1:00001000:123456789:65000000:vzdump:101:root@pam:',
    'UPID:pve-1.lab.lan:00001000:00002000:65000000:qmstart:101:root@pam!tui:',
  ];
  const bad = ['UPID:pve1:1000:2000:65000000:qmstart:101:root@pam:', '../../etc/passwd', '', null];
  const body = JSON.stringify({ data: [...good, ...bad].map((upid) => ({ upid, status: 'OK' })) });
  rig.world.faults.respond('GET /cluster/tasks', { status: 200, body });
  await rig.refresh();
  const tasks = rig.inventory().tasks.data ?? [];
  assert.deepEqual(
    tasks.map(({ upid }) => upid),
    good,
  );
  assert.deepEqual(
    tasks.map(({ node, user }) => [node, user]),
    [
      ['pve1', 'root@pam'],
      ['pve-1.lab.lan', 'root@pam!tui'],
    ],
  );
  for (const upid of ['UPID:..:1:2:3:x:y:z:', '../../etc/passwd']) {
    const from = rig.requests().length;
    assert.equal((await rig.site.tasks.log(upid, { start: 0, limit: 1 })).ok, false);
    assert.equal(rig.requests().length, from, 'it never becomes part of a path');
  }
});

test('B33 what the server puts into the SPICE settings can never become a line of its own', async (t) => {
  const rig = await startRig(t);
  const { vvText } = await import('../../../source/actions/guest-spice.ts');
  const data = {
    type: 'spice',
    title: 'web\npassword=stolen\r\n[virt-viewer]\nproxy=http://evil.example',
    'tls-port': 61000,
    'x\nproxy': 'http://evil.example',
    ca: 'A\\nB',
    password: 'f00d\ncafe',
  };
  rig.world.faults.respond('POST', { status: 200, body: JSON.stringify({ data }) });
  const guest = { site: rig.site.id, type: 'qemu', vmid: 110, node: 'pve1' } as const;
  const settings = await rig.site.guests.spiceproxy(guest as never, '127.0.0.1');
  assert.ok(settings.ok);
  const lines = vvText(settings.value, 'http://127.0.0.1:3128').trimEnd().split('\n');
  assert.equal(lines[0], '[virt-viewer]');
  assert.equal(lines.filter((line) => line.startsWith('password=')).length, 1);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('proxy=')),
    ['proxy=http://127.0.0.1:3128'],
  );
  assert.ok(lines.slice(1).every((line) => /^[a-z-]+=/.test(line)));
});
