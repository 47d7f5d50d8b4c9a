import { entryProblem } from '../domain/firewall-values.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { firewallBase, firewallDone, placeOf, setField } from './firewall-common.ts';
import { commentOf, goneName, lineField, namesAvailable, setIn } from './firewall-names.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestFirewallAddEntry = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-add-entry',
  key: 'e',
  row: 'firewall-set',
  title: 'Add address to IP set',
  summary: 'Puts an address, network or alias into an IP set of this guest.',
  fields: [
    setField,
    {
      name: 'cidr',
      label: 'Address',
      help: 'An address, a network or the name of an alias.',
      kind: 'text',
      required: true,
      problem: (value, _guest, facts, values) => {
        const there = setIn(values, facts)?.entries?.some(({ cidr }) => cidr === value);
        return there ? 'it is in the set already' : entryProblem(String(value));
      },
    },
    {
      name: 'nomatch',
      label: 'Exclude it',
      help: 'Takes it out of a larger network of the same set.',
      kind: 'boolean',
      initial: () => false,
    },
    lineField,
  ],
  available: namesAvailable('sets'),
  confirm: (guest, values, facts) => {
    const name = setIn(values, facts)?.name ?? say`the IP set`;
    const what = values.nomatch === true ? say`Exclude` : say`Add`;
    return ask(
      1,
      say`${what} ${sanitise(values.cidr)} in ${name} of ${guestLabel(guest)}?`,
      guest,
      facts,
    );
  },
  run: async (guest, values, context) => {
    const set = setIn(values, context.facts);
    if (!set) return goneName(guest, 'IP set');
    const written = await context.site.firewall.addEntry(
      placeOf(guest),
      set.name,
      {
        cidr: String(values.cidr),
        ...(values.nomatch === true ? { nomatch: true } : {}),
        ...commentOf(values),
      },
      { signal: context.signal },
    );
    return firewallDone(guest, written, say`${sanitise(values.cidr)} is in ${set.name} now`);
  },
});
