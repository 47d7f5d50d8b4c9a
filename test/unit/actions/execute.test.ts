import assert from 'node:assert/strict';
import test from 'node:test';
import { type Consent, execute } from '../../../source/actions/execute.ts';
import { guestRollback } from '../../../source/actions/guest-rollback.ts';
import { guestSnapshot } from '../../../source/actions/guest-snapshot.ts';
import { guestStart } from '../../../source/actions/guest-start.ts';
import { guestStop } from '../../../source/actions/guest-stop.ts';
import { nodeReboot } from '../../../source/actions/node-reboot.ts';
import { nodeWake } from '../../../source/actions/node-wake.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import type { PveSite, Started } from '../../../source/services/types.ts';
import {
  environment,
  facts,
  fakeSite,
  guest,
  node,
  noon,
  options,
  prepared,
  safe,
  snapshot,
  snapshots,
  upid,
} from './fakes.ts';

const yes: Consent = { yes: true };
const startUpid = upid('qmstart');
const stopped = guest({ status: safe('stopped') });

function failure<T>(result: Result<T>): Failure {
  assert.equal(result.ok, false, 'expected a failure');
  return (result as { failure: Failure }).failure;
}

/** A site whose guest starts and whose task ends well; the diary tells when each was asked. */
function startingSite(diary: string[], answer: Result<Started> = ok({ upid: startUpid })): PveSite {
  return fakeSite({
    skew: 0,
    guests: {
      power: async (_guest, verb) => {
        diary.push(`power ${verb}`);
        return answer;
      },
    },
    tasks: {
      status: async (asked) => {
        diary.push(`status ${asked.split(':')[5]}`);
        return ok({ running: false, outcome: 'ok', exitstatus: safe('OK') });
      },
      log: async () => ok({ lines: [], next: 0 }),
    },
  });
}

test('intent, run, task, result: in this order', async () => {
  const world = environment(fakeSite());
  const site = startingSite(world.diary);
  const watched = options();
  const done = await execute(
    prepared(guestStart, stopped),
    {},
    yes,
    { ...world.environment, site },
    watched.options,
  );
  assert.deepEqual(world.diary, [
    'intent guest.start guest 101 web-server',
    'power start',
    'status qmstart',
    'result ok',
  ]);
  assert.deepEqual(done.ok && done.value, {
    outcome: 'ok',
    message: 'Start guest 101 web-server: done',
    upid: startUpid,
  });
  assert.deepEqual(watched.events[0], { kind: 'task', upid: startUpid, node: 'pve1' });
  assert.deepEqual(world.results[0], [
    'intent-1',
    { outcome: 'ok', message: 'Start guest 101 web-server: done', upid: startUpid },
  ]);
});

test('read-only refuses before the audit log and before any call', async () => {
  const world = environment(fakeSite(), { mode: { readOnly: true, allow: [] } });
  const refused = failure(
    await execute(
      prepared(guestStart, stopped),
      {},
      yes,
      world.environment,
      options({ reread: true }).options,
    ),
  );
  assert.equal(refused.kind, 'read-only');
  assert.deepEqual(world.diary, []);
});

test('what is not available is refused with its reason, whatever the screen believed', async () => {
  const world = environment(fakeSite());
  const run = async (target = guest()) =>
    failure(
      await execute(prepared(guestStart, target), {}, yes, world.environment, options().options),
    );
  const already = await run();
  assert.equal(already.kind, 'rejected');
  assert.match(already.what, /^Start is not possible: already running/);
  assert.match((await run(guest({ template: true }))).what, /does not apply/);
  assert.deepEqual(world.diary, []);
});

test('level 4 is refused without the allow entry even when the name was typed', async () => {
  const world = environment(fakeSite());
  const refused = failure(
    await execute(
      prepared(nodeReboot, node()),
      {},
      { typed: 'pve1' },
      world.environment,
      options().options,
    ),
  );
  assert.match(refused.what, /allow: \[node\.reboot\]/);
});

test('wrong fields are refused by name before anything is sent', async () => {
  const world = environment(fakeSite());
  const refused = failure(
    await execute(
      prepared(guestSnapshot, guest()),
      { snapname: '9lives' },
      yes,
      world.environment,
      options().options,
    ),
  );
  assert.equal(refused.kind, 'invalid');
  assert.deepEqual(Object.keys(refused.fields ?? {}), ['snapname']);
  assert.match(refused.what, /snapname: must start with a letter/);
  assert.deepEqual(world.diary, []);
});

test('a typed confirmation must be exactly the name', async () => {
  const known = facts({ snapshots: snapshots(snapshot('pre-update', 5)), disks: [] });
  const wrong: Consent[] = [
    yes,
    { typed: '' },
    { typed: 'Web-Server' },
    { typed: 'web-server ' },
    { typed: 'web-serve' },
    { typed: '101' },
  ];
  for (const consent of wrong) {
    const world = environment(fakeSite());
    const refused = failure(
      await execute(
        prepared(guestRollback, guest(), known),
        { snapname: 'pre-update' },
        consent,
        world.environment,
        options().options,
      ),
    );
    assert.equal(refused.kind, 'invalid');
    assert.match(refused.what, /Not confirmed: it needs "web-server"/);
    assert.deepEqual(world.diary, []);
  }
});

test('an intent that cannot be written blocks the change', async () => {
  const full: Failure = { kind: 'local', what: safe('nothing was changed: no space left') };
  const world = environment(fakeSite(), {
    audit: {
      intent: async () => fail(full),
      result: async () => assert.fail('there is nothing to report'),
    },
  });
  const refused = failure(
    await execute(prepared(guestStart, stopped), {}, yes, world.environment, options().options),
  );
  assert.equal(refused, full);
});

test('a refusal by Proxmox is the result, and the audit log has it', async () => {
  const world = environment(fakeSite());
  const locked: Failure = { kind: 'locked', what: safe('VM is locked (backup)') };
  const site = startingSite(world.diary, fail(locked));
  const result = await execute(
    prepared(guestStart, stopped),
    {},
    yes,
    { ...world.environment, site },
    options().options,
  );
  assert.equal(failure(result), locked);
  assert.deepEqual(world.diary.slice(1), ['power start', 'result failed']);
});

test('an action without a task tells what it did', async () => {
  const site = fakeSite({ nodes: { wake: async () => ok({}) } });
  const world = environment(site);
  const result = await execute(
    prepared(nodeWake, node({ status: safe('offline') })),
    {},
    yes,
    world.environment,
    options().options,
  );
  assert.match(result.ok ? result.value.message : '', /^Packet sent/);
  assert.deepEqual(world.diary, ['intent node.wake node pve1', 'result ok']);
});

const lost: Failure = { kind: 'unanswered', what: safe('No answer came'), where: safe('pve1') };

test('a call without an answer is looked up as a task, which is then followed', async () => {
  const queries: unknown[] = [];
  const world = environment(fakeSite());
  const site = startingSite(world.diary, fail(lost));
  const result = await execute(
    prepared(guestStart, stopped),
    {},
    yes,
    {
      ...world.environment,
      site,
      findLostTask: async (query) => {
        queries.push(query);
        return ok({ upid: startUpid });
      },
    },
    options().options,
  );
  assert.equal(result.ok && result.value.upid, startUpid);
  assert.deepEqual(queries, [
    {
      node: 'pve1',
      taskTypes: ['qmstart', 'vzstart', 'hastart'],
      id: '101',
      since: Math.floor(noon / 1000) - 2,
    },
  ]);
  assert.equal(world.diary.filter((line) => line === 'power start').length, 1, 'sent once only');
  assert.equal(world.diary.at(-1), 'result ok');
});

test("the search for a lost task starts at the server's time", async () => {
  let since = 0;
  const site = fakeSite({ skew: -90_000, guests: { power: async () => fail(lost) } });
  const world = environment(site, {
    findLostTask: async (query) => {
      since = query.since;
      return ok(undefined);
    },
  });
  await execute(prepared(guestStart, stopped), {}, yes, world.environment, options().options);
  assert.equal(since, Math.floor((noon - 90_000) / 1000) - 2);
});

test('no task found: the failure stays unanswered and says what to do', async () => {
  const site = fakeSite({ guests: { power: async () => fail(lost) } });
  const run = async (found: Result<undefined>) => {
    const world = environment(site, { findLostTask: async () => found });
    const result = failure(
      await execute(prepared(guestStart, stopped), {}, yes, world.environment, options().options),
    );
    assert.equal(result.kind, 'unanswered');
    assert.equal(world.diary.at(-1), 'result unanswered');
    return result.next ?? '';
  };
  assert.match(await run(ok(undefined)), /most likely did not start; look at the target before/);
  const unreachable = fail<undefined>({ kind: 'unreachable', what: safe('gone') });
  assert.match(await run(unreachable), /whether it happened is unknown/);
});

test('an unanswered call that starts no task stays unknown without a search', async () => {
  const site = fakeSite({ nodes: { command: async () => fail(lost) } });
  const world = environment(site, { mode: { readOnly: false, allow: ['node.reboot'] } });
  const result = failure(
    await execute(
      prepared(nodeReboot, node()),
      {},
      { typed: 'pve1' },
      world.environment,
      options().options,
    ),
  );
  assert.equal(result, lost);
  assert.equal(world.diary.at(-1), 'result unanswered');
});

/** A site where the guest's status is told from a list, the last one for ever. */
function statusSite(diary: string[], words: string[], started: string): PveSite {
  return fakeSite({
    guests: {
      power: async () => ok({ upid: started }),
      status: async () => {
        const status = words.length > 1 ? (words.shift() ?? '') : (words[0] ?? '');
        diary.push(`guest ${status}`);
        return ok({ status: safe(status) });
      },
    },
    tasks: {
      status: async () => ok({ running: false, outcome: 'ok', exitstatus: safe('OK') }),
      log: async () => ok({ lines: [], next: 0 }),
    },
  });
}

test('an HA request ends at once, so the guest itself is awaited', async () => {
  const world = environment(fakeSite());
  const site = statusSite(world.diary, ['stopped', 'stopped', 'running'], upid('hastart'));
  const watched = options();
  const result = await execute(
    prepared(guestStart, stopped),
    {},
    yes,
    { ...world.environment, site },
    watched.options,
  );
  assert.ok(result.ok);
  assert.deepEqual(world.diary.slice(1), [
    'guest stopped',
    'guest stopped',
    'guest running',
    'result ok',
  ]);
  const steps = watched.events.filter((event) => event.kind === 'step');
  assert.match(steps.map((event) => 'text' in event && event.text).join(), /HA manager/);
});

test('an HA request that leads nowhere is a timeout, not a success', async () => {
  const world = environment(fakeSite());
  const site = statusSite(world.diary, ['running'], upid('hastop'));
  const result = failure(
    await execute(
      prepared(guestStop, guest()),
      {},
      yes,
      { ...world.environment, site },
      options().options,
    ),
  );
  assert.equal(result.kind, 'timeout');
  assert.match(result.next ?? '', /the request stands/);
  const waited = world.time.naps.reduce((total, ms) => total + ms, 0);
  assert.ok(waited >= 90_000 && waited < 100_000, `waited ${waited} ms`);
});

/** Reads the guest again before running: what it is now, and where. */
function rereadSite(
  here: Parameters<typeof guest>[0] | 'gone',
  elsewhere: readonly ReturnType<typeof guest>[] = [],
) {
  return fakeSite({
    guests: {
      status: async (at) => {
        if (at.node === 'pve1' && here !== 'gone') {
          return ok({ status: safe('stopped'), ...here });
        }
        const found = elsewhere.find((each) => each.node === at.node);
        return found
          ? ok({ status: found.status })
          : fail({ kind: 'not-found', what: safe('no such guest') });
      },
    },
    resources: async () => ok({ nodes: [], guests: elsewhere, storages: [], pools: [] }),
  });
}

const changes: readonly [string, PveSite, string, RegExp][] = [
  [
    'was started meanwhile',
    rereadSite({ status: safe('running') }),
    'rejected',
    /was stopped, is running/,
  ],
  ['got a lock', rereadSite({ lock: safe('backup') }), 'rejected', /is locked now \(backup\)/],
  [
    'moved to another node',
    rereadSite('gone', [guest({ node: safe('pve2'), status: safe('stopped') })]),
    'rejected',
    /moved from pve1 to pve2/,
  ],
  ['was deleted', rereadSite('gone'), 'not-found', /does not exist any more/],
  [
    'was deleted and its VMID is a container now',
    rereadSite('gone', [guest({ node: safe('pve2'), type: 'lxc' })]),
    'not-found',
    /does not exist any more/,
  ],
];
for (const [what, site, kind, wanted] of changes) {
  test(`a guest that ${what} while the question was open is left alone`, async () => {
    const world = environment(site);
    const refused = failure(
      await execute(
        prepared(guestStart, stopped),
        {},
        yes,
        world.environment,
        options({ reread: true }).options,
      ),
    );
    assert.equal(refused.kind, kind);
    assert.match(refused.what, wanted);
    assert.deepEqual(world.diary, [], 'nothing was intended, nothing was sent');
  });
}

test('a guest that stayed the same goes on after the second look', async () => {
  const world = environment(fakeSite());
  const site = statusSite(world.diary, ['stopped'], startUpid);
  const result = await execute(
    prepared(guestStart, stopped),
    {},
    yes,
    { ...world.environment, site },
    options({ reread: true }).options,
  );
  assert.ok(result.ok);
  assert.deepEqual(world.diary, [
    'guest stopped',
    'intent guest.start guest 101 web-server',
    'result ok',
  ]);
});

test('a task that ended with warnings is not told as plain success', async () => {
  const site = fakeSite({
    guests: { power: async () => ok({ upid: startUpid }) },
    tasks: {
      status: async () =>
        ok({ running: false, outcome: 'warning', exitstatus: safe('WARNINGS: 1') }),
      log: async () => ok({ lines: [], next: 0 }),
    },
  });
  const world = environment(site);
  const result = await execute(
    prepared(guestStart, stopped),
    {},
    yes,
    world.environment,
    options().options,
  );
  assert.equal(result.ok && result.value.outcome, 'warning');
  assert.match(result.ok ? result.value.message : '', /done with warnings$/);
  assert.equal(world.diary.at(-1), 'result warning');
});
