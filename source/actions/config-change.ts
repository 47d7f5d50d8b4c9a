import type { Guest } from '../domain/guest.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { ConfigPlan } from './config-plan.ts';
import { askChange, writeConfig } from './config-write.ts';
import type { Action, ConfirmLevel, Facts, FieldValues } from './types.ts';

type Told<T> = (guest: Guest, values: FieldValues, facts: Facts) => T;

/** A change of the configuration, told once: what is asked and what is sent come from the same plan. */
export interface ConfigChange {
  /** 2 unless told. */
  readonly level?: ConfirmLevel;
  readonly question: Told<SafeText>;
  readonly plan: Told<ConfigPlan>;
  /** What it means beside the old and new values. */
  readonly lines?: Told<readonly SafeText[]>;
  /** What is said when it is done. */
  readonly done: Told<SafeText>;
  /** Leads from Proxmox's parameters to the form's fields. */
  readonly names?: Told<Readonly<Record<string, string>>>;
  /** A disk is written by a task; followed to its end, it is told what waits for the next start. */
  readonly follow?: boolean;
}

/** `confirm` and `run` of an action that changes the configuration and nothing else. */
export function configChange(change: ConfigChange): Pick<Action<'guest'>, 'confirm' | 'run'> {
  const { level = 2, question, plan, lines, done, names, follow = false } = change;
  return {
    confirm: (guest, values, facts) =>
      askChange(
        level,
        question(guest, values, facts),
        guest,
        facts,
        plan(guest, values, facts),
        lines?.(guest, values, facts),
      ),
    run: (guest, values, context) => {
      const { facts } = context;
      const known = names?.(guest, values, facts);
      return writeConfig(guest, plan(guest, values, facts), context, done(guest, values, facts), {
        follow,
        ...(known ? { names: known } : {}),
      });
    },
  };
}
