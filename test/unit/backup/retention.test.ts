import assert from 'node:assert/strict';
import test from 'node:test';
import {
  keepRulesOf,
  keepWords,
  parseKeepRules,
  printKeepRules,
} from '../../../source/domain/backup/keep-rules.ts';
import {
  countVerdict,
  type KeepRules,
  keepNames,
  keepsSomething,
  type PrunableBackup,
  type Pruner,
  simulatePrune,
} from '../../../source/domain/backup/retention.ts';
import { timeZone } from '../../../source/domain/backup/time-zone.ts';
import { forSeeds, type Random } from './random.ts';

function pruner(by: Pruner['by'] = 'pve', name = 'UTC'): Pruner {
  const zone = timeZone(name);
  assert.ok(zone);
  return { by, zone };
}

/** `2026-11-21 02:00` in UTC; a word behind it sets a flag. */
function backup(text: string): PrunableBackup {
  const [day = '', hour = '', flag] = text.split(' ');
  return {
    id: `${day} ${hour}`,
    time: Date.parse(`${day}T${hour}:00Z`) / 1000,
    ...(flag === undefined ? {} : { [flag]: true }),
  };
}

const marks = (texts: readonly string[], rules: KeepRules, by: Pruner = pruner()) =>
  Object.fromEntries(
    simulatePrune(texts.map(backup), rules, by).map(({ backup: { id }, mark }) => [id, mark]),
  );
const kept = (texts: readonly string[], rules: KeepRules, by: Pruner = pruner()) =>
  Object.entries(marks(texts, rules, by))
    .filter(([, mark]) => mark === 'keep')
    .map(([id]) => id);

const days = (count: number, last = '2026-11-21') =>
  Array.from({ length: count }, (_, index) => {
    const time = Date.parse(`${last}T02:00:00Z`) - index * 86_400_000;
    return `${new Date(time).toISOString().slice(0, 10)} 02:00`;
  });

test('keep-last keeps the newest', () => {
  assert.deepEqual(kept(days(5), { last: 2 }), ['2026-11-21 02:00', '2026-11-20 02:00']);
});

test('of a day the newest is kept', () => {
  const list = ['2026-11-21 02:00', '2026-11-21 22:00', '2026-11-20 02:00'];
  assert.deepEqual(kept(list, { daily: 2 }), ['2026-11-21 22:00', '2026-11-20 02:00']);
});

test('days without a backup do not count', () => {
  const list = ['2026-11-21 02:00', '2026-11-11 02:00', '2026-10-01 02:00', '2026-09-01 02:00'];
  assert.equal(kept(list, { daily: 3 }).length, 3);
});

test('a later rule does not count what an earlier one keeps', () => {
  const list = days(40);
  const ids = kept(list, { last: 2, daily: 3, weekly: 2, monthly: 1 });
  assert.deepEqual(ids, [
    ...['2026-11-21 02:00', '2026-11-20 02:00'],
    ...['2026-11-19 02:00', '2026-11-18 02:00', '2026-11-17 02:00'],
    ...['2026-11-15 02:00', '2026-11-08 02:00'],
    '2026-10-31 02:00',
  ]);
});

test('weeks are ISO weeks, with their own year', () => {
  // 2027-01-01 is a Friday and belongs to week 53 of 2026, as 2026-12-31 does.
  const list = ['2027-01-01 02:00', '2026-12-31 02:00', '2026-12-27 02:00'];
  assert.deepEqual(kept(list, { weekly: 5 }), ['2027-01-01 02:00', '2026-12-27 02:00']);
  const [first] = simulatePrune(list.map(backup), { weekly: 1 }, pruner());
  assert.equal(first?.period, '2026-W53');
});

test("periods are those of the pruning machine's zone", () => {
  const list = ['2026-11-20 23:30', '2026-11-20 22:30'];
  assert.equal(kept(list, { daily: 5 }, pruner('pve', 'UTC')).length, 1);
  assert.equal(
    kept(list, { daily: 5 }, pruner('pve', 'Europe/Warsaw')).length,
    2,
    'midnight is between',
  );
});

test('the hour that comes twice is one hour', () => {
  const list = ['2026-10-25 00:30', '2026-10-25 01:30'];
  assert.equal(kept(list, { hourly: 5 }, pruner('pve', 'Europe/Warsaw')).length, 1);
  assert.equal(kept(list, { hourly: 5 }, pruner('pve', 'UTC')).length, 2);
});

test('protected ones stay and do not count', () => {
  for (const by of ['pve', 'pbs'] as const) {
    const list = ['2026-11-21 02:00 protected', '2026-11-20 02:00', '2026-11-19 02:00'];
    const result = marks(list, { last: 1 }, pruner(by));
    assert.deepEqual(Object.values(result), ['protected', 'keep', 'remove'], by);
  }
});

test('renamed ones are left alone by PVE and are not known to PBS', () => {
  const list = ['2026-11-21 02:00 renamed', '2026-11-20 02:00', '2026-11-19 02:00'];
  assert.deepEqual(Object.values(marks(list, { last: 1 })), ['renamed', 'keep', 'remove']);
  assert.equal(Object.values(marks(list, { last: 1 }, pruner('pbs')))[0], 'keep');
});

test('PBS keeps an unfinished one only while it is the newest, and never counts it', () => {
  const running = ['2026-11-21 02:00 unfinished', '2026-11-20 02:00', '2026-11-19 02:00'];
  assert.deepEqual(Object.values(marks(running, { last: 1 }, pruner('pbs'))), [
    'partial',
    'keep',
    'remove',
  ]);
  const broken = ['2026-11-21 02:00', '2026-11-20 02:00 unfinished', '2026-11-19 02:00'];
  assert.deepEqual(Object.values(marks(broken, { last: 2 }, pruner('pbs'))), [
    'keep',
    'remove',
    'keep',
  ]);
  const two = ['2026-11-21 02:00 unfinished', '2026-11-20 02:00 unfinished', '2026-11-19 02:00'];
  assert.deepEqual(Object.values(marks(two, { last: 1 }, pruner('pbs'))), [
    'partial',
    'remove',
    'keep',
  ]);
});

test('without a rule, or with keep-all, nothing goes', () => {
  const list = [...days(3), '2026-01-01 02:00 unfinished'];
  for (const rules of [{}, { last: 0 }, { all: true }, { all: true, last: 1 }]) {
    for (const by of ['pve', 'pbs'] as const) {
      assert.ok(Object.values(marks(list, rules, pruner(by))).every((mark) => mark === 'keep'));
    }
  }
  assert.equal(keepsSomething({ last: 0, daily: 0 }), false);
});

test('every verdict says why', () => {
  const list = [...days(9), '2026-11-20 01:00', '2026-11-18 03:00 protected'].map(backup);
  const verdicts = simulatePrune(list, { last: 1, daily: 2, weekly: 1 }, pruner());
  const why = new Map(verdicts.map(({ backup: { id }, why }) => [id, why]));
  assert.equal(why.get('2026-11-21 02:00'), 'keep-last: 1 of 1');
  assert.equal(why.get('2026-11-20 02:00'), 'keep-daily: 1 of 2, newest of 2026-11-20');
  assert.equal(why.get('2026-11-20 01:00'), 'keep-daily keeps a newer one of 2026-11-20');
  assert.equal(why.get('2026-11-15 02:00'), 'keep-weekly: 1 of 1, newest of 2026-W46');
  assert.equal(why.get('2026-11-18 02:00'), 'no rule keeps it');
  assert.match(why.get('2026-11-18 03:00') ?? '', /protected/);
});

function randomGroup(random: Random): PrunableBackup[] {
  const step = random.pick([3600, 7200, 43_200, 86_400, 3 * 86_400]);
  const base = 1_774_746_000 + random.below(40_000_000);
  const times = new Set<number>();
  for (let index = random.below(40); index > 0; index -= 1)
    times.add(base - index * step - random.below(3000));
  return [...times].map((time, index) => ({
    id: String(index),
    time,
    protected: random.chance(0.1),
  }));
}

function randomRules(random: Random): KeepRules {
  return Object.fromEntries(
    keepNames.flatMap((name) => (random.chance(0.5) ? [[name, random.below(5)]] : [])),
  );
}

const randomPruner = (random: Random) =>
  pruner(
    random.pick(['pve', 'pbs']),
    random.pick(['UTC', 'Europe/Warsaw', 'America/New_York', 'Asia/Kolkata']),
  );

const idsOf = (list: readonly PrunableBackup[], rules: KeepRules, by: Pruner) =>
  new Set(
    simulatePrune(list, rules, by)
      .filter(({ mark }) => mark !== 'remove')
      .map(({ backup: { id } }) => id),
  );

test('property: the newest is kept when any rule keeps something', () => {
  forSeeds(200, (random) => {
    const list = randomGroup(random);
    const rules = { ...randomRules(random), [random.pick(keepNames)]: 1 + random.below(3) };
    const newest = [...list].filter((each) => !each.protected).sort((a, b) => b.time - a.time)[0];
    if (newest) assert.ok(idsOf(list, rules, randomPruner(random)).has(newest.id));
  });
});

test('property: the order of the list does not matter', () => {
  forSeeds(100, (random) => {
    const [list, rules, by] = [randomGroup(random), randomRules(random), randomPruner(random)];
    const shuffled = [...list].sort((a, b) => ((a.time * 7919) % 101) - ((b.time * 7919) % 101));
    assert.deepEqual(idsOf(shuffled, rules, by), idsOf(list, rules, by));
  });
});

test('property: a larger number of one rule keeps all that a smaller one keeps', () => {
  forSeeds(200, (random) => {
    const [list, by] = [randomGroup(random), randomPruner(random)];
    const name = random.pick(keepNames);
    const few = 1 + random.below(4);
    const less = idsOf(list, { [name]: few }, by);
    const more = idsOf(list, { [name]: few + 1 + random.below(3) }, by);
    for (const id of less) assert.ok(more.has(id), `keep-${name} ${few}`);
  });
});

test('property: no rule keeps more than its number, and protected ones are never removed', () => {
  forSeeds(200, (random) => {
    const [list, rules, by] = [randomGroup(random), randomRules(random), randomPruner(random)];
    const verdicts = simulatePrune(list, rules, by);
    assert.equal(verdicts.length, list.length, 'each backup once');
    for (const name of keepNames) {
      const own = verdicts.filter(({ rule }) => rule === name);
      assert.ok(own.length <= (rules[name] ?? 0), `keep-${name}`);
      assert.deepEqual(
        own.map(({ place }) => place),
        own.map((_, index) => index + 1),
      );
      assert.equal(
        new Set(own.map(({ period }) => period)).size,
        name === 'last' ? Math.min(1, own.length) : own.length,
      );
    }
    for (const { backup: each, mark } of verdicts)
      assert.equal(mark === 'protected', each.protected);
  });
});

test('property: pruning again removes nothing more', () => {
  forSeeds(200, (random) => {
    const [list, rules, by] = [randomGroup(random), randomRules(random), randomPruner(random)];
    // Weeks do not nest in months, so only rules whose periods lie in each other are stable.
    const nested = { ...rules, weekly: 0 };
    const first = idsOf(list, nested, by);
    const again = idsOf(
      list.filter(({ id }) => first.has(id)),
      nested,
      by,
    );
    assert.deepEqual(again, first);
  });
});

test('keep rules are read and printed as PVE writes them', () => {
  const parsed = parseKeepRules('keep-daily=7, keep-last=3');
  assert.deepEqual(parsed, { ok: true, rules: { daily: 7, last: 3 } });
  assert.equal(parsed.ok && printKeepRules(parsed.rules), 'keep-last=3,keep-daily=7');
  assert.equal(printKeepRules({ all: true }), 'keep-all=1');
  assert.deepEqual(keepRulesOf({ 'keep-last': '2', ns: 'x', 'max-depth': 3 }), {
    ok: true,
    rules: { last: 2 },
  });
  assert.deepEqual(keepRulesOf({ 'keep-all': 1 }), { ok: true, rules: { all: true } });
  for (const bad of [
    'keep-last=x',
    'keep-last=-1',
    'keep-foo=1',
    'last=1',
    'keep-last',
    'keep-all=1,keep-last=2',
    'keep-all=2',
  ]) {
    assert.equal(parseKeepRules(bad).ok, false, bad);
  }
  assert.equal(keepWords({ last: 3, daily: 7 }), '3 last · 7 daily');
  assert.equal(keepWords({}), 'no rule: keeps all');
});

test('a number of backups against what is wanted', () => {
  const day = 86_400_000;
  assert.equal(countVerdict(7, 7, day, undefined).state, 'right');
  assert.equal(countVerdict(8, 7, day, undefined).state, 'right', 'one more may wait for pruning');
  assert.equal(countVerdict(9, 7, day, undefined).state, 'over');
  assert.equal(countVerdict(3, 7, day, 30 * day).state, 'under');
  assert.equal(countVerdict(3, 7, day, 7 * day).state, 'young');
  assert.equal(countVerdict(3, 7, day, 7 * day + 1).state, 'under');
  assert.equal(countVerdict(3, 7, day, undefined).state, 'unknown');
});
