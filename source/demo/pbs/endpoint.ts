import { CallParameters } from '../pve/call-parameters.ts';
import type { ParameterSpec, ParameterValue } from '../pve/endpoint.ts';
import { type Access, type PbsHost, PbsRefusal } from '../world/pbs/host.ts';
import type { BackupGroup } from '../world/pbs/model.ts';
import { type AuthId, authIdText } from '../world/upid.ts';
import type { World } from '../world/world.ts';
import type { PbsPermissions } from './permissions.ts';

/** A list's items are checked like a value of their own. */
export interface PbsParameterSpec extends ParameterSpec {
  readonly items?: Omit<PbsParameterSpec, 'optional'>;
}

export type PbsParameterTable = Readonly<Record<string, PbsParameterSpec>>;

/** Needed on `path` (with `{store}` … filled in): all of them, or any. */
export interface PbsPrivilegeCheck {
  readonly path: string;
  readonly privileges: readonly string[];
  readonly any?: boolean;
}

export interface PbsEndpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** `world` = without login, `all` = any login, where the handler may check more; a list = all of them. */
  readonly permission: 'world' | 'all' | readonly PbsPrivilegeCheck[];
  readonly parameters: PbsParameterTable;
  readonly handler: (call: PbsCall) => unknown;
}

interface CallParts {
  readonly host: PbsHost;
  readonly auth: AuthId | undefined;
  readonly permissions: PbsPermissions;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Of the endpoint's certificate, lower case. */
  readonly fingerprint: string;
}

/** One request to a backup server after login, permission and parameter checks. */
export class PbsCall extends CallParameters {
  readonly host: PbsHost;
  readonly auth: AuthId | undefined;
  readonly permissions: PbsPermissions;
  readonly fingerprint: string;

  constructor(parts: CallParts) {
    super(parts.parameters);
    this.host = parts.host;
    this.auth = parts.auth;
    this.permissions = parts.permissions;
    this.fingerprint = parts.fingerprint;
  }

  get world(): World {
    return this.host.world;
  }

  /** `other` when it was not sent. */
  flagOr(name: string, other: boolean): boolean {
    const value = this.parameters[name];
    return typeof value === 'boolean' ? value : other;
  }

  list(name: string): readonly string[] {
    const value = this.parameters[name];
    return Array.isArray(value) ? value : [];
  }

  get who(): AuthId {
    if (!this.auth) throw new Error('this endpoint is open to everybody');
    return this.auth;
  }

  /** Does the caller hold any of these there? */
  mayAny(path: string, ...privileges: string[]): boolean {
    return this.permissions.holdsAny(this.who, path, privileges);
  }

  /** @throws PbsRefusal 403 */
  needAny(path: string, ...privileges: string[]): void {
    if (this.mayAny(path, ...privileges)) return;
    throw new PbsRefusal(`missing permissions '${privileges.join('|')}' on '${path}'`, 403);
  }

  /** The datastore of the request, usable in this way. */
  store(access: Access) {
    return this.host.store(this.required('store'), access);
  }

  get ns(): string {
    return this.text('ns') ?? '';
  }

  /** Path of a datastore's namespace in the ACL. */
  place(store = this.required('store'), ns = this.ns): string {
    return `/datastore/${store}${ns === '' ? '' : `/${ns}`}`;
  }

  owns(group: BackupGroup): boolean {
    const { user, token } = this.who;
    const mine = authIdText(this.who);
    // A user owns what belongs to his tokens.
    return group.owner === mine || (token === undefined && group.owner.startsWith(`${user}!`));
  }

  /**
   * Whether the groups of a namespace are all the caller's to see (`full`), or only his own (`own`).
   * @throws PbsRefusal 403 for neither
   */
  scope(full: readonly string[], own: readonly string[], path = this.place()): 'all' | 'own' {
    if (this.mayAny(path, ...full)) return 'all';
    if (this.mayAny(path, ...own)) return 'own';
    throw new PbsRefusal(`missing permissions '${[...full, ...own].join('|')}' on '${path}'`, 403);
  }

  /** The group of the request, when the caller has enough rights or owns it. */
  group(access: Access, full: readonly string[], own: readonly string[]) {
    const scope = this.scope(full, own);
    const store = this.store(access);
    const group = this.host.group(
      store,
      this.ns,
      this.required('backup-type'),
      this.required('backup-id'),
    );
    if (scope === 'own' && !this.owns(group)) {
      throw new PbsRefusal(`backup owner check failed (${authIdText(this.who)} != ${group.owner})`);
    }
    return { store, group };
  }

  snapshot(access: Access, full: readonly string[], own: readonly string[]) {
    const { store, group } = this.group(access, full, own);
    return { store, group, snapshot: this.host.snapshot(group, this.number('backup-time') ?? 0) };
  }
}

/** An answer with top-level keys beside `data`. */
export class PbsPage {
  readonly data: unknown;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(data: unknown, more: Readonly<Record<string, unknown>>) {
    this.data = data;
    this.more = more;
  }
}

/** A file instead of JSON. */
export class PbsFile {
  readonly type: string;
  readonly body: string;

  constructor(type: string, body: string) {
    this.type = type;
    this.body = body;
  }
}
