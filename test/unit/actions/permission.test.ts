import assert from 'node:assert/strict';
import test from 'node:test';
import { guestPermissionAdd } from '../../../source/actions/guest-permission-add.ts';
import type { AclEntry } from '../../../source/domain/acl.ts';
import { facts, guest, safe } from './fakes.ts';

const lines = (
  values: { ugid: string; roles: string },
  pool?: string,
  acl: readonly AclEntry[] = [],
) =>
  guestPermissionAdd
    .confirm(
      guest(pool ? { pool: safe(pool) } : {}),
      values,
      facts({ access: { acl, choices: {} } }),
    )
    .lines.join('\n');

test('a role on a guest replaces what is inherited, but not what its pool gives', () => {
  const values = { ugid: 'a@pve', roles: 'PVEVMUser' };
  assert.match(lines(values), /takes the place of roles that a@pve inherits from above\./);
  assert.doesNotMatch(lines(values), /pool/);
  const pooled = lines(values, 'prod');
  assert.match(pooled, /takes the place of roles that a@pve inherits by \/vms\./);
  assert.match(pooled, /What a@pve has on the pool prod, or inherits there, counts beside it\./);
});

test('no access on a guest shuts out what its pool gives, too', () => {
  const pooled = lines({ ugid: 'a@pve', roles: 'NoAccess' }, 'prod');
  assert.match(pooled, /What a@pve has by the pool prod counts no more either\./);
  assert.doesNotMatch(pooled, /beside it/);
});

test('no access by the pool leaves a new role on the guest without effect', () => {
  const values = { ugid: 'a@pve', roles: 'PVEVMUser' };
  const none = (path: string, role = 'NoAccess'): AclEntry => ({
    path: safe(path),
    subject: 'user',
    id: safe('a@pve'),
    role: safe(role),
    propagate: true,
  });
  const useless = /a@pve has NoAccess by the pool a\/b: the new role does nothing\./;
  assert.match(lines(values, 'a/b', [none('/pool/a')]), useless);
  assert.match(lines(values, 'a/b', [none('/')]), useless);
  const replaced = [none('/'), none('/pool/a', 'PVEVMUser')];
  assert.doesNotMatch(lines(values, 'a/b', replaced), /NoAccess/);
  assert.doesNotMatch(lines(values, 'a/b', [none('/vms')]), /NoAccess/);
});
