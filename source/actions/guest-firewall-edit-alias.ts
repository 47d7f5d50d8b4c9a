import { sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import {
  aliasField,
  firewallBase,
  firewallChangeLines,
  firewallDone,
  placeOf,
} from './firewall-common.ts';
import {
  aliasCidrField,
  aliasIn,
  commentOf,
  goneName,
  lineField,
  namesAvailable,
  newNameField,
} from './firewall-names.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

/** The alias as it will be: Proxmox replaces it whole. */
function wanted(values: FieldValues, facts: Facts) {
  const alias = aliasIn(values, facts);
  const rename = textOf(values.rename);
  return {
    cidr: textOf(values.cidr) || (alias?.cidr ?? ''),
    ...('comment' in values ? commentOf(values) : alias?.comment ? { comment: alias.comment } : {}),
    ...(rename !== '' && rename !== alias?.name ? { rename } : {}),
  };
}

export const guestFirewallEditAlias = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-edit-alias',
  key: 'e',
  row: 'firewall-alias',
  title: 'Edit alias',
  summary: 'Changes the address, name or comment of an alias of this guest.',
  fields: [
    aliasField,
    {
      ...aliasCidrField,
      required: false,
      follows: 'name',
      initial: (_guest, facts, values) => aliasIn(values, facts)?.cidr,
    },
    {
      ...newNameField,
      name: 'rename',
      label: 'New name',
      required: false,
      follows: 'name',
      initial: (_guest, facts, values) => aliasIn(values, facts)?.name,
    },
    {
      ...lineField,
      follows: 'name',
      initial: (_guest, facts, values) => aliasIn(values, facts)?.comment,
    },
  ],
  available: namesAvailable('aliases'),
  confirm: (guest, values, facts) => {
    const alias = aliasIn(values, facts);
    const name = alias?.name ?? say`the alias`;
    const { rename, cidr, comment } = wanted(values, facts);
    const set = {
      ...(alias && cidr !== alias.cidr ? { cidr } : {}),
      ...(rename === undefined ? {} : { name: rename }),
      ...((comment ?? '') === (alias?.comment ?? '') ? {} : { comment: comment ?? '' }),
    };
    const before: Readonly<Record<string, string>> = alias
      ? { cidr: alias.cidr, name: alias.name, comment: alias.comment ?? '' }
      : {};
    return ask(1, say`Change the alias ${name} of ${guestLabel(guest)}?`, guest, facts, [
      ...firewallChangeLines({ set }, before),
      ...(rename === undefined
        ? []
        : [say`Rules that name ${name} are skipped until they are changed.`]),
    ]);
  },
  run: async (guest, values, context) => {
    const { facts } = context;
    const alias = aliasIn(values, facts);
    if (!alias) return goneName(guest, 'alias');
    const digest = facts.firewall?.names.aliasDigest;
    const written = await context.site.firewall.setAlias(
      placeOf(guest),
      alias.name,
      { ...wanted(values, facts), ...(digest === undefined ? {} : { digest }) },
      { signal: context.signal },
    );
    return firewallDone(guest, written, say`Alias ${sanitise(alias.name)} changed`);
  },
});
