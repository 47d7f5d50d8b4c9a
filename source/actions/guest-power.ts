import type { Guest } from '../domain/guest.ts';
import type { GuestPower } from '../services/types.ts';
import { taskOrDone } from './outcome.ts';
import type { Action, FieldValues, RunContext } from './types.ts';

export const powerMenu = { id: 'power', key: 'p', title: 'Power' } as const;

/** Runs one power verb; the answer's UPID becomes the task to follow (HA guests answer an ha* task). */
export function runPower(verb: GuestPower): Action<'guest'>['run'] {
  return async (guest: Guest, values: FieldValues, context: RunContext) => {
    const timeout = typeof values.timeout === 'number' ? { timeout: values.timeout } : {};
    const forceStop = values.forceStop === true ? { forceStop: true } : {};
    const overruleShutdown = values['overrule-shutdown'] === true ? { overruleShutdown: true } : {};
    const parameters = { ...timeout, ...forceStop, ...overruleShutdown };
    const started = await context.site.guests.power(guest, verb, parameters, {
      signal: context.signal,
    });
    return taskOrDone(started);
  };
}

/** What all power actions share. */
export const powerBase = {
  scope: 'guest',
  key: '',
  menu: powerMenu,
  needs: [],
  batch: true,
  touches: ['resources', 'detail', 'tasks'],
} as const;
