import assert from 'node:assert/strict';
import test from 'node:test';
import { holds, type Permissions } from '../../../source/domain/permission.ts';

function permissions(rows: Record<string, Record<string, boolean>>): Permissions {
  return new Map(Object.entries(rows).map(([path, all]) => [path, new Map(Object.entries(all))]));
}

const need = (path: string, ...anyOf: string[]) => ({ path, anyOf });

test('not asked is not known, which is neither yes nor no', () => {
  assert.equal(holds(undefined, need('/vms/101', 'VM.Audit')), undefined);
});

test('a privilege on the exact path counts whatever its flag', () => {
  const given = permissions({ '/vms/101': { 'VM.PowerMgmt': false } });
  assert.equal(holds(given, need('/vms/101', 'VM.PowerMgmt')), true);
});

test('from above only what propagates comes down', () => {
  const down = permissions({ '/': { 'VM.Audit': true } });
  assert.equal(holds(down, need('/vms/101', 'VM.Audit')), true);
  assert.equal(holds(down, need('/', 'VM.Audit')), true);
  const stays = permissions({ '/': { 'VM.Audit': false } });
  assert.equal(holds(stays, need('/vms/101', 'VM.Audit')), false);
  assert.equal(holds(stays, need('/', 'VM.Audit')), true);
});

test('a deeper path replaces what it would inherit', () => {
  const given = permissions({
    '/': { 'VM.Audit': true, 'VM.PowerMgmt': true },
    '/vms': { 'VM.Audit': true },
    '/vms/101': { 'VM.Console': true },
  });
  assert.equal(holds(given, need('/vms/101', 'VM.Audit')), false);
  assert.equal(holds(given, need('/vms/101', 'VM.Console')), true);
  assert.equal(holds(given, need('/vms/102', 'VM.Audit')), true);
  assert.equal(holds(given, need('/vms/102', 'VM.PowerMgmt')), false);
});

test('a path that only begins alike is another path', () => {
  const given = permissions({ '/vms/10': { 'VM.Audit': true } });
  assert.equal(holds(given, need('/vms/101', 'VM.Audit')), false);
  assert.equal(holds(given, need('/vms/10', 'VM.Audit')), true);
});

test('one of several is enough', () => {
  const given = permissions({ '/vms': { 'VM.Snapshot.Rollback': true } });
  assert.equal(holds(given, need('/vms/1', 'VM.Snapshot', 'VM.Snapshot.Rollback')), true);
  assert.equal(holds(given, need('/vms/1', 'VM.Snapshot')), false);
});

test('no list at all holds nothing', () => {
  assert.equal(holds(permissions({}), need('/vms/101', 'VM.Audit')), false);
  assert.equal(holds(permissions({ '/': {} }), need('/', 'Sys.Audit')), false);
});
