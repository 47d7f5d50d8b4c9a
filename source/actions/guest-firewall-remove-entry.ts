import { say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import {
  answeredByRow,
  firewallBase,
  firewallDone,
  pickedEntry,
  placeOf,
  setField,
} from './firewall-common.ts';
import { goneName, namesAvailable, setIn } from './firewall-names.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** The entry under the cursor with its set, neither of which is asked for then; else the one that is named. */
function entryIn(values: FieldValues, facts: Facts) {
  const picked = pickedEntry(facts);
  const set = setIn(picked ? { name: picked.set } : values, facts);
  const cidr = picked?.cidr ?? textOf(values.cidr);
  const entry = set?.entries?.find((each) => each.cidr === cidr);
  return set && entry ? { set, entry } : undefined;
}

export const guestFirewallRemoveEntry = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-remove-entry',
  key: 'D',
  row: 'firewall-entry',
  title: 'Remove address of IP set',
  summary: 'Takes an address, network or alias out of an IP set of this guest.',
  effect: 'disrupt',
  fields: [
    { ...setField, ...answeredByRow('firewall-entry') },
    {
      name: 'cidr',
      label: 'Address',
      help: 'The entry to take out.',
      kind: 'choice',
      ...answeredByRow('firewall-entry'),
      follows: 'name',
      choices: (_guest, facts, values) =>
        (setIn(values, facts)?.entries ?? []).map(({ cidr, comment }) => ({
          value: cidr,
          label: comment ? say`${cidr}, ${comment}` : cidr,
        })),
      initial: (_guest, facts, values) => setIn(values, facts)?.entries?.[0]?.cidr,
    },
  ],
  available: namesAvailable('sets'),
  confirm: (guest, values, facts) => {
    const found = entryIn(values, facts);
    const what = found ? say`${found.entry.cidr} out of ${found.set.name}` : say`it out`;
    const comment = found?.entry.comment;
    return ask(2, say`Take ${what} of ${guestLabel(guest)}?`, guest, facts, [
      ...(comment ? [say`Its comment: ${comment}`] : []),
    ]);
  },
  run: async (guest, values, context) => {
    const found = entryIn(values, context.facts);
    if (!found) return goneName(guest, 'entry');
    const { set, entry } = found;
    const written = await context.site.firewall.removeEntry(
      placeOf(guest),
      set.name,
      entry.cidr,
      set.digest,
      { signal: context.signal },
    );
    return firewallDone(guest, written, say`${entry.cidr} taken out of ${set.name}`);
  },
});
