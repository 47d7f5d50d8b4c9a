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
  /** Where it stands: on the guest itself, its pool, pools above that one, all guests, or everything. */
  readonly level: 'guest' | 'pool' | 'pools' | 'guests' | 'root';
  /** Deeper entries for the same subject take its place, so that it does not count. */
  readonly replaced: boolean;
  /** Replaced on the way to the guest, but not on the way to its pool: it counts through that one. */
  readonly byPool?: true;
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
  if (path === '/') return 'root';
  return pool !== undefined && poolPaths(pool).some((above) => above === path)
    ? 'pools'
    : undefined;
}

/** `/pool`, `/pool/a`, `/pool/a/b` of the pool `a/b`: what it inherits from, itself last. */
function poolPaths(pool: string): readonly string[] {
  const parts = pool.split('/');
  return ['/pool', ...parts.map((_, index) => `/pool/${parts.slice(0, index + 1).join('/')}`)];
}

/** Does a deeper entry of the same subject stand on this way? */
function isReplaced({ entry }: Found, way: readonly Found[]): boolean {
  return way.some(
    (other) =>
      other.entry.subject === entry.subject &&
      other.entry.id === entry.id &&
      other.entry.path.length > entry.path.length,
  );
}

interface Found {
  readonly entry: AclEntry;
  readonly level: GuestAclEntry['level'];
}

/**
 * The entries that apply to a guest: its own first, then its pool's, then inherited ones. An entry replaces what the same
 * subject inherits from above. There are two ways from `/`: to the guest, and to its pool; Proxmox goes both and adds what
 * they give, so that an entry on `/` counts until it is replaced on either.
 */
export function guestEntries(all: readonly AclEntry[], place: Place): readonly GuestAclEntry[] {
  const found = all.flatMap((entry) => {
    const level = levelOf(entry, place);
    return level === undefined ? [] : [{ entry, level }];
  });
  const order = ['guest', 'pool', 'pools', 'guests', 'root'];
  const ofPool = ({ level }: Found) => level === 'pool' || level === 'pools';
  const toPool = found.filter(ofPool);
  const toGuest = found.filter((each) => !ofPool(each));
  return found
    .map((each): GuestAclEntry => {
      const { entry, level } = each;
      if (ofPool(each)) return { entry, level, replaced: isReplaced(each, toPool) };
      if (!isReplaced(each, toGuest)) return { entry, level, replaced: false };
      const byPool = level === 'root' && place.pool !== undefined && !isReplaced(each, toPool);
      return byPool ? { entry, level, replaced: false, byPool } : { entry, level, replaced: true };
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
  const paths = ['/', '/vms', guestPath(vmid), ...(pool === undefined ? [] : poolPaths(pool))];
  return paths.every((path) => mayChangeAcl(permissions, path) === true);
}

/** Who could be given a role, and which roles there are; a part that could not be read is absent. */
export interface AccessChoices {
  readonly users?: readonly SafeText[];
  readonly groups?: readonly SafeText[];
  readonly tokens?: readonly SafeText[];
  readonly roles?: readonly { readonly role: SafeText; readonly privileges: readonly SafeText[] }[];
}
