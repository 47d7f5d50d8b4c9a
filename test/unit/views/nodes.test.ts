import assert from 'node:assert/strict';
import test from 'node:test';
import { nodeKey } from '../../../source/domain/node.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import { nodeColumns } from '../../../source/views/nodes/columns.ts';
import { smartLines } from '../../../source/views/nodes/disks.ts';
import { nodesView } from '../../../source/views/nodes/index.ts';
import type { TabBody } from '../../../source/views/types.ts';
import {
  allOf,
  cell,
  contextOf,
  detail,
  drawn,
  guest,
  home,
  node,
  now,
  storage,
  task,
  unreachable,
  withResources,
} from './fixtures.ts';

const up = node('pve1');
const down = node('pve2', {
  status: say`offline`,
  stale: true,
  seenAt: now - 90_000,
  uptime: undefined,
});
const quiet = node('pve3', {
  cpu: undefined,
  mem: undefined,
  maxmem: undefined,
  disk: undefined,
  maxdisk: undefined,
  maxcpu: undefined,
  uptime: undefined,
});
const inventory = withResources({
  nodes: [up, down, quiet],
  guests: [
    guest(100),
    guest(101, { status: say`stopped` }),
    guest(102, { template: true, status: say`stopped` }),
    guest(103, { node: say`pve2`, status: say`unknown`, stale: true }),
  ],
  storages: [
    storage('local-zfs'),
    storage('nas', { shared: true }),
    storage('nas', { shared: true, node: say`pve2`, status: say`unknown` }),
  ],
});
const rows = nodesView.rows([inventory]);
const [first, second, third] = rows;
assert.ok(first && second && third);
const of = (id: string, row = first) => cell(nodeColumns, id, row);
const body = (id: string, details = {}, row = first): TabBody => {
  const tab = nodesView.tabs.find((one) => one.id === id);
  assert.ok(tab, id);
  return tab.body(row, contextOf([inventory], details));
};
const tableOf = (made: TabBody) => {
  if (made.kind !== 'table') throw new Error(made.kind);
  return made;
};
const subject = nodeKey(up);

test('nodes show load, memory, disk, uptime and their guests at every width', () => {
  const [wide] = drawn(nodeColumns, rows, 120);
  assert.match(wide ?? '', /pve1 .*● online .*20% +8 +8.00\/32.0 GiB +20.0\/100 GiB +5 d +1\/2/);
  const [common] = drawn(nodeColumns, rows, 80);
  assert.match(common ?? '', /pve1 .*● online .*20% .*8.00\/32.0 GiB/);
  for (const width of [60, 100, 200, 300]) drawn(nodeColumns, rows, width);
});

test('a dead node is said with sign, word and age; its guests are not counted as stopped', () => {
  assert.equal(of('status', second), '✗ offline 1 min');
  assert.equal(of('uptime', second), '–');
  assert.equal(of('guests', second), '?/1');
  assert.equal(nodesView.sick(second), true);
  assert.equal(nodesView.stale(second), true);
  const made = body('summary', {}, second);
  assert.equal(made.kind, 'lines');
  if (made.kind === 'lines') {
    assert.match(allOf(made.lines), /does not answer the cluster/);
    assert.match(allOf(made.lines), /the state of 1 is unknown/);
  }
});

test('without Sys.Audit every figure is unknown', () => {
  for (const id of ['cpu', 'cores', 'mem', 'disk', 'uptime']) assert.equal(of(id, third), '?', id);
  assert.equal(nodesView.sick(third), false);
  const made = body('summary', {}, third);
  const text = made.kind === 'lines' ? allOf(made.lines) : '';
  for (const name of ['CPU', 'Memory', 'Root disk', 'Swap', 'Sockets']) {
    assert.match(text, new RegExp(`^${name} +unknown$`, 'm'));
  }
});

test('the summary shows the node status where it is known', () => {
  const made = body(
    'summary',
    detail('node.status', subject, {
      data: {
        cpu: 0.5,
        loadavg: [0.52, 0.4, 0.3],
        kernel: say`6.17.2-1-pve`,
        pveversion: say`pve-manager/9.2.3`,
        swap: { total: 0, used: 0 },
      },
    }),
  );
  const text = made.kind === 'lines' ? allOf(made.lines) : '';
  assert.match(text, /^read 4 s ago/);
  assert.match(text, /50% of 8 cores/);
  assert.match(text, /Load +0.52 0.40 0.30/);
  assert.match(text, /Swap +none/);
  assert.match(text, /Kernel +6.17.2-1-pve/);
  assert.match(text, /Processor +\?/);
  assert.match(text, /^Memory +\[#+\.+\] {2}25% {2}8.00\/32.0 GiB$/m);
});

test('services are targets of their own; absent ones are no fault', () => {
  const service = (name: string, state: string, more = {}) => ({
    site: home,
    node: say`pve1`,
    service: sanitise(name),
    name: sanitise(name),
    description: say`what it does`,
    state: sanitise(state),
    ...more,
  });
  const data = [
    service('pveproxy', 'running', { unitState: say`enabled` }),
    service('corosync', 'dead', { unitState: say`not-found` }),
    service('cron', 'failed'),
  ];
  const table = tableOf(body('services', detail('node.services', subject, { data })));
  const text = drawn(table.columns, table.rows, 80).join('\n');
  assert.match(text, /pveproxy .*● running/);
  assert.match(text, /corosync .*– not installed/);
  assert.match(text, /cron .*✗ failed/);
  const target = table.target?.(table.rows[0]);
  assert.equal(target?.scope, 'service');
});

test('storages are this node’s own, a shared one leads to its single row', () => {
  const table = tableOf(body('storages'));
  assert.deepEqual(
    table.rows.map((row) => table.open?.(row)),
    [
      { view: 'storage', key: 'home/storage/pve1/local-zfs' },
      { view: 'storage', key: 'home/storage/*/nas' },
    ],
  );
});

test('disks show health and the life that is left, and lead to SMART', () => {
  const data = [
    { devpath: say`/dev/nvme0n1`, health: say`PASSED`, wearout: 8, type: say`nvme`, size: 1e12 },
    { devpath: say`/dev/sda`, health: say`UNKNOWN`, type: say`hdd` },
    { devpath: say`/dev/sdb`, health: say`FAILED!`, type: say`ssd` },
  ];
  const table = tableOf(body('disks', detail('node.disks', subject, { data })));
  const text = drawn(table.columns, table.rows, 100).join('\n');
  assert.match(text, /nvme0n1 +✓ PASSED +8%/);
  assert.match(text, /sda +\? unknown +– +\?/);
  assert.match(text, /sdb +✗ FAILED! +\?/);
  assert.deepEqual(table.open?.(table.rows[1]), {
    disk: { nodeKey: subject, devpath: '/dev/sda' },
  });
});

test('SMART shows attributes or the tool’s own text, and a failed attribute in words', () => {
  const context = contextOf([inventory]);
  const table = allOf(
    smartLines(
      say`/dev/sda`,
      {
        fetching: false,
        fetchedAt: now,
        data: {
          health: say`PASSED`,
          attributes: [
            {
              id: say`5`,
              name: say`Reallocated_Sector_Ct`,
              value: say`1`,
              threshold: say`10`,
              raw: say`812`,
              fail: say`FAILING_NOW`,
            },
          ],
        },
      },
      context,
    ),
  );
  assert.match(table, /Reallocated_Sector_Ct +1 +\? +10 +812 {2}✗ failed: FAILING_NOW/);
  const text = smartLines(
    say`/dev/nvme0`,
    { fetching: false, data: { text: [say`Percentage Used: 3%`] } },
    context,
  );
  assert.match(allOf(text), /Health +\? unknown/);
  assert.match(allOf(text), /Percentage Used: 3%/);
  assert.match(allOf(smartLines(say`/dev/sda`, { fetching: true }, context)), /loading/);
});

test('certificates count their days, updates say what is installed', () => {
  const day = 86_400_000;
  const certificates = [
    { filename: say`pve-ssl.pem`, notAfter: now + 200 * day },
    { filename: say`old.pem`, notAfter: now - 2 * day },
    { filename: say`odd.pem` },
  ];
  const table = tableOf(
    body('certificates', detail('node.certificates', subject, { data: certificates })),
  );
  const text = drawn(table.columns, table.rows, 80).join('\n');
  assert.match(text, /pve-ssl.pem +✓ 200 d left/);
  assert.match(text, /old.pem +✗ ran out 2 d ago/);
  assert.match(text, /odd.pem +\?/);
  const updates = tableOf(body('updates', detail('node.updates', subject, { data: [] })));
  assert.match(allOf(updates.empty), /no updates in the package list as the node last read it/);
});

test('the journal is a log, tasks lead to their log, failures stand above', () => {
  const journal = body(
    'journal',
    detail('node.journal', subject, { data: { lines: [say`a`, say`b`] } }),
  );
  assert.equal(journal.kind, 'log');
  if (journal.kind === 'log') assert.deepEqual(journal.lines, ['a', 'b']);
  const tasks = tableOf(
    body('tasks', detail('node.tasks', subject, { data: [task('qmstart', '100', 'OK')] })),
  );
  assert.equal(tasks.target?.(tasks.rows[0])?.scope, 'task');
  const opened = tasks.open?.(tasks.rows[0]);
  assert.ok(opened && 'view' in opened && opened.view === 'tasks');
  const failed = tableOf(body('disks', detail('node.disks', subject, { failure: unreachable })));
  assert.match(allOf(failed.notes ?? []), /does not answer/);
  assert.match(allOf(failed.empty), /unknown/);
});
