import type { AccessChoices, AclEntry, AclSubject } from '../../domain/acl.ts';
import { type BackupJob, backupKind, type GuestBackup } from '../../domain/backup.ts';
import type { ReplicationJob, ReplicationState } from '../../domain/replication.ts';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import type { Volume } from '../../domain/storage.ts';
import {
  amount,
  asRow,
  epoch,
  flag,
  integer,
  number,
  type Row,
  rowsOf,
  text,
  told,
  words,
} from '../decode.ts';

/** A volume of a list as a backup. */
export function asBackup(volume: Volume, storage: string): GuestBackup {
  const kind = backupKind(volume);
  return { ...volume, storage: sanitise(storage), ...(kind ? { kind } : {}) };
}

/** GET …/prunebackups with keep-all: volid, time and mark, and nothing else. */
export function decodeSimulation(
  data: readonly unknown[],
  storage: string,
  now: number,
): GuestBackup[] {
  return rowsOf(data).flatMap((row) => {
    const volid = text(row.volid);
    if (volid === undefined) return [];
    const volume = told<Volume>({
      volid,
      content: sanitise('backup'),
      ctime: epoch(row.ctime, now),
      vmid: integer(row.vmid),
      subtype: text(row.type),
      protected: row.mark === undefined ? undefined : row.mark === 'protected',
    });
    return [{ ...asBackup(volume, storage), simulated: true as const }];
  });
}

/** A list of VMIDs as text; `all` and words are left out. */
function ids(value: unknown): number[] {
  return (words(text(value) ?? '') ?? []).map(Number).filter(Number.isSafeInteger);
}

/** GET /cluster/backup. A job without `enabled` is on. */
export function decodeBackupJobs(data: readonly unknown[]): BackupJob[] {
  return rowsOf(data).flatMap((row) => {
    const id = text(row.id);
    if (id === undefined) return [];
    return [
      told<BackupJob>({
        id,
        enabled: flag(row.enabled) !== false,
        all: flag(row.all) === true,
        vmids: ids(row.vmid),
        excluded: ids(row.exclude),
        pool: text(row.pool),
        node: text(row.node),
        storage: text(row.storage),
        schedule: text(row.schedule),
        comment: text(row.comment),
      }),
    ];
  });
}

/** GET /cluster/replication, and the configuration part of GET /nodes/{node}/replication. */
export function decodeReplicationJob(row: Row): ReplicationJob | undefined {
  const id = text(row.id);
  const target = text(row.target);
  const guest = integer(row.guest) ?? integer(id?.split('-')[0]);
  if (id === undefined || target === undefined || guest === undefined) return undefined;
  return told<ReplicationJob>({
    id,
    guest,
    target,
    source: text(row.source),
    schedule: text(row.schedule),
    rate: number(row.rate),
    comment: text(row.comment),
    enabled: flag(row.disable) !== true,
    removing: row.remove_job === 'full' || row.remove_job === 'local' ? row.remove_job : undefined,
  });
}

export function decodeReplicationState(row: Row, now: number): ReplicationState {
  return told<ReplicationState>({
    lastSync: epoch(row.last_sync, now),
    lastTry: epoch(row.last_try, now),
    nextSync: epoch(row.next_sync),
    duration: amount(row.duration),
    failCount: integer(row.fail_count),
    error: text(typeof row.error === 'string' ? row.error.trim() : row.error),
    running: integer(row.pid) !== undefined,
  });
}

const subjects = new Set(['user', 'group', 'token']);

/** GET /access/acl */
export function decodeAcl(data: readonly unknown[]): AclEntry[] {
  return rowsOf(data).flatMap((row) => {
    const [path, id, role] = [text(row.path), text(row.ugid), text(row.roleid)];
    const subject = typeof row.type === 'string' ? row.type : '';
    if (path === undefined || id === undefined || role === undefined) return [];
    if (!subjects.has(subject)) return [];
    const propagate = flag(row.propagate) !== false;
    return [{ path, subject: subject as AclSubject, id, role, propagate }];
  });
}

/** GET /access/users with their tokens. */
export function decodeUsers(
  data: readonly unknown[],
): Required<Pick<AccessChoices, 'users' | 'tokens'>> {
  const users: SafeText[] = [];
  const tokens: SafeText[] = [];
  for (const row of rowsOf(data)) {
    const user = text(row.userid);
    if (user === undefined) continue;
    users.push(user);
    for (const token of rowsOf(row.tokens)) {
      const name = text(token.tokenid);
      if (name !== undefined) tokens.push(sanitise(`${user}!${name}`));
    }
  }
  return { users: users.sort(), tokens: tokens.sort() };
}

export function decodeRoles(data: readonly unknown[]): NonNullable<AccessChoices['roles']> {
  return rowsOf(data).flatMap((row) => {
    const role = text(row.roleid);
    return role === undefined ? [] : [{ role, privileges: words(row.privs) ?? [] }];
  });
}

/** The privileges of GET /access/permissions?path=…, whatever their flag: on the very path they hold. */
export function decodeOwnPrivileges(row: Row, path: string): SafeText[] {
  return Object.keys(asRow(row[path]) ?? {})
    .sort()
    .map(sanitise);
}
