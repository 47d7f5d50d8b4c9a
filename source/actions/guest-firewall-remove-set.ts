import { say } from '../domain/safe-text.ts';
import { firewallBase, firewallDone, placeOf, setField } from './firewall-common.ts';
import { goneName, namesAvailable, setIn, usedLines } from './firewall-names.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestFirewallRemoveSet = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-remove-set',
  key: 'D',
  row: 'firewall-set',
  title: 'Remove IP set',
  summary: 'Removes an IP set of this guest with everything in it.',
  effect: 'disrupt',
  fields: [setField],
  available: namesAvailable('sets'),
  confirm: (guest, values, facts) => {
    const set = setIn(values, facts);
    const entries = set?.entries?.map(({ cidr }) => cidr) ?? [];
    return ask(
      2,
      say`Remove the IP set ${set?.name ?? say`named`} from ${guestLabel(guest)}?`,
      guest,
      facts,
      [
        ...(entries.length > 0 ? [say`${entries.length} of its entries go with it.`] : []),
        ...(set && !set.entries ? [say`What is in it could not be read; it goes with it.`] : []),
        ...(set ? usedLines(facts, set.name) : []),
      ],
    );
  },
  run: async (guest, values, context) => {
    const set = setIn(values, context.facts);
    if (!set) return goneName(guest, 'IP set');
    // Proxmox removes only empty ones unless told otherwise, and has no digest for this: an empty one is not forced, so that
    // what somebody puts in meanwhile stops it.
    const force = set.entries === undefined || set.entries.length > 0;
    const written = await context.site.firewall.removeSet(
      placeOf(guest),
      set.name,
      force ? { force } : {},
      { signal: context.signal },
    );
    return firewallDone(guest, written, say`IP set ${set.name} removed`);
  },
});
