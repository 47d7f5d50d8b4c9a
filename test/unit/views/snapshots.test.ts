import assert from 'node:assert/strict';
import test from 'node:test';
import { sortRows } from '../../../source/components/table/sort.ts';
import type { DetailMap } from '../../../source/domain/detail.ts';
import { matchesFilter, parseFilter } from '../../../source/domain/filter.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { guestKey } from '../../../source/domain/guest.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SnapshotList, SurveyedGuest } from '../../../source/domain/snapshot.ts';
import { snapshotRows } from '../../../source/domain/snapshot-rows.ts';
import { snapshotListColumns } from '../../../source/views/snapshots/columns.ts';
import { snapshotsView } from '../../../source/views/snapshots/index.ts';
import { surveyNotes, surveyRunning } from '../../../source/views/snapshots/progress.ts';
import {
  allOf,
  cell,
  contextOf,
  detail,
  drawn,
  guest,
  home,
  now,
  site,
  withResources,
} from './fixtures.ts';

const day = 86_400;
const seconds = now / 1000;
const list: SnapshotList = {
  currentParent: say`fresh`,
  snapshots: [
    { name: say`base`, snaptime: seconds - 60 * day, description: say`Fresh install` },
    { name: say`fresh`, parent: say`base`, snaptime: seconds - 2 * day, vmstate: true },
    { name: say`torn`, parent: say`base`, snaptime: seconds - day, snapstate: say`delete` },
    { name: say`undated`, parent: say`base` },
  ],
};
const web = guest(101, { name: say`web-server`, tags: [say`prod`], pool: say`lan` });
const box = guest(201, { type: 'lxc', name: say`dns`, node: say`pve2` });
const evil = guest(301, { name: sanitise('\u001b[2J\u202eevil日本語'.repeat(6)) });

const surveyed = (one: Guest, what: SnapshotList, more: Partial<SurveyedGuest> = {}) => ({
  key: guestKey(one),
  guest: one,
  rows: snapshotRows(one, what, now, 0),
  readAt: now - 4000,
  ...more,
});
const guests = [
  surveyed(web, list),
  surveyed(box, { snapshots: [{ name: say`weekly`, snaptime: seconds - 3 * day }] }),
  surveyed(evil, {
    snapshots: [{ name: say`x1`, description: sanitise('a\nb\u0007'.repeat(40)) }],
  }),
];
const sites = [withResources({ guests: [web, box, evil] })];
const survey = (
  all: readonly SurveyedGuest[],
  more: { read?: number; of?: number; fetching?: boolean } = {},
): DetailMap =>
  detail('site.snapshots', home, {
    data: { guests: all, read: more.read ?? all.length, of: more.of ?? all.length },
    fetching: more.fetching ?? false,
  });
const rows = snapshotsView.rows(sites, survey(guests));
const rowOf = (name: string) => {
  const found = rows.find(({ snapshot }) => snapshot.name === name);
  assert.ok(found, name);
  return found;
};
const of = (id: string, name: string) => cell(snapshotListColumns, id, rowOf(name));

test('every snapshot of every guest is a row with its own key', () => {
  assert.equal(rows.length, 6);
  assert.equal(new Set(rows.map(snapshotsView.rowKey)).size, 6);
  assert.equal(snapshotsView.rowKey(rowOf('base')), 'home/qemu/101@base');
});

test('80 columns show guest, name, age and RAM, 120 parent and description; each line exactly as wide', () => {
  const [common] = drawn(snapshotListColumns, [rowOf('base')], 80);
  assert.match(common ?? '', /101 web-server +base +60 d no +Fresh/);
  const [wide] = drawn(snapshotListColumns, [rowOf('fresh')], 120);
  assert.match(wide ?? '', /101 web-server +fresh +2 d RAM .*base/);
  for (let width = 40; width <= 240; width += 13) drawn(snapshotListColumns, rows, width);
});

test('what is not known is ?, what cannot be is –', () => {
  assert.equal(of('age', 'undated'), '?');
  assert.equal(of('size', 'fresh'), '?', 'not told is no size');
  assert.equal(of('ram', 'weekly'), '–', 'a container has none');
  assert.equal(of('ram', 'base'), 'no');
  assert.equal(of('parent', 'base'), '–');
  assert.equal(of('snapshot', 'torn'), 'torn (delete)');
});

test('old and broken snapshots are sick, others are not', () => {
  const sick = rows.filter(snapshotsView.sick).map(({ snapshot }) => snapshot.name);
  assert.deepEqual(sick, ['base', 'torn']);
});

test('the oldest come first, those without a time last', () => {
  const sorted = sortRows(rows, snapshotListColumns, snapshotsView.defaultSort);
  assert.deepEqual(
    sorted.map(({ snapshot }) => snapshot.name),
    ['base', 'weekly', 'fresh', 'torn', 'undated', 'x1'],
  );
});

test('the filter knows ages, guests, tags, types and notes', () => {
  const found = (filter: string) =>
    rows
      .filter((row) => matchesFilter(parseFilter(filter), snapshotsView.filterFields(row), now))
      .map(({ snapshot }) => snapshot.name as string);
  assert.deepEqual(found('older:30d'), ['base']);
  assert.deepEqual(found('newer:2w'), ['fresh', 'torn', 'weekly']);
  assert.deepEqual(found('tag:prod type:ram'), ['fresh']);
  assert.deepEqual(found('type:lxc'), ['weekly']);
  assert.deepEqual(found('status:delete'), ['torn']);
  assert.deepEqual(found('install'), ['base']);
});

test('a guest that moved or was renamed is told as it is now, one that is gone has no rows', () => {
  const moved = { ...web, node: say`pve3`, name: say`www` };
  const after = snapshotsView.rows([withResources({ guests: [moved, box] })], survey(guests));
  assert.deepEqual([...new Set(after.map(({ node }) => node as string))], ['pve3', 'pve2']);
  assert.equal(after[0]?.guest.name, 'www');
  assert.equal(after.length, 5);
  const same = { ...web, cpu: 0.9, mem: 1 };
  const again = snapshotsView.rows([withResources({ guests: [same, box, evil] })], survey(guests));
  assert.equal(again[0], rows[0], 'a row stays the same object while only figures change');
});

test('progress is said: reading, stopped, done with its age', () => {
  const notes = (details: DetailMap) => allOf(surveyNotes(contextOf(sites, details)));
  const half = { read: 1, of: 3 };
  assert.match(
    notes(survey(guests, { ...half, fetching: true })),
    /1 of 3 guests read · esc stops/,
  );
  assert.match(notes(survey(guests, half)), /stopped: 1 of 3 guests read · r reads on/);
  assert.match(notes(survey(guests)), /^3 guests read, 4 s ago$/);
  assert.equal(surveyRunning(sites, survey(guests, { ...half, fetching: true })), true);
  assert.equal(surveyRunning(sites, survey(guests, half)), false);
  assert.equal(surveyRunning(sites, survey(guests, { fetching: true })), false, 'nothing is left');
});

test('guests that could not be read are named, grouped by the reason', () => {
  const down = { kind: 'unreachable', what: say`node pve9 does not answer` } as const;
  const denied = { kind: 'denied', what: say`Access denied`, detail: say`VM.Audit` } as const;
  const failed = [
    ...Array.from({ length: 7 }, (_, index) =>
      surveyed(guest(400 + index), { snapshots: [] }, { failure: down }),
    ),
    surveyed(guest(500), { snapshots: [] }, { failure: denied }),
  ];
  const context = contextOf(sites, survey([...guests, ...failed]), { width: 118, height: 30 });
  const text = allOf(surveyNotes(context));
  assert.match(text, /7 guests not read \(400, 401, 402, 403, 404 …\): node pve9 does not answer/);
  assert.match(text, /1 guest not read \(500\): Access denied: VM\.Audit/);
});

test('an empty list says why: not read, reading, none, or none known', () => {
  const empty = (details: DetailMap) => allOf(snapshotsView.empty(sites, now, details));
  assert.match(empty({}), /home: not read/);
  assert.match(empty(survey([], { read: 0, of: 3, fetching: true })), /home: reading/);
  assert.match(empty(survey([surveyed(web, { snapshots: [] })])), /no guest has a snapshot/);
  const failure = { kind: 'denied', what: say`Access denied` } as const;
  assert.match(
    empty(survey([surveyed(web, { snapshots: [] }, { failure })])),
    /none known; 1 guest could not be read/,
  );
});

test('nothing is asked before the guests are known', () => {
  const unread = site({ resources: { fetching: true } });
  assert.deepEqual(snapshotsView.sources?.([unread]), []);
  assert.deepEqual(snapshotsView.sources?.(sites), [{ kind: 'site.snapshots', subject: home }]);
});

test('the preview tells what is known of one, and enter leads to the tree', () => {
  const preview = (name: string) =>
    allOf(
      snapshotsView.preview?.(rowOf(name), contextOf(sites, {}, { width: 40, height: 20 })) ?? [],
    );
  assert.match(preview('base'), /Age +60 d[\s\S]*older than 30 d[\s\S]*Children +3 snapshots/);
  assert.match(preview('base'), /Fresh install/);
  assert.match(preview('fresh'), /RAM +yes, size unknown[\s\S]*descends from this one/);
  assert.match(preview('weekly'), /no, a container has none/);
  assert.deepEqual(snapshotsView.open?.(rowOf('base')), {
    view: 'guests',
    key: 'home/qemu/101',
    tab: 'snapshots',
  });
});
