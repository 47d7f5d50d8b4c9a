import { ok, type Result } from '../domain/result.ts';
import type { FirewallPlace, PveSite } from '../services/types.ts';
import type { FirewallFacts } from './types.ts';

/** Rules, options and names have to be readable; what a form offers beside them is typed where it is not. */
export async function firewallFacts(
  site: PveSite,
  place: FirewallPlace,
  signal: AbortSignal,
): Promise<Result<FirewallFacts>> {
  const { firewall } = site;
  const [rules, options, names, cluster, refs, macros, groups] = await Promise.all([
    firewall.rules(place, { signal }),
    firewall.options(place, { signal }),
    firewall.names(place, { signal }),
    firewall.cluster({ signal }),
    firewall.refs(place, { signal }),
    firewall.macros({ signal }),
    firewall.groups({ signal }),
  ]);
  if (!rules.ok) return rules;
  if (!options.ok) return options;
  if (!names.ok) return names;
  return ok({
    rules: rules.value,
    options: options.value,
    names: names.value,
    ...(cluster.ok ? { cluster: cluster.value } : {}),
    ...(refs.ok ? { refs: refs.value } : {}),
    ...(macros.ok ? { macros: macros.value } : {}),
    ...(groups.ok ? { groups: groups.value } : {}),
  });
}
