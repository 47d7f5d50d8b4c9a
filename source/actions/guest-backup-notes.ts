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
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** The notes as they are, if they were read; lists tell their first line only. */
function readNotes({ backupNotes }: Facts, { volume }: FieldValues): string | undefined {
  return backupNotes?.volid === volume ? backupNotes?.text : undefined;
}

/** Nothing entered means nothing, unless there is a text that was emptied. */
function unsaid(values: FieldValues, facts: Facts): string | undefined {
  return values.notes === undefined && readNotes(facts, values) === undefined
    ? 'its notes were not read; say the new ones, or begin at its row'
    : undefined;
}

const volumeField = backupField('The backup to describe.');

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
    {
      ...volumeField,
      problem: (value, guest, facts, values) =>
        volumeField.problem?.(value, guest, facts, values) ??
        unsaid({ ...values, volume: value }, facts),
    },
    {
      name: 'notes',
      label: 'Notes',
      help: 'Replaces the old text, all of its lines. Empty removes it.',
      kind: 'lines',
      follows: 'volume',
      initial: (_guest, facts, values) => readNotes(facts, values),
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
