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
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const guestTemplate = defineAction<'guest'>({
  id: 'guest.template',
  scope: 'guest',
  key: '',
  title: 'Convert to template',
  summary: 'Turns the guest into a template for good; it never starts again.',
  effect: 'destroy',
  needs: ['snapshots'],
  batch: false,
  fields: [],
  privileges: vmPrivilege('VM.Allocate'),
  available: (guest, facts) => {
    if (guest.template) return hidden;
    const stop = blocked(guest, facts);
    if (stop) return stop;
    if (isRunning(guest)) return disabled(say`it runs; shut it down first`);
    const count = facts.snapshots?.snapshots.length ?? 0;
    return count > 0
      ? disabled(say`it has ${count} snapshot(s); Proxmox makes templates of guests without any`)
      : yes;
  },
  confirm: (guest, _values, facts) =>
    ask(3, say`Convert ${guestLabel(guest)} to a template?`, guest, facts, [
      say`There is no way back: a template cannot be started and cannot become a guest again.`,
      say`Its disks become read-only base images. To get a guest again, clone it.`,
    ]),
  taskTypes: ['qmtemplate'],
  touches: ['resources', 'detail', 'tasks'],
  run: async (guest, _values, context) => {
    const started = await context.site.guests.template(guest, { signal: context.signal });
    return taskOrDone(started, say`${guestLabel(guest)} is a template now`);
  },
});
