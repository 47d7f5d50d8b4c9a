import { sanitise, say } from '../domain/safe-text.ts';
import {
  backupField,
  backupPrivileges,
  backupWords,
  findBackup,
  withBackups,
} from './backup-rules.ts';
import { ask, guestLabel } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const guestBackupProtect = defineAction<'guest'>({
  id: 'guest.backup-protect',
  scope: 'guest',
  key: 'K',
  row: 'backup',
  title: 'Protect backup or not',
  summary: 'Keeps a backup from being removed, or lets it be removed again.',
  effect: 'change',
  needs: ['backups'],
  batch: false,
  fields: [
    backupField('The backup to keep or to let go.'),
    {
      name: 'protected',
      label: 'Protected',
      help: 'On: neither retention nor anybody removes it. Off: the next prune may.',
      kind: 'boolean',
      follows: 'volume',
      // The key on a row turns it round; whoever names nothing wants it protected, however often it is asked.
      initial: (_guest, facts, { volume }) =>
        facts.picked?.key !== volume || findBackup(facts, volume)?.protected !== true,
    },
  ],
  privileges: backupPrivileges,
  available: withBackups,
  confirm: (guest, values, facts) => {
    const which = backupWords(facts, values.volume);
    return values.protected === true
      ? ask(1, say`Protect ${which} of ${guestLabel(guest)}?`, guest, facts, [
          say`Nothing removes it before its protection is switched off; it takes its space until then.`,
        ])
      : ask(2, say`Switch off the protection of ${which} of ${guestLabel(guest)}?`, guest, facts, [
          say`The next prune removes it if the retention does not keep it.`,
        ]);
  },
  taskTypes: [],
  touches: ['detail'],
  run: async (guest, values, { site, signal }) => {
    const volume = String(values.volume);
    const wanted = values.protected === true;
    const changed = await site.backups.change(
      guest.node,
      volume,
      { protected: wanted },
      { signal },
    );
    return taskOrDone(
      changed,
      wanted
        ? say`${sanitise(volume)} is protected`
        : say`${sanitise(volume)} is not protected any more`,
    );
  },
});
