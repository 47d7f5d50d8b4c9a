import { bytes } from '../domain/format.ts';
import { say } from '../domain/safe-text.ts';
import {
  backupField,
  backupPrivileges,
  backupWords,
  findBackup,
  withBackups,
} from './backup-rules.ts';
import { ask, guestLabel } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** What is left when it is gone. */
function lines(values: FieldValues, facts: Facts) {
  const all = facts.backups?.backups ?? [];
  const backup = findBackup(facts, values.volume);
  const left = all.filter(({ volid }) => volid !== values.volume);
  const unread = (facts.backups?.sources ?? []).some(({ reading }) => reading !== 'listed');
  const size = backup?.size === undefined ? say`` : say` (${bytes(backup.size)})`;
  const rest =
    left.length === 0
      ? say`It is the last known backup of this guest.`
      : say`${left.length} other backup(s) of this guest stay.`;
  return [
    say`It is gone for good${size}; nothing can be restored from it.`,
    rest,
    ...(unread ? [say`Not every storage told its backups, so there may be more.`] : []),
    ...(backup?.notes ? [say`Notes: ${backup.notes}`] : []),
  ];
}

export const guestBackupRemove = defineAction<'guest'>({
  id: 'guest.backup-remove',
  scope: 'guest',
  key: 'D',
  row: 'backup',
  title: 'Remove backup',
  summary: 'Removes one backup of the guest for good.',
  effect: 'destroy',
  needs: ['backups'],
  batch: false,
  fields: [
    (() => {
      const field = backupField('Protected ones cannot be removed.');
      return {
        ...field,
        problem: (value, guest, facts, values) =>
          findBackup(facts, value)?.protected
            ? 'it is protected; switch its protection off first'
            : field.problem?.(value, guest, facts, values),
      } satisfies typeof field;
    })(),
  ],
  privileges: backupPrivileges,
  available: withBackups,
  confirm: (guest, values, facts) =>
    ask(
      3,
      say`Remove ${backupWords(facts, values.volume)} of ${guestLabel(guest)}?`,
      guest,
      facts,
      lines(values, facts),
    ),
  taskTypes: ['imgdel'],
  // The id of its task is VMID@STORAGE.
  taskId: (guest, values) => `${guest.vmid}@${String(values.volume ?? '').split(':')[0]}`,
  touches: ['resources', 'detail', 'tasks'],
  run: async (guest, values, { site, signal }) =>
    taskOrDone(await site.backups.remove(guest.node, String(values.volume), { signal })),
});
