import { say } from '../domain/safe-text.ts';
import { aliasField, firewallBase, firewallDone, placeOf } from './firewall-common.ts';
import { aliasIn, goneName, namesAvailable, usedLines } from './firewall-names.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestFirewallRemoveAlias = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-remove-alias',
  key: 'D',
  row: 'firewall-alias',
  title: 'Remove alias',
  summary: 'Removes an alias of this guest.',
  effect: 'disrupt',
  fields: [aliasField],
  available: namesAvailable('aliases'),
  confirm: (guest, values, facts) => {
    const alias = aliasIn(values, facts);
    const name = alias ? say`${alias.name} (${alias.cidr})` : say`the alias`;
    return ask(2, say`Remove ${name} from ${guestLabel(guest)}?`, guest, facts, [
      ...(alias ? usedLines(facts, alias.name) : []),
    ]);
  },
  run: async (guest, values, context) => {
    const alias = aliasIn(values, context.facts);
    if (!alias) return goneName(guest, 'alias');
    const written = await context.site.firewall.removeAlias(
      placeOf(guest),
      alias.name,
      context.facts.firewall?.names.aliasDigest,
      { signal: context.signal },
    );
    return firewallDone(guest, written, say`Alias ${alias.name} removed`);
  },
});
