import type { Guest } from '../domain/guest.ts';
import { freeKey } from '../domain/guest-config.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { configChange } from './config-change.ts';
import type { ConfigPlan } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { nicFields } from './nic-fields.ts';
import { nicPlan } from './nic-plan.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const keyOf = (facts: Facts) => facts.config && freeKey(facts.config, 'net');

function plan(guest: Guest, values: FieldValues, facts: Facts): ConfigPlan {
  const key = keyOf(facts);
  return key ? nicPlan(guest, values, facts, key, undefined) : { set: {}, gone: [] };
}

export const guestNicAdd = defineAction<'guest'>({
  ...editBase,
  id: 'guest.nic-add',
  title: 'Add network device',
  summary: 'Adds a network device.',
  needs: ['config', 'choices'],
  fields: nicFields.map(({ follows: _none, ...field }) => field),
  privileges: vmPrivilege('VM.Config.Network'),
  available: editable,
  ...configChange({
    level: 1,
    question: (guest) => say`Add a network device to ${guestLabel(guest)}?`,
    plan,
    done: (guest, _values, facts) =>
      say`Network device ${sanitise(keyOf(facts) ?? '')} added to ${guestLabel(guest)}`,
    names: (_guest, _values, facts) => ({ [keyOf(facts) ?? '']: 'bridge' }),
  }),
});
