import assert from 'node:assert/strict';
import test from 'node:test';
import type { GuestCover } from '../../../source/domain/backup/coverage.ts';
import { cureActions, cureWords, uniqueCures } from '../../../source/domain/backup/cure.ts';
import { guestVerdict, orphansOf } from '../../../source/domain/backup/guest-verdict.ts';
import { backupHeadline, headlinePart } from '../../../source/domain/backup/headline.ts';
import type { PlaceVerdict } from '../../../source/domain/backup/verdict-types.ts';
import { guestKey } from '../../../source/domain/guest.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';

const HOUR = 3_600_000;
const text = sanitise;
const guest = { site: 'home' as SiteId, type: 'qemu', vmid: 101, node: text('pve1') } as const;

function cover(more: Partial<GuestCover> = {}): GuestCover {
  return {
    key: guestKey(guest),
    guest,
    state: 'covered',
    why: text('in job nightly'),
    jobs: [],
    volumes: [],
    missing: [],
    ...more,
  };
}

function placed(more: Partial<PlaceVerdict> = {}): PlaceVerdict {
  const place = { id: 'nas', name: text('nas') };
  return { place, level: 'ok', reasons: [], notes: [], cures: [], count: 3, age: HOUR, ...more };
}

const late = placed({
  level: 'crit',
  reasons: [{ level: 'crit', cause: 'late', text: text('late') }],
  age: 90 * HOUR,
});
const unread = (() => {
  const { count: _, age: __, ...rest } = placed();
  const reasons = [{ level: 'unknown', cause: 'unread', text: text('denied') }] as const;
  return { ...rest, level: 'unknown', reasons } satisfies PlaceVerdict;
})();
const leftover = (age: number) => placed({ level: 'exempt', age });
const uncovered = cover({ state: 'uncovered', why: text('in no job') });
const said = (verdict: ReturnType<typeof guestVerdict>) =>
  verdict.reasons.map((each) => each.text).join(' | ');

test('OK takes a job, all volumes and every place', () => {
  assert.equal(guestVerdict(cover(), [placed()]).level, 'ok');
  assert.equal(guestVerdict(cover(), [placed(), late]).level, 'crit');
  assert.equal(guestVerdict(cover(), [placed(), unread]).level, 'unknown');
  assert.match(said(guestVerdict(cover(), [late])), /^nas: late/);
  assert.equal(guestVerdict(cover(), [placed(), late]).age, HOUR, 'the newest of all places');
});

test('no job and nothing fresh is unprotected', () => {
  const verdict = guestVerdict(uncovered, []);
  assert.equal(verdict.level, 'crit');
  assert.equal(verdict.unprotected, true);
  assert.equal(said(verdict), 'unprotected: in no job');
  assert.deepEqual(verdict.cures.map(cureWords), ['add it to a backup job', 'back it up now']);
  assert.equal(guestVerdict(uncovered, [leftover(60 * HOUR)]).unprotected, true);
});

test('no job but a fresh backup: by hand?', () => {
  const verdict = guestVerdict(uncovered, [leftover(3 * HOUR)]);
  assert.equal(verdict.level, 'warn');
  assert.equal(verdict.unprotected, false);
  assert.match(said(verdict), /a backup is 3 h old: by hand\?/);
  assert.equal(guestVerdict(uncovered, [leftover(26 * HOUR)]).unprotected, false);
  assert.equal(guestVerdict(uncovered, [leftover(26 * HOUR + 1)]).unprotected, true);
});

test('no job and a place that does not tell is unknown', () => {
  const silent = { ...unread, level: 'exempt', reasons: [] } satisfies PlaceVerdict;
  const verdict = guestVerdict(uncovered, [silent]);
  assert.equal(verdict.level, 'unknown');
  assert.match(said(verdict), /what nas holds is not known/);
  assert.equal(
    guestVerdict(uncovered, [placed({ level: 'exempt', age: 90 * HOUR, asOf: 5 })]).level,
    'unknown',
  );
});

test('no job, but a place where something else writes, speaks for itself', () => {
  assert.equal(guestVerdict(uncovered, [placed()]).level, 'ok');
  assert.equal(guestVerdict(uncovered, [late]).level, 'crit');
  assert.equal(guestVerdict(uncovered, [late]).unprotected, false);
});

test('unknown jobs are never OK', () => {
  const privilege = { path: text('/'), names: [text('Sys.Audit')] };
  const denied = cover({ state: 'unknown', why: text('backup jobs: denied'), privilege });
  const verdict = guestVerdict(denied, [placed()]);
  assert.equal(verdict.level, 'unknown');
  assert.deepEqual(verdict.cures.map(cureWords), ['give Sys.Audit on /']);
});

test('a partial backup is WARN, volumes that were not read are unknown', () => {
  const row = (key: string, name: string) => ({
    key: text(key),
    name: text(name),
    included: false,
    trivial: false,
    why: text('disabled'),
  });
  const missing = [row('mp0', 'local-lvm:vm-101-disk-1'), row('mp1', '/media')];
  const verdict = guestVerdict(cover({ missing }), [placed()]);
  assert.equal(verdict.level, 'warn');
  assert.equal(said(verdict), 'partial: without mp0 (disabled), mp1 (disabled)');
  assert.deepEqual(
    verdict.cures.map(cureWords),
    ['set backup=1 on mp0'],
    'not on a directory of the host',
  );
  const { missing: _, ...notRead } = cover();
  assert.equal(guestVerdict(notRead, [placed()]).level, 'unknown');
});

test('a covered guest without a known place is unknown', () => {
  assert.equal(guestVerdict(cover(), []).level, 'unknown');
  const planned = guestVerdict(cover(), [placed({ level: 'planned' })]);
  assert.equal(planned.level, 'unknown');
  assert.deepEqual(planned.notes, ['nas: planned']);
  assert.deepEqual(guestVerdict(cover(), [placed({ notes: [text('running now')] })]).notes, [
    'nas: running now',
  ]);
});

test('exempt guests stay exempt and keep their notes', () => {
  const exempt = cover({ state: 'exempt', why: text('a template') });
  const verdict = guestVerdict(exempt, [late]);
  assert.equal(verdict.level, 'exempt');
  assert.deepEqual(verdict.reasons, []);
  assert.equal(verdict.notes[0], 'exempt: a template');
});

test('only a disabled job in the way: enabling it is the cure', () => {
  const job = { id: text('old'), enabled: false, all: true, vmids: [], excluded: [] };
  const jobs = [{ job, selection: 'all', covers: false, why: [text('disabled')] }] as const;
  const verdict = guestVerdict(cover({ state: 'uncovered', jobs }), []);
  assert.equal(verdict.cures.map(cureWords)[0], 'enable job old');
  const more = [{ ...jobs[0], why: [text('disabled'), text('no schedule')] }];
  assert.equal(
    guestVerdict(cover({ state: 'uncovered', jobs: more }), []).cures[0]?.kind,
    'add-to-job',
  );
});

test('orphans are only told where all guests are known', () => {
  const groups = [
    { ref: guestKey(guest) },
    { ref: guestKey({ ...guest, vmid: 999 }) },
    { ref: undefined },
  ];
  assert.deepEqual(orphansOf(groups, new Set([guestKey(guest)])), [groups[1]]);
  assert.equal(orphansOf(groups, undefined), undefined);
  const elsewhere = new Set([guestKey({ ...guest, site: 'away' as SiteId })]);
  assert.equal(
    orphansOf(groups, elsewhere)?.length,
    2,
    'the same VMID of another site is another guest',
  );
});

test('cures come once, and name actions', () => {
  const cure = { kind: 'back-up-now', place: text('nas') } as const;
  assert.equal(uniqueCures([cure, { ...cure }, { kind: 'add-to-job' }]).length, 2);
  assert.equal(cureActions['back-up-now'], 'guest.backup');
  assert.equal(cureActions.grant, undefined, 'rights are given elsewhere');
});

test('the line counts every guest once', () => {
  const bad = placed({
    level: 'crit',
    reasons: [{ level: 'crit', cause: 'verify-failed', text: text('x') }],
  });
  const old = placed({
    level: 'warn',
    reasons: [{ level: 'warn', cause: 'verify-old', text: text('x') }],
  });
  const verdicts = [
    guestVerdict(cover(), [placed()]),
    guestVerdict(cover(), [placed()]),
    guestVerdict(cover(), [late]),
    guestVerdict(uncovered, []),
    guestVerdict(cover(), [unread]),
    guestVerdict(cover(), [bad]),
    guestVerdict(cover(), [old]),
    guestVerdict(cover({ state: 'exempt' }), []),
  ];
  const line = backupHeadline({
    verdicts,
    complete: true,
    offsite: 9 * HOUR,
    verify: null,
    stores: [
      { name: text('pbs1'), fill: 0.8199, forecast: text('full in 40–70 d') },
      { name: text('pbs2') },
    ],
  });
  assert.equal(
    line.text,
    'Backups: 2 ok · 1 late · 1 bad · 1 unprotected · 1 to look at · 1 unknown · offsite 9 h · verify ? · pbs1 81 % (full in 40–70 d) · pbs2 ?',
  );
  assert.equal(line.level, 'crit');
  assert.equal(
    Object.values(line.counts).reduce((a, b) => a + b),
    verdicts.length,
  );
  assert.equal(headlinePart(verdicts[5] ?? assert.fail()), 'bad');
  assert.equal(headlinePart(guestVerdict(cover(), [late, bad])), 'bad', 'bad goes before late');
});

test('the line is OK only when all is known', () => {
  const fine = guestVerdict(cover(), [placed()]);
  assert.equal(backupHeadline({ verdicts: [fine], complete: true }).level, 'ok');
  assert.equal(backupHeadline({ verdicts: [fine], complete: true }).text, 'Backups: 1 ok');
  const partly = backupHeadline({ verdicts: [fine], complete: false });
  assert.equal(partly.level, 'unknown');
  assert.match(partly.text, /there may be more guests/);
  assert.equal(
    backupHeadline({ verdicts: [], complete: true }).level,
    'unknown',
    'nothing was proven',
  );
  const exempt = guestVerdict(cover({ state: 'exempt' }), []);
  assert.equal(backupHeadline({ verdicts: [exempt], complete: true }).level, 'unknown');
  assert.equal(backupHeadline({ verdicts: [fine, exempt], complete: true }).level, 'ok');
});
