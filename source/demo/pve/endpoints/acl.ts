import type { AclEntry } from '../../world/accounts.ts';
import { roles } from '../../world/roles.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, notPermitted, parameterErrors } from '../errors.ts';
import { optionalFlag, optionalText, text } from '../parameter-kinds.ts';

/** What gives the right to change the entries of a path, besides `Permissions.Modify`. */
function modifiers(path: string): string[] {
  const more = { storage: 'Datastore.Allocate', vms: 'VM.Allocate', pool: 'Pool.Allocate' };
  const kind = /^\/(storage|vms|pool)\/./.exec(path)?.[1] as keyof typeof more | undefined;
  return ['Permissions.Modify', ...(kind ? [more[kind]] : [])];
}

function list(call: Call): unknown[] {
  const all = call.may('/access', 'Sys.Audit');
  return call.world.accounts.acl
    .filter(({ path }) => all || call.mayAny(path, ...modifiers(path)))
    .map((entry) => ({ ...entry, propagate: entry.propagate ? 1 : 0 }));
}

const items = (value: string | undefined) => (value ?? '').split(/[,;\s]+/).filter(Boolean);

function subjects(call: Call): Pick<AclEntry, 'type' | 'ugid'>[] {
  const { users, tokens, groups } = call.world.accounts;
  const found: Pick<AclEntry, 'type' | 'ugid'>[] = [];
  for (const ugid of items(call.text('groups'))) {
    if (!groups?.has(ugid)) throw died(`group '${ugid}' does not exist`);
    found.push({ type: 'group', ugid });
  }
  for (const ugid of items(call.text('users'))) {
    if (!users.has(ugid)) throw died(`user '${ugid}' does not exist`);
    found.push({ type: 'user', ugid });
  }
  for (const ugid of items(call.text('tokens'))) {
    const [user, token] = ugid.split('!');
    if (!tokens.has(ugid)) throw died(`no such token '${token}' for user '${user}'`);
    found.push({ type: 'token', ugid });
  }
  return found;
}

/** Whoever may only allocate there hands out no more than it holds itself. */
function checkRole(call: Call, path: string, role: string, remove: boolean): void {
  const given = roles[role];
  if (!given) throw died(`role '${role}' does not exist`);
  if (call.may(path, 'Permissions.Modify')) return;
  const verb = remove ? 'remove' : 'add';
  if (role === 'NoAccess' || !call.may(path, ...given)) {
    throw parameterErrors({
      role: `Cannot ${verb} role '${role}' - requires 'Permissions.Modify' or superset of privileges.`,
    });
  }
}

function update(call: Call): null {
  const { accounts } = call.world;
  const wanted = ['users', 'groups', 'tokens'];
  if (wanted.every((name) => !call.text(name))) {
    const words = "either 'users', 'groups' or 'tokens' is required.";
    throw parameterErrors(Object.fromEntries(wanted.map((name) => [name, words])));
  }
  const path = call.required('path');
  const remove = call.flag('delete');
  if (!/^\/(?:(?:access|nodes|pool|sdn|storage|vms|mapping)(?:\/[\w.-]+)*)?$/.test(path)) {
    throw parameterErrors({ path: `invalid ACL path '${path}'` });
  }
  if (!call.mayAny(path, ...modifiers(path))) {
    throw notPermitted(`${path}, ${modifiers(path).join('|')}`);
  }
  const propagate = call.parameters.propagate === undefined || call.flag('propagate');
  const chosen = subjects(call);
  for (const roleid of items(call.text('roles'))) {
    checkRole(call, path, roleid, remove);
    for (const subject of chosen) {
      const others = accounts.acl.filter(
        (entry) =>
          entry.path !== path ||
          entry.ugid !== subject.ugid ||
          entry.type !== subject.type ||
          entry.roleid !== roleid,
      );
      accounts.acl = remove ? others : [...others, { path, roleid, propagate, ...subject }];
    }
  }
  return null;
}

function groupRows(call: Call): unknown[] {
  return [...(call.world.accounts.groups ?? new Map())]
    .filter(([groupid]) =>
      call.mayAny(`/access/groups/${groupid}`, 'User.Modify', 'Sys.Audit', 'Group.Allocate'),
    )
    .map(([groupid, { comment, members }]) => ({ groupid, comment, users: members.join(',') }));
}

/** Who may do what where. */
export const aclEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/access/acl', permission: 'all', parameters: {}, handler: list },
  {
    method: 'PUT',
    path: '/access/acl',
    permission: 'all',
    needsQuorum: true,
    parameters: {
      path: text(),
      roles: text({ format: 'pve-roleid-list' }),
      delete: optionalFlag(),
      groups: optionalText({ format: 'pve-groupid-list' }),
      propagate: optionalFlag(),
      tokens: optionalText({ format: 'pve-tokenid-list' }),
      users: optionalText({ format: 'pve-userid-list' }),
    },
    handler: update,
  },
  { method: 'GET', path: '/access/groups', permission: 'all', parameters: {}, handler: groupRows },
];
