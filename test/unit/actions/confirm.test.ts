import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { batchWidth, inBatches } from '../../../source/actions/batch.ts';
import { typedName } from '../../../source/actions/guest-common.ts';
import { guestHibernate } from '../../../source/actions/guest-hibernate.ts';
import { guestReset } from '../../../source/actions/guest-reset.ts';
import { guestRollback } from '../../../source/actions/guest-rollback.ts';
import { guestSpice } from '../../../source/actions/guest-spice.ts';
import { guestStart } from '../../../source/actions/guest-start.ts';
import { guestStop } from '../../../source/actions/guest-stop.ts';
import { nodeReboot } from '../../../source/actions/node-reboot.ts';
import { nodeStopAll } from '../../../source/actions/node-stop-all.ts';
import type { Availability } from '../../../source/actions/types.ts';
import type { Permissions } from '../../../source/domain/permission.ts';
import { facts, free, guest, inventory, node, safe } from './fakes.ts';

function reason(found: Availability): string {
  assert.equal(found.state, 'disabled');
  return found.state === 'disabled' ? found.reason : '';
}

function permitted(...rows: readonly [string, Record<string, boolean>][]) {
  const data: Permissions = new Map(
    rows.map(([path, all]) => [path, new Map(Object.entries(all))]),
  );
  return facts({ site: inventory({ permissions: { data, fetching: false } }) });
}

test('a missing privilege is named with its path', () => {
  const auditor = permitted(['/', { 'VM.Audit': true, 'Sys.Audit': true }]);
  const stopped = guest({ status: safe('stopped') });
  assert.equal(
    reason(availabilityOf(guestStart, stopped, auditor, free)),
    'needs VM.PowerMgmt on /vms/101',
  );
  assert.equal(
    reason(availabilityOf(guestRollback, guest(), auditor, free)),
    'needs VM.Snapshot or VM.Snapshot.Rollback on /vms/101',
  );
});

test('each of several privileges is needed, one of an either-or is enough', () => {
  const power = permitted(['/vms', { 'VM.PowerMgmt': true }]);
  assert.equal(
    reason(availabilityOf(guestHibernate, guest(), power, free)),
    'needs VM.Config.Disk on /vms/101',
  );
  const both = permitted(['/vms', { 'VM.PowerMgmt': true, 'VM.Config.Disk': true }]);
  assert.equal(availabilityOf(guestHibernate, guest(), both, free).state, 'yes');
  const one = permitted(['/vms/101', { 'VM.Snapshot.Rollback': false }]);
  assert.equal(availabilityOf(guestRollback, guest(), one, free).state, 'yes');
});

test('privileges nobody told of forbid nothing', () => {
  assert.equal(availabilityOf(guestStop, guest(), facts(), free).state, 'yes');
});

test('SPICE on a stopped guest needs the right to start it', () => {
  const thin = permitted(['/vms/101', { 'VM.Console': true }]);
  assert.equal(availabilityOf(guestSpice, guest(), thin, free).state, 'yes');
  const stopped = guest({ status: safe('stopped') });
  assert.match(reason(availabilityOf(guestSpice, stopped, thin, free)), /needs VM.PowerMgmt/);
});

test('read-only beats the allow list, and what never applies stays hidden', () => {
  const readOnly = { readOnly: true, allow: ['node.reboot'] };
  assert.match(reason(availabilityOf(nodeReboot, node(), facts(), readOnly)), /^read-only mode/);
  const template = guest({ template: true });
  assert.equal(availabilityOf(guestStart, template, facts(), readOnly).state, 'hidden');
});

test('level 4 is off until the configuration allows this very action', () => {
  const off = availabilityOf(nodeReboot, node(), facts(), free);
  assert.match(reason(off), /add "allow: \[node\.reboot\]" to homelab\.yaml/);
  const other = { readOnly: false, allow: ['node.shutdown'] };
  assert.equal(availabilityOf(nodeReboot, node(), facts(), other).state, 'disabled');
  const on = { readOnly: false, allow: ['node.reboot'] };
  assert.equal(availabilityOf(nodeReboot, node(), facts(), on).state, 'yes');
  assert.equal(nodeReboot.confirm(node(), {}, facts()).typed, 'pve1');
});

test('stop and reset of a critical guest want the typed name', () => {
  for (const action of [guestStop, guestReset]) {
    assert.equal(action.confirm(guest(), {}, facts()).level, 2);
    const critical = action.confirm(guest({ tags: [safe('Critical')] }), {}, facts());
    assert.equal(critical.level, 3);
    assert.equal(critical.typed, 'web-server');
  }
});

test('the VMID is typed when the name is empty, not unique or not what it looks like', () => {
  const typed = (name: string | undefined, uniqueName = true) =>
    typedName(guest({ name: name === undefined ? undefined : safe(name) }), facts({ uniqueName }));
  assert.equal(typed('web-server'), 'web-server');
  assert.equal(typed(undefined), '101');
  assert.equal(typed(''), '101');
  assert.equal(typed('web-server', false), '101');
  assert.equal(typed('pro\u200bd'), '101');
  assert.equal(typed('w\u0435b'), '101', 'a Cyrillic е');
  assert.equal(typed('\u202egnp.exe'), '101');
  assert.equal(typed(' web'), '101');
});

test('a moved guest is told in its dialog', () => {
  const moved = facts({ movedFrom: safe('pve2') });
  const { lines } = guestStop.confirm(guest(), {}, moved);
  assert.match(lines.join('\n'), /It has moved from pve2 to pve1/);
});

test('stop all counts what runs, not what is stopped, elsewhere or only remembered', () => {
  const guests = [
    guest(),
    guest({ vmid: 102, status: safe('paused') }),
    guest({ vmid: 103, status: safe('stopped') }),
    guest({ vmid: 104, node: safe('pve2') }),
    guest({ vmid: 105, stale: true }),
  ];
  const data = { nodes: [], guests, storages: [], pools: [] };
  const known = facts({ site: inventory({ resources: { data, fetching: false } }) });
  assert.match(nodeStopAll.confirm(node(), {}, known).lines.join('\n'), /^2 guest\(s\) run on it/m);
});

test('a batch runs four at a time, keeps the order and lets failures pass', async () => {
  const gates: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async (item: number) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((open) => gates.push(open));
    running -= 1;
    return item === 3 ? 'failed' : `done ${item}`;
  };
  const all = inBatches([0, 1, 2, 3, 4, 5, 6, 7, 8], work);
  assert.equal(running, batchWidth);
  for (let opened = 0; opened < 9; opened += 1) {
    // The last started ends first, so order is not luck.
    gates.pop()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const results = await all;
  assert.equal(most, 4);
  assert.deepEqual(results.slice(2, 5), ['done 2', 'failed', 'done 4']);
  assert.equal(results.length, 9);
  assert.deepEqual(await inBatches([], work), []);
});
