import assert from 'node:assert/strict';
import test from 'node:test';
import { matchesFilter, parseFilter } from '../../../source/domain/filter.ts';
import { guestKey } from '../../../source/domain/guest.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import { guestColumns } from '../../../source/views/guests/columns.ts';
import { addressCopies, guestsView } from '../../../source/views/guests/index.ts';
import type { TabBody } from '../../../source/views/types.ts';
import {
  allOf,
  cell,
  contextOf,
  detail,
  drawn,
  GiB,
  guest,
  now,
  site,
  textOf,
  unreachable,
  withResources,
} from './fixtures.ts';

const web = guest(101, { name: say`web-server`, tags: [say`prod`, say`web`], pool: say`lan` });
const lost = guest(102, {
  status: say`unknown`,
  node: say`pve2`,
  stale: true,
  seenAt: now - 12 * 60_000,
});
const off = guest(103, { status: say`stopped`, cpu: 0, mem: 0, uptime: 0 });
const bare = guest(104, {
  name: undefined,
  cpu: undefined,
  maxcpu: undefined,
  mem: undefined,
  maxmem: undefined,
  maxdisk: undefined,
  uptime: undefined,
});
const hostile = guest(105, {
  name: sanitise('\u001b[2J\u202eevil\u0007日本語👩‍👩‍👧‍👦'.repeat(5)),
  tags: [sanitise('a\nb')],
  lock: sanitise('back\tup'),
});
const all = [web, lost, off, bare, hostile];
const sites = [withResources({ guests: all })];
const of = (id: string, row = web) => cell(guestColumns, id, row);
const body = (id: string, row = web, details = {}, size = { width: 78, height: 18 }): TabBody => {
  const tab = guestsView.tabs.find((one) => one.id === id);
  assert.ok(tab, id);
  return tab.body(row, contextOf(sites, details, size));
};
const linesOf = (made: TabBody) => {
  assert.equal(made.kind, 'lines');
  return made.kind === 'lines' ? allOf(made.lines) : '';
};
const tableOf = (made: TabBody) => {
  if (made.kind !== 'table') throw new Error(made.kind);
  return made;
};

test('all guests of all sites are in one list, the site only shows with several', () => {
  const second = 'lab' as SiteId;
  const other = withResources({ guests: [guest(101, { site: second })] }, { site: second });
  const rows = guestsView.rows([...sites, other]);
  assert.equal(rows.length, 6);
  assert.equal(new Set(rows.map(guestsView.rowKey)).size, 6);
  const [row] = drawn(guestColumns, rows, 80, { manySites: true });
  assert.match(row ?? '', /^ {2}home /);
  assert.doesNotMatch(drawn(guestColumns, rows, 80)[0] ?? '', /home/);
});

test('80 columns show what matters, 120 more, 60 still name and state, each line exactly as wide', () => {
  const [wide] = drawn(guestColumns, all, 120);
  assert.match(wide ?? '', /101 qemu web-server .*● running .*pve1 .*25% +1.50\/4.00 GiB .*2 h/);
  const [common] = drawn(guestColumns, all, 80);
  assert.match(common ?? '', /101 .*web-server .*● running .*pve1 .*25% +1.50\/4.00 GiB/);
  const [narrow] = drawn(guestColumns, all, 60);
  assert.match(narrow ?? '', /101 .*web-server .*● running .*pve1/);
  for (let width = 40; width <= 300; width += 13) drawn(guestColumns, all, width);
});

test('what was not told is ?, what cannot be is –, and neither is 0', () => {
  for (const id of ['name', 'cpu', 'mem', 'mempercent', 'uptime', 'disk']) {
    assert.equal(of(id, bare), '?', id);
  }
  assert.equal(of('cpu', off), '–');
  assert.equal(of('uptime', off), '–');
  assert.equal(of('mem', off), '–/4.00 GiB');
  assert.equal(of('disk'), '–/32.0 GiB', 'Proxmox does not tell the used space of a VM');
  assert.equal(of('disk', guest(1, { type: 'lxc', disk: GiB, maxdisk: 8 * GiB })), '1.00/8.00 GiB');
  assert.equal(of('pool', off), '–');
  assert.equal(of('tags'), 'prod web');
});

test('a guest on a dead node keeps its values, is unknown with an age, stale and sick', () => {
  assert.equal(of('status', lost), '? unknown 12 min');
  assert.equal(of('cpu', lost), '25%');
  assert.equal(of('pool', lost), '?');
  assert.equal(guestsView.stale(lost), true);
  assert.equal(guestsView.sick(lost), true);
  assert.equal(guestsView.sick(web), false);
  assert.equal(guestsView.sick(off), false);
  const text = linesOf(body('summary', lost));
  assert.match(text, /Node pve2 does not answer/);
  assert.match(text, /12 min old/);
  assert.match(text, /unknown while the node is down/);
  const tab = guestsView.tabs.find(({ id }) => id === 'summary');
  assert.deepEqual(tab?.sources(lost, contextOf(sites)), [], 'nothing is asked of a dead node');
});

test('states are told by a sign and a word', () => {
  const state = (more: Parameters<typeof guest>[1]) => of('status', guest(9, more));
  assert.equal(state({ status: say`paused` }), '◐ paused');
  assert.equal(state({ status: say`io-error` }), '✗ io-error');
  assert.equal(state({ status: say`inmigrate` }), '◌ inmigrate');
  assert.equal(state({ status: say`stopped`, template: true }), '▣ template');
  assert.equal(state({ lock: say`backup` }), '● running lock:backup');
  const drawnAt = (width: number) =>
    drawn(guestColumns, [guest(9, { lock: say`backup` })], width)[0] ?? '';
  assert.match(drawnAt(180), /● running lock:backup +pve1/);
  for (const width of [60, 80, 120]) assert.match(drawnAt(width), /● running locked +pve1/);
});

test('hostile names stay in their cell', () => {
  for (const width of [60, 80, 120]) {
    const [row] = drawn(guestColumns, [hostile], width);
    assert.doesNotMatch(row ?? '', /[\u0000-\u001f\u202e]/);
    assert.match(row ?? '', /105 /);
  }
});

test('the filter finds by name, number, tag, node, state, type and pool', () => {
  const found = (filter: string) =>
    all.filter((row) => matchesFilter(parseFilter(filter), guestsView.filterFields(row), now))
      .length;
  assert.equal(found('web'), 1);
  assert.equal(found('101'), 1);
  assert.equal(found('tag:prod'), 1);
  assert.equal(found('node:pve2'), 1);
  assert.equal(found('status:unknown'), 1);
  assert.equal(found('status:stopped'), 1);
  assert.equal(found('pool:lan'), 1);
  assert.equal(found('type:lxc'), 0);
});

test('an empty list says why: loading, the failure, or that nothing was listed', () => {
  const empty = (one: ReturnType<typeof site>) => allOf(guestsView.empty([one], now));
  assert.match(empty(site({ resources: { fetching: true } })), /home: loading/);
  const failed = empty(site({ resources: { fetching: false, failure: unreachable } }));
  assert.match(failed, /The server does not answer · https:\/\/192.0.2.1:8006/);
  assert.match(failed, /Check that it is on/);
  assert.match(failed, /connect EHOSTUNREACH/);
  assert.match(empty(site()), /no guests listed; those this identity may not see are left out/);
  assert.match(allOf(guestsView.empty([], now)), /no site is configured/);
});

test('a site that fails is named above the others, with the age of what is shown', () => {
  const broken = withResources({ guests: all });
  const failed = site({
    site: 'lab' as SiteId,
    resources: { ...broken.resources, fetchedAt: now - 180_000, failure: unreachable },
    connection: { trust: 'pinned', requestsLastMinute: 0, pausedUntil: now + 8000 },
  });
  const notes = guestsView.notes?.(contextOf([...sites, failed])) ?? [];
  assert.match(allOf(notes), /lab: shown as of 3 min ago · next try in 8 s [\s\S]*does not answer/);
  assert.ok(!allOf(notes).includes('home'));
  assert.deepEqual(guestsView.notes?.(contextOf(sites)), []);
});

test('the summary takes live figures, and says why there are no addresses', () => {
  const subject = guestKey(web);
  const text = linesOf(
    body('summary', web, {
      ...detail('guest.status', subject, {
        data: { status: say`running`, qmpstatus: say`paused`, cpu: 0.5, agent: true },
      }),
      ...detail('guest.interfaces', subject, {
        failure: { ...unreachable, what: say`No QEMU guest agent` },
      }),
      ...detail('guest.pending', subject, {
        data: [{ key: say`description`, value: sanitise('first line\nsecond line') }],
      }),
    }),
  );
  assert.match(text, /^read 4 s ago/);
  assert.match(text, /◐ paused/);
  assert.match(text, /50% of 4 cores/);
  assert.match(text, /Guest agent +configured/);
  assert.match(text, /SPICE display +\?/);
  assert.match(text, /Addresses\nunknown\n✗ No QEMU guest agent/);
  assert.match(text, /Notes\nfirst line\nsecond line/);
  assert.match(linesOf(body('summary', off)), /– it does not run/);
  assert.match(linesOf(body('summary', off)), /^CPU +4 cores$/m);
  assert.match(linesOf(body('summary', web)), /^loading/);
});

test('a figure that nobody told is unknown, said once, and one core is one core', () => {
  const text = linesOf(body('summary', bare));
  for (const name of ['Uptime', 'CPU', 'Memory', 'Disk', 'Since start']) {
    assert.match(text, new RegExp(`^${name} +unknown$`, 'm'));
  }
  const summary = (more: Parameters<typeof guest>[1]) =>
    linesOf(body('summary', guest(106, { cpu: 0.25, ...more })));
  assert.match(summary({ maxcpu: 1 }), /^CPU +25% of 1 core$/m);
  assert.match(summary({ maxcpu: 1, status: say`stopped` }), /^CPU +1 core$/m);
  assert.match(summary({ maxcpu: undefined }), /^CPU +25%, number of cores unknown$/m);
  assert.match(summary({ cpu: undefined }), /^CPU +4 cores, load unknown$/m);
  assert.match(summary({ mem: undefined }), /^Memory +\?\/4.00 GiB$/m);
  const container = { type: 'lxc', disk: undefined, maxdisk: undefined } as const;
  assert.match(summary(container), /^Disk +unknown$/m);
});

test('known addresses are shown and can be copied', () => {
  const details = detail('guest.interfaces', guestKey(web), {
    data: [{ name: say`eth0`, mac: say`bc:24:11:00:00:01`, addresses: [say`192.168.1.101/24`] }],
  });
  assert.match(linesOf(body('summary', web, details)), /eth0 +192.168.1.101\/24 {2}bc:24/);
  assert.deepEqual(
    addressCopies(web, contextOf(sites, details)).map(({ text }) => text),
    ['192.168.1.101/24'],
  );
});

test('the snapshot tab draws the tree with its rails, RAM, state and where the guest is', () => {
  const snap = (name: string, parent: string | undefined, days: number, more = {}) => ({
    name: sanitise(name),
    ...(parent ? { parent: sanitise(parent) } : {}),
    snaptime: now / 1000 - days * 86_400,
    ...more,
  });
  const details = detail('guest.snapshots', guestKey(web), {
    data: {
      snapshots: [
        snap('base', undefined, 30),
        snap('a', 'base', 20, { vmstate: true, description: say`before a` }),
        snap('b', 'base', 10, { snapstate: say`delete`, snaptime: 0 }),
      ],
      currentParent: say`a`,
    },
  });
  const table = tableOf(body('snapshots', web, details));
  const rows = drawn(table.columns, table.rows, 80);
  const names = table.rows.map((row) => cell(table.columns, 'name', row));
  assert.deepEqual(names, ['base', '├─b (delete)', '└─a', '  └─now']);
  assert.match(rows[2] ?? '', /20 d .*RAM +before a/);
  assert.match(rows[1] ?? '', / \? /);
  assert.match(rows[3] ?? '', /the guest as it is now/);
  assert.deepEqual(
    table.rows.map((row) => table.snapshot?.(row)?.name),
    ['base', 'b', 'a', undefined],
  );
  assert.equal(new Set(table.rows.map(table.rowKey)).size, 4);
  const failed = tableOf(
    body('snapshots', web, detail('guest.snapshots', guestKey(web), { failure: unreachable })),
  );
  assert.match(allOf(failed.empty), /unknown: it could not be read/);
  assert.match(allOf(failed.notes ?? []), /does not answer/);
});

test('the configuration shows what waits for the next start', () => {
  const table = tableOf(
    body(
      'config',
      web,
      detail('guest.pending', guestKey(web), {
        data: [
          { key: say`cores`, value: say`2`, pending: say`4` },
          { key: say`name`, value: say`web-server` },
          { key: say`tablet`, value: say`1`, pendingDelete: true },
        ],
      }),
    ),
  );
  const rows = drawn(table.columns, table.rows, 80);
  assert.match(rows[0] ?? '', /⚠ cores +2 +4/);
  assert.match(rows[1] ?? '', /name +web-server +same/);
  assert.match(rows[2] ?? '', /⚠ tablet +1 +removed/);
  assert.match(allOf(table.notes ?? []), /2 changes waiting for the next start/);
});

test('graphs fit 80×24 and 120×40, and an unknown stretch is said', () => {
  const points = Array.from({ length: 60 }, (_, index) => ({
    time: now / 1000 - (60 - index) * 60,
    cpu: index < 30 ? undefined : 0.5,
    mem: GiB,
    maxmem: 4 * GiB,
  }));
  const details = detail('guest.rrd', guestKey(web), { data: points }, 'hour');
  const narrow = body('graphs', web, details);
  const wide = body('graphs', web, details, { width: 118, height: 36 });
  assert.match(linesOf(narrow), /\[hour\] day week/);
  assert.match(linesOf(narrow), /CPU {2}last 50%/);
  assert.match(linesOf(narrow), /Network in {2}nothing known/);
  assert.match(linesOf(wide), /CPU {2}last 50%.*Memory {2}last 1.00 GiB/);
  if (narrow.kind !== 'lines' || wide.kind !== 'lines') throw new Error('lines');
  assert.ok(wide.lines.length <= 40);
  for (const line of wide.lines) assert.ok(textOf(line).length <= 118);
});

test('the tasks tab leads to a task', () => {
  const table = tableOf(body('tasks'));
  assert.match(allOf(table.empty), /loading/);
  assert.equal(guestsView.copies(web).length, 2);
});
