import type { FirewallAlias, FirewallSet } from '../domain/firewall.ts';
import {
  aliasCidrProblem,
  firewallCommentProblem,
  firewallNameProblem,
} from '../domain/firewall-values.ts';
import type { Guest } from '../domain/guest.ts';
import { fail, type Result } from '../domain/result.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { commentField, firewallEditable, pickedKey, pickedSet } from './firewall-common.ts';
import { disabled, guestLabel } from './guest-common.ts';
import type { Availability, Facts, Field, FieldValues } from './types.ts';

/** The alias under the cursor, for which the form does not ask then; else the one that is named. */
export function aliasIn(values: FieldValues, facts: Facts): FirewallAlias | undefined {
  const name = pickedKey(facts, 'firewall-alias') ?? textOf(values.name);
  return facts.firewall?.names.aliases.find((alias) => alias.name === name);
}

/** The set that is named; the one under the cursor where the form does not ask for it. */
export function setIn(values: FieldValues, facts: Facts): FirewallSet | undefined {
  const name = textOf(values.name) || pickedSet(facts);
  return facts.firewall?.names.sets.find((set) => set.name === name);
}

/** What of `kind` there is has to be there. */
export function namesAvailable(
  kind: 'aliases' | 'sets',
): (guest: Guest, facts: Facts) => Availability {
  return (guest, facts) => {
    const stop = firewallEditable(guest, facts);
    if (stop.state !== 'yes' || !facts.firewall) return stop;
    if (facts.firewall.names[kind].length > 0) return stop;
    return disabled(kind === 'aliases' ? say`it has no aliases` : say`it has no IP sets`);
  };
}

export function goneName(guest: Guest, what: string): Result<never> {
  return fail({
    kind: 'not-found',
    what: say`There is no such ${sanitise(what)}`,
    where: guestLabel(guest),
    next: say`look at what there is now`,
  });
}

export const newNameField: Field<Guest> = {
  name: 'name',
  label: 'Name',
  help: 'Letters, digits, - and _, beginning with a letter.',
  kind: 'text',
  required: true,
  problem: (value) => firewallNameProblem(String(value)),
};

export const aliasCidrField: Field<Guest> = {
  name: 'cidr',
  label: 'Address',
  help: 'An address or a network, for example 10.0.0.0/8.',
  kind: 'text',
  required: true,
  problem: (value) => aliasCidrProblem(String(value)),
};

export const lineField: Field<Guest> = {
  ...commentField,
  problem: (value) => firewallCommentProblem(String(value)),
};

/** A comment that is not empty, as a parameter. */
export function commentOf(values: FieldValues): { readonly comment?: string } {
  const comment = textOf(values.comment);
  return comment === '' ? {} : { comment };
}

/** Rules that would be skipped without this name. */
export function usedIn(facts: Facts, name: string): readonly number[] {
  const written = [name, `guest/${name}`, `+${name}`, `+guest/${name}`].map((each) =>
    each.toLowerCase(),
  );
  return (facts.firewall?.rules.rules ?? [])
    .filter(({ raw }) =>
      [raw.source, raw.dest].some(
        (each) => each !== undefined && written.includes(each.toLowerCase()),
      ),
    )
    .map(({ pos }) => pos);
}

export function usedLines(facts: Facts, name: string) {
  const used = usedIn(facts, name);
  return used.length === 0
    ? []
    : [say`Rules that use it are skipped from then on: ${sanitise(used.join(', '))}.`];
}
