import { say } from '../domain/safe-text.ts';
import { ask, blocked, disabled, guestLabel, hidden, vmPrivilege, yes } from './guest-common.ts';
import { powerBase, runPower } from './guest-power.ts';
import { defineAction } from './types.ts';

export const guestSuspend = defineAction<'guest'>({
  ...powerBase,
  id: 'guest.suspend',
  title: 'Suspend (pause)',
  summary: 'Pauses a VM in memory; resume goes on where it was.',
  effect: 'disrupt',
  fields: [],
  privileges: vmPrivilege('VM.PowerMgmt'),
  available: (guest, facts) => {
    if (guest.template || guest.type === 'lxc') return hidden;
    const stop = blocked(guest, facts);
    if (stop) return stop;
    return guest.status === 'running'
      ? yes
      : disabled(say`only a running VM can be paused, this is ${guest.status}`);
  },
  confirm: (guest, _values, facts) =>
    ask(1, say`Pause ${guestLabel(guest)}?`, guest, facts, [
      say`It keeps its memory and stops answering until it is resumed.`,
    ]),
  taskTypes: ['qmpause'],
  expects: 'paused',
  run: runPower('suspend'),
});
