import { say } from '../domain/safe-text.ts';
import { ask, blocked, disabled, guestLabel, hidden, vmPrivilege, yes } from './guest-common.ts';
import { powerBase, runPower } from './guest-power.ts';
import { defineAction } from './types.ts';

export const guestResume = defineAction<'guest'>({
  ...powerBase,
  id: 'guest.resume',
  title: 'Resume',
  summary: 'Lets a paused or hibernated VM go on.',
  effect: 'change',
  fields: [],
  privileges: vmPrivilege('VM.PowerMgmt'),
  available: (guest, facts) => {
    if (guest.template || guest.type === 'lxc') return hidden;
    const stop = blocked(guest, facts, ['suspended']);
    if (stop) return stop;
    const resumable = ['paused', 'suspended', 'io-error', 'prelaunch'].includes(guest.status);
    return resumable || guest.lock === 'suspended'
      ? yes
      : disabled(say`not paused, it is ${guest.status}`);
  },
  confirm: (guest, _values, facts) => ask(1, say`Resume ${guestLabel(guest)}?`, guest, facts),
  taskTypes: ['qmresume', 'qmstart'],
  expects: 'running',
  // A hibernated VM is stopped with a `suspended` lock and resumes by being started.
  run: (guest, values, context) =>
    runPower(guest.lock === 'suspended' && guest.status === 'stopped' ? 'start' : 'resume')(
      guest,
      values,
      context,
    ),
});
