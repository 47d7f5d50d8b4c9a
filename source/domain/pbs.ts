import type { SiteId } from './site.ts';

/** One configured Proxmox Backup Server. No site and no other server has the same id, so it can name the source of anything. */
export type PbsId = SiteId & { readonly __pbs: unique symbol };

/** What a backup was made of: a VM, a container, or a machine with `proxmox-backup-client`. */
export type BackupType = 'vm' | 'ct' | 'host';

export const backupTypes: readonly BackupType[] = ['vm', 'ct', 'host'];

export function isBackupType(value: unknown): value is BackupType {
  return value === 'vm' || value === 'ct' || value === 'host';
}

/** A place in a server's datastore; the root namespace is the empty text. */
export interface NamespaceAt {
  readonly store: string;
  readonly ns: string;
}

/** A backup group, as calls need it. */
export interface GroupAt extends NamespaceAt {
  readonly type: BackupType;
  readonly id: string;
}

/** One snapshot; `time` in seconds since the epoch is its identity, even where it cannot be a time. */
export interface SnapshotAt extends GroupAt {
  readonly time: number;
}

/** `/datastore/main/prod/db`: where privileges on a namespace stand. */
export function aclPath(store: string, ns = ''): string {
  return ns === '' ? `/datastore/${store}` : `/datastore/${store}/${ns}`;
}

/** Does the configuration want a datastore, or a namespace of it, to be looked at? Without a list it wants all of them. */
export function isLookedAt(
  wanted: { readonly datastores?: readonly string[]; readonly namespaces?: readonly string[] },
  store: string,
  ns?: string,
): boolean {
  if (wanted.datastores && !wanted.datastores.includes(store)) return false;
  return ns === undefined || !wanted.namespaces || wanted.namespaces.includes(ns);
}

/** Is a namespace below another one, or the same? Everything is below the root. */
export function isBelow(ns: string, parent: string): boolean {
  return parent === '' || ns === parent || ns.startsWith(`${parent}/`);
}
