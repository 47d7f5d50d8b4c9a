import { aclPath } from './pbs.ts';
import { holds, type Permissions } from './permission.ts';
import { joinSafe, type SafeText, sanitise, say } from './safe-text.ts';

/**
 * What somebody may want to know of a Proxmox Backup Server. To a login that lacks a privilege it answers with fewer rows
 * and status 200, so an answer proves something only where the privilege for it is proven.
 */
export type PbsQuestion =
  | 'backups'
  | 'usage'
  | 'gc'
  | 'prune-jobs'
  | 'verify-jobs'
  | 'sync-jobs'
  | 'tasks'
  | 'node'
  | 'services';

/** On this path one of these. */
export interface PbsNeed {
  readonly path: string;
  readonly anyOf: readonly string[];
  /** The privilege must also hold on all that is below. */
  readonly below?: boolean;
}

/**
 * `complete` = what is listed is all there is. `own` = only what belongs to this login is listed. `no` = a list may be empty
 * although there is something. `missing` names what would be needed; one of each need's privileges is enough.
 */
export type Proof =
  | { readonly answer: 'complete' }
  | { readonly answer: 'own' | 'no'; readonly missing: readonly PbsNeed[] };

/** Where a question is asked. No store = all of them; no namespace = the whole datastore with all its namespaces. */
export interface PbsScope {
  readonly store?: string;
  readonly ns?: string;
}

/** The privileges that answer a question in full. */
export function needsOf(question: PbsQuestion, scope: PbsScope = {}): readonly PbsNeed[] {
  const { store, ns } = scope;
  const path = store === undefined ? '/datastore' : aclPath(store, ns);
  const below = store === undefined || ns === undefined;
  const onStore = (...anyOf: string[]): PbsNeed => ({ path, anyOf, ...(below ? { below } : {}) });
  switch (question) {
    case 'backups':
      return [onStore('Datastore.Audit')];
    case 'usage':
    case 'gc': {
      // Figures of a datastore as a whole: its namespaces do not matter.
      const whole = store === undefined ? path : aclPath(store);
      const anyOf = [
        'Datastore.Audit',
        question === 'usage' ? 'Datastore.Backup' : 'Datastore.Modify',
      ];
      return [{ path: whole, anyOf, ...(store === undefined ? { below: true } : {}) }];
    }
    case 'prune-jobs':
      return [onStore('Datastore.Audit', 'Datastore.Modify')];
    case 'verify-jobs':
      return [onStore('Datastore.Audit', 'Datastore.Verify')];
    case 'sync-jobs':
      // The role Audit lacks Remote.Audit: with it alone every sync job is invisible.
      return [
        onStore('Datastore.Audit'),
        { path: '/remote', anyOf: ['Remote.Audit'], below: true },
      ];
    case 'tasks':
      return [{ path: '/system/tasks', anyOf: ['Sys.Audit'] }];
    case 'node':
      return [{ path: '/system/status', anyOf: ['Sys.Audit'] }];
    case 'services':
      return [{ path: '/system/services', anyOf: ['Sys.Audit'] }];
  }
}

/**
 * Can this login answer the question truly? `undefined` = its privileges are not known, and nothing may be concluded.
 * `permissions` should hold the path itself, asked by name: the server's list leaves out paths on which a login has nothing,
 * which look as if they inherited.
 */
export function knows(
  permissions: Permissions | undefined,
  question: PbsQuestion,
  scope: PbsScope = {},
): Proof | undefined {
  if (!permissions) return undefined;
  const missing = needsOf(question, scope).filter((need) => !fulfilled(permissions, need));
  if (missing.length === 0) return { answer: 'complete' };
  return { answer: seesOwn(permissions, question, scope) ? 'own' : 'no', missing };
}

function fulfilled(permissions: Permissions, need: PbsNeed): boolean {
  if (!need.below) return holds(permissions, need) === true;
  // Held in a way that reaches below: on the path itself with propagation, and nowhere below taken away.
  const some = need.anyOf.some((name) => {
    const probe = { path: `${need.path}/…`, anyOf: [name] };
    return holds(permissions, probe) === true;
  });
  if (!some) return false;
  return [...permissions].every(
    ([path, held]) =>
      !path.startsWith(`${need.path}/`) || need.anyOf.some((name) => held.has(name)),
  );
}

/** With Datastore.Backup the groups it owns are listed; without Sys.Audit the tasks it started. */
function seesOwn(permissions: Permissions, question: PbsQuestion, scope: PbsScope): boolean {
  if (question === 'tasks') return true;
  if (question !== 'backups') return false;
  const path = scope.store === undefined ? '/datastore' : aclPath(scope.store, scope.ns);
  return holds(permissions, { path, anyOf: ['Datastore.Backup'] }) === true;
}

/** `Datastore.Audit on /datastore/main`, and so on. */
export function describeMissing(missing: readonly PbsNeed[]): SafeText {
  return joinSafe(
    missing.map(({ path, anyOf }) => {
      const names = joinSafe(anyOf.map(sanitise), ' or ');
      return say`${names} on ${sanitise(path)}`;
    }),
    ', ',
  );
}

const rolesWith: Readonly<Record<string, string>> = {
  'Datastore.Audit': 'DatastoreAudit',
  'Datastore.Modify': 'DatastoreAdmin',
  'Datastore.Verify': 'DatastoreReader',
  'Datastore.Backup': 'DatastoreBackup',
  'Datastore.Prune': 'DatastorePowerUser',
  'Remote.Audit': 'RemoteAudit',
  'Sys.Audit': 'Audit',
};

/**
 * The commands that would give it, to be run on the server. A token's rights never exceed its user's, so both need the role;
 * `identity` is `user@realm!name` or `user@realm`.
 */
export function grantCommands(missing: readonly PbsNeed[], identity: string): readonly SafeText[] {
  const [user = ''] = identity.split('!');
  const who = user === identity ? [user] : [user, identity];
  return missing.flatMap(({ path, anyOf }) => {
    const role = rolesWith[anyOf[0] ?? ''];
    if (role === undefined) return [];
    return who.map((id) =>
      sanitise(
        `proxmox-backup-manager acl update ${path} ${role} --auth-id '${id.replaceAll("'", "'\\''")}'`,
      ),
    );
  });
}
