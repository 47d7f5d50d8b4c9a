import { say } from '../domain/safe-text.ts';
import { ask, blocked, disabled, guestLabel, hidden, vmPrivilege, yes } from './guest-common.ts';
import { powerBase, runPower } from './guest-power.ts';
import { defineAction } from './types.ts';

export const guestStart = defineAction<'guest'>({
  ...powerBase,
  id: 'guest.start',
  title: 'Start',
  summary: 'Starts a stopped guest; a hibernated one resumes from disk.',
  effect: 'change',
  fields: [],
  privileges: vmPrivilege('VM.PowerMgmt'),
  available: (guest, facts) => {
    if (guest.template) return hidden;
    const stop = blocked(guest, facts, ['suspended']);
    if (stop) return stop;
    if (guest.status === 'paused') return disabled(say`paused: resume it instead`);
    return guest.status === 'stopped' ? yes : disabled(say`already ${guest.status}`);
  },
  confirm: (guest, _values, facts) => ask(1, say`Start ${guestLabel(guest)}?`, guest, facts),
  taskTypes: ['qmstart', 'vzstart', 'hastart'],
  expects: 'running',
  run: runPower('start'),
});
