import assert from 'node:assert/strict';
import test from 'node:test';
import { lineWidth } from '../../../source/components/compose.ts';
import { headerLine } from '../../../source/components/header.ts';
import { sortRows } from '../../../source/components/table/sort.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import { framePieces } from '../../../source/views/frame.ts';
import { viewOf, views } from '../../../source/views/index.ts';
import { healthOf } from '../../../source/views/overview/health.ts';
import { overviewView } from '../../../source/views/overview/index.ts';
import { storageColumns } from '../../../source/views/storage/columns.ts';
import { storageView } from '../../../source/views/storage/index.ts';
import { taskColumns } from '../../../source/views/tasks/columns.ts';
import { tasksView } from '../../../source/views/tasks/index.ts';
import { taskKey, taskTitle } from '../../../source/views/tasks/words.ts';
import {
  allOf,
  cell,
  contextOf,
  detail,
  drawn,
  GiB,
  guest,
  node,
  now,
  site,
  storage,
  task,
  textOf,
  unreachable,
  withResources,
} from './fixtures.ts';

test('the views have the keys of the design, and none is a stub', () => {
  assert.deepEqual(
    views.map(({ id, key }) => `${key} ${id}`),
    ['0 overview', '1 nodes', '2 guests', '5 storage', '7 tasks'],
  );
  for (const view of views) {
    assert.equal(viewOf(view.id), view);
    assert.ok(view.columns.some(({ id }) => id === view.defaultSort.column));
    assert.deepEqual(view.rows([]), []);
    assert.ok(view.empty([], now).length > 0);
    const ids = view.columns.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(view.columns.some(({ priority }) => priority === 0));
  }
});

const storages = [
  storage('local-zfs', { disk: 96 * GiB }),
  storage('local-zfs', {
    node: say`pve2`,
    status: say`unknown`,
    stale: true,
    seenAt: now - 60_000,
  }),
  storage('nas', { shared: true, node: say`pve2`, status: say`unknown`, disk: undefined }),
  storage('nas', { shared: true, plugintype: say`nfs` }),
  storage('gone', {
    disk: undefined,
    maxdisk: undefined,
    plugintype: undefined,
    content: undefined,
  }),
];
const withStorages = withResources({ nodes: [node('pve1')], storages });
const storageRows = storageView.rows([withStorages]);

test('a shared storage is one row with its nodes, a local one is one for each node', () => {
  assert.deepEqual(
    storageRows.map(({ key }) => key),
    [
      'home/storage/pve1/local-zfs',
      'home/storage/pve2/local-zfs',
      'home/storage/*/nas',
      'home/storage/pve1/gone',
    ],
  );
  const nas = storageRows[2];
  assert.ok(nas);
  assert.equal(nas.primary.node, 'pve1', 'figures come from a node that answers');
  assert.equal(cell(storageColumns, 'node', nas), 'shared pve2 pve1');
  assert.equal(cell(storageColumns, 'status', nas), '◐ on 1 of 2');
  for (const width of [60, 80, 120, 200]) {
    const rows = drawn(storageColumns, storageRows, width);
    assert.match(rows[0] ?? '', /local-zfs .*\[########\.\] +96%/);
    assert.match(rows[3] ?? '', /gone .*\?/);
  }
  assert.equal(cell(storageColumns, 'status', storageRows[1] ?? nas), '? unknown 1 min');
  assert.deepEqual(storageRows.map(storageView.sick), [true, true, true, false]);
});

test('an empty content list admits what it cannot know', () => {
  const row = storageRows[0];
  assert.ok(row);
  const tab = storageView.tabs.find(({ id }) => id === 'content');
  assert.ok(tab);
  assert.deepEqual(tab.sources(row, contextOf([])), [
    { kind: 'storage.content', subject: 'home/storage/pve1/local-zfs' },
  ]);
  const at = (details: ReturnType<typeof detail>) => {
    const made = tab.body(row, contextOf([withStorages], details));
    if (made.kind !== 'table') throw new Error(made.kind);
    return made;
  };
  const subject = 'home/storage/pve1/local-zfs';
  assert.match(
    allOf(at(detail('storage.content', subject, { data: [] })).empty),
    /nothing listed; volumes this identity may not use are left out/,
  );
  const backup = {
    volid: say`nas:backup/vzdump-qemu-101.vma.zst`,
    content: say`backup`,
    size: 3 * GiB,
    ctime: now / 1000 - 86_400 * 3,
    vmid: 101,
    protected: true,
    notes: sanitise('evil\u001b[2J\nnotes'),
  };
  const table = at(
    detail('storage.content', subject, { data: [backup, { volid: say`nas:vm-1-disk-0` }] }),
  );
  const rows = drawn(table.columns, table.rows, 140);
  assert.match(
    rows[0] ?? '',
    /backup\/vzdump-qemu-101.vma.zst .*3.00 GiB +3 d +101 .*yes .*evil⏎notes/,
  );
  assert.match(rows[1] ?? '', /vm-1-disk-0 .*\?/);
});

const tasks = [
  task('qmstart', '101', 'OK', { starttime: now / 1000 - 60 }),
  task('vzdump', '', 'job errors', { starttime: now / 1000 - 7200 }),
  task('qmsnapshot', '101', undefined, { starttime: now / 1000 - 5 }),
  task('oddtype', 'x', 'unexpected status', { starttime: now / 1000 - 400_000 }),
  task('qmmove', '102', 'WARNINGS: 2', { starttime: now / 1000 - 900 }),
];
const withTasks = site({ tasks: { data: tasks, fetchedAt: now - 1000, fetching: false } });

test('tasks are told in words, newest first, with sign and word for how they ended', () => {
  const rows = sortRows(tasksView.rows([withTasks, withTasks]), taskColumns, {
    ...tasksView.defaultSort,
  });
  assert.equal(rows.length, 5, 'a task told twice is one row');
  const text = drawn(taskColumns, rows, 120);
  assert.match(text[0] ?? '', /⟳ running +Snapshot 101 +5 s ago +5 s .*–/);
  assert.match(text[1] ?? '', /✓ ok +Start 101 +1 min ago +1 min 5 s .*OK/);
  assert.match(text[2] ?? '', /⚠ warnings/);
  assert.match(text[3] ?? '', /✗ failed +Back up .*job errors/);
  assert.match(text[4] ?? '', /\? unknown +oddtype x/);
  for (const width of [60, 80, 200]) drawn(taskColumns, rows, width);
  assert.deepEqual(rows.map(tasksView.sick), [false, false, true, true, true]);
  assert.equal(taskTitle({ type: sanitise('constructor'), id: say`` }), 'constructor');
});

test('the log tab shows the log with the state of the task, even when the list is older', () => {
  const running = tasks[2];
  assert.ok(running);
  const tab = tasksView.tabs[0];
  assert.ok(tab);
  const subject = taskKey(running);
  const made = tab.body(
    running,
    contextOf([withTasks], {
      ...detail('task.log', subject, { data: { lines: [say`one`, say`two`], next: 2 } }),
      ...detail('task.status', subject, {
        data: { running: false, outcome: 'error', exitstatus: say`got timeout` },
      }),
    }),
  );
  if (made.kind !== 'log') throw new Error(made.kind);
  assert.deepEqual(made.lines, ['one', 'two']);
  assert.match(allOf(made.notes ?? []), /✗ failed .*got timeout/);
  const waiting = tab.body(running, contextOf([withTasks]));
  assert.match(waiting.kind === 'log' ? allOf(waiting.notes ?? []) : '', /loading the log/);
});

const sick = withResources(
  {
    nodes: [
      node('pve1', { cpu: 0.5, maxcpu: 30 }),
      node('pve2', { cpu: 0.1, maxcpu: 10 }),
      node('pve3', {
        status: say`offline`,
        stale: true,
        cpu: 0.9,
        maxcpu: 99,
        seenAt: now - 60_000,
      }),
    ],
    guests: [
      guest(100),
      guest(101, { status: say`io-error` }),
      guest(102, { node: say`pve3`, status: say`unknown`, stale: true }),
      guest(103, { status: say`stopped` }),
    ],
    storages: [storage('full', { disk: 97 * GiB }), storage('tight', { disk: 86 * GiB })],
  },
  { tasks: { data: tasks, fetchedAt: now, fetching: false } },
);

test('cluster load is weighted by cores and leaves dead nodes out, by name', () => {
  const health = healthOf([sick]);
  assert.equal(health.cpu, (0.5 * 30 + 0.1 * 10) / 40);
  assert.deepEqual(health.silent, ['pve3']);
  assert.deepEqual(health.nodes, { online: 2, total: 3 });
  assert.deepEqual(health.guests, { running: 2, stopped: 1, unknown: 1, sick: 1, total: 4 });
  assert.deepEqual(health.tasks, { running: 1, failed: 1 });
  assert.equal(healthOf([site({ resources: { fetching: true } })]).cpu, undefined);
});

test('what needs the user is listed worst first and each leads to its object', () => {
  const rows = overviewView.rows([sick]);
  const text = rows.map(({ severity, where, what }) => `${severity} ${where}: ${what}`);
  assert.deepEqual(text, [
    'critical pve3: node is offline, the state of 1 guest is unknown',
    'critical 101 guest-101: io-error',
    'critical full on pve1: 97% full',
    'warning tight on pve1: 86% full',
    'warning pve1: Back up failed: job errors',
  ]);
  const views = rows
    .map((row) => overviewView.open?.(row))
    .map((at) => (at && 'view' in at ? at.view : ''));
  assert.deepEqual(views, ['nodes', 'guests', 'storage', 'storage', 'tasks']);
  assert.equal(new Set(rows.map(overviewView.rowKey)).size, rows.length);
  for (const width of [60, 80, 120]) drawn(overviewView.columns, rows, width);
});

test('a source that fails is a problem of its own, and certificates count once they are read', () => {
  const failing = site({
    tasks: { fetching: false, failure: unreachable },
    cluster: { data: { quorate: false, members: [] }, fetchedAt: now, fetching: false },
  });
  const text = overviewView.rows([failing]).map(({ severity, what }) => `${severity} ${what}`);
  assert.match(text[0] ?? '', /critical no quorum/);
  assert.match(text[1] ?? '', /unknown The server does not answer/);
  const one = withResources({ nodes: [node('pve1')] });
  assert.deepEqual(overviewView.rows([one]), []);
  const details = detail('node.certificates', 'home/node/pve1', {
    data: [{ filename: say`pve-ssl.pem`, notAfter: now + 3 * 86_400_000 }],
  });
  assert.match(overviewView.rows([one], details)[0]?.what ?? '', /certificate runs out in 3 d/);
});

test('the calm overview claims only what was read', () => {
  const calm = allOf(overviewView.empty([site()], now));
  assert.match(calm, /Nothing that was read needs you, as of 3 s ago/);
  assert.doesNotMatch(calm, /Not known/);
  const partly = allOf(overviewView.empty([site({ tasks: { fetching: true } })], now));
  assert.match(partly, /Not known yet: home tasks/);
  const never = { fetching: true };
  const nothing = site({ resources: never, cluster: never, tasks: never });
  assert.equal(allOf(overviewView.empty([nothing], now)), 'loading');
});

test('site health fits small and large screens and names what is missing from the sums', () => {
  const full = allOf(overviewView.notes?.(contextOf([sick])) ?? []);
  assert.match(full, /● connected · read 3 s ago · PVE 9.2.3 · 4 ms/);
  assert.match(full, /✗ 2\/3 nodes · quorate · cpu 40% of those that answer/);
  assert.match(full, /not in the sums: pve3/);
  assert.match(full, /2 of 4 guests running · 1 stopped · \? 1 unknown · ✗ 1 sick/);
  assert.match(full, /2 storages · ⚠ 2 nearly full/);
  assert.match(full, /1 task running · ✗ 1 failed in 24 h/);
  for (const line of full.split('\n')) assert.ok(line.length <= 78, line);
  const many = Array.from({ length: 20 }, (_, index) => site({ site: `site${index}` as SiteId }));
  const lines = overviewView.notes?.(contextOf(many, {}, { width: 58, height: 10 })) ?? [];
  assert.ok(lines.length <= 5);
  assert.match(textOf(lines[lines.length - 1] ?? []), /16 more sites/);
});

test('the header keeps the place, the nodes and the age at every width', () => {
  const { left, right } = framePieces({
    sites: [sick],
    crumbs: [say`guests`],
    now,
    readOnly: true,
    alerts: 5,
  });
  for (const width of [60, 80, 120, 160]) {
    const line = headerLine(left, right, width);
    assert.equal(lineWidth(line), width);
    assert.match(textOf(line), /home ▸ guests · ✗ 2\/3 nodes.* 3 s ago {2}RO $/);
  }
  const wide = textOf(headerLine(left, right, 160));
  assert.match(wide, /quorate · cpu 40% .*root@pam!tui {2}pinned ✓ {2}4 ms/);
  const lost = site({ resources: { ...sick.resources, failure: unreachable } });
  const broken = framePieces({ sites: [lost], crumbs: [], now, readOnly: false, alerts: 0 });
  assert.match(textOf(headerLine(broken.left, broken.right, 120)), /home does not answer/);
});
