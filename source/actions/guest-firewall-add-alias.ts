import { sanitise, say } from '../domain/safe-text.ts';
import { firewallBase, firewallDone, firewallEditable, placeOf } from './firewall-common.ts';
import { aliasCidrField, commentOf, lineField, newNameField } from './firewall-names.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestFirewallAddAlias = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-add-alias',
  title: 'Add alias',
  summary: 'Gives an address a name that rules of this guest may use.',
  fields: [
    {
      ...newNameField,
      problem: (value, guest, facts, values) => {
        const wanted = String(value).toLowerCase();
        const taken = facts.firewall?.names.aliases.some(
          ({ name }) => name.toLowerCase() === wanted,
        );
        if (taken) return 'there is an alias of this name';
        return newNameField.problem?.(value, guest, facts, values);
      },
    },
    aliasCidrField,
    lineField,
  ],
  available: firewallEditable,
  confirm: (guest, values, facts) =>
    ask(1, say`Add the alias ${sanitise(values.name)} to ${guestLabel(guest)}?`, guest, facts, [
      say`It stands for ${sanitise(values.cidr)}.`,
    ]),
  run: async (guest, values, context) => {
    const written = await context.site.firewall.addAlias(
      placeOf(guest),
      { name: String(values.name), cidr: String(values.cidr), ...commentOf(values) },
      { signal: context.signal },
    );
    return firewallDone(guest, written, say`Alias ${sanitise(values.name)} added`);
  },
});
