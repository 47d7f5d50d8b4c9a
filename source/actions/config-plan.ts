import { parseProperty, propertyFlag, rawValue } from '../domain/guest-config.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { Secret } from '../domain/secret.ts';
import type { Facts, FieldValue, FieldValues } from './types.ts';

/** What a configuration key should be; undefined or '' = not set at all. A key that is not named stays as it is. */
export type Wanted = Readonly<Record<string, string | number | boolean | Secret | undefined>>;

/** The difference between a configuration and what is wanted: nothing else is ever sent. */
export interface ConfigPlan {
  readonly set: Readonly<Record<string, string | Secret>>;
  readonly gone: readonly string[];
}

/** A key's value as Proxmox has it now, pending changes merged; undefined = not set. */
export function currentValue(facts: Facts, key: string): string | undefined {
  return facts.config && rawValue(facts.config, key);
}

/** A switch as it is now. */
export function currentFlag(facts: Facts, key: string, unset = false): boolean {
  const value = currentValue(facts, key);
  return value === undefined ? unset : propertyFlag(parseProperty(value, 'on'), 'on');
}

export function currentNumber(facts: Facts, key: string): number | undefined {
  const value = currentValue(facts, key);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** Keys with what they should be, of those fields that were given. Absent fields stay as they are. */
export function wantedOf(
  values: FieldValues,
  keys: Readonly<Record<string, (value: FieldValue) => Wanted[string]>>,
): Wanted {
  return Object.fromEntries(
    Object.entries(keys).flatMap(([name, make]) =>
      name in values ? [[name, make(values[name])]] : [],
    ),
  );
}

/** The value of a field as a configuration has it; an emptied field unsets its key. */
export function plainValue(value: FieldValue): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}

function wireText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

/** A switch that is off is the same as one that is not set, unless `1` is the default. */
function sameFlag(now: string | undefined, value: boolean, unset: boolean): boolean {
  return (now === undefined ? unset : /^(?:1|on|yes|true)$/i.test(now)) === value;
}

/** `onByDefault` names switches that are on when they are not set (`ciupgrade`). */
export function planOf(
  facts: Facts,
  wanted: Wanted,
  onByDefault: readonly string[] = [],
): ConfigPlan {
  const set: Record<string, string | Secret> = {};
  const gone: string[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    const now = currentValue(facts, key);
    if (value instanceof Secret) set[key] = value;
    else if (typeof value === 'boolean') {
      if (!sameFlag(now, value, onByDefault.includes(key))) set[key] = wireText(value);
    } else if (value === undefined || value === '') {
      if (now !== undefined) gone.push(key);
    } else if (wireText(value) !== now) set[key] = wireText(value);
  }
  return { set, gone };
}

export function isEmptyPlan({ set, gone }: ConfigPlan): boolean {
  return Object.keys(set).length === 0 && gone.length === 0;
}

export function plannedKeys({ set, gone }: ConfigPlan): readonly string[] {
  return [...Object.keys(set), ...gone];
}

const longest = 160;

function shown(value: string | undefined): SafeText {
  if (value === undefined) return say`(not set)`;
  if (value === '') return say`(empty)`;
  const lines = value.replace(/\n+$/, '').split('\n');
  if (lines.length > 1) return say`${lines.length} lines`;
  const [line = ''] = lines;
  const safe = sanitise(line.length > longest ? `${line.slice(0, longest)}…` : line);
  return safe;
}

const isProperty = (value: string | undefined) => value?.includes(',') || value?.includes('=');
/** Keys whose values are lists of `key=value`. */
const propertyKey =
  /^(?:net|scsi|sata|ide|virtio|mp|ipconfig|hostpci|usb|efidisk|tpmstate|unused|virtiofs|dev|audio|rng)\d+$|^(?:rootfs|agent|vga|startup|cpu|memory|boot|amd-sev|intel-tdx)$/;

/** `net0 tag: 10 → 20`: the parts that differ; undefined when the whole is clearer. */
function partLines(key: string, before: string, after: string): SafeText[] | undefined {
  if (!propertyKey.test(key) || !(isProperty(before) || isProperty(after))) return undefined;
  const old = new Map(parseProperty(before, '').map((part) => [part.key, part.value]));
  const now = new Map(parseProperty(after, '').map((part) => [part.key, part.value]));
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const changed = names.filter((name) => old.get(name) !== now.get(name));
  // The first part is what it is all about (the volume, the model): a change of it is told in full.
  if (changed.includes('') || changed.length > 4) return undefined;
  return changed.map(
    (name) =>
      say`${sanitise(key)} ${sanitise(name)}: ${shown(old.get(name))} → ${shown(now.get(name))}`,
  );
}

/** Old and new values, one change a line. A secret is not told. */
export function changeLines(plan: ConfigPlan, facts: Facts): readonly SafeText[] {
  if (isEmptyPlan(plan)) return [say`Nothing changes: the values are as they were.`];
  const lines = Object.entries(plan.set).flatMap(([key, value]): SafeText[] => {
    if (value instanceof Secret) return [say`${sanitise(key)}: a new one, not shown`];
    const before = currentValue(facts, key);
    const parts = before === undefined ? undefined : partLines(key, before, value);
    return parts ?? [say`${sanitise(key)}: ${shown(before)} → ${shown(value)}`];
  });
  const gone = plan.gone.map(
    (key) => say`${sanitise(key)}: ${shown(currentValue(facts, key))} → (not set)`,
  );
  return [...lines, ...gone];
}

/** `net0, memory` */
export function keyNames(keys: readonly string[]): SafeText {
  return joinSafe(keys.map(sanitise), ', ');
}
