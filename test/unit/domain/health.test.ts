import assert from 'node:assert/strict';
import test from 'node:test';
import type { Failure } from '../../../source/domain/failure.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { assess } from '../../../source/domain/health.ts';
import type { SiteInventory } from '../../../source/domain/inventory.ts';
import type { Node } from '../../../source/domain/node.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import type { Storage } from '../../../source/domain/storage.ts';
import type { Task } from '../../../source/domain/task.ts';

const now = Date.UTC(2026, 10, 21, 12, 0, 0);
const site = 'home' as SiteId;
const node = (name: string, status = 'online'): Node => ({
  site,
  node: sanitise(name),
  status: sanitise(status),
});
const guest = (vmid: number, status = 'running', on = 'pve1'): Guest => ({
  site,
  type: 'qemu',
  vmid,
  node: sanitise(on),
  status: sanitise(status),
  name: sanitise(`vm${vmid}`),
});
const storage = (name: string, used: number | undefined, more: Partial<Storage> = {}): Storage => ({
  site,
  node: sanitise('pve1'),
  storage: sanitise(name),
  status: sanitise('available'),
  disk: used,
  maxdisk: 100,
  ...more,
});
const task = (hoursAgo: number, outcome: Task['outcome'], status = 'some error'): Task => ({
  site,
  upid: `UPID:pve1:${hoursAgo}`,
  node: sanitise('pve1'),
  type: sanitise('vzdump'),
  id: sanitise('101'),
  user: sanitise('root@pam'),
  starttime: now / 1000 - hoursAgo * 3600 - 60,
  endtime: now / 1000 - hoursAgo * 3600,
  status: sanitise(status),
  outcome,
});

interface Parts {
  nodes?: Node[];
  guests?: Guest[];
  storages?: Storage[];
  tasks?: Task[];
  privileges?: string[];
}

function inventory(parts: Parts = {}, change: Partial<SiteInventory> = {}): SiteInventory {
  const { nodes = [node('pve1')], guests = [], storages = [], tasks = [] } = parts;
  const privileges = parts.privileges ?? ['Sys.Audit', 'VM.Audit', 'Datastore.Audit'];
  return {
    site,
    resources: { data: { nodes, guests, storages, pools: [] }, fetchedAt: now, fetching: false },
    cluster: { data: { quorate: true, members: [] }, fetching: false },
    tasks: { data: tasks, fetching: false },
    permissions: {
      data: new Map([['/', new Map(privileges.map((name) => [name, true]))]]),
      fetching: false,
    },
    version: { fetching: false },
    connection: { trust: 'pinned', requestsLastMinute: 0 },
    ...change,
  };
}

function verdict(...sites: SiteInventory[]): string[] {
  const health = assess(sites, now);
  return [
    health.level,
    ...health.findings.map(({ level, where, what }) => `${level} ${where}: ${what}`),
  ];
}

const down: Failure = {
  kind: 'unreachable',
  what: say`nothing answers`,
  where: say`https://a:8006`,
};

test('everything told and nothing wrong is ok', () => {
  assert.deepEqual(
    verdict(
      inventory({ guests: [guest(101), guest(102, 'stopped')], storages: [storage('local', 50)] }),
    ),
    ['ok'],
  );
});

test('a stand-alone node without quorum information is ok', () => {
  assert.deepEqual(
    verdict(inventory({}, { cluster: { data: { members: [] }, fetching: false } })),
    ['ok'],
  );
});

test('an offline node is critical, and its guests and storages are not told again', () => {
  const result = verdict(
    inventory({
      nodes: [node('pve1'), node('pve3', 'offline')],
      guests: [guest(103, 'unknown', 'pve3')],
      storages: [
        storage('local', undefined, { node: sanitise('pve3'), status: sanitise('unknown') }),
      ],
    }),
  );
  assert.deepEqual(result, [
    'critical',
    'critical node pve3: node is offline, the state of 1 guest is not known',
  ]);
});

test('no quorum is critical', () => {
  const result = verdict(
    inventory({}, { cluster: { data: { quorate: false, members: [] }, fetching: false } }),
  );
  assert.deepEqual(result, ['critical', 'critical site home: the cluster has no quorum']);
});

test('storage: 85 % warns, 95 % is critical, a shared one is told once', () => {
  assert.deepEqual(verdict(inventory({ storages: [storage('a', 84.9)] })), ['ok']);
  assert.deepEqual(verdict(inventory({ storages: [storage('a', 85)] })), [
    'warning',
    'warning storage a on pve1: storage is 85% full',
  ]);
  const shared = (on: string) => storage('nfs', 96, { shared: true, node: sanitise(on) });
  assert.deepEqual(
    verdict(
      inventory({
        nodes: [node('pve1'), node('pve2')],
        storages: [shared('pve1'), shared('pve2')],
      }),
    ),
    ['critical', 'critical storage nfs: storage is 96% full'],
  );
});

test('storage: inactive or without figures is unknown, without a capacity at all is nothing', () => {
  const result = verdict(
    inventory({
      storages: [
        storage('nfs', 10, { status: sanitise('unknown') }),
        storage('odd', undefined),
        storage('lun', 0, { maxdisk: 0 }),
      ],
    }),
  );
  assert.deepEqual(result, [
    'unknown',
    'unknown storage nfs on pve1: storage is unknown',
    'unknown storage odd on pve1: how full it is was not told',
  ]);
});

test('a guest that stopped on an I/O error is critical', () => {
  assert.deepEqual(verdict(inventory({ guests: [guest(101, 'io-error')] })), [
    'critical',
    'critical guest 101 vm101: guest stands still: io-error',
  ]);
});

test('a guest whose processors stopped for another error, or that HA gave up, is critical', () => {
  assert.equal(verdict(inventory({ guests: [guest(101, 'guest-panicked')] }))[0], 'critical');
  assert.deepEqual(
    verdict(inventory({ guests: [{ ...guest(101), hastate: sanitise('error') }] })),
    ['critical', 'critical guest 101 vm101: HA state is error'],
  );
  const well = { ...guest(101), hastate: sanitise('started') };
  assert.deepEqual(verdict(inventory({ guests: [well] })), ['ok']);
});

test('a guest of unknown state on a node that answers is unknown', () => {
  assert.deepEqual(verdict(inventory({ guests: [guest(101, 'unknown')] })), [
    'unknown',
    "unknown guest 101 vm101: guest's state is not known",
  ]);
});

test('a shared storage that is away on one node is told with that node, and how full it is once', () => {
  const shared = (on: string, more: Partial<Storage> = {}) =>
    storage('nfs', 90, { shared: true, node: sanitise(on), ...more });
  const result = verdict(
    inventory({
      nodes: [node('pve1'), node('pve2')],
      storages: [shared('pve1'), shared('pve2', { status: sanitise('unknown') })],
    }),
  );
  assert.deepEqual(result, [
    'unknown',
    'unknown storage nfs: storage is unknown on pve2',
    'warning storage nfs: storage is 90% full',
  ]);
});

test('a storage plugin without a capacity of its own is nothing', () => {
  const lun = storage('lun', undefined, { maxdisk: undefined, plugintype: sanitise('iscsi') });
  assert.deepEqual(verdict(inventory({ storages: [lun] })), ['ok']);
});

test('findings have an id of their own each, so that a list can follow them', () => {
  const { findings } = assess(
    [
      inventory({
        guests: [guest(101, 'io-error'), guest(102, 'io-error')],
        storages: [storage('a', 90), storage('b', undefined)],
      }),
    ],
    now,
  );
  assert.equal(new Set(findings.map(({ id }) => id)).size, findings.length);
  assert.equal(findings.length, 4);
});

test('a guest in an HA error is critical, one whose state Proxmox does not know is unknown', () => {
  const broken = { ...guest(101), hastate: sanitise('error') };
  assert.deepEqual(verdict(inventory({ guests: [broken, guest(102, 'unknown')] })), [
    'critical',
    'critical guest 101 vm101: HA state is error',
    "unknown guest 102 vm102: guest's state is not known",
  ]);
  assert.deepEqual(
    verdict(inventory({ guests: [{ ...guest(101), hastate: sanitise('started') }] })),
    ['ok'],
  );
});

test('a shared storage that one of its nodes cannot reach is unknown there, and its fullness is still told', () => {
  const nodes = [node('pve1'), node('pve2')];
  const here = storage('nfs', 96, { shared: true });
  const away = storage('nfs', undefined, {
    shared: true,
    node: sanitise('pve2'),
    status: sanitise('unknown'),
  });
  const health = assess([inventory({ nodes, storages: [here, away] })], now);
  assert.deepEqual(
    health.findings.map(({ level, what, target }) => [level, what, target]),
    [
      ['critical', 'storage is 96% full', 'home/storage/*/nfs'],
      ['unknown', 'storage is unknown on pve2', 'home/storage/*/nfs'],
    ],
  );
});

test('every finding has an id of its own, a view wherever it has a target, and a time where it is known', () => {
  const { findings } = assess(
    [
      inventory({
        nodes: [node('pve1'), { ...node('pve2', 'offline'), seenAt: 7 }],
        guests: [guest(101, 'io-error'), guest(102, 'io-error')],
        storages: [storage('a', 90), storage('b', undefined)],
        tasks: [task(1, 'error'), task(1, 'error'), task(2, 'unknown')],
        privileges: [],
      }),
    ],
    now,
  );
  assert.equal(new Set(findings.map(({ id }) => id)).size, findings.length);
  for (const each of findings) assert.equal(each.view === undefined, each.target === undefined);
  assert.equal(findings.find(({ view }) => view === 'nodes')?.since, 7);
  assert.equal(findings.filter(({ view }) => view === 'tasks').length, 2);
});

test('one cause is one line, also while the last known data are still there', () => {
  const failing = { failure: down, fetching: false } as const;
  const old = inventory();
  const cut = {
    ...old,
    resources: { ...old.resources, ...failing },
    cluster: { ...old.cluster, ...failing },
    tasks: { ...old.tasks, ...failing },
  };
  assert.deepEqual(verdict(cut), [
    'unknown',
    'unknown site home: nodes, guests and storages are the last known: nothing answers · https://a:8006',
  ]);
});

test('failed tasks of the last 24 h warn, by the clock of the server', () => {
  const tasks = [
    task(1, 'error'),
    task(23.9, 'error'),
    task(24.1, 'error'),
    task(1, 'ok'),
    task(1, 'warning'),
    task(1, 'running'),
  ];
  assert.deepEqual(verdict(inventory({ tasks })).length, 3);
  const skewed = inventory(
    { tasks: [task(23.9, 'error')] },
    {
      connection: { trust: 'pinned', requestsLastMinute: 0, skew: 3_600_000 },
    },
  );
  assert.deepEqual(verdict(skewed), ['ok']);
});

test('a site that does not answer is unknown and told once, also while its old data is there', () => {
  const silent = { fetching: false, failure: down };
  const gone = inventory(
    {},
    { resources: silent, cluster: silent, tasks: silent, permissions: silent },
  );
  assert.deepEqual(verdict(gone), [
    'unknown',
    'unknown site home: nodes, guests and storages are not known: nothing answers · https://a:8006',
  ]);
  const stale = inventory();
  assert.equal(
    verdict({ ...stale, resources: { ...stale.resources, failure: down } })[0],
    'unknown',
  );
});

test('a part that is denied is unknown', () => {
  const denied: Failure = { kind: 'denied', what: say`permission denied` };
  assert.deepEqual(verdict(inventory({}, { tasks: { fetching: false, failure: denied } })), [
    'unknown',
    'unknown site home: recent tasks are not known: permission denied',
  ]);
});

test('lists that may be incomplete for want of a privilege are unknown, never ok', () => {
  const result = verdict(inventory({ privileges: ['Sys.Audit', 'VM.Audit'] }));
  assert.deepEqual(result, [
    'unknown',
    'unknown site home: storages may be hidden: Datastore.Audit on /storage is missing',
  ]);
  assert.equal(verdict(inventory({ nodes: [] }))[0], 'unknown');
  assert.equal(assess([], now).level, 'unknown');
});

test('critical outranks unknown, unknown outranks a warning, and the worst comes first', () => {
  const full = inventory({ storages: [storage('a', 90)] });
  const silent = inventory({}, { resources: { fetching: false, failure: down } });
  assert.equal(assess([full, silent], now).level, 'unknown');
  const broken = inventory({ nodes: [node('pve1', 'offline')] });
  const health = assess([full, silent, broken], now);
  assert.equal(health.level, 'critical');
  assert.deepEqual(
    health.findings.map((finding) => finding.level),
    ['critical', 'unknown', 'warning'],
  );
});
