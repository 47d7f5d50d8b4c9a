import type { Guest, GuestType } from '../domain/guest.ts';
import {
  freeKey,
  type Property,
  parseProperty,
  printProperty,
  type SlotBus,
  withProperty,
} from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { configChange } from './config-change.ts';
import { type ConfigPlan, currentValue, planOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { disabled, guestLabel, hidden } from './guest-common.ts';
import { type PartField, partFields, printWith, withFields } from './property-form.ts';
import type { Action, Choice, FactNeed, Facts, Field, FieldValues } from './types.ts';

/** Which key of the configuration is written. */
export type HardwareSlot =
  /** The first free one of a kind. */
  | { readonly add: SlotBus }
  /** One that is there, chosen by a field of that name. */
  | { readonly edit: SlotBus }
  /** The only one there can be, made or changed. */
  | { readonly only: string };

/** What an action on a device of the configuration is about to do. */
export interface HardwareChange {
  readonly guest: Guest;
  readonly values: FieldValues;
  readonly facts: Facts;
  readonly key: string;
  readonly before: Property;
  readonly after: Property;
}

/** One device of the configuration that is a property string of its own. */
export interface Hardware {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** `USB device`: what it is called in questions and reasons. */
  readonly what: string;
  /** The kind of guest that has it. */
  readonly type: GuestType;
  readonly slot: HardwareSlot;
  /** The part that may stand without its key. */
  readonly defaultKey?: string;
  /** Parts that stand in front when it is written. */
  readonly leading: readonly string[];
  readonly parts: readonly PartField[];
  /** Parts that are always written so. */
  readonly also?: Readonly<Record<string, string>>;
  readonly needs?: readonly FactNeed[];
  readonly privileges: Action<'guest'>['privileges'];
  /** What is asked, where adding and changing are not the words for it. */
  readonly question?: (guest: Guest) => SafeText;
  /** Why it cannot be done, when the configuration is known. */
  readonly stop?: (guest: Guest, facts: Facts) => SafeText | undefined;
  readonly lines?: (change: HardwareChange) => readonly SafeText[];
}

/** The keys of a kind that the guest has, in their order. */
export function keysOf(facts: Facts, pattern: RegExp): readonly string[] {
  return Object.keys(facts.config?.entries ?? {})
    .filter((key) => pattern.test(key))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** `usb0, mapping=zigbee` */
export function deviceChoices(facts: Facts, keys: readonly string[]): readonly Choice[] {
  return keys.map((key) => ({
    value: key,
    label: say`${sanitise(key)}, ${facts.config?.entries[key] ?? say`?`}`,
  }));
}

/** The device an action is about: the one under the cursor, else the first. */
export function deviceField(
  name: string,
  label: string,
  help: string,
  keys: (guest: Guest, facts: Facts) => readonly string[],
): Field<Guest> {
  return {
    name,
    label,
    help,
    kind: 'choice',
    required: true,
    choices: (guest, facts) => deviceChoices(facts, keys(guest, facts)),
    initial: (guest, facts) => {
      const all = keys(guest, facts);
      return all.find((key) => key === facts.configKey) ?? all[0];
    },
    problem: (value, guest, facts) =>
      facts.config && !keys(guest, facts).includes(String(value))
        ? `the guest has no ${sanitise(value)} that could be meant`
        : undefined,
  };
}

const patternOf = (bus: SlotBus) => new RegExp(`^${bus}\\d+$`);

function keyOf({ slot }: Hardware, values: FieldValues, facts: Facts): string | undefined {
  if ('only' in slot) return slot.only;
  if ('edit' in slot) return textOf(values[slot.edit]) || undefined;
  return facts.config && freeKey(facts.config, slot.add);
}

function before(hardware: Hardware, values: FieldValues, facts: Facts): Property | undefined {
  if ('add' in hardware.slot) return undefined;
  const key = keyOf(hardware, values, facts);
  const now = key === undefined ? undefined : currentValue(facts, key);
  return now === undefined ? undefined : parseProperty(now, hardware.defaultKey);
}

function changeOf(
  hardware: Hardware,
  guest: Guest,
  values: FieldValues,
  facts: Facts,
): HardwareChange {
  const now = before(hardware, values, facts) ?? [];
  const key = keyOf(hardware, values, facts) ?? '';
  const after = withProperty(withFields(hardware.parts, now, values), hardware.also ?? {});
  return { guest, values, facts, key, before: now, after };
}

function planFor(hardware: Hardware, change: HardwareChange): ConfigPlan {
  const { facts, key, before: now, after } = change;
  if (!facts.config || key === '' || printProperty(after) === printProperty(now)) {
    return { set: {}, gone: [] };
  }
  return planOf(facts, { [key]: printWith(after, hardware.leading) });
}

function available(hardware: Hardware): Action<'guest'>['available'] {
  const { type, slot, what, stop } = hardware;
  return (guest, facts) => {
    if (guest.type !== type) return hidden;
    const can = editable(guest, facts);
    if (can.state !== 'yes' || !facts.config) return can;
    if ('add' in slot && freeKey(facts.config, slot.add) === undefined) {
      return disabled(say`it has as many as it can have`);
    }
    if ('edit' in slot && keysOf(facts, patternOf(slot.edit)).length === 0) {
      return disabled(say`it has no ${sanitise(what)}`);
    }
    const reason = stop?.(guest, facts);
    return reason ? disabled(reason) : can;
  };
}

/** The action that adds or changes a device of the configuration. */
export function hardwareAction(hardware: Hardware): Action<'guest'> {
  const { id, title, summary, slot, parts, privileges, needs = [] } = hardware;
  const what = sanitise(hardware.what);
  const change = (guest: Guest, values: FieldValues, facts: Facts) =>
    changeOf(hardware, guest, values, facts);
  const chosen =
    'edit' in slot
      ? [
          deviceField(
            slot.edit,
            capital(hardware.what),
            `The ${what} that is changed.`,
            (_, facts) => keysOf(facts, patternOf(slot.edit)),
          ),
        ]
      : [];
  const isNew = (guest: Guest, values: FieldValues, facts: Facts) =>
    !('edit' in slot) &&
    facts.config !== undefined &&
    change(guest, values, facts).before.length === 0;
  // USB is spelt out with a consonant.
  const article = /^[aeio]/i.test(hardware.what) ? say`an` : say`a`;
  const follows = 'edit' in slot ? slot.edit : undefined;
  return {
    ...editBase,
    id,
    title,
    summary,
    needs: ['config', ...needs],
    fields: [
      ...chosen,
      ...partFields(parts, (_guest, facts, values) => before(hardware, values, facts), follows),
    ],
    privileges,
    available: available(hardware),
    ...configChange({
      follow: true,
      question: (guest, values, facts) => {
        if (hardware.question) return hardware.question(guest);
        if (isNew(guest, values, facts))
          return say`Add ${article} ${what} to ${guestLabel(guest)}?`;
        const which = 'edit' in slot ? sanitise(values[slot.edit] ?? what) : say`the ${what}`;
        return say`Change ${which} of ${guestLabel(guest)}?`;
      },
      plan: (guest, values, facts) => planFor(hardware, change(guest, values, facts)),
      lines: (guest, values, facts) =>
        facts.config ? (hardware.lines?.(change(guest, values, facts)) ?? []) : [],
      done: (guest, values, facts) => {
        const key = sanitise(change(guest, values, facts).key);
        return isNew(guest, values, facts)
          ? say`${key} added to ${guestLabel(guest)}`
          : say`${key} of ${guestLabel(guest)} changed`;
      },
      names: (guest, values, facts) => {
        const [first] = parts;
        return first ? { [change(guest, values, facts).key]: first.name } : {};
      },
    }),
  };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
