import { say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { currentValue, planOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** Proxmox takes no longer ones. */
const longest = 8192;
const trimmed = (text: string | undefined) => text?.replace(/\n+$/, '');

function plan(values: FieldValues, facts: Facts) {
  if (!('description' in values)) return planOf(facts, {});
  const now = currentValue(facts, 'description');
  const text = trimmed(textOf(values.description)) ?? '';
  // Proxmox ends notes with a line break of its own.
  return planOf(facts, { description: text === (trimmed(now) ?? '') ? now : text || undefined });
}

export const guestNotes = defineAction<'guest'>({
  ...editBase,
  id: 'guest.notes',
  key: 'n',
  menu: undefined,
  title: 'Notes',
  summary: 'Changes the notes of the guest.',
  fields: [
    {
      name: 'description',
      label: 'Notes',
      help: 'Markdown. Empty removes them. Do not write passwords here.',
      kind: 'lines',
      initial: (_guest, facts) => trimmed(currentValue(facts, 'description')),
      problem: (value) => {
        const { length } = String(value);
        return length > longest ? `at most ${longest} characters, this has ${length}` : undefined;
      },
    },
  ],
  privileges: vmPrivilege('VM.Config.Options'),
  available: editable,
  ...configChange({
    level: 1,
    question: (guest) => say`Change the notes of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    done: (guest) => say`Notes of ${guestLabel(guest)} changed`,
  }),
});
