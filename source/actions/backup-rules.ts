import { backupName, type GuestBackup } from '../domain/backup.ts';
import { age, bytes } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import { holds, type PrivilegeNeed, seeStorages } from '../domain/permission.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { clockSkew, sinceServerTime } from '../domain/server-time.ts';
import { blocked, disabled, yes } from './guest-common.ts';
import type { Availability, Choice, Facts, Field, FieldValue } from './types.ts';

export function findBackup(facts: Facts, volid: FieldValue): GuestBackup | undefined {
  return facts.backups?.backups.find((backup) => backup.volid === volid);
}

/** How long ago it was made, by the server's clock. */
export function backupAge({ ctime }: GuestBackup, facts: Facts): SafeText {
  const at = ctime === undefined ? undefined : ctime * 1000;
  return age(sinceServerTime(at, facts.now, clockSkew(facts.site.connection)));
}

function choiceOf(backup: GuestBackup, facts: Facts): Choice {
  const parts = [
    say`${backupAge(backup, facts)} old`,
    backup.storage,
    ...(backup.size === undefined ? [] : [bytes(backup.size)]),
    ...(backup.protected ? [say`protected`] : []),
    backupName(backup.volid),
  ];
  return { value: backup.volid, label: joinSafe(parts, ', ') };
}

/** Why there is none to choose, in words that do not say more than is known. */
export function noBackups(facts: Facts): SafeText {
  const unread = (facts.backups?.sources ?? []).filter(
    ({ reading }) => reading === 'failed' || reading === 'hidden',
  );
  if (unread.length === 0) {
    return holds(facts.site.permissions.data, seeStorages)
      ? say`it has no backups on the storages of its node`
      : say`its backups are not known: storages may be hidden without Datastore.Audit on /storage`;
  }
  const names = joinSafe(
    unread.map(({ storage }) => storage),
    ', ',
  );
  return say`its backups on ${names} are not known`;
}

/** The backup an action is about: the one under the cursor, else the newest. */
export function backupField(help: string): Field<Guest> {
  return {
    name: 'volume',
    label: 'Backup',
    help,
    kind: 'choice',
    required: true,
    choices: (_guest, facts) => (facts.backups?.backups ?? []).map((one) => choiceOf(one, facts)),
    initial: (_guest, facts) =>
      (findBackup(facts, facts.picked?.key) ?? facts.backups?.backups[0])?.volid,
    problem: (value, _guest, facts) =>
      facts.backups && !findBackup(facts, value)
        ? `${sanitise(value)} is none of its backups that are known`
        : undefined,
  };
}

/** What all actions on an existing backup take: the storage's privilege is known once one is chosen. */
export function backupPrivileges(guest: Guest): readonly PrivilegeNeed[] {
  return [{ path: `/vms/${guest.vmid}`, anyOf: ['VM.Backup'] }];
}

/** Offered unless the node is silent or it is known that there is none; a lock of the guest does not matter. */
export function withBackups(guest: Guest, facts: Facts): Availability {
  const stop = blocked(guest, facts, guest.lock ? [guest.lock] : []);
  if (stop) return stop;
  return facts.backups?.backups.length === 0 ? disabled(noBackups(facts)) : yes;
}

/** `backup qemu/101 of 3 d ago on backup-nas` for questions. */
export function backupWords(facts: Facts, volid: FieldValue): SafeText {
  const backup = findBackup(facts, volid);
  return backup
    ? say`the backup ${backupName(backup.volid)} (${backupAge(backup, facts)} old) on ${backup.storage}`
    : say`the backup ${sanitise(volid)}`;
}
