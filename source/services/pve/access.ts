import type { AccessChoices } from '../../domain/acl.ts';
import { ok, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import type { AccessApi, AclChange } from '../access-api.ts';
import { rowsOf, text } from '../decode.ts';
import type { CallOptions } from '../types.ts';
import type { Caller } from './caller.ts';
import { decodeAcl, decodeOwnPrivileges, decodeRoles, decodeUsers } from './decode-protection.ts';

const lists = { user: 'users', group: 'groups', token: 'tokens' } as const;

export function accessApi(caller: Caller): AccessApi {
  const here = (options: CallOptions | undefined) => ({ where: caller.here, options });
  return {
    acl: (options) => caller.list('GET /access/acl', {}, {}, here(options), decodeAcl),
    changeAcl: ({ path, subject, id, role, propagate, remove }: AclChange, options) =>
      caller.start(
        'PUT /access/acl',
        {},
        { path, roles: role, [lists[subject]]: id, propagate, delete: remove },
        { where: say`${caller.here} · permissions of ${sanitise(path)}`, options },
      ),
    own: (path, options) =>
      caller.row('GET /access/permissions', {}, { path }, here(options), (row) =>
        decodeOwnPrivileges(row, path),
      ),
    choices: (options) => choices(caller, options),
  };
}

async function choices(
  caller: Caller,
  options: CallOptions | undefined,
): Promise<Result<AccessChoices>> {
  const details = { where: caller.here, options };
  const [users, groups, roles] = await Promise.all([
    caller.list('GET /access/users', {}, { full: true }, details, decodeUsers),
    caller.list('GET /access/groups', {}, {}, details, (data) =>
      rowsOf(data).flatMap(({ groupid }) => text(groupid) ?? []),
    ),
    caller.list('GET /access/roles', {}, {}, details, decodeRoles),
  ]);
  if (!users.ok && !groups.ok && !roles.ok) return users;
  return ok({
    ...(users.ok ? users.value : {}),
    ...(groups.ok ? { groups: groups.value } : {}),
    ...(roles.ok ? { roles: roles.value } : {}),
  });
}
