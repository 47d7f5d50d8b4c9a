import { sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { editable, editBase } from './config-write.ts';
import { disabled, guestLabel, isRunning, vmPrivilege } from './guest-common.ts';
import { nicField, nics } from './nic-fields.ts';
import { defineAction, type FieldValues } from './types.ts';

function plan(values: FieldValues) {
  const key = textOf(values.net);
  return { set: {}, gone: key === '' ? [] : [key] };
}

export const guestNicRemove = defineAction<'guest'>({
  ...editBase,
  id: 'guest.nic-remove',
  title: 'Remove network device',
  summary: 'Takes a network device out of the guest, with its MAC address.',
  effect: 'disrupt',
  fields: [nicField],
  privileges: vmPrivilege('VM.Config.Network'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    return nics(guest, facts).length > 0 ? stop : disabled(say`it has no network device`);
  },
  ...configChange({
    question: (guest, values) => say`Remove ${sanitise(values.net)} from ${guestLabel(guest)}?`,
    plan: (_guest, values) => plan(values),
    lines: (guest) => (isRunning(guest) ? [say`Connections through it break.`] : []),
    done: (guest, values) => say`${sanitise(values.net)} removed from ${guestLabel(guest)}`,
    names: () => ({ delete: 'net' }),
  }),
});
