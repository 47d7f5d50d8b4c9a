import { holds, type PrivilegeNeed } from '../domain/permission.ts';
import { joinSafe, sanitise, say } from '../domain/safe-text.ts';
import { disabled } from './guest-common.ts';
import { readOnlyReason } from './read-only.ts';
import type { Action, Availability, Facts, Scope, Targets } from './types.ts';

/** What decides about offering an action besides the target itself. */
export interface Mode {
  readonly readOnly: boolean;
  /** Action ids of level 4 that the configuration allows. */
  readonly allow: readonly string[];
}

/**
 * Can the action run on the target, as far as is known here? In order: never applies, read-only, not allowed by the
 * configuration, a privilege proven to be missing, the target's own state. Unknown privileges do not forbid: the server decides.
 */
export function availabilityOf<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  facts: Facts,
  mode: Mode,
): Availability {
  const own = action.available(target, facts);
  if (own.state === 'hidden') return own;
  if (mode.readOnly && action.effect !== 'read') return readOnlyReason;
  if (action.offByDefault && !mode.allow.includes(action.id)) {
    return disabled(
      say`switched off: add "allow: [${sanitise(action.id)}]" to homelab.yaml to use it`,
    );
  }
  for (const need of action.privileges(target)) {
    if (holds(facts.site.permissions.data, need) === false) {
      const words = ({ anyOf, path }: PrivilegeNeed) =>
        say`${joinSafe(anyOf.map(sanitise), ' or ')} on ${sanitise(path)}`;
      const other = need.or ? say`, or ${words(need.or)}` : say``;
      return disabled(say`needs ${words(need)}${other}`);
    }
  }
  return own;
}
