import { fail, ok, type Result } from './result.ts';
import { sanitise, say } from './safe-text.ts';

/** Configuration keys with their values as Proxmox takes them. */
export type ConfigValues = Readonly<Record<string, string>>;

/** What an edited configuration changes. */
export interface ConfigDifference {
  readonly set: ConfigValues;
  readonly gone: readonly string[];
}

/** The keys whose values have several lines; in the file they stand URL-encoded on one. */
const encoded = ['sshkeys'];

/**
 * A guest's configuration as a file of `/etc/pve` shows it: the notes as lines that start with `#`, then `key: value` lines by
 * name.
 */
export function printConfig(values: ConfigValues): string {
  const { description, ...rest } = values;
  const notes = description === undefined ? [] : description.replace(/\n+$/, '').split('\n');
  const keys = Object.keys(rest).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const line = (key: string) => {
    const value = rest[key] ?? '';
    return `${key}: ${encoded.includes(key) ? encodeURIComponent(value) : value}`;
  };
  return `${[...notes.map((note) => `#${note}`), ...keys.map(line)].join('\n')}\n`;
}

/** The reverse of {@link printConfig}. Fails with the number of the line that is none. */
export function parseConfig(text: string): Result<ConfigValues> {
  const values: Record<string, string> = {};
  const notes: string[] = [];
  const refuse = (number: number, what: string) =>
    fail({ kind: 'invalid', what: say`Line ${number}: ${sanitise(what)}` });
  for (const [index, raw] of text.replace(/\r\n?/g, '\n').split('\n').entries()) {
    const line = raw.trimEnd();
    if (line.startsWith('#')) notes.push(line.slice(1));
    else if (/^\[/.test(line)) {
      return refuse(index + 1, 'sections of snapshots cannot be edited');
    } else if (line.trim() !== '') {
      const [, key, value = ''] = /^([a-z][a-z0-9_-]*):\s*(.*)$/i.exec(line) ?? [];
      if (key === undefined) return refuse(index + 1, `not like "key: value": ${line}`);
      if (key in values) return refuse(index + 1, `${key} is there twice`);
      const decoded = encoded.includes(key) ? decode(value) : value;
      if (decoded === undefined) return refuse(index + 1, `${key} is not URL-encoded`);
      values[key] = decoded;
    }
  }
  if (notes.length > 0) values.description = notes.join('\n');
  return ok(values);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Keys that differ; the line break that Proxmox ends notes and keys with is no difference. */
export function differenceOf(before: ConfigValues, after: ConfigValues): ConfigDifference {
  const tidy = (values: ConfigValues, key: string) => (values[key] ?? '').trimEnd();
  const same = (key: string) => tidy(before, key) === tidy(after, key);
  const set = Object.entries(after).filter(([key, value]) => !same(key) && value !== '');
  const gone = Object.keys(before).filter((key) => (after[key] ?? '') === '' && !same(key));
  return { set: Object.fromEntries(set), gone };
}
