import { roles } from '../world/roles.ts';
import { type AuthId, authIdText } from '../world/upid.ts';
import type { World } from '../world/world.ts';
import type { PrivilegeCheck } from './endpoint.ts';
import { ApiError, notPermitted } from './errors.ts';

/** Privilege → does it also hold for the paths below? */
export type Privileges = ReadonlyMap<string, boolean>;

const nothing: Privileges = new Map();
const everything: Privileges = new Map((roles.Administrator ?? []).map((name) => [name, true]));
const topPaths = ['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms'];

/** `/a/b` → `/`, `/a`, `/a/b` */
function pathsDownTo(path: string): string[] {
  if (path === '/') return ['/'];
  const parts = path.split('/').slice(1);
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}

/** What users and tokens may do, computed from the world's ACL as PVE does. */
export class Permissions {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The privileges of one ACL subject on one path: a deeper entry replaces what is inherited. */
  #granted(ugid: string, path: string): Privileges {
    const { acl, groups = new Map() } = this.#world.accounts;
    const member = (group: string) => groups.get(group)?.members.includes(ugid) ?? false;
    let found = nothing;
    for (const step of pathsDownTo(path)) {
      const here = acl.filter((entry) => entry.path === step && (entry.propagate || step === path));
      const own = here.filter((entry) => entry.type !== 'group' && entry.ugid === ugid);
      // What groups give counts only where the user has nothing of its own.
      const entries =
        own.length > 0 ? own : here.filter((entry) => entry.type === 'group' && member(entry.ugid));
      if (entries.length === 0) continue;
      const merged = new Map<string, boolean>();
      for (const entry of entries) {
        for (const name of roles[entry.roleid] ?? []) {
          merged.set(name, (merged.get(name) ?? false) || entry.propagate);
        }
      }
      found = merged;
    }
    return found;
  }

  /** With what the pool of a guest gives on top. */
  #withPool(ugid: string, path: string): Privileges {
    const direct = this.#granted(ugid, path);
    const vmid = /^\/vms\/(\d+)$/.exec(path)?.[1];
    const pool = vmid === undefined ? undefined : this.#world.guests.get(Number(vmid))?.pool;
    if (pool === undefined) return direct;
    const fromPool = this.#granted(ugid, `/pool/${pool}`);
    return fromPool.size === 0 ? direct : new Map([...direct, ...fromPool]);
  }

  #ofUser(user: string, path: string): Privileges {
    return user === 'root@pam' ? everything : this.#withPool(user, path);
  }

  of(auth: AuthId, path: string): Privileges {
    if (auth.token === undefined) return this.#ofUser(auth.user, path);
    const account = this.#world.accounts.tokens.get(authIdText(auth));
    if (!account) return nothing;
    const users = this.#ofUser(auth.user, path);
    if (!account.privsep) return users;
    const own = this.#withPool(authIdText(auth), path);
    return new Map([...own].filter(([name]) => users.has(name)));
  }

  holds(auth: AuthId, path: string, privileges: readonly string[], any: boolean): boolean {
    const held = this.of(auth, path);
    return any
      ? privileges.some((name) => held.has(name))
      : privileges.every((name) => held.has(name));
  }

  /** @throws ApiError 403 that names the path and what is missing */
  check(auth: AuthId, check: PrivilegeCheck): void {
    const held = this.of(auth, check.path);
    if (check.any) {
      if (!check.privileges.some((name) => held.has(name))) {
        throw notPermitted(`${check.path}, ${check.privileges.join('|')}`);
      }
      return;
    }
    const missing = check.privileges.find((name) => !held.has(name));
    if (missing !== undefined) throw notPermitted(`${check.path}, ${missing}`);
  }

  /** @throws ApiError 403 with the last reason when none of them is granted */
  checkOne(auth: AuthId, checks: readonly PrivilegeCheck[]): void {
    let refused: ApiError | undefined;
    for (const one of checks) {
      try {
        this.check(auth, one);
        return;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        refused = error;
      }
    }
    if (refused) throw refused;
  }

  /** GET /access/permissions: every path with an entry, the top ones and the members of pools. */
  tree(auth: AuthId): Record<string, Record<string, number>> {
    const { accounts, guests } = this.#world;
    const paths = new Set([...topPaths, ...accounts.acl.map((entry) => entry.path)]);
    for (const guest of guests.values()) {
      if (guest.pool !== undefined && this.of(auth, `/pool/${guest.pool}`).size > 0) {
        paths.add(`/pool/${guest.pool}`);
        paths.add(`/vms/${guest.vmid}`);
      }
    }
    const tree: Record<string, Record<string, number>> = {};
    for (const path of [...paths].sort()) {
      const held = this.of(auth, path);
      if (held.size > 0) tree[path] = asFlags(held);
    }
    return tree;
  }
}

/** `{"VM.Audit": 1}`: the value says whether it propagates. */
export function asFlags(held: Privileges): Record<string, number> {
  return Object.fromEntries([...held].map(([name, propagate]) => [name, propagate ? 1 : 0]));
}
