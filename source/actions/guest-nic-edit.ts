import type { Guest } from '../domain/guest.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import type { ConfigPlan } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { disabled, guestLabel, vmPrivilege } from './guest-common.ts';
import { findNic, nicField, nicFields, nics } from './nic-fields.ts';
import { nicLines, nicPlan } from './nic-plan.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

function plan(guest: Guest, values: FieldValues, facts: Facts): ConfigPlan {
  const nic = findNic(guest, facts, values.net);
  return nic ? nicPlan(guest, values, facts, nic.key, nic) : { set: {}, gone: [] };
}

export const guestNicEdit = defineAction<'guest'>({
  ...editBase,
  id: 'guest.nic-edit',
  title: 'Network device',
  summary: 'Changes bridge, VLAN, firewall, MAC, rate, addresses or the cable of a network device.',
  effect: 'disrupt',
  needs: ['config', 'choices'],
  fields: [nicField, ...nicFields],
  privileges: vmPrivilege('VM.Config.Network'),
  available: (guest, facts) => {
    const stop = editable(guest, facts);
    if (stop.state !== 'yes' || !facts.config) return stop;
    return nics(guest, facts).length > 0 ? stop : disabled(say`it has no network device`);
  },
  ...configChange({
    question: (guest, values) => say`Change ${sanitise(values.net)} of ${guestLabel(guest)}?`,
    plan,
    lines: (guest, values, facts) => nicLines(guest, findNic(guest, facts, values.net), values),
    done: (guest, values) => say`${sanitise(values.net)} of ${guestLabel(guest)} changed`,
    names: (_guest, values) => ({ [textOf(values.net)]: 'bridge' }),
  }),
});
