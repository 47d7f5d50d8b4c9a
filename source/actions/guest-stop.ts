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

export const guestStop = defineAction<'guest'>({
  ...powerBase,
  id: 'guest.stop',
  title: 'Stop',
  summary: 'Stops the guest at once, like pulling the plug.',
  effect: 'disrupt',
  fields: [
    {
      name: 'overrule-shutdown',
      label: 'Abort a hanging shutdown first',
      help: 'Ends a shutdown task of this guest that still waits (Proxmox VE 8.2 and newer, not for HA guests).',
      kind: 'boolean',
      initial: () => false,
      applies: (guest) => guest.hastate === undefined,
    },
  ],
  privileges: vmPrivilege('VM.PowerMgmt'),
  available: (guest, facts) => {
    if (guest.template) return hidden;
    return blocked(guest, facts) ?? (isRunning(guest) ? yes : disabled(say`not running`));
  },
  confirm: (guest, _values, facts) =>
    ask(isCritical(guest) ? 3 : 2, say`Stop ${guestLabel(guest)} at once?`, guest, facts, [
      say`Data that the guest has not written yet is lost. Shut down is the gentle way.`,
      ...(isCritical(guest) ? [say`It is tagged critical.`] : []),
    ]),
  taskTypes: ['qmstop', 'vzstop', 'hastop'],
  expects: 'stopped',
  run: runPower('stop'),
});
