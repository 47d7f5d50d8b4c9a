import type { AccessChoices, AclEntry, AclSubject } from '../domain/acl.ts';
import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { CallOptions, Started } from './types.ts';

export interface AclChange {
  readonly path: string;
  readonly subject: AclSubject;
  readonly id: string;
  readonly role: string;
  readonly propagate?: boolean;
  /** Takes the entry away instead of making it. */
  readonly remove?: boolean;
}

/** Who may do what. */
export interface AccessApi {
  /** GET /access/acl: without Sys.Audit on `/access` only entries that the identity may change. */
  acl(options?: CallOptions): Promise<Result<readonly AclEntry[]>>;
  changeAcl(change: AclChange, options?: CallOptions): Promise<Result<Started>>;
  /** The identity's own privileges on one path. */
  own(path: string, options?: CallOptions): Promise<Result<readonly SafeText[]>>;
  /** Users, groups, tokens and roles; a part that may not be read is absent. Fails when none of them answered. */
  choices(options?: CallOptions): Promise<Result<AccessChoices>>;
}
