import assert from 'node:assert/strict';
import test from 'node:test';
import type { Guest } from '../../../source/domain/guest.ts';
import type { Resources } from '../../../source/domain/inventory.ts';
import type { Node } from '../../../source/domain/node.ts';
import { type SafeText, sanitise } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import { mergeResources } from '../../../source/store/merge-resources.ts';

const site = 'home' as SiteId;
const s = (text: string): SafeText => sanitise(text);

function node(name: string, status: string): Node {
  return status === 'online'
    ? { site, node: s(name), status: s(status), cpu: 0.2, maxcpu: 8, mem: 4, maxmem: 16 }
    : { site, node: s(name), status: s(status) };
}

function guest(vmid: number, on: string, more: Partial<Guest> = {}): Guest {
  return {
    site,
    type: 'qemu',
    vmid,
    node: s(on),
    status: s('running'),
    name: s(`g${vmid}`),
    cpu: 0.1,
    ...more,
  };
}

function resources(nodes: Node[], guests: Guest[]): Resources {
  return { nodes, guests, storages: [], pools: [] };
}

test('an answer with nothing new keeps the very same object', () => {
  const first = mergeResources(
    undefined,
    resources([node('pve1', 'online')], [guest(101, 'pve1')]),
    1,
  );
  const second = mergeResources(
    first,
    resources([node('pve1', 'online')], [guest(101, 'pve1')]),
    2,
  );
  assert.equal(second, first);
});

test('only the changed row is a new object', () => {
  const before = mergeResources(
    undefined,
    resources([node('pve1', 'online')], [guest(101, 'pve1'), guest(102, 'pve1')]),
    1,
  );
  const after = mergeResources(
    before,
    resources([node('pve1', 'online')], [guest(101, 'pve1'), guest(102, 'pve1', { cpu: 0.9 })]),
    2,
  );
  assert.equal(after.guests[0], before.guests[0]);
  assert.notEqual(after.guests[1], before.guests[1]);
  assert.equal(after.guests[1]?.cpu, 0.9);
});

test('guests of a dead node keep name and figures, greyed with the time they were seen', () => {
  const before = mergeResources(
    undefined,
    resources([node('pve3', 'online')], [guest(103, 'pve3')]),
    1_000,
  );
  const nameless: Guest = { site, type: 'qemu', vmid: 103, node: s('pve3'), status: s('unknown') };
  const after = mergeResources(before, resources([node('pve3', 'offline')], [nameless]), 61_000);
  const [kept] = after.guests;
  assert.equal(kept?.name, 'g103');
  assert.equal(kept?.cpu, 0.1);
  assert.equal(kept?.status, 'unknown');
  assert.equal(kept?.stale, true);
  assert.equal(after.nodes[0]?.stale, true);
  assert.equal(after.nodes[0]?.maxcpu, 8);
});

test('guests that the server no longer lists stay while their node is down, and go when it is up', () => {
  const before = mergeResources(
    undefined,
    resources([node('pve3', 'online')], [guest(103, 'pve3')]),
    1,
  );
  const down = mergeResources(before, resources([node('pve3', 'offline')], []), 2);
  assert.deepEqual(
    down.guests.map((each) => [each.vmid, each.stale]),
    [[103, true]],
  );
  const up = mergeResources(down, resources([node('pve3', 'online')], []), 3);
  assert.equal(up.guests.length, 0);
});

test('the time a row was seen does not move while its node stays down', () => {
  const before = mergeResources(
    undefined,
    resources([node('pve3', 'online')], [guest(103, 'pve3')]),
    1,
  );
  const nameless: Guest = { site, type: 'qemu', vmid: 103, node: s('pve3'), status: s('unknown') };
  const first = mergeResources(before, resources([node('pve3', 'offline')], [nameless]), 100);
  const second = mergeResources(first, resources([node('pve3', 'offline')], [nameless]), 200);
  assert.equal(second.guests[0]?.seenAt, 100);
  assert.equal(second, first);
});

test('a guest that HA moved off the dead node is fresh again', () => {
  const before = mergeResources(
    undefined,
    resources([node('pve3', 'online')], [guest(103, 'pve3')]),
    1,
  );
  const down = mergeResources(before, resources([node('pve3', 'offline')], []), 2);
  const moved = mergeResources(
    down,
    resources([node('pve1', 'online'), node('pve3', 'offline')], [guest(103, 'pve1')]),
    3,
  );
  assert.equal(moved.guests.length, 1);
  assert.equal(moved.guests[0]?.stale, undefined);
  assert.equal(moved.guests[0]?.node, 'pve1');
});

test('what was never seen alive gets no time at which it was, however often it is told', () => {
  const nameless: Guest = { site, type: 'qemu', vmid: 103, node: s('pve3'), status: s('unknown') };
  const answer = () => resources([node('pve3', 'offline')], [nameless]);
  const first = mergeResources(undefined, answer(), 100);
  const second = mergeResources(first, answer(), 200);
  const third = mergeResources(second, answer(), 300);
  assert.equal(third.guests[0]?.seenAt, undefined);
  assert.equal(third.guests[0]?.stale, true);
  assert.equal(third.nodes[0]?.seenAt, undefined);
  assert.equal(third, first);
});
