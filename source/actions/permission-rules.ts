import { type AclEntry, type AclSubject, aclKey, guestPath } from '../domain/acl.ts';
import type { Guest } from '../domain/guest.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import { blocked, yes } from './guest-common.ts';
import type { Availability, Facts, FieldValue } from './types.ts';

/** Changing who may use a guest takes no lock of it. */
export function permitted(guest: Guest, facts: Facts): Availability {
  return blocked(guest, facts, guest.lock ? [guest.lock] : []) ?? yes;
}

/** Whoever may allocate a guest may change its permissions too, within its own. */
export function permissionPrivileges(guest: Guest): readonly PrivilegeNeed[] {
  return [{ path: guestPath(guest.vmid), anyOf: ['Permissions.Modify', 'VM.Allocate'] }];
}

/** `a@pve!x` is a token, `a@pve` a user, `a` a group. */
export function subjectOf(id: string): AclSubject {
  if (id.includes('!')) return 'token';
  return id.includes('@') ? 'user' : 'group';
}

/** Entries on the guest itself; what it inherits is changed where it stands. */
export function ownEntries(guest: Guest, facts: Facts): readonly AclEntry[] {
  const path = guestPath(guest.vmid);
  return (facts.access?.acl ?? []).filter((entry) => entry.path === path);
}

/** An entry as it is named in a field: `admin@pve PVEVMAdmin`. */
export const entryName = ({ id, role }: AclEntry): string => `${id} ${role}`;

export function findEntry(guest: Guest, facts: Facts, name: FieldValue): AclEntry | undefined {
  return ownEntries(guest, facts).find((entry) => entryName(entry) === name);
}

/** The entry under the cursor, wherever it stands. */
export function pickedEntry(facts: Facts): AclEntry | undefined {
  const { picked, access } = facts;
  if (picked?.kind !== 'permission') return undefined;
  return access?.acl.find((entry) => aclKey(entry) === picked.key);
}

/** What a role is good for, in Proxmox's privileges. */
export function roleWords(facts: Facts, role: FieldValue): SafeText {
  const known = facts.access?.choices.roles?.find((each) => each.role === role);
  if (!known) return say`What this role may do is not known.`;
  if (known.privileges.length === 0) return say`This role may do nothing: it takes rights away.`;
  return say`It may: ${joinSafe(known.privileges, ', ')}.`;
}
