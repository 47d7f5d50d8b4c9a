import type { Accounts } from '../world/accounts.ts';
import { type AuthId, authIdText } from '../world/upid.ts';
import { pbsPrivileges, pbsRoles } from './roles.ts';

/** Privilege → does it also hold for the paths below? */
type Held = ReadonlyMap<string, boolean>;

const nothing: Held = new Map();
const everything: Held = new Map(pbsPrivileges.map((name) => [name, true]));
/** Told by `/access/permissions` even where nobody wrote an entry. */
const topPaths = ['/', '/access', '/datastore', '/remote', '/system'];

function pathsDownTo(path: string): string[] {
  const parts = path.split('/').filter(Boolean);
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}

/** What users and tokens of one backup server may do. A token never has more than its owner. */
export class PbsPermissions {
  readonly #accounts: Accounts;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  /** A deeper entry replaces what is inherited. */
  #granted(ugid: string, path: string): Held {
    if (ugid === 'root@pam') return everything;
    let found = nothing;
    for (const step of pathsDownTo(path)) {
      const entries = this.#accounts.acl.filter(
        (entry) => entry.ugid === ugid && entry.path === step && (entry.propagate || step === path),
      );
      if (entries.length === 0) continue;
      const merged = new Map<string, boolean>();
      for (const { roleid, propagate } of entries) {
        for (const name of pbsRoles[roleid] ?? []) {
          merged.set(name, (merged.get(name) ?? false) || propagate);
        }
      }
      found = merged;
    }
    return found;
  }

  of(auth: AuthId, path: string): Held {
    const users = this.#granted(auth.user, path);
    if (auth.token === undefined) return users;
    const own = this.#granted(authIdText(auth), path);
    return new Map([...own].filter(([name]) => users.has(name)));
  }

  holdsAny(auth: AuthId, path: string, privileges: readonly string[]): boolean {
    const held = this.of(auth, path);
    return privileges.some((name) => held.has(name));
  }

  /** Of all paths that have an entry, or of one; those without any privilege are left out. */
  tree(auth: AuthId, only?: string): Record<string, Record<string, boolean>> {
    const paths =
      only === undefined
        ? [...new Set([...topPaths, ...this.#accounts.acl.map(({ path }) => path)])].sort()
        : [only];
    const tree: Record<string, Record<string, boolean>> = {};
    for (const path of paths) {
      const held = this.of(auth, path);
      if (held.size > 0) tree[path] = Object.fromEntries(held);
    }
    return tree;
  }
}
