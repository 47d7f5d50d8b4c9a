import { say } from '../domain/safe-text.ts';
import {
  ask,
  blocked,
  disabled,
  guestLabel,
  hidden,
  isCritical,
  isRunning,
  vmPrivilege,
  yes,
} from './guest-common.ts';
import { powerBase, runPower } from './guest-power.ts';
import { defineAction } from './types.ts';

export const guestReset = defineAction<'guest'>({
  ...powerBase,
  id: 'guest.reset',
  title: 'Reset',
  summary: 'Resets a VM at once, like its reset button.',
  effect: 'disrupt',
  fields: [],
  privileges: vmPrivilege('VM.PowerMgmt'),
  available: (guest, facts) => {
    if (guest.template || guest.type === 'lxc') return hidden;
    return blocked(guest, facts) ?? (isRunning(guest) ? yes : disabled(say`not running`));
  },
  confirm: (guest, _values, facts) =>
    ask(isCritical(guest) ? 3 : 2, say`Reset ${guestLabel(guest)} at once?`, guest, facts, [
      say`Data that the guest has not written yet is lost. Reboot is the gentle way.`,
      ...(isCritical(guest) ? [say`It is tagged critical.`] : []),
    ]),
  taskTypes: ['qmreset'],
  run: runPower('reset'),
});
