import assert from 'node:assert/strict';
import test from 'node:test';
import { type ExecuteEnvironment, execute } from '../../../source/actions/execute.ts';
import { guestRollback } from '../../../source/actions/guest-rollback.ts';
import { guestSnapshot } from '../../../source/actions/guest-snapshot.ts';
import { guestStart } from '../../../source/actions/guest-start.ts';
import { guestStop } from '../../../source/actions/guest-stop.ts';
import { prepare } from '../../../source/actions/prepare.ts';
import { actions } from '../../../source/actions/registry.ts';
import type { Action, FieldValues } from '../../../source/actions/types.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import type { Result } from '../../../source/domain/result.ts';
import { findLostTask } from '../../../source/services/index.ts';
import { environment, free, options } from '../actions/fakes.ts';
import { type Rig, startRig } from './rig.ts';

function guestOf(rig: Rig, vmid: number): Guest {
  const found = rig.inventory().resources.data?.guests.find((guest) => guest.vmid === vmid);
  assert.ok(found, `guest ${vmid}`);
  return found;
}

async function prepared(rig: Rig, action: Action<'guest'>, guest: Guest) {
  const input = {
    site: rig.site,
    inventory: rig.inventory(),
    mode: free,
    now: rig.now(),
    uniqueName: () => true,
  };
  return prepare(action, guest, input, new AbortController().signal);
}

/** As the console runs it; the search for a lost task does not wait between its looks. */
function environmentOf(rig: Rig) {
  const look: ExecuteEnvironment['findLostTask'] = (query, signal) =>
    findLostTask(rig.site, query, { signal, pause: 1 });
  return environment(rig.site, { now: rig.now, findLostTask: look });
}

async function run(
  rig: Rig,
  action: Action<'guest'>,
  vmid: number,
  values: FieldValues,
  typed?: string,
) {
  const ready = await prepared(rig, action, guestOf(rig, vmid));
  assert.ok(ready.ok, JSON.stringify(ready));
  const world = environmentOf(rig);
  const seen = options();
  const consent = typed === undefined ? ({ yes: true } as const) : { typed };
  const result = await execute(ready.value, values, consent, world.environment, seen.options);
  return { result, events: seen.events, diary: world.diary };
}

function failureOf(result: Result<unknown>): Failure {
  assert.equal(result.ok, false, JSON.stringify(result));
  return (result as { failure: Failure }).failure;
}

const writes = (rig: Rig) => rig.requests(/^(POST|PUT|DELETE) /);

/** They show something and change no configuration: neither needs the quorum. */
const looking = new Set([
  'guest.spice',
  'guest.console',
  'guest.screen',
  'guest.screenshot',
  'guest.vnc',
  'guest.shell',
  'guest.monitor',
]);

test('F24 without quorum every changing action is refused with the reason, and nothing is sent', async (t) => {
  const rig = await startRig(t, { scenario: 'no-quorum' });
  assert.equal(rig.inventory().cluster.data?.quorate, false);
  assert.match(rig.header(), /quorum/i);
  const running = guestOf(rig, 101);
  for (const action of actions) {
    if (action.scope !== 'guest' || action.effect === 'read' || looking.has(action.id)) continue;
    const ready = await prepared(rig, action as unknown as Action<'guest'>, running);
    assert.ok(ready.ok, action.id);
    assert.notEqual(ready.value.availability.state, 'yes', action.id);
    if (ready.value.availability.state === 'disabled' && action.id === 'guest.stop') {
      assert.match(ready.value.availability.reason, /quorum/);
    }
  }
  const forced = await run(rig, guestStop, 101, {});
  assert.match(failureOf(forced.result).what, /quorum/);
  assert.deepEqual(writes(rig), []);
});

test('F25 a guest deleted between display and key is said to be gone, and nothing is sent', async (t) => {
  const rig = await startRig(t);
  const shown = guestOf(rig, 111);
  rig.world.guests.delete(111);
  rig.world.revision += 1;
  const ready = await prepared(rig, guestStart, shown);
  assert.match(failureOf(ready).what, /does not exist any more/);
  assert.deepEqual(writes(rig), []);
});

test('F25 a guest that moved between display and key is found again, and the dialog says so', async (t) => {
  const rig = await startRig(t);
  const shown = guestOf(rig, 111);
  const other = shown.node === 'pve2' ? 'pve1' : 'pve2';
  const guest = rig.world.guests.get(111);
  assert.ok(guest);
  Object.assign(guest, { node: other });
  rig.world.revision += 1;
  const ready = await prepared(rig, guestStart, shown);
  assert.ok(ready.ok);
  assert.equal(ready.value.target.node, other);
  const { lines } = guestStart.confirm(ready.value.target, {}, ready.value.facts);
  assert.match(lines.join('\n'), new RegExp(`moved from ${shown.node} to ${other}`, 'i'));

  Object.assign(guest, { node: shown.node });
  rig.world.revision += 1;
  const world = environmentOf(rig);
  const asked = options({ reread: true });
  const late = await execute(ready.value, {}, { yes: true }, world.environment, asked.options);
  assert.match(failureOf(late).what, /It changed while the question was open: moved from/);
  assert.deepEqual(writes(rig), []);
  assert.deepEqual(world.diary, [], 'not even an intent');
});

test('F26 the answer of a POST is lost: exactly one POST, its task is found and followed to the end', async (t) => {
  const rig = await startRig(t, { speed: 100 });
  rig.world.faults.dropAfterRead('POST /nodes/pve1/qemu/112/snapshot');
  const { result, events } = await run(rig, guestSnapshot, 112, { snapname: 'lost' });
  assert.ok(result.ok, JSON.stringify(result));
  assert.equal(result.value.outcome, 'ok');
  assert.match(result.value.upid ?? '', /:qmsnapshot:112:/);
  assert.ok(events.some((event) => event.kind === 'task'));
  assert.equal(writes(rig).length, 1);
  assert.equal(
    rig.world.guests.get(112)?.snapshots.filter(({ name }) => name === 'lost').length,
    1,
  );
});

test('F26 no task of it is found: the words say what is known, and it is not called a success', async (t) => {
  const rig = await startRig(t, { timings: { write: 300 } });
  rig.world.faults.respond('POST /nodes/pve1/qemu/112/snapshot', { hang: true });
  const { result, diary } = await run(rig, guestSnapshot, 112, { snapname: 'lost' });
  const failure = failureOf(result);
  assert.equal(failure.kind, 'unanswered');
  assert.match(failure.what, /sent but no answer came in time/);
  assert.match(failure.next ?? '', /no task of it is known, so it most likely did not start/);
  assert.equal(diary.at(-1), 'result unanswered');
  assert.equal(writes(rig).length, 1);
});

test('F26 the search itself fails: whether it happened is unknown, never "it did not"', async (t) => {
  const rig = await startRig(t);
  rig.world.faults.dropAfterRead('POST /nodes/pve1/qemu/112/snapshot');
  rig.world.faults.respond(/GET .*\/tasks$/, { status: 595, statusText: 'No route to host' });
  const { result } = await run(rig, guestSnapshot, 112, { snapname: 'lost' });
  const failure = failureOf(result);
  assert.equal(failure.kind, 'unanswered');
  assert.match(failure.next ?? '', /whether it happened is unknown/);
  assert.equal(writes(rig).length, 1);
});

test('F28 rollback on ZFS past newer snapshots is refused before any POST, the blockers are listed', async (t) => {
  const rig = await startRig(t);
  const guest = [...rig.world.guests.values()].find(
    ({ snapshots, config }) => snapshots.length > 1 && /local-zfs:/.test(JSON.stringify(config)),
  );
  assert.ok(guest, 'the demo has a guest on ZFS with snapshots');
  const [oldest, ...newer] = [...guest.snapshots].sort((a, b) => a.snaptime - b.snaptime);
  assert.ok(oldest);
  const shown = guestOf(rig, guest.vmid);
  const values = { snapname: oldest.name };
  const { result, diary } = await run(rig, guestRollback, guest.vmid, values, shown.name);
  const failure = failureOf(result);
  assert.equal(failure.kind, 'invalid');
  for (const { name } of newer) assert.ok(failure.what.includes(name), failure.what);
  assert.match(failure.what, /newest snapshot only/);
  assert.deepEqual(writes(rig), []);
  assert.deepEqual(diary, []);
});
