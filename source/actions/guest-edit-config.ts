import {
  type ConfigDifference,
  type ConfigValues,
  differenceOf,
  parseConfig,
  printConfig,
} from '../domain/config-text.ts';
import { describeFailure } from '../domain/failure.ts';
import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { effectLines } from './config-effect.ts';
import { isEmptyPlan, keyNames, plannedKeys } from './config-plan.ts';
import { editable, editBase, isConflict, writeConfig } from './config-write.ts';
import { ask, guestLabel, targetLine } from './guest-common.ts';
import { askKey, writeLines } from './terminal-dialog.ts';
import {
  defineAction,
  type EditableFile,
  type Outcome,
  type RunContext,
  type Terminal,
} from './types.ts';

/** `- key: old` and `+ key: new`, line by line where a value has several. */
export function differenceLines(before: ConfigValues, difference: ConfigDifference): SafeText[] {
  const rows = (sign: '-' | '+', key: string, value: string) =>
    value
      .replace(/\n+$/, '')
      .split('\n')
      .map((line) => say`${sanitise(sign)} ${sanitise(key)}: ${sanitise(line)}`);
  const old = (key: string) => {
    const value = before[key];
    return value === undefined ? [] : rows('-', key, value);
  };
  return [
    ...Object.entries(difference.set).flatMap(([key, value]) => [
      ...old(key),
      ...rows('+', key, value),
    ]),
    ...difference.gone.flatMap(old),
  ];
}

/** What the person decided after looking at the difference. */
type Decision = 'apply' | 'again' | 'leave';

async function decide(
  terminal: Terminal,
  context: RunContext,
  lines: readonly SafeText[],
  applies: boolean,
): Promise<Decision> {
  const question = applies
    ? say`y writes it, e edits again, n or esc leaves it as it is [y/e/N]`
    : say`e edits again, n or esc leaves it as it is [e/N]`;
  writeLines(terminal, ['' as SafeText, ...lines, '' as SafeText, question]);
  const keys = applies ? ['y', 'e', 'n'] : ['e', 'n'];
  const key = await askKey(terminal, keys, context.platform.sleep, context.signal);
  return key === 'y' ? 'apply' : key === 'e' ? 'again' : 'leave';
}

const kept = (file: EditableFile) => say`Your text is kept in ${file.path}`;

/** Edits, shows the difference and writes it, again and again until it is written or given up. */
async function session(
  guest: Guest,
  before: ConfigValues,
  file: EditableFile,
  terminal: Terminal,
  context: RunContext,
): Promise<Result<Outcome>> {
  for (;;) {
    const ran = await terminal.runProgram(file.argv);
    if (!ran.ok) return fail({ ...ran.failure, next: kept(file) });
    if (ran.value !== 0) {
      return fail({
        kind: 'local',
        what: say`The editor ended with exit code ${ran.value}; nothing was written`,
        where: guestLabel(guest),
        next: say`${kept(file)}; set EDITOR to the editor you use`,
      });
    }
    const text = await file.read();
    if (!text.ok) return text;
    const parsed = parseConfig(text.value);
    const plan = parsed.ok ? differenceOf(before, parsed.value) : undefined;
    if (plan && isEmptyPlan(plan)) {
      await file.discard();
      return ok({ kind: 'done', message: say`Nothing changed at ${guestLabel(guest)}` });
    }
    const lines = parsed.ok
      ? [
          ...differenceLines(before, differenceOf(before, parsed.value)),
          ...effectLines(guest, context.facts, plan ? plannedKeys(plan) : []),
        ]
      : [describeFailure(parsed.failure)];
    const head = [targetLine(guest), ...lines];
    const decision = await decide(terminal, context, head, plan !== undefined);
    if (decision === 'leave') {
      const message = say`Configuration of ${guestLabel(guest)} left as it was. ${kept(file)}`;
      return ok({ kind: 'done', message });
    }
    if (decision === 'apply' && plan) {
      const keys = keyNames(plannedKeys(plan));
      const done = say`Configuration of ${guestLabel(guest)} written: ${keys}`;
      const written = await writeConfig(guest, plan, context, done);
      if (written.ok) {
        await file.discard();
        return written;
      }
      const { failure } = written;
      // The text is made from values that are not true any more: it must not be written over the new ones.
      if (isConflict(failure)) return fail({ ...failure, next: kept(file) });
      const said = [describeFailure(failure), kept(file)];
      const again = await decide(terminal, context, said, false);
      if (again !== 'again') return fail({ ...failure, next: kept(file) });
    }
  }
}

export const guestEditConfig = defineAction<'guest'>({
  ...editBase,
  id: 'guest.edit-config',
  title: 'Edit as text',
  summary: 'Opens the configuration in your editor and shows the difference before it is written.',
  fields: [],
  privileges: (guest) => [
    {
      path: `/vms/${guest.vmid}`,
      anyOf: [
        'VM.Config.Options',
        'VM.Config.Disk',
        'VM.Config.CPU',
        'VM.Config.Memory',
        'VM.Config.Network',
        'VM.Config.HWType',
        'VM.Config.Cloudinit',
        'VM.Config.CDROM',
      ],
    },
  ],
  available: editable,
  // The difference is the question; it comes in the terminal, before anything is written.
  confirm: (guest, _values, facts) =>
    ask(0, say`Edit the configuration of ${guestLabel(guest)}?`, guest, facts),
  run: async (guest, _values, context) => {
    const { terminal, editableFile, terminalProblem } = context.platform;
    if (!terminal || !editableFile) {
      return fail(
        terminalProblem?.() ?? {
          kind: 'local',
          what: say`An editor needs a terminal, and there is none`,
          where: guestLabel(guest),
        },
      );
    }
    const { config } = context.facts;
    const before: ConfigValues = config?.raw ?? config?.entries ?? {};
    const file = await editableFile(`${guest.type}-${guest.vmid}.conf`, printConfig(before));
    if (!file.ok) return file;
    return terminal.handOver((owned) => session(guest, before, file.value, owned, context));
  },
});
