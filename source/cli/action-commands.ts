import { isOfAnother } from '../actions/fields.ts';
import { type AnyAction, actions } from '../actions/registry.ts';
import type { Action, Field, Scope } from '../actions/types.ts';
import type { Command } from './command.ts';
import { fieldFlag } from './field-flags.ts';
import type { Flag } from './flags.ts';

const operands: Readonly<Record<Scope, string>> = {
  guest: 'GUEST',
  node: 'NODE',
  service: 'NODE/SERVICE',
  task: 'UPID',
  snapshot: 'GUEST/SNAPSHOT',
};
const operandWords: Readonly<Record<Scope, string>> = {
  guest: 'GUEST is a VMID or a name that only one guest has.',
  node: 'NODE is the name of a node.',
  service: 'NODE/SERVICE is for example pve1/pvestatd.',
  task: 'UPID is the id of a task, as tasks list --json tells it.',
  snapshot: 'GUEST/SNAPSHOT is for example 101/pre-update; the guest is a VMID or a name.',
};

/** Could it ask for a typed name? Levels depend on the target, so everything that disturbs gets the flag. */
export function mayConfirm(action: AnyAction): boolean {
  return action.effect === 'disrupt' || (action.effect === 'destroy' && !action.batch);
}

/** Has it values of the configuration that can be taken away? */
function unsets(action: AnyAction): boolean {
  const typed = (field: Field<never>) => /^(?:text|integer|choice)$/.test(field.kind);
  return (
    action.needs.includes('config') &&
    (action.fields as readonly Field<never>[]).some((field) => typed(field) && !field.required)
  );
}

/** What belongs to a thing that another flag names need not be said again. */
function flagsOf(fields: readonly Field<never>[]): readonly Flag[] {
  return fields.map((field) =>
    fieldFlag(isOfAnother(fields, field) ? { ...field, required: false } : field),
  );
}

const confirmFlag: Flag = {
  name: 'confirm',
  kind: 'text',
  placeholder: 'NAME',
  help: 'the name of the target, or its VMID where the name is empty, not unique or not plain ASCII',
};

/** The command of an action: `homelab-tui guest rollback GUEST --snapname … --confirm …`. */
export function actionCommand(action: AnyAction): Command {
  const [scope = '', verb = ''] = action.id.split('.');
  const operand = operands[action.scope];
  return {
    words: [scope, verb],
    operands: action.batch ? `${operand}...` : operand,
    minimum: 1,
    maximum: action.batch ? Number.POSITIVE_INFINITY : 1,
    summary: action.summary,
    details: [
      operandWords[action.scope],
      ...(unsets(action)
        ? ["What need not be there is unset with an empty value: --NAME ''."]
        : []),
      ...(action.batch ? ['Several targets run side by side, at most 4 at a time.'] : []),
      // What may run over many of them asks for no name, as one name could not stand for all.
      ...(action.effect === 'destroy' && !action.batch
        ? ['It destroys or interrupts more than one thing: it runs only with --confirm NAME.']
        : []),
      'Exit codes: 0 done, 1 done with warnings, 2 failed or refused, 3 not known, 64 wrong command line or value.',
      'With --json each target is told in one line: site, action, target, outcome, upid, message.',
    ],
    flags: [
      ...flagsOf(action.fields as readonly Field<never>[]),
      ...(mayConfirm(action) ? [confirmFlag] : []),
    ],
    run: async (context) => {
      const { runAction } = await import('./action.ts');
      return runAction(action as unknown as Action<Scope>, context);
    },
  };
}

export const actionCommands = (): readonly Command[] => actions.map(actionCommand);
