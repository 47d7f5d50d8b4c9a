import { guestNameProblem } from '../domain/guest-values.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { configChange } from './config-change.ts';
import { currentValue, plainValue, planOf, wantedOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

type Kind = 'qemu' | 'lxc';
/** A container's name is its host name. */
const keyOf = (type: Kind) => (type === 'qemu' ? 'name' : 'hostname');

function plan(type: Kind, values: FieldValues, facts: Facts) {
  const { name } = wantedOf(values, { name: plainValue });
  return planOf(facts, 'name' in values ? { [keyOf(type)]: name } : {});
}

export const guestSetName = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-name',
  title: 'Rename',
  summary: 'Changes the name; a container takes it as its host name.',
  fields: [
    {
      name: 'name',
      label: 'Name',
      help: 'Letters, digits, hyphens and dots, as a host name.',
      kind: 'text',
      required: true,
      initial: (guest, facts) => currentValue(facts, keyOf(guest.type)),
      problem: (value, guest) => guestNameProblem(String(value), guest.type),
    },
  ],
  privileges: (guest) =>
    vmPrivilege(guest.type === 'qemu' ? 'VM.Config.Options' : 'VM.Config.Network')(guest),
  available: editable,
  ...configChange({
    level: 1,
    question: (guest, values) => say`Rename ${guestLabel(guest)} to ${sanitise(values.name)}?`,
    plan: (guest, values, facts) => plan(guest.type, values, facts),
    lines: (guest) =>
      guest.type === 'qemu' ? [say`The host name inside the VM stays as it is.`] : [],
    done: (guest, values) => say`${guestLabel(guest)} is ${sanitise(values.name)} now`,
    names: () => ({ hostname: 'name' }),
  }),
});
