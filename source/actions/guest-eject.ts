import { sanitise, say } from '../domain/safe-text.ts';
import { cdDrives, isLoaded, mediumPlan } from './cd-drives.ts';
import { textOf } from './choices.ts';
import { changeLines } from './config-plan.ts';
import { editable, editBase, writeConfig } from './config-write.ts';
import { diskLabel } from './disk-choices.ts';
import { ask, disabled, guestLabel, hidden, isRunning, vmPrivilege } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestEject = defineAction<'guest'>({
  ...editBase,
  id: 'guest.eject',
  title: 'Eject CD image',
  summary: 'Takes the image out of a CD drive of the VM; the drive stays.',
  fields: [
    {
      name: 'drive',
      label: 'Drive',
      help: 'The drive that is emptied.',
      kind: 'choice',
      required: true,
      choices: (guest, facts) =>
        cdDrives(guest, facts)
          .filter(isLoaded)
          .map((disk) => ({ value: disk.key, label: diskLabel(disk) })),
      initial: (guest, facts) => {
        const loaded = cdDrives(guest, facts).filter(isLoaded);
        return (loaded.find(({ key }) => key === facts.configKey) ?? loaded[0])?.key;
      },
    },
  ],
  privileges: vmPrivilege('VM.Config.CDROM'),
  available: (guest, facts) => {
    if (guest.type === 'lxc') return hidden;
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    return cdDrives(guest, facts).some(isLoaded) ? stop : disabled(say`no CD image is inserted`);
  },
  confirm: (guest, values, facts) =>
    ask(1, say`Eject ${sanitise(values.drive)} of ${guestLabel(guest)}?`, guest, facts, [
      ...(facts.config && values.drive !== undefined
        ? changeLines(mediumPlan(guest, facts, textOf(values.drive), 'none'), facts)
        : []),
      ...(isRunning(guest) ? [say`At once: the VM sees an empty drive.`] : []),
    ]),
  run: (guest, values, context) =>
    writeConfig(
      guest,
      mediumPlan(guest, context.facts, textOf(values.drive), 'none'),
      context,
      say`${sanitise(values.drive)} of ${guestLabel(guest)} is empty`,
      { names: { [textOf(values.drive)]: 'drive' } },
    ),
});
