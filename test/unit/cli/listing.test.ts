import assert from 'node:assert/strict';
import test from 'node:test';
import type { Part } from '../../../source/cli/inventory.ts';
import { listing as listingAt } from '../../../source/cli/list.ts';
import { type ListKind, listKinds } from '../../../source/cli/list-rows.ts';
import { findingLines, siteCounts, statusJson, statusLine } from '../../../source/cli/status.ts';
import { findGuest } from '../../../source/cli/targets.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { assess } from '../../../source/domain/health.ts';
import type { SiteInventory } from '../../../source/domain/inventory.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';

const listing = <Row>(
  kind: ListKind<Row>,
  part: Part,
  filter: string,
  sites: readonly SiteInventory[],
) => listingAt(kind, part, filter, sites, Date.UTC(2026, 10, 21, 12));

const now = Date.UTC(2026, 10, 21, 12, 0, 0);
const guest = (
  site: string,
  vmid: number,
  name: string | undefined,
  more: Partial<Guest> = {},
): Guest => ({
  site: site as SiteId,
  type: 'qemu',
  vmid,
  node: sanitise('pve1'),
  status: sanitise('running'),
  ...(name === undefined ? {} : { name: sanitise(name) }),
  ...more,
});

function inventory(
  site: string,
  guests: readonly Guest[],
  privileges: readonly string[] = ['VM.Audit', 'Sys.Audit', 'Datastore.Audit'],
): SiteInventory {
  return {
    site: site as SiteId,
    resources: {
      data: {
        nodes: [{ site: site as SiteId, node: sanitise('pve1'), status: sanitise('online') }],
        guests,
        storages: [],
        pools: [],
      },
      fetching: false,
    },
    cluster: { data: { members: [], quorate: true }, fetching: false },
    tasks: { data: [], fetching: false },
    permissions: {
      data: new Map([['/', new Map(privileges.map((name) => [name, true]))]]),
      fetching: false,
    },
    version: { data: { version: sanitise('9.1.1') }, fetching: false },
    connection: { trust: 'pinned', requestsLastMinute: 0, endpoint: sanitise('https://a:8006') },
  };
}
const silent = (site: string): SiteInventory => {
  const failure = { kind: 'unreachable', what: say`nothing answers` } as const;
  const none = { failure, fetching: false };
  return {
    ...inventory(site, []),
    resources: none,
    cluster: none,
    tasks: none,
    permissions: none,
    version: none,
  };
};

const guests = [
  guest('home', 102, 'db', { status: sanitise('stopped'), cpu: 0 }),
  guest('home', 101, 'web', {
    cpu: 0.25,
    mem: 1_073_741_824,
    maxmem: 4_294_967_296,
    tags: [sanitise('prod')],
  }),
  guest('home', 103, undefined, { status: sanitise('unknown') }),
];

test('guests for a machine: the documented keys, null for what was not told, in order of VMID', () => {
  const { rows } = listing(listKinds.guests, 'resources', '', [inventory('home', guests)]);
  assert.deepEqual(
    (rows as { vmid: number }[]).map((row) => row.vmid),
    [101, 102, 103],
  );
  assert.deepEqual(rows[2], {
    site: 'home',
    vmid: 103,
    type: 'qemu',
    name: null,
    node: 'pve1',
    status: 'unknown',
    template: null,
    tags: null,
    pool: null,
    lock: null,
    hastate: null,
    cpu: null,
    maxcpu: null,
    mem: null,
    maxmem: null,
    disk: null,
    maxdisk: null,
    uptime: null,
  });
});

test('guests for a person: ? for unknown, – for what a stopped guest cannot have, the site only when there are several', () => {
  const { text } = listing(listKinds.guests, 'resources', '', [inventory('home', guests)]);
  const lines = text.split('\n').map((line) => line.split(/ {2,}/));
  assert.deepEqual(lines[0], [
    'VMID',
    'TYPE',
    'NAME',
    'NODE',
    'STATUS',
    'CPU',
    'MEMORY',
    'DISK',
    'UPTIME',
    'TAGS',
  ]);
  assert.deepEqual(lines[1]?.slice(0, 7), [
    '101',
    'qemu',
    'web',
    'pve1',
    'running',
    '25%',
    '1.00/4.00 GiB',
  ]);
  assert.deepEqual(lines[2]?.slice(4, 9), ['stopped', '–', '–', '?', '–']);
  assert.deepEqual(lines[3]?.slice(2, 9), ['?', 'pve1', 'unknown', '?', '?', '?', '?']);
  const two = listing(listKinds.guests, 'resources', '', [
    inventory('home', guests),
    inventory('work', []),
  ]);
  assert.match(two.text, /^SITE {2}VMID/);
});

test('the filter language chooses rows', () => {
  const chosen = (filter: string) =>
    (
      listing(listKinds.guests, 'resources', filter, [inventory('home', guests)]).rows as {
        vmid: number;
      }[]
    ).map((row) => row.vmid);
  assert.deepEqual(chosen('tag:prod'), [101]);
  assert.deepEqual(chosen('!status:running'), [102, 103]);
  assert.deepEqual(chosen('web'), [101]);
  assert.deepEqual(chosen('site:work'), []);
});

test('a site that is silent is told, and the others are listed', () => {
  const made = listing(listKinds.guests, 'resources', '', [
    inventory('home', guests),
    silent('work'),
  ]);
  assert.equal(made.rows.length, 3);
  assert.equal(made.incomplete, true);
  assert.deepEqual(made.notes, ['site work is missing here: nothing answers']);
});

test('an empty list proves nothing without the privilege', () => {
  const denied = listing(listKinds.guests, 'resources', '', [inventory('home', [], ['Sys.Audit'])]);
  assert.equal(denied.incomplete, true);
  assert.deepEqual(denied.notes, ['site home: some may be hidden, VM.Audit on /vms is missing']);
  const some = listing(listKinds.guests, 'resources', '', [
    inventory('home', guests, ['Sys.Audit']),
  ]);
  assert.equal(some.incomplete, false);
  assert.equal(some.notes.length, 1);
  const all = listing(listKinds.guests, 'resources', '', [inventory('home', [])]);
  assert.equal(all.incomplete, false);
});

test('status: counts, one line, and the keys for a machine', () => {
  const sites = [inventory('home', guests), silent('work')];
  const health = assess(sites, now);
  assert.equal(
    statusLine(health, [sites[0] as SiteInventory]),
    'unknown · 1/1 nodes online · 1/3 guests running · 2 unknown',
  );
  assert.equal(
    statusLine(health, sites),
    'unknown · ?/? nodes online · ?/? guests running · 2 unknown',
  );
  const json = statusJson(health, sites, now);
  assert.deepEqual(Object.keys(json), ['level', 'exitCode', 'checkedAt', 'sites', 'findings']);
  assert.equal(json.exitCode, 3);
  assert.equal(json.checkedAt, '2026-11-21T12:00:00.000Z');
  assert.deepEqual(json.sites[1], {
    site: 'work',
    version: null,
    endpoint: 'https://a:8006',
    quorate: null,
    nodes: null,
    guests: null,
    storages: null,
  });
  assert.deepEqual(json.findings[0], {
    level: 'unknown',
    site: 'home',
    where: 'guest 103',
    what: "guest's state is not known",
    target: 'home/qemu/103',
  });
  assert.equal(siteCounts(sites[0] as SiteInventory).guests?.total, 3);
});

test('status: many findings are cut for a person, and it is said', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    guest('home', 200 + index, 'x', { status: sanitise('io-error') }),
  );
  const { findings } = assess([inventory('home', many)], now);
  const lines = findingLines(findings, false);
  assert.equal(lines.length, 51);
  assert.equal(lines[50], 'and 10 more; --json lists all');
  assert.equal(
    findingLines(findings, true)[0],
    'critical  home · guest 200 x: guest stands still: io-error',
  );
});

test('a guest is found by VMID or exact name, and never by half of one', () => {
  const sites = [inventory('home', guests)];
  const vmid = (text: string) => {
    const found = findGuest(text, sites);
    return found.ok ? found.target.vmid : found;
  };
  assert.equal(vmid('101'), 101);
  assert.equal(vmid('web'), 101);
  for (const text of ['we', 'Web', '10', '', '-1', '1e2']) {
    const found = findGuest(text, sites);
    assert.ok(!found.ok && found.usage, text);
  }
});

test('an ambiguous guest names the choices, and a silent site makes it unknown', () => {
  const twins = [
    inventory('home', [guest('home', 101, 'web'), guest('home', 105, 'web')]),
    inventory('work', [guest('work', 101, 'mail')]),
  ];
  const byName = findGuest('web', twins);
  assert.ok(!byName.ok && byName.usage);
  assert.match(byName.what, /web is not unique: 101 web in site home, 105 web in site home/);
  assert.equal(byName.next, 'use the VMID');
  const byVmid = findGuest('101', twins);
  assert.ok(!byVmid.ok && byVmid.usage);
  assert.equal(byVmid.next, 'choose with --site');
  const unsure = findGuest('101', [inventory('home', guests), silent('work')]);
  assert.ok(!unsure.ok && !unsure.usage);
  assert.match(unsure.what, /site work could not be asked: nothing answers/);
});
