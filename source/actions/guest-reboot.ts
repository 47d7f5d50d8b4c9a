import { say } from '../domain/safe-text.ts';
import {
  ask,
  blocked,
  disabled,
  guestLabel,
  hidden,
  isRunning,
  vmPrivilege,
  yes,
} from './guest-common.ts';
import { powerBase, runPower } from './guest-power.ts';
import { defineAction } from './types.ts';

export const guestReboot = defineAction<'guest'>({
  ...powerBase,
  id: 'guest.reboot',
  title: 'Reboot',
  summary: 'Shuts the guest down cleanly and starts it again; pending configuration takes effect.',
  effect: 'disrupt',
  fields: [
    {
      name: 'timeout',
      label: 'Wait at most (s)',
      help: 'How long the clean shutdown may take. Empty: Proxmox decides.',
      kind: 'integer',
      problem: (value) =>
        typeof value === 'number' && value < 0 ? 'must be 0 or more seconds' : undefined,
    },
  ],
  privileges: vmPrivilege('VM.PowerMgmt'),
  available: (guest, facts) => {
    if (guest.template) return hidden;
    const stop = blocked(guest, facts);
    if (stop) return stop;
    if (guest.status === 'paused') return disabled(say`paused: resume it first`);
    return isRunning(guest) ? yes : disabled(say`not running: start it instead`);
  },
  confirm: (guest, _values, facts) =>
    ask(2, say`Reboot ${guestLabel(guest)}?`, guest, facts, [
      say`It is away for the time of a clean shutdown and a start. Pending changes are applied.`,
    ]),
  taskTypes: ['qmreboot', 'vzreboot'],
  expects: 'running',
  run: runPower('reboot'),
});
