import assert from 'node:assert/strict';
import test from 'node:test';
import type { Artefact } from '../../../source/domain/backup/artefact.ts';
import { cureWords } from '../../../source/domain/backup/cure.ts';
import { placeVerdict } from '../../../source/domain/backup/verdict.ts';
import { sizeTrend } from '../../../source/domain/backup/verdict-rules.ts';
import {
  type Level,
  type PlaceInput,
  worstLevel,
} from '../../../source/domain/backup/verdict-types.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { forSeeds } from './random.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.parse('2026-11-21T12:00:00Z');
const text = sanitise;
const place = { id: 'nas', name: text('nas') };
const pbs = { id: 'pbs1', name: text('pbs1'), verifies: true };

let serial = 0;
function made(hoursAgo: number, more: Partial<Artefact> = {}): Artefact {
  serial += 1;
  return {
    id: text(`b${serial}`),
    time: now - hoursAgo * HOUR,
    finished: true,
    size: 1000,
    ...more,
  };
}

function judge(list: readonly Artefact[], more: Partial<PlaceInput> = {}) {
  return placeVerdict({
    place,
    artefacts: { told: list },
    expected: true,
    rpo: 26 * HOUR,
    now,
    ...more,
  });
}

const causes = (verdict: ReturnType<typeof judge>) =>
  verdict.reasons.map(({ level, cause }) => `${level} ${cause}`);
const cures = (verdict: ReturnType<typeof judge>) => verdict.cures.map(cureWords);

test('in time is OK, late is WARN up to half more, then CRIT', () => {
  assert.equal(judge([made(26)]).level, 'ok');
  assert.deepEqual(judge([made(26)]).reasons, []);
  assert.equal(judge([made(26.1)]).level, 'warn');
  assert.equal(judge([made(39)]).level, 'warn');
  assert.equal(judge([made(39.1)]).level, 'crit');
  const late = judge([made(50)]);
  assert.equal(late.reasons[0]?.text, 'last good backup 2 d ago, 26 h allowed');
  assert.equal(late.age, 50 * HOUR);
  assert.deepEqual(cures(late), ['back it up now to nas']);
});

test('running after a good run is WARN, however late', () => {
  assert.equal(judge([made(90)], { running: true, lastRun: { outcome: 'ok' } }).level, 'warn');
  assert.equal(judge([made(90)], { running: true, lastRun: { outcome: 'failed' } }).level, 'crit');
  assert.equal(
    judge([made(90)], { running: true }).level,
    'crit',
    'nothing says that it went well',
  );
  assert.deepEqual(judge([made(1)], { running: true }).notes, ['running now']);
});

test('none at all is CRIT', () => {
  assert.deepEqual(causes(judge([])), ['crit none']);
  assert.match(judge([]).reasons[0]?.text ?? '', /no backup here/);
});

test('the newest counts, in whatever order they come', () => {
  assert.equal(judge([made(60), made(2), made(30)]).age, 2 * HOUR);
  assert.equal(judge([made(2), made(60)]).age, 2 * HOUR);
});

test('what did not come to its end is no backup', () => {
  const verdict = judge([made(1, { finished: false }), made(60)]);
  assert.equal(verdict.level, 'crit');
  assert.equal(verdict.age, 60 * HOUR);
  assert.deepEqual(causes(judge([made(1, { finished: false })])), ['crit none']);
  assert.deepEqual(causes(judge([made(1, { finished: undefined })])), ['unknown unread']);
});

test('what may not be read is unknown, with the privilege as the cure', () => {
  const privilege = { path: text('/storage/nas'), names: [text('Datastore.Allocate')] };
  const verdict = judge([], { artefacts: { unknown: text('backups may be hidden'), privilege } });
  assert.deepEqual(causes(verdict), ['unknown unread']);
  assert.deepEqual(cures(verdict), ['give Datastore.Allocate on /storage/nas']);
  assert.equal(verdict.count, undefined, 'not 0');
  assert.equal(verdict.age, undefined);
});

test('without an allowed age nothing is OK', () => {
  const verdict = placeVerdict({ place, artefacts: { told: [made(1)] }, expected: true, now });
  assert.deepEqual(causes(verdict), ['unknown rpo']);
  assert.equal(verdict.age, HOUR, 'the age is told all the same');
});

test('old answers keep their values and are unknown, neither OK nor late', () => {
  for (const hours of [1, 30, 200]) {
    const verdict = judge([made(hours)], {
      artefacts: { told: [made(hours)], asOf: now - 8 * HOUR },
    });
    assert.equal(verdict.level, 'unknown', `${hours} h`);
    assert.equal(verdict.age, hours * HOUR);
    assert.equal(verdict.asOf, now - 8 * HOUR);
    assert.match(verdict.reasons[0]?.text ?? '', /as of 8 h ago/);
  }
  const failed = made(1, { verification: { state: 'failed' } });
  assert.equal(judge([], { artefacts: { told: [failed], asOf: now - HOUR } }).level, 'crit');
});

test('dates in the future and no dates are about the clock', () => {
  assert.deepEqual(causes(judge([made(-1), made(2)])), ['unknown clock']);
  assert.equal(judge([made(-0.05), made(2)]).level, 'ok', '3 min ahead may be');
  assert.equal(judge([made(-5 / 60), made(2)]).level, 'ok', '5 min are still right');
  assert.deepEqual(causes(judge([made(2), made(2, { time: 0 })])), ['unknown clock']);
  const milliseconds = made(2, { time: now * 1000 });
  assert.ok(causes(judge([milliseconds])).includes('unknown clock'));
  assert.deepEqual(cures(judge([made(-1), made(2)])), ['compare the clocks of nas and the nodes']);
  const { time: _, ...undated } = made(2);
  assert.ok(causes(judge([undated])).includes('unknown clock'));
});

test("ages are by the place's own clock", () => {
  const ahead = { ...place, skew: 10 * 60_000 };
  assert.equal(judge([made(-10 / 60)], { place: ahead }).age, 0);
  assert.equal(judge([made(-10 / 60)], { place: ahead }).level, 'ok');
  assert.equal(judge([made(-10 / 60)]).level, 'unknown');
});

test('a failed run shows as a note, the state stays by age', () => {
  const lastRun = {
    outcome: 'failed',
    reason: text('lvcreate failed'),
    upid: 'UPID:x',
    line: 17,
  } as const;
  const verdict = judge([made(10)], { lastRun });
  assert.equal(verdict.level, 'ok');
  assert.equal(verdict.lastRunFailed, true);
  assert.deepEqual(verdict.notes, ['last run failed: lvcreate failed']);
  assert.deepEqual(cures(verdict), ["read the task's log, line 17"]);
  const late = judge([made(100)], { lastRun });
  assert.deepEqual(cures(late)[0], "read the task's log, line 17");
  assert.deepEqual(judge([made(1)], { lastRun: { outcome: 'unknown' } }).notes, [
    'how the last run ended is not known',
  ]);
});

test('a failed verification is CRIT and names the last good one', () => {
  const failed = made(2, { verification: { state: 'failed', at: now - HOUR } });
  const good = made(26, { verification: { state: 'ok', at: now - 20 * HOUR } });
  const verdict = judge([failed, good], { place: pbs });
  assert.equal(verdict.level, 'crit');
  assert.equal(verdict.lastGood?.id, good.id, 'the failed one is not good');
  assert.match(verdict.reasons[0]?.text ?? '', /failed for 1; last verified good: 26 h old/);
  assert.match(
    judge([failed], { place: pbs })
      .reasons.map((each) => each.text)
      .join(),
    /last verified good: none/,
  );
  assert.equal(
    judge([made(1), made(90, { verification: { state: 'failed' } })]).level,
    'crit',
    'an old one too',
  );
});

test('a verification must be there, recent, and of this copy', () => {
  const checked = (days: number, own?: boolean) =>
    made(2, {
      verification: { state: 'ok', at: now - days * DAY, ...(own === undefined ? {} : { own }) },
    });
  assert.equal(judge([checked(3, true)], { place: pbs }).level, 'ok');
  assert.equal(judge([checked(3, true)], { place: pbs }).verifiedAt, now - 3 * DAY);
  assert.equal(judge([checked(30, true)], { place: pbs }).level, 'ok');
  assert.equal(
    judge([made(1), checked(3, true)], { place: pbs }).level,
    'ok',
    'one of them is enough',
  );
  const some = judge([made(1), checked(3, false)], { place: pbs });
  assert.match(some.reasons[0]?.text ?? '', /only where it was copied from/);
  assert.deepEqual(causes(judge([checked(31, true)], { place: pbs })), ['warn verify-old']);
  assert.deepEqual(causes(judge([checked(8, true)], { place: pbs, verifyWithin: 7 * DAY })), [
    'warn verify-old',
  ]);
  const copied = judge([checked(3, false)], { place: pbs });
  assert.match(copied.reasons[0]?.text ?? '', /only where it was copied from/);
  assert.equal(copied.verifiedAt, undefined);
  assert.match(judge([made(2)], { place: pbs }).reasons[0]?.text ?? '', /never verified/);
  assert.match(cures(judge([made(2)], { place: pbs })).join(), /verify it now on pbs1/);
  assert.equal(judge([made(2)]).level, 'ok', 'a directory verifies nothing');
});

test('a verification without a date is told as such', () => {
  const verdict = judge([made(2, { verification: { state: 'ok' } })], { place: pbs });
  assert.equal(verdict.level, 'ok');
  assert.deepEqual(verdict.notes, ['verified, but when is not told']);
  const more = judge([made(1), made(2, { verification: { state: 'ok' } })], { place: pbs });
  assert.equal(more.level, 'ok');
  const copied = made(2, { verification: { state: 'ok', own: false } });
  assert.equal(judge([copied], { place: pbs }).level, 'warn', 'not of this copy');
});

test('a backup older than its guest may belong to an earlier one', () => {
  const verdict = judge([made(10)], { guestCreated: now - 5 * HOUR });
  assert.deepEqual(causes(verdict), ['unknown identity']);
  assert.match(verdict.reasons[0]?.text ?? '', /earlier one with this VMID/);
  assert.equal(judge([made(4)], { guestCreated: now - 5 * HOUR }).level, 'ok');
  const near = { guestCreated: now - 10 * HOUR + 60_000 };
  assert.equal(judge([made(10)], near).level, 'ok', 'a minute apart may be two clocks');
  assert.deepEqual(cures(verdict), ['back it up now to nas']);
});

test('a size far from the usual one is WARN', () => {
  const sizes = (newest: number) => [
    made(1, { size: newest }),
    ...[900, 1000, 1100, 1000, 1000, 1000, 1000].map((size, index) =>
      made(25 + 24 * index, { size }),
    ),
    made(900, { size: 1_000_000 }),
  ];
  assert.equal(judge(sizes(1100)).level, 'ok');
  assert.equal(judge(sizes(500)).level, 'ok');
  assert.deepEqual(causes(judge(sizes(499))), ['warn size']);
  assert.deepEqual(causes(judge(sizes(2001))), ['warn size']);
  assert.equal(sizeTrend(sizes(1))?.usual, 1000, 'the eighth before is not looked at');
  assert.equal(
    sizeTrend([made(1, { size: 1 }), made(2)]),
    undefined,
    'too few to have a usual size',
  );
});

test('planned, not expected, and broken places', () => {
  assert.equal(judge([], { place: { ...place, planned: true } }).level, 'planned');
  const leftover = judge([made(900)], { expected: false });
  assert.equal(leftover.level, 'exempt');
  assert.deepEqual(leftover.notes, ['no job writes to nas']);
  assert.equal(
    judge([], { expected: false, artefacts: { unknown: text('denied') } }).level,
    'exempt',
  );
  const away = {
    ...place,
    problem: { level: 'crit', text: text('not mounted'), notMounted: true },
  } as const;
  const verdict = judge([made(1)], { place: away, artefacts: { unknown: text('no answer') } });
  assert.deepEqual(causes(verdict), ['crit place', 'unknown unread']);
  const mounted = judge([made(1)], { place: away });
  assert.ok(mounted.cures.some(({ kind }) => kind === 'mount'));
  const broken = { ...place, problem: { level: 'crit', text: text('broken') } } as const;
  assert.deepEqual(cures(judge([made(1)], { place: broken })), ['look at nas']);
  const info = { ...place, problem: { level: 'info', text: text('maintenance') } } as const;
  assert.equal(judge([made(1)], { place: info }).level, 'ok');
});

test('property: it is OK only when a finished, dated backup is in time', () => {
  forSeeds(300, (random) => {
    const list = Array.from({ length: random.below(6) }, () =>
      made(random.below(80) - 5, {
        finished: random.pick([true, true, false, undefined]),
        ...(random.chance(0.2)
          ? { verification: { state: random.pick(['ok', 'failed'] as const) } }
          : {}),
      }),
    );
    const told = random.chance(0.2) ? { asOf: now - HOUR } : {};
    const verdict = judge([], { artefacts: { told: list, ...told } });
    const proven = list.some(
      ({ finished, time = 0, verification }) =>
        finished === true && verification?.state !== 'failed' && now - time <= 26 * HOUR,
    );
    if (verdict.level === 'ok') assert.ok(proven && !('asOf' in told));
    assert.equal(verdict.level === 'ok', verdict.reasons.length === 0, 'what is not OK says why');
    assert.equal(verdict.level, worstLevel(['ok', ...verdict.reasons.map((each) => each.level)]));
  });
});

test('unknown is worse than a warning, and planned or exempt do not count', () => {
  const order: readonly Level[] = ['ok', 'warn', 'unknown', 'crit'];
  for (const [index, level] of order.entries()) {
    assert.equal(worstLevel([...order.slice(0, index), level, 'exempt', 'planned']), level);
  }
});
