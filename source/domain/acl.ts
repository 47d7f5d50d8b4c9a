import { holds, type Permissions } from './permission.ts';
import { type SafeText, sanitise } from './safe-text.ts';

export type AclSubject = 'user' | 'group' | 'token';

/** One entry of the access control list, GET /access/acl. */
export interface AclEntry {
  readonly path: SafeText;
  readonly subject: AclSubject;
  /** `admin@pve`, `admins`, `admin@pve!tui` */
  readonly id: SafeText;
  readonly role: SafeText;
  /** It holds for the paths below too. */
  readonly propagate: boolean;
}

/** An entry that decides about a guest. */
export interface GuestAclEntry {
  readonly entry: AclEntry;
  /** Where it stands: on the guest itself, its pool, all guests, or everything. */
  readonly level: 'guest' | 'pool' | 'guests' | 'root';
  /** A deeper entry for the same subject takes its place. */
  readonly replaced: boolean;
}

/** What decides about one guest, as far as it may be seen. */
export interface GuestAccess {
  readonly entries: readonly GuestAclEntry[];
  /** False: entries may be missing, because this identity is told only those it may change. undefined = not known. */
  readonly complete: boolean | undefined;
  /** The identity's own privileges on the guest; undefined = not read. */
  readonly own: readonly SafeText[] | undefined;
}

interface Place {
  readonly vmid: number;
  readonly pool?: SafeText | undefined;
}

export const guestPath = (vmid: number): SafeText => sanitise(`/vms/${vmid}`);

/** Names an entry among all others: `/vms user admin@pve PVEAdmin`. */
export function aclKey({ path, subject, id, role }: AclEntry): string {
  return `${path} ${subject} ${id} ${role}`;
}

function levelOf(
  { path, propagate }: AclEntry,
  { vmid, pool }: Place,
): GuestAclEntry['level'] | undefined {
  if (path === guestPath(vmid)) return 'guest';
  if (pool !== undefined && path === `/pool/${pool}`) return 'pool';
  if (!propagate) return undefined;
  if (path === '/vms') return 'guests';
  return path === '/' ? 'root' : undefined;
}

const depth = { guest: 2, pool: 3, guests: 1, root: 0 } as const;

/**
 * The entries that apply to a guest: its own first, then its pool's, then inherited ones. An entry replaces what the same
 * subject inherits from above; what a pool gives comes on top.
 */
export function guestEntries(all: readonly AclEntry[], place: Place): readonly GuestAclEntry[] {
  const found = all.flatMap((entry) => {
    const level = levelOf(entry, place);
    return level === undefined ? [] : [{ entry, level }];
  });
  const order = ['guest', 'pool', 'guests', 'root'];
  return found
    .map(({ entry, level }): GuestAclEntry => {
      const replaced =
        level !== 'pool' &&
        found.some(
          (other) =>
            other.level !== 'pool' &&
            other.entry.subject === entry.subject &&
            other.entry.id === entry.id &&
            depth[other.level] > depth[level],
        );
      return { entry, level, replaced };
    })
    .sort(
      (a, b) =>
        order.indexOf(a.level) - order.indexOf(b.level) ||
        (aclKey(a.entry) < aclKey(b.entry) ? -1 : 1),
    );
}

/** May the identity change entries on the path? Besides `Permissions.Modify`, allocating what is there is enough. */
export function mayChangeAcl(
  permissions: Permissions | undefined,
  path: string,
): boolean | undefined {
  const more = path.startsWith('/vms/')
    ? ['VM.Allocate']
    : path.startsWith('/pool/')
      ? ['Pool.Allocate']
      : [];
  return holds(permissions, { path, anyOf: ['Permissions.Modify', ...more] });
}

/** Is the identity told every entry that decides about the guest? Proxmox leaves the others out without a word. */
export function aclComplete(
  permissions: Permissions | undefined,
  { vmid, pool }: Place,
): boolean | undefined {
  if (!permissions) return undefined;
  if (holds(permissions, { path: '/access', anyOf: ['Sys.Audit'] })) return true;
  const paths = ['/', '/vms', `/vms/${vmid}`, ...(pool === undefined ? [] : [`/pool/${pool}`])];
  return paths.every((path) => mayChangeAcl(permissions, path) === true);
}

/** Who could be given a role, and which roles there are; a part that could not be read is absent. */
export interface AccessChoices {
  readonly users?: readonly SafeText[];
  readonly groups?: readonly SafeText[];
  readonly tokens?: readonly SafeText[];
  readonly roles?: readonly { readonly role: SafeText; readonly privileges: readonly SafeText[] }[];
}
