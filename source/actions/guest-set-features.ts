import type { Guest } from '../domain/guest.ts';
import {
  parseProperty,
  printProperty,
  propertyFlag,
  withProperty,
} from '../domain/guest-config.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { configChange } from './config-change.ts';
import { currentFlag, currentValue, planOf, type Wanted } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type Field, type FieldValues } from './types.ts';

const features = (facts: Facts) => parseProperty(currentValue(facts, 'features') ?? '');
const names = ['nesting', 'keyctl', 'fuse'] as const;

function plan(values: FieldValues, facts: Facts) {
  const now = features(facts);
  const changed = names.filter(
    (name) => name in values && propertyFlag(now, name) !== (values[name] === true),
  );
  const parts = changed.map((name) => [name, values[name] === true ? true : undefined] as const);
  const wanted: Wanted =
    changed.length === 0
      ? {}
      : { features: printProperty(withProperty(now, Object.fromEntries(parts))) };
  return planOf(facts, wanted);
}

function lines(values: FieldValues, facts: Facts): SafeText[] {
  const privileged = facts.config && !currentFlag(facts, 'unprivileged');
  const opened = values.nesting === true && !propertyFlag(features(facts), 'nesting');
  return privileged && opened
    ? [say`It is privileged: with nesting, root inside can reach the node.`]
    : [];
}

const flag = (name: (typeof names)[number], label: string, help: string): Field<Guest> => ({
  name,
  label,
  help,
  kind: 'boolean',
  initial: (_guest, facts) => propertyFlag(features(facts), name),
});

export const guestSetFeatures = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-features',
  title: 'Features',
  summary: 'Switches nesting, keyctl and FUSE of a container.',
  fields: [
    flag('nesting', 'Nesting', 'Containers inside, and what new versions of systemd need.'),
    flag('keyctl', 'Keyctl', 'The keyctl system call, for Docker in an unprivileged container.'),
    flag('fuse', 'FUSE', 'File systems in user space; a backup of a running one can hang.'),
  ],
  // Proxmox lets only root@pam switch more than nesting; it says so itself.
  privileges: vmPrivilege('VM.Allocate'),
  available: (guest, facts) => (guest.type === 'qemu' ? hidden : editable(guest, facts)),
  ...configChange({
    question: (guest) => say`Change the features of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    lines: (_guest, values, facts) => lines(values, facts),
    done: (guest) => say`Features of ${guestLabel(guest)} changed`,
  }),
});
