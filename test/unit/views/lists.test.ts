import assert from 'node:assert/strict';
import test from 'node:test';
import { sortRows } from '../../../source/components/table/sort.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import { viewOf, views } from '../../../source/views/index.ts';
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
  node,
  now,
  site,
  storage,
  task,
  withResources,
} from './fixtures.ts';

test('the views have the keys of the design, and none is a stub', () => {
  assert.deepEqual(
    views.map(({ id, key }) => `${key} ${id}`),
    ['0 overview', '1 nodes', '2 guests', '5 storage', '7 tasks', 'ctrl-t snapshots'],
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
