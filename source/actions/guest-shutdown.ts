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

export const guestShutdown = defineAction<'guest'>({
  ...powerBase,
  id: 'guest.shutdown',
  title: 'Shut down',
  summary: 'Asks the guest to shut down cleanly (ACPI, agent or container init).',
  effect: 'disrupt',
  fields: [
    {
      name: 'timeout',
      label: 'Wait at most (s)',
      help: 'After this many seconds the task fails and the guest keeps running. Empty: Proxmox decides.',
      kind: 'integer',
      problem: (value) =>
        typeof value === 'number' && value < 0 ? 'must be 0 or more seconds' : undefined,
    },
    {
      name: 'forceStop',
      label: 'Stop it when the time is over',
      help: 'Pulls the plug after the wait. Unsaved data in the guest is lost.',
      kind: 'boolean',
      initial: () => false,
    },
  ],
  privileges: vmPrivilege('VM.PowerMgmt'),
  available: (guest, facts) => {
    if (guest.template) return hidden;
    const stop = blocked(guest, facts);
    if (stop) return stop;
    if (guest.status === 'paused')
      return disabled(say`paused: a paused VM cannot shut down, resume it first`);
    return isRunning(guest) ? yes : disabled(say`not running`);
  },
  confirm: (guest, values, facts) =>
    ask(2, say`Shut down ${guestLabel(guest)}?`, guest, facts, [
      say`Whatever it serves is gone until it is started again.`,
      values.forceStop === true
        ? say`If it does not answer in time it is stopped hard and unsaved data is lost.`
        : say`If it does not answer (no agent, no ACPI) the task fails and it keeps running.`,
    ]),
  taskTypes: ['qmshutdown', 'vzshutdown', 'hashutdown', 'hastop'],
  expects: 'stopped',
  run: runPower('shutdown'),
});
