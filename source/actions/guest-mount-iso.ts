import type { Guest } from '../domain/guest.ts';
import { isoProblem } from '../domain/guest-values.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { cdDrives, driveChoices, mediumPlan } from './cd-drives.ts';
import { imageChoices, textOf } from './choices.ts';
import { changeLines } from './config-plan.ts';
import { editable, editBase, writeConfig } from './config-write.ts';
import { ask, guestLabel, hidden, isRunning, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

function plan(guest: Guest, values: FieldValues, facts: Facts) {
  const drive = textOf(values.drive);
  const iso = textOf(values.iso);
  return drive === '' || iso === '' ? { set: {}, gone: [] } : mediumPlan(guest, facts, drive, iso);
}

function when(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const known = cdDrives(guest, facts).some(({ key }) => key === values.drive);
  if (!isRunning(guest)) return [];
  return known
    ? [say`At once: the VM sees a changed medium.`]
    : [say`A new drive appears at the next start.`];
}

export const guestMountIso = defineAction<'guest'>({
  ...editBase,
  id: 'guest.mount-iso',
  title: 'Insert CD image',
  summary: 'Puts an ISO image into a CD drive of the VM.',
  needs: ['config', 'choices'],
  fields: [
    {
      name: 'drive',
      label: 'Drive',
      help: 'The CD drive, or a new one.',
      kind: 'choice',
      required: true,
      choices: driveChoices,
      initial: (guest, facts) => {
        const keys = driveChoices(guest, facts).map(({ value }) => value);
        return keys.find((key) => key === facts.configKey) ?? keys[0];
      },
    },
    {
      name: 'iso',
      label: 'Image',
      help: 'Type to search the images on its node, or the name of one: local:iso/name.iso.',
      kind: 'choice',
      required: true,
      free: true,
      choices: (guest, facts) => imageChoices(facts, guest.node, 'iso'),
      initial: (guest, facts) => imageChoices(facts, guest.node, 'iso')[0]?.value,
      problem: (value) => isoProblem(String(value)),
    },
  ],
  privileges: vmPrivilege('VM.Config.CDROM'),
  available: (guest, facts) => (guest.type === 'lxc' ? hidden : editable(guest, facts)),
  confirm: (guest, values, facts) =>
    ask(1, say`Insert ${sanitise(values.iso)} into ${guestLabel(guest)}?`, guest, facts, [
      ...(facts.config ? changeLines(plan(guest, values, facts), facts) : []),
      ...when(guest, values, facts),
    ]),
  run: (guest, values, context) =>
    writeConfig(
      guest,
      plan(guest, values, context.facts),
      context,
      say`${sanitise(values.iso)} is in ${sanitise(values.drive)} of ${guestLabel(guest)}`,
      { names: { [textOf(values.drive)]: 'iso' } },
    ),
});
