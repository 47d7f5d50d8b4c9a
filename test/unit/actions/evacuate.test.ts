import assert from 'node:assert/strict';
import test from 'node:test';
import { gatherFacts } from '../../../source/actions/facts.ts';
import { fieldProblems } from '../../../source/actions/fields.ts';
import { nodeEvacuate } from '../../../source/actions/node-evacuate.ts';
import type { Facts, FieldValues, RunContext } from '../../../source/actions/types.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import type { Resources } from '../../../source/domain/inventory.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import type { GuestApi } from '../../../source/services/types.ts';
import { facts, fakeSite, guest, inventory, node, safe, upid } from './fakes.ts';
import { config, contextOf } from './lifecycle-fakes.ts';

const GiB = 2 ** 30;
const pve1 = node({ node: safe('pve1'), mem: 20 * GiB, maxmem: 32 * GiB });
const pve2 = node({ node: safe('pve2'), mem: 8 * GiB, maxmem: 32 * GiB });

const named = (vmid: number, change: Partial<Guest> = {}) =>
  guest({ vmid, name: safe(`g${vmid}`), maxmem: 4 * GiB, maxcpu: 2, ...change });

function known(guests: readonly Guest[], change: Partial<Resources> = {}): Facts {
  const resources: Resources = { nodes: [pve1, pve2], guests, storages: [], pools: [], ...change };
  const read = guests.map((each) => ({
    guest: each,
    knowledge: {
      config: config({}),
      check: { localDisks: [], localResources: [], mappedResources: [] },
    },
  }));
  return facts({
    site: inventory({ resources: { data: resources, fetching: false } }),
    evacuation: { resources, guests: read },
  });
}

/** A site where every migration works, unless `parts` say otherwise; `sent` keeps `vmid target`. */
function siteOf(about: Facts, parts: Partial<GuestApi> = {}) {
  const sent: string[] = [];
  const site = fakeSite({
    resources: async () => ok(about.evacuation?.resources as Resources),
    guests: {
      status: async (at) => {
        const found = about.evacuation?.resources.guests.find(({ vmid }) => vmid === at.vmid);
        return ok({ status: found?.status ?? safe('running') });
      },
      migrate: async (at, request) => {
        sent.push(`${at.vmid} ${request.target}`);
        return ok({ upid: upid('qmigrate', String(at.vmid)) });
      },
      ...parts,
    },
  });
  return { site, sent };
}

async function evacuate(
  about: Facts,
  options: {
    values?: FieldValues;
    parts?: Partial<GuestApi>;
    context?: Partial<RunContext>;
  } = {},
) {
  const { site, sent } = siteOf(about, options.parts);
  const context = { ...contextOf(site, about), ...options.context };
  const result = await nodeEvacuate.run(pve1, options.values ?? {}, context);
  return { result, sent, said: context.said };
}

const three = [named(101), named(102, { maxmem: 8 * GiB }), named(103, { lock: safe('backup') })];

test('the plan is previewed: who goes where, who stays and why, memory before and after', () => {
  const asked = nodeEvacuate.confirm(pve1, {}, known(three));
  assert.equal(asked.level, 3);
  assert.equal(asked.typed, 'pve1');
  assert.deepEqual(asked.lines.slice(1), [
    '2 guest(s) move, 1 cannot; at most 1 at a time.',
    '102 g102 → pve2: live, 8.00 GiB of memory',
    '101 g101 → pve2: live, 4.00 GiB of memory',
    'Memory of pve2: 8.00 GiB → 20.0/32.0 GiB (63%).',
    '103 g103 stays: locked (backup)',
  ]);
});

test('the values change the plan', () => {
  const guests = [named(101), named(201, { type: 'lxc' }), named(202, { status: safe('stopped') })];
  const lines = (values: FieldValues) =>
    nodeEvacuate.confirm(pve1, values, known(guests)).lines.join('\n');
  assert.match(lines({}), /1 container\(s\) restart/);
  assert.match(lines({}), /202 g202 stays: stopped/);
  assert.match(lines({ containers: false }), /201 g201 stays: running container/);
  assert.match(lines({ stopped: true }), /202 g202 → pve2: offline/);
  assert.match(lines({ 'max-workers': 3 }), /at most 3 at a time/);
});

test('a plan that moves nobody cannot be sent', async () => {
  const about = known([named(103, { lock: safe('backup') })]);
  const problem = fieldProblems(nodeEvacuate, { reserve: 10 }, pve1, about).reserve;
  assert.match(problem ?? '', /no guest can be moved: 103 g103 \(locked \(backup\)\)/);
  const { result, sent } = await evacuate(about);
  assert.equal(result.ok, false);
  assert.deepEqual(sent, []);
});

test('every guest of the plan moves, in its order, each followed', async () => {
  const { result, sent, said } = await evacuate(known(three));
  assert.deepEqual(sent, ['102 pve2', '101 pve2']);
  assert.deepEqual(said, [
    '1 of 2: guest 102 g102 to pve2',
    upid('qmigrate', '102'),
    '2 of 2: guest 101 g101 to pve2',
    upid('qmigrate', '101'),
  ]);
  assert.equal(
    result.ok && result.value.kind === 'done' && result.value.message,
    '2 of 2 guest(s) moved off pve1; 1 stay',
  );
});

test('never more at a time than asked for', async () => {
  let now = 0;
  let most = 0;
  const run = async (values: FieldValues) => {
    most = 0;
    const followTask = async (): Promise<Result<'ok'>> => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return ok('ok');
    };
    const guests = [101, 102, 103, 104].map((vmid) => named(vmid, { maxmem: GiB }));
    await evacuate(known(guests), { values, context: { followTask } });
    return most;
  };
  assert.equal(await run({}), 1);
  assert.equal(await run({ 'max-workers': 3 }), 3);
});

test('one failure does not stop the others, and is told with its reason', async () => {
  const parts: Partial<GuestApi> = {
    migrate: async (at) =>
      at.vmid === 102
        ? fail({ kind: 'rejected', what: safe('No space left on device') })
        : ok({ upid: upid('qmigrate', String(at.vmid)) }),
  };
  const { result } = await evacuate(known(three), { parts });
  assert.ok(!result.ok);
  assert.equal(result.failure.what, '1 of 2 guest(s) moved off pve1, 1 failed');
  assert.match(result.failure.detail ?? '', /guest 102 g102: No space left on device/);
});

test('each guest is looked at right before its turn', async () => {
  const about = known([named(101), named(102), named(104), named(105)]);
  const parts: Partial<GuestApi> = {
    status: async ({ vmid }) => {
      if (vmid === 101) return ok({ status: safe('running'), lock: safe('snapshot') });
      if (vmid === 102) return ok({ status: safe('stopped') });
      if (vmid === 104) return fail({ kind: 'not-found', what: safe('gone') });
      return ok({ status: safe('running') });
    },
  };
  const { result, sent } = await evacuate(about, { parts });
  assert.deepEqual(sent, ['105 pve2']);
  const detail = result.ok ? '' : (result.failure.detail ?? '');
  assert.match(detail, /guest 101 g101: not moved: locked \(snapshot\)/);
  assert.match(detail, /guest 102 g102: not moved: it was running, is stopped/);
  assert.match(detail, /guest 104 g104: not moved: it does not exist any more/);
});

test('a target that went away meanwhile is not used', async () => {
  const about = known([named(101)]);
  const { site } = siteOf(about);
  const dark = {
    ...site,
    guests: site.guests,
    resources: async () =>
      ok({
        nodes: [pve1, { ...pve2, status: safe('offline') }],
        guests: [],
        storages: [],
        pools: [],
      }),
  };
  const result = await nodeEvacuate.run(pve1, {}, { ...contextOf(site, about), site: dark });
  assert.match(result.ok ? '' : (result.failure.detail ?? ''), /not moved: pve2 is offline/);
});

test('halted: what runs comes to its end, nothing further is started', async () => {
  const halt = new AbortController();
  const followTask = async (): Promise<Result<'ok'>> => {
    halt.abort();
    return ok('ok');
  };
  const { result, sent } = await evacuate(known(three), {
    context: { followTask, halt: halt.signal },
  });
  assert.deepEqual(sent, ['102 pve2']);
  assert.ok(!result.ok);
  assert.equal(result.failure.kind, 'cancelled');
  assert.equal(result.failure.what, '1 of 2 guest(s) moved off pve1, 1 not started');
});

test('followed no longer is not the same as failed', async () => {
  const gone = new AbortController();
  const followTask = async (): Promise<Result<'ok'>> => {
    gone.abort();
    return fail({ kind: 'cancelled', what: safe('No longer followed') });
  };
  const { result } = await evacuate(known(three), {
    context: { followTask, signal: gone.signal },
  });
  assert.ok(!result.ok);
  assert.equal(result.failure.kind, 'cancelled');
  assert.match(result.failure.what, /^0 of 2 .*, 1 not followed to the end, 1 not started$/);
});

test('what decides is read of every guest of the node, and of no other', async () => {
  const guests = [named(101), named(102), named(109, { node: safe('pve2') })];
  const resources: Resources = { nodes: [pve1, pve2], guests, storages: [], pools: [] };
  const asked: number[] = [];
  const site = fakeSite({
    resources: async () => ok(resources),
    cluster: { mappings: async () => ok([]) },
    guests: {
      config: async (at) => {
        asked.push(at.vmid);
        return at.vmid === 102 ? fail({ kind: 'denied', what: safe('No') }) : ok(config({}));
      },
      migrateCheck: async () => ok(undefined),
    },
  });
  const signal = new AbortController().signal;
  const read = await gatherFacts(nodeEvacuate, pve1, site, facts(), signal);
  assert.deepEqual(asked.sort(), [101, 102]);
  assert.ok(read.ok);
  const lines = nodeEvacuate.confirm(pve1, {}, read.value).lines.join('\n');
  assert.match(lines, /102 g102 stays: it could not be read: No/);
});
