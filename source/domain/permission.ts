/**
 * GET /access/permissions: path → privilege → does it propagate to the paths below? Presence of a privilege on the exact
 * path means holding it, whatever the flag (api.md section 1.1). Proxmox lists the paths that carry an ACL, the top paths
 * and the members of pools.
 */
export type Permissions = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/** A privilege an action needs: on this path one of these. `{vmid}`, `{node}`, `{storage}` are filled in from the target. */
export interface PrivilegeNeed {
  readonly path: string;
  readonly anyOf: readonly string[];
  /** Holding it on any pool is as good: the new guest may be made in that one. */
  readonly orPool?: boolean;
  /** What another version of Proxmox asks for instead. */
  readonly or?: PrivilegeNeed;
}

/** Without it Proxmox leaves storages out of its lists and says nothing: an absent one proves nothing. */
export const seeStorages: PrivilegeNeed = {
  path: '/storage',
  anyOf: ['Datastore.Audit', 'Datastore.Allocate', 'Datastore.AllocateSpace'],
};

/**
 * Does the user hold one of the privileges on the path? A deeper listed path replaces what it would inherit.
 * `undefined` permissions = not asked yet or not answered: the answer is unknown and nothing may be concluded from it.
 */
export function holds(
  permissions: Permissions | undefined,
  need: PrivilegeNeed,
): boolean | undefined {
  if (!permissions) return undefined;
  if (need.orPool && poolHolds(permissions, need)) return true;
  if (need.or && holds(permissions, need.or)) return true;
  for (let path = need.path, exact = true; ; exact = false) {
    const privileges = permissions.get(path);
    if (privileges) {
      return need.anyOf.some((name) => (exact ? privileges.has(name) : privileges.get(name)));
    }
    if (path === '/' || path === '') return false;
    const cut = path.lastIndexOf('/');
    path = cut <= 0 ? '/' : path.slice(0, cut);
  }
}

function poolHolds(permissions: Permissions, need: PrivilegeNeed): boolean {
  return [...permissions].some(
    ([path, privileges]) =>
      path.startsWith('/pool/') && need.anyOf.some((name) => privileges.has(name)),
  );
}
