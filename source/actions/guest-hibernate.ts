import { say } from '../domain/safe-text.ts';
import { ask, blocked, disabled, guestLabel, hidden, yes } from './guest-common.ts';
import { powerBase, runPower } from './guest-power.ts';
import { defineAction } from './types.ts';

export const guestHibernate = defineAction<'guest'>({
  ...powerBase,
  id: 'guest.hibernate',
  title: 'Hibernate',
  summary: "Writes a VM's memory to disk and stops it; start goes on where it was.",
  effect: 'disrupt',
  fields: [],
  // The state volume becomes a disk of the VM, hence the second privilege; Proxmox also checks AllocateSpace on its storage.
  privileges: (guest) => [
    { path: `/vms/${guest.vmid}`, anyOf: ['VM.PowerMgmt'] },
    { path: `/vms/${guest.vmid}`, anyOf: ['VM.Config.Disk'] },
  ],
  available: (guest, facts) => {
    if (guest.template || guest.type === 'lxc') return hidden;
    const stop = blocked(guest, facts);
    if (stop) return stop;
    if (guest.hastate !== undefined && guest.hastate !== 'ignored') {
      return disabled(say`HA manages it, and Proxmox hibernates no such VM`);
    }
    return guest.status === 'running'
      ? yes
      : disabled(say`only a running VM can hibernate, this is ${guest.status}`);
  },
  confirm: (guest, _values, facts) =>
    ask(2, say`Hibernate ${guestLabel(guest)}?`, guest, facts, [
      say`Its memory is written to its storage and it stops. It takes as much space as it has memory.`,
    ]),
  taskTypes: ['qmsuspend'],
  expects: 'stopped',
  run: runPower('hibernate'),
});
