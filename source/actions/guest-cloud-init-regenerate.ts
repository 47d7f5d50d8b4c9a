import { say } from '../domain/safe-text.ts';
import { cloudInitDrive } from './cloud-init-fields.ts';
import { editable, editBase } from './config-write.ts';
import { ask, disabled, guestLabel, hidden, vmPrivilege } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const guestCloudInitRegenerate = defineAction<'guest'>({
  ...editBase,
  id: 'guest.cloud-init-regenerate',
  title: 'Regenerate cloud-init drive',
  summary: 'Writes the cloud-init drive anew from the settings as they are.',
  fields: [],
  privileges: vmPrivilege('VM.Config.Cloudinit'),
  available: (guest, facts) => {
    if (guest.type === 'lxc') return hidden;
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    return cloudInitDrive(facts) ? stop : disabled(say`it has no cloud-init drive`);
  },
  confirm: (guest, _values, facts) =>
    ask(1, say`Write the cloud-init drive of ${guestLabel(guest)} anew?`, guest, facts, [
      say`The VM reads it at its next boot. New settings may count as a new machine to it: host keys and first-boot steps come again.`,
    ]),
  run: async (guest, _values, context) => {
    const done = await context.site.guests.regenerateCloudinit(guest, { signal: context.signal });
    return taskOrDone(done, say`Cloud-init drive of ${guestLabel(guest)} written`);
  },
});
