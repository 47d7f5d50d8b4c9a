import assert from 'node:assert/strict';
import test from 'node:test';
import { createListModels } from '../../../source/app/model/list-model.ts';
import { emptyList } from '../../../source/app/ui/state.ts';
import { lineWidth } from '../../../source/components/compose.ts';
import { headerLine } from '../../../source/components/header.ts';
import { assess } from '../../../source/domain/health.ts';
import type { SiteInventory } from '../../../source/domain/inventory.ts';
import { say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import { framePieces } from '../../../source/views/frame.ts';
import { figuresOf } from '../../../source/views/overview/figures.ts';
import { overviewView } from '../../../source/views/overview/index.ts';
import type { ListView } from '../../../source/views/types.ts';
import {
  allOf,
  site as blindSite,
  contextOf,
  detail,
  drawn,
  GiB,
  guest,
  node,
  now,
  resources,
  storage,
  task,
  textOf,
  unreachable,
} from './fixtures.ts';

const all = ['Sys.Audit', 'VM.Audit', 'Datastore.Audit'].map((name) => [name, true] as const);

/** A site whose user may see everything. */
function site(more: Partial<SiteInventory> = {}): SiteInventory {
  const permissions = { data: new Map([['/', new Map(all)]]), fetchedAt: now, fetching: false };
  return blindSite({
    resources: {
      data: resources({ nodes: [node('pve1')] }),
      fetchedAt: now - 3000,
      fetching: false,
    },
    permissions,
    ...more,
  });
}

function withResources(
  more: Parameters<typeof resources>[0],
  other: Partial<SiteInventory> = {},
): SiteInventory {
  const read = { data: resources(more), fetchedAt: now - 3000, fetching: false };
  return site({ resources: read, ...other });
}

const tasks = [
  task('qmstart', '101', 'OK', { starttime: now / 1000 - 60 }),
  task('vzdump', '', 'job errors', { starttime: now / 1000 - 7200 }),
  task('qmsnapshot', '101', undefined, { starttime: now / 1000 - 5 }),
  task('oddtype', 'x', 'unexpected status', { starttime: now / 1000 - 400_000 }),
];

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
  const figures = figuresOf([sick]);
  assert.equal(figures.cpu, (0.5 * 30 + 0.1 * 10) / 40);
  assert.deepEqual(figures.silent, ['pve3']);
  assert.deepEqual(figures.nodes, { online: 2, total: 3 });
  assert.deepEqual(figures.guests, { running: 2, stopped: 1, unknown: 1, sick: 1, total: 4 });
  assert.deepEqual(figures.tasks, { running: 1, failed: 1 });
  assert.equal(figuresOf([site({ resources: { fetching: true } })]).cpu, undefined);
});

test('what needs the user is listed worst first and each leads to its object', () => {
  const rows = overviewView.rows([sick]);
  assert.deepEqual(
    rows.map(({ level, where, what }) => `${level} ${where}: ${what}`),
    [
      'critical node pve3: node is offline, the state of 1 guest is not known',
      'critical guest 101 guest-101: guest stands still: io-error',
      'critical storage full on pve1: storage is 97% full',
      'warning storage tight on pve1: storage is 86% full',
      'warning node pve1: task vzdump failed: job errors',
    ],
  );
  const opened = rows.map((row) => overviewView.open?.(row));
  assert.deepEqual(opened.slice(0, 4), [
    { view: 'nodes', key: 'home/node/pve3' },
    { view: 'guests', key: 'home/qemu/101' },
    { view: 'storage', key: 'home/storage/pve1/full' },
    { view: 'storage', key: 'home/storage/pve1/tight' },
  ]);
  assert.deepEqual(opened[4], { view: 'tasks', key: `home/${tasks[1]?.upid}` });
  assert.equal(new Set(rows.map(overviewView.rowKey)).size, rows.length);
  for (const width of [60, 80, 120]) drawn(overviewView.columns, rows, width);
});

test('every key that leads somewhere is one of that view', async () => {
  const { viewOf } = await import('../../../source/views/index.ts');
  const shared = (on: 'pve1' | 'pve2', used: number) =>
    storage('nas', { shared: true, node: say`${on === 'pve1' ? 1 : 2}`, disk: used * GiB });
  const both = withResources({
    nodes: [node('1'), node('2'), node('pve3', { status: say`offline` })],
    guests: [guest(101, { hastate: say`error`, node: say`1` })],
    storages: [
      shared('pve1', 96),
      shared('pve2', 96),
      storage('local', { node: say`1`, disk: 90 * GiB }),
    ],
  });
  const rows = overviewView.rows([both]);
  assert.equal(rows.length, 4);
  for (const row of rows) {
    const opened = overviewView.open?.(row);
    assert.ok(opened && 'view' in opened);
    const view = viewOf(opened.view);
    assert.ok(view);
    const keys = (view.rows([both]) as readonly never[]).map((each) => view.rowKey(each));
    assert.ok(keys.includes(opened.key), `${opened.view} has no ${opened.key}`);
  }
});

test('the screen and the status command never disagree', () => {
  const silent = { fetching: false, failure: unreachable };
  const denied = {
    fetching: false,
    failure: { kind: 'denied', what: say`permission denied` },
  } as const;
  const cases: readonly SiteInventory[] = [
    site(),
    sick,
    site({ resources: silent, cluster: silent, tasks: silent, permissions: silent }),
    site({ tasks: denied }),
    site({ permissions: denied }),
    blindSite(),
    site({ cluster: { data: { quorate: false, members: [] }, fetching: false } }),
    withResources({ nodes: [node('pve1')], storages: [storage('gone', { status: say`unknown` })] }),
    withResources({ nodes: [node('pve1')], guests: [guest(7, { status: say`unknown` })] }),
    site({ resources: { ...sick.resources, failure: unreachable } }),
  ];
  for (const each of cases) {
    const { level, findings } = assess([each], now);
    const rows = overviewView.rows([each]);
    assert.deepEqual(
      rows.map((row) => [row.level, row.where, row.what]),
      findings.map((row) => [row.level, row.where, row.what]),
    );
    assert.equal(rows[0]?.level ?? 'ok', level);
  }
});

test('what nobody has answered yet is no row, but is said; a failure is a row', () => {
  const never = { fetching: true };
  const starting = site({ resources: never, cluster: never, tasks: never, permissions: never });
  assert.deepEqual(overviewView.rows([starting]), []);
  assert.equal(assess([starting], now).level, 'unknown');
  assert.equal(allOf(overviewView.empty([starting], now)), 'loading');
  const half = site({ tasks: never, permissions: never });
  assert.deepEqual(overviewView.rows([half]), []);
  assert.match(
    allOf(overviewView.empty([half], now)),
    /\? Not known yet: home tasks, home permissions/,
  );
  const failing = site({ tasks: { fetching: false, failure: unreachable } });
  assert.match(
    overviewView.rows([failing])[0]?.what ?? '',
    /recent tasks are not known: The server/,
  );
});

test('certificates count once they are read', () => {
  const one = site();
  assert.deepEqual(overviewView.rows([one]), []);
  const read = (days: number) =>
    overviewView.rows(
      [one],
      detail('node.certificates', 'home/node/pve1', {
        data: [{ filename: say`pve-ssl.pem`, notAfter: now + days * 86_400_000 }],
      }),
    );
  const [soon] = read(3);
  assert.equal(`${soon?.level} ${soon?.what}`, 'warning certificate runs out in 3 d');
  assert.deepEqual(soon && overviewView.open?.(soon), {
    view: 'nodes',
    key: 'home/node/pve1',
    tab: 'certificates',
  });
  assert.equal(read(-2)[0]?.level, 'critical');
  assert.deepEqual(read(30), []);
});

test('an unchanged homelab keeps its rows, and a task told twice is one', () => {
  const models = createListModels(() => now);
  const view = overviewView as ListView<object>;
  const first = models(view, [sick], emptyList, {});
  const again = { ...sick, resources: { ...sick.resources, fetchedAt: now + 10_000 } };
  assert.equal(models(view, [again], emptyList, {}).rows, first.rows);
  const moved = {
    ...again,
    resources: { ...again.resources, data: { ...resources(again.resources.data) } },
  };
  const third = models(view, [moved], emptyList, {});
  assert.equal(third.rows, first.rows, 'new figures with the same findings');
  const failed = tasks[1];
  assert.ok(failed);
  const twice = site({ tasks: { data: [failed, failed], fetchedAt: now, fetching: false } });
  assert.equal(overviewView.rows([twice]).length, 1);
});

test('the calm overview claims only what was read', () => {
  const calm = allOf(overviewView.empty([site()], now));
  assert.match(calm, /Nothing that was read needs you, as of 3 s ago/);
  assert.doesNotMatch(calm, /Not known/);
  const partly = allOf(overviewView.empty([site({ tasks: { fetching: true } })], now));
  assert.match(partly, /Not known yet: home tasks/);
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
    assert.match(textOf(line), /home ▸ guests · ✗ 2\/3 nodes.* RO read-only $/);
  }
  const wide = textOf(headerLine(left, right, 160));
  assert.match(wide, /quorate · cpu 40% .*root@pam!tui {2}pinned ✓/);
  const lost = site({ resources: { ...sick.resources, failure: unreachable } });
  const broken = framePieces({ sites: [lost], crumbs: [], now, readOnly: false, alerts: 0 });
  assert.match(
    textOf(headerLine(broken.left, broken.right, 120)),
    /✗ home: does not answer, data 3 s old/,
  );
});
