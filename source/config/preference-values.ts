import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SortPreference {
  readonly column: string;
  readonly descending: boolean;
}

/** What the program remembers of a person's choices; every part may be absent. */
export interface PreferenceValues {
  readonly theme?: string;
  /** By view id. */
  readonly sorts?: Readonly<Record<string, SortPreference>>;
  readonly lastView?: string;
  readonly timeframe?: 'hour' | 'day' | 'week' | 'month' | 'year';
  readonly mouse?: boolean;
  /** How a VM's screen is drawn. */
  readonly draw?: 'auto' | 'blocks' | 'sixel' | 'kitty';
  /** Action id → key that replaces its default one. */
  readonly keys?: Readonly<Record<string, string>>;
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 64 && !/[\u0000-\u001f\u007f-\u009f]/.test(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const timeframes: readonly unknown[] = ['hour', 'day', 'week', 'month', 'year'];
const draws: readonly unknown[] = ['auto', 'blocks', 'sixel', 'kitty'];

function entriesOf<T>(value: unknown, pick: (entry: unknown) => T | undefined) {
  if (!isRecord(value)) return undefined;
  const found: Record<string, T> = {};
  for (const [key, entry] of Object.entries(value)) {
    const picked = pick(entry);
    if (picked !== undefined && isText(key)) found[key] = picked;
  }
  return found;
}

/** Keeps what has the right shape; a file edited by hand may hold anything. */
export function checkPreferences(raw: Readonly<Record<string, unknown>>): PreferenceValues {
  const sorts = entriesOf(raw.sorts, (entry) =>
    isRecord(entry) && isText(entry.column) && typeof entry.descending === 'boolean'
      ? { column: entry.column, descending: entry.descending }
      : undefined,
  );
  const keys = entriesOf(raw.keys, (entry) => (isText(entry) ? entry : undefined));
  return {
    ...(isText(raw.theme) ? { theme: raw.theme } : {}),
    ...(isText(raw.lastView) ? { lastView: raw.lastView } : {}),
    ...(timeframes.includes(raw.timeframe)
      ? { timeframe: raw.timeframe as PreferenceValues['timeframe'] }
      : {}),
    ...(draws.includes(raw.draw) ? { draw: raw.draw as PreferenceValues['draw'] } : {}),
    ...(typeof raw.mouse === 'boolean' ? { mouse: raw.mouse } : {}),
    ...(sorts ? { sorts } : {}),
    ...(keys ? { keys } : {}),
  };
}

/** `preferences.json` in the configuration directory. */
export function preferencesPath(directory: string): string {
  return join(directory, 'preferences.json');
}

/** What is remembered, read at once and without conf, for the first frame. Damaged or absent = nothing. */
export function peekPreferences(directory: string): PreferenceValues {
  try {
    const value: unknown = JSON.parse(readFileSync(preferencesPath(directory), 'utf8'));
    return isRecord(value) ? checkPreferences(value) : {};
  } catch {
    return {};
  }
}
