import { sanitise, say } from '../domain/safe-text.ts';
import { firewallBase, firewallDone, firewallEditable, placeOf } from './firewall-common.ts';
import { commentOf, lineField, newNameField } from './firewall-names.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestFirewallAddSet = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-add-set',
  title: 'Create IP set',
  summary: 'Creates an empty set of addresses that rules of this guest may use.',
  fields: [
    {
      ...newNameField,
      problem: (value, guest, facts, values) => {
        const taken = facts.firewall?.names.sets.some(({ name }) => name === value);
        if (taken) return 'there is an IP set of this name';
        return newNameField.problem?.(value, guest, facts, values);
      },
    },
    lineField,
  ],
  available: firewallEditable,
  confirm: (guest, values, facts) =>
    ask(1, say`Create the IP set ${sanitise(values.name)} at ${guestLabel(guest)}?`, guest, facts),
  run: async (guest, values, context) => {
    const written = await context.site.firewall.addSet(
      placeOf(guest),
      { name: String(values.name), ...commentOf(values) },
      { signal: context.signal },
    );
    return firewallDone(guest, written, say`IP set ${sanitise(values.name)} created`);
  },
});
