import { wholeProblem } from '../domain/guest-values.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { noChoice } from './choices.ts';
import { configChange } from './config-change.ts';
import {
  currentFlag,
  currentNumber,
  currentValue,
  plainValue,
  planOf,
  wantedOf,
} from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

function plan(values: FieldValues, facts: Facts) {
  return planOf(
    facts,
    wantedOf(values, {
      cmode: plainValue,
      console: (value) => value === true,
      tty: plainValue,
      timezone: plainValue,
    }),
    ['console'],
  );
}

function lines({ set }: ReturnType<typeof plan>): SafeText[] {
  return set.cmode === 'shell'
    ? [say`Everybody who may open its console is root inside, without a login.`]
    : [];
}

export const guestSetConsole = defineAction<'guest'>({
  ...editBase,
  id: 'guest.set-console',
  title: 'Console and time zone',
  summary: 'Changes console mode, number of terminals and time zone of a container.',
  batch: true,
  fields: [
    {
      name: 'cmode',
      label: 'Console mode',
      help: 'What the console of a container opens.',
      kind: 'choice',
      choices: () => [
        noChoice(say`as Proxmox has it: tty`),
        { value: 'tty', label: say`tty: a login on one of its terminals` },
        { value: 'console', label: say`/dev/console` },
        { value: 'shell', label: say`shell: root, without a login` },
      ],
      initial: (_guest, facts) => currentValue(facts, 'cmode') ?? '',
    },
    {
      name: 'console',
      label: 'Console device',
      help: 'The container has a /dev/console.',
      kind: 'boolean',
      initial: (_guest, facts) => currentFlag(facts, 'console', true),
    },
    {
      name: 'tty',
      label: 'Terminals',
      help: 'From 0 to 6. Empty: 2.',
      kind: 'integer',
      initial: (_guest, facts) => currentNumber(facts, 'tty'),
      problem: (value) => wholeProblem(value as number, 0, 6),
    },
    {
      name: 'timezone',
      label: 'Time zone',
      help: 'As Europe/Warsaw, or host for that of the node. Empty: as it is inside.',
      kind: 'text',
      initial: (_guest, facts) => currentValue(facts, 'timezone'),
      problem: (value) =>
        /^(?:host|[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*)$/.test(String(value))
          ? undefined
          : 'must be host, or a zone as Europe/Warsaw',
    },
  ],
  privileges: vmPrivilege('VM.Config.Options'),
  available: (guest, facts) => (guest.type === 'qemu' ? hidden : editable(guest, facts)),
  ...configChange({
    question: (guest) => say`Change console and time zone of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    lines: (_guest, values, facts) => lines(plan(values, facts)),
    done: (guest) => say`Console and time zone of ${guestLabel(guest)} changed`,
  }),
});
