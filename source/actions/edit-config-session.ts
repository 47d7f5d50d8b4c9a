import { markOverlaps, mergeConfig, withoutRemarks } from '../domain/config-merge.ts';
import {
  type ConfigDifference,
  type ConfigValues,
  differenceOf,
  parseConfig,
  printConfig,
} from '../domain/config-text.ts';
import { describeFailure, type Failure } from '../domain/failure.ts';
import type { Guest } from '../domain/guest.ts';
import type { GuestConfig } from '../domain/guest-detail.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { effectLines } from './config-effect.ts';
import { isEmptyPlan, keyNames, plannedKeys } from './config-plan.ts';
import { isConflict, writeConfig } from './config-write.ts';
import { guestLabel, targetLine } from './guest-common.ts';
import { askKey, writeWrapped } from './terminal-dialog.ts';
import type { EditableFile, Outcome, RunContext, Terminal } from './types.ts';

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
  writeWrapped(terminal, ['' as SafeText, ...lines, '' as SafeText, question]);
  const keys = applies ? ['y', 'e', 'n'] : ['e', 'n'];
  const key = await askKey(terminal, keys, context.platform.sleep, context.signal);
  return key === 'y' ? 'apply' : key === 'e' ? 'again' : 'leave';
}

const kept = (file: EditableFile) => say`Your text is kept in ${file.path}`;

/** The values of a configuration as they can be written back. */
export function valuesOf(config: GuestConfig | undefined): ConfigValues {
  return config?.raw ?? config?.entries ?? {};
}

/** The text in the editor's file, what it is compared with, and which of its lines are our remarks. */
interface Draft {
  readonly before: ConfigValues;
  readonly context: RunContext;
  readonly remarks: readonly string[];
  /** It was put together after a conflict: shown before the editor is opened again. */
  readonly news?: readonly SafeText[];
}

/** Edits, shows the difference and writes it, again and again until it is written or given up. */
export async function editSession(
  guest: Guest,
  file: EditableFile,
  terminal: Terminal,
  start: RunContext,
): Promise<Result<Outcome>> {
  let draft: Draft = { before: valuesOf(start.facts.config), context: start, remarks: [] };
  let edit = true;
  for (;;) {
    if (edit) {
      const problem = await openEditor(guest, file, terminal);
      if (problem) return fail(problem);
    }
    const { before, context, remarks, news = [] } = draft;
    edit = true;
    const text = await file.read();
    if (!text.ok) return text;
    const parsed = parseConfig(withoutRemarks(text.value, remarks));
    const plan = parsed.ok ? differenceOf(before, parsed.value) : undefined;
    if (plan && isEmptyPlan(plan)) {
      await file.discard();
      const same = say`Nothing changed at ${guestLabel(guest)}`;
      const message = news.length > 0 ? say`${same}: it is already as you want it` : same;
      return ok({ kind: 'done', message });
    }
    const lines = parsed.ok
      ? [
          ...differenceLines(before, differenceOf(before, parsed.value)),
          ...effectLines(guest, context.facts, plan ?? { set: {}, gone: [] }),
        ]
      : [describeFailure(parsed.failure)];
    const head = [...news, targetLine(guest), ...lines];
    const decision = await decide(terminal, context, head, plan !== undefined);
    draft = { before, context, remarks };
    if (decision === 'leave') {
      const message = say`Configuration of ${guestLabel(guest)} left as it was. ${kept(file)}`;
      return ok({ kind: 'done', message });
    }
    if (decision === 'again' || !plan || !parsed.ok) continue;
    const keys = keyNames(plannedKeys(plan));
    const done = say`Configuration of ${guestLabel(guest)} written: ${keys}`;
    const written = await writeConfig(guest, plan, context, done);
    if (written.ok) {
      await file.discard();
      return written;
    }
    const { failure } = written;
    if (isConflict(failure)) {
      // The text is made from values that are not true any more: it must not be written over the new ones.
      const joined = await rebase(guest, file, draft, parsed.value);
      if (!joined.ok) return fail({ ...joined.failure, next: kept(file) });
      draft = joined.value;
      if (draft.remarks.length === 0) edit = false;
      else if (!(await looks(terminal, draft))) return fail({ ...failure, next: kept(file) });
      else draft = { ...draft, news: [] };
      continue;
    }
    const said = [describeFailure(failure), kept(file)];
    const again = await decide(terminal, context, said, false);
    if (again !== 'again') return fail({ ...failure, next: kept(file) });
  }
}

async function openEditor(
  guest: Guest,
  file: EditableFile,
  terminal: Terminal,
): Promise<Failure | undefined> {
  const ran = await terminal.runProgram(file.argv);
  if (!ran.ok) return { ...ran.failure, next: kept(file) };
  if (ran.value === 0) return undefined;
  return {
    kind: 'local',
    what: say`The editor ended with exit code ${ran.value}; nothing was written`,
    where: guestLabel(guest),
    next: say`${kept(file)}; set EDITOR to the editor you use`,
  };
}

/** Is the editor opened again, on a text with both people's values? */
async function looks(terminal: Terminal, { context, news = [] }: Draft): Promise<boolean> {
  return (await decide(terminal, context, news, false)) === 'again';
}

/** After somebody else's change: reads what is there now and puts our changes on it. The file then holds the joined text. */
async function rebase(
  guest: Guest,
  file: EditableFile,
  { before, context }: Draft,
  mine: ConfigValues,
): Promise<Result<Draft>> {
  const read = await context.site.guests.config(guest, { signal: context.signal });
  if (!read.ok) return read;
  const theirs = valuesOf(read.value);
  const merge = mergeConfig(before, mine, theirs);
  const marked =
    merge.overlaps.length > 0
      ? markOverlaps(merge)
      : { text: printConfig(merge.merged), remarks: [], mark: '' };
  const put = await file.write(marked.text);
  if (!put.ok) return put;
  const keys = keyNames(merge.overlaps.map(({ key }) => key));
  const way =
    merge.overlaps.length === 0
      ? say`You changed other keys, so yours can follow:`
      : say`You changed the same: ${keys}. The text has both values; lines that begin with ${sanitise(marked.mark)} are remarks.`;
  return ok({
    before: theirs,
    context: { ...context, facts: { ...context.facts, config: read.value } },
    remarks: marked.remarks,
    news: [
      say`Changed by somebody else meanwhile; nothing was written. Their changes:`,
      ...differenceLines(before, differenceOf(before, theirs)),
      way,
    ],
  });
}
