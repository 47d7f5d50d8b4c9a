import { type FirewallRule, ruleText } from '../domain/firewall.ts';
import { firewallActivity } from '../domain/firewall-state.ts';
import { ruleWords } from '../domain/firewall-words.ts';
import type { Guest } from '../domain/guest.ts';
import { nicsOf } from '../domain/guest-config.ts';
import { mapResult, type Result } from '../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { FirewallChange, FirewallPlace, Started } from '../services/types.ts';
import { noChoice, textOf } from './choices.ts';
import { toldConflict } from './config-write.ts';
import { blocked, disabled, vmPrivilege, yes } from './guest-common.ts';
import { fieldsNamed } from './refused-fields.ts';
import type { Availability, Choice, Facts, Field, FieldValues, Outcome, RowKind } from './types.ts';

/** What all actions on a guest's firewall share. */
export const firewallBase = {
  scope: 'guest',
  key: '',
  menu: { id: 'firewall', key: 'F', title: 'Firewall' },
  effect: 'change',
  needs: ['firewall'],
  batch: false,
  taskTypes: [],
  touches: ['detail'],
  privileges: vmPrivilege('VM.Config.Network'),
} as const;

export function placeOf(guest: Guest): FirewallPlace {
  return { kind: 'guest', guest };
}

/** Its own file, which no lock of the guest covers. */
export function firewallEditable(guest: Guest, facts: Facts): Availability {
  return blocked(guest, facts, guest.lock ? [guest.lock] : []) ?? yes;
}

/** The name of the row under the cursor, when it is of this kind. */
export function pickedKey(facts: Facts, kind: RowKind): string | undefined {
  return facts.picked?.kind === kind ? facts.picked.key : undefined;
}

/** A field that the row under the cursor answers. */
export function answeredByRow(kind: RowKind): Pick<Field<Guest>, 'required' | 'applies'> {
  return { required: true, applies: (_guest, facts) => pickedKey(facts, kind) === undefined };
}

const rulesOf = (facts: Facts) => facts.firewall?.rules.rules ?? [];

/** The rule an action is about. */
export const ruleField: Field<Guest> = {
  name: 'pos',
  label: 'Rule',
  help: 'The place of the rule, from 0.',
  kind: 'choice',
  ...answeredByRow('firewall-rule'),
  choices: (_guest, facts) =>
    rulesOf(facts).map((rule) => ({
      value: String(rule.pos),
      label: say`${rule.pos}  ${ruleWords(rule)}`,
    })),
  initial: (_guest, facts) => (rulesOf(facts).length > 0 ? '0' : undefined),
};

/** The rule under the cursor, else the one that is named. */
export function ruleAt(values: FieldValues, facts: Facts): FirewallRule | undefined {
  const pos = pickedKey(facts, 'firewall-rule') ?? textOf(values.pos);
  return rulesOf(facts).find((rule) => String(rule.pos) === pos);
}

/** `rule 2 (in ACCEPT SSH)` */
export function ruleName(rule: FirewallRule | undefined): SafeText {
  return rule ? say`rule ${rule.pos} (${ruleWords(rule)})` : say`the rule`;
}

/**
 * Rules have no name but their place. Where another one stands there by now than on the screen, nothing is offered: it would
 * change the wrong rule.
 */
export function ruleAvailable(guest: Guest, facts: Facts): Availability {
  const stop = firewallEditable(guest, facts);
  if (stop.state !== 'yes' || !facts.firewall) return stop;
  const { picked } = facts;
  if (picked?.kind === 'firewall-rule' && picked.shown !== undefined) {
    const now = ruleAt({}, facts);
    if (!now) return disabled(say`somebody changed the rules: there is no rule ${key(picked)} now`);
    if (ruleText(now) !== picked.shown) {
      return disabled(
        say`somebody changed the rules: at ${key(picked)} is now ${ruleWords(now)}; nothing was done`,
      );
    }
  }
  return rulesOf(facts).length === 0 ? disabled(say`it has no firewall rules`) : stop;
}

const key = (picked: NonNullable<Facts['picked']>) => sanitise(picked.key);

/** `source: (not set) → 10.0.0.1`, one change a line. */
export function firewallChangeLines(
  change: FirewallChange,
  before: Readonly<Record<string, string>>,
): readonly SafeText[] {
  const now = (name: string) =>
    before[name] === undefined ? say`(not set)` : sanitise(before[name]);
  const wire = (value: unknown) => sanitise(typeof value === 'boolean' ? Number(value) : value);
  const lines = [
    ...Object.entries(change.set ?? {}).map(
      ([name, value]) => say`${sanitise(name)}: ${now(name)} → ${wire(value)}`,
    ),
    ...(change.delete ?? []).map((name) => say`${sanitise(name)}: ${now(name)} → (not set)`),
  ];
  return lines.length > 0 ? lines : [say`Nothing changes: the values are as they were.`];
}

export function isEmptyChange({ set, delete: gone }: FirewallChange): boolean {
  return Object.keys(set ?? {}).length === 0 && (gone?.length ?? 0) === 0;
}

/** Why the rules do nothing at present, as far as it was read; nothing while they work. */
export function activityLines(guest: Guest, facts: Facts): readonly SafeText[] {
  const { firewall, config } = facts;
  if (!firewall) return [];
  const unread = { unknown: say`not read` };
  const { state, lines } = firewallActivity({
    cluster: firewall.cluster ? { value: firewall.cluster } : unread,
    guest: { value: firewall.options },
    nics: config ? { value: nicsOf(config, guest.type) } : unread,
  });
  return state === 'off' ? lines.slice(0, 1) : [];
}

/** The outcome of a firewall write; none starts a task. */
export function firewallDone(
  guest: Guest,
  written: Result<Started>,
  message: SafeText,
  names: Readonly<Record<string, string>> = {},
): Result<Outcome> {
  const told = fieldsNamed(toldConflict(written, guest), names);
  return mapResult(told, () => ({ kind: 'done', message }));
}

/** `router, 192.168.1.1, The way out` */
function labelled(...parts: readonly (SafeText | undefined)[]): SafeText {
  return joinSafe(
    parts.flatMap((part) => part ?? []),
    ', ',
  );
}

/** The alias an action is about. */
export const aliasField: Field<Guest> = {
  name: 'name',
  label: 'Alias',
  help: 'A name for an address, defined at this guest.',
  kind: 'choice',
  ...answeredByRow('firewall-alias'),
  choices: (_guest, { firewall }) =>
    (firewall?.names.aliases ?? []).map(({ name, cidr, comment }) => ({
      value: name,
      label: labelled(name, cidr, comment),
    })),
  initial: (_guest, { firewall }) => firewall?.names.aliases[0]?.name,
};

function setChoices(facts: Facts): readonly Choice[] {
  return (facts.firewall?.names.sets ?? []).map(({ name, entries, comment }) => ({
    value: name,
    label: labelled(name, entries && say`${entries.length} entries`, comment),
  }));
}

/** The row of an entry is named by its set and its address. */
export function pickedEntry(
  facts: Facts,
): { readonly set: string; readonly cidr: string } | undefined {
  const [set = '', cidr = ''] = pickedKey(facts, 'firewall-entry')?.split(' ') ?? [];
  return set === '' ? undefined : { set, cidr };
}

/** The set of the row under the cursor: its own row, or one of its entries. */
export function pickedSet(facts: Facts): string | undefined {
  return pickedKey(facts, 'firewall-set') ?? pickedEntry(facts)?.set;
}

/** The IP set an action is about. Only where it is not asked for is it the one under the cursor. */
export const setField: Field<Guest> = {
  name: 'name',
  label: 'IP set',
  help: 'A set of addresses, defined at this guest.',
  kind: 'choice',
  ...answeredByRow('firewall-set'),
  choices: (_guest, facts) => setChoices(facts),
  initial: (_guest, facts) => pickedSet(facts) ?? setChoices(facts)[0]?.value,
};

/** Names that rules of the guest may use for addresses. */
export function refChoices(facts: Facts, none: SafeText): readonly Choice[] {
  const refs = facts.firewall?.refs;
  if (!refs) return [];
  return [
    noChoice(none),
    ...refs.map(({ ref, type, comment }) => ({ value: ref, label: labelled(ref, type, comment) })),
  ];
}

export const commentField: Field<Guest> = {
  name: 'comment',
  label: 'Comment',
  help: 'One line for those who read it later.',
  kind: 'text',
};
