import { sanitise, say } from '../domain/safe-text.ts';
import {
  backupField,
  backupPrivileges,
  backupWords,
  findBackup,
  withBackups,
} from './backup-rules.ts';
import { textOf } from './choices.ts';
import { ask, guestLabel } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const guestBackupNotes = defineAction<'guest'>({
  id: 'guest.backup-notes',
  scope: 'guest',
  key: 'n',
  row: 'backup',
  title: 'Edit backup notes',
  summary: 'Changes the notes of a backup.',
  effect: 'change',
  needs: ['backups'],
  batch: false,
  fields: [
    backupField('The backup to describe.'),
    {
      name: 'notes',
      label: 'Notes',
      help: 'Replaces the old text, all of its lines. Empty removes it.',
      kind: 'lines',
      follows: 'volume',
      // Lists tell the first line only; without the whole text the field starts empty and says what is replaced.
      initial: (_guest, { backupNotes }, { volume }) =>
        backupNotes && backupNotes.volid === volume ? backupNotes.text : undefined,
    },
  ],
  privileges: backupPrivileges,
  available: withBackups,
  confirm: (guest, values, facts) => {
    const now = findBackup(facts, values.volume)?.notes;
    return ask(
      1,
      say`Change the notes of ${backupWords(facts, values.volume)} of ${guestLabel(guest)}?`,
      guest,
      facts,
      [
        now === undefined ? say`It has no notes now.` : say`Now they begin: ${now}`,
        ...(textOf(values.notes).trim() === '' ? [say`They are removed.`] : []),
      ],
    );
  },
  taskTypes: [],
  touches: ['detail'],
  run: async (guest, values, { site, signal }) => {
    const volume = String(values.volume);
    const notes = textOf(values.notes);
    const changed = await site.backups.change(guest.node, volume, { notes }, { signal });
    return taskOrDone(changed, say`Notes of ${sanitise(volume)} changed`);
  },
});
