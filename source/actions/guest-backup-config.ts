import { fail, ok } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { backupField, backupPrivileges, noBackups } from './backup-rules.ts';
import { ask, guestLabel, readable } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestBackupConfig = defineAction<'guest'>({
  id: 'guest.backup-config',
  scope: 'guest',
  key: 'e',
  row: 'backup',
  title: 'Show configuration in backup',
  summary: 'Reads the configuration of the guest that is inside a backup.',
  effect: 'read',
  needs: ['backups'],
  batch: false,
  fields: [{ ...backupField('The newest when none is named.'), required: false, aside: true }],
  privileges: backupPrivileges,
  available: readable,
  confirm: (guest, _values, facts) =>
    ask(0, say`Show the configuration in a backup of ${guestLabel(guest)}?`, guest, facts),
  taskTypes: [],
  touches: [],
  run: async (guest, values, { site, facts, signal }) => {
    const [newest] = facts.backups?.backups ?? [];
    const chosen = values.volume ?? facts.picked?.key ?? newest?.volid;
    if (chosen === undefined) {
      return fail({ kind: 'not-found', what: noBackups(facts), where: guestLabel(guest) });
    }
    const volume = String(chosen);
    const read = await site.backups.config(guest.node, volume, { signal });
    if (!read.ok) return read;
    return ok({
      kind: 'done',
      message: say`Configuration in ${sanitise(volume)}: ${read.value.length} line(s)`,
      output: read.value,
    });
  },
});
