import { readFileSync } from 'node:fs';

/** The version in this program's own package.json, which lies one level above the bundle and two above the sources. */
export function programVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      const { name, version } = JSON.parse(text) as { name?: string; version?: string };
      if (name === '@homelab-tui/cli' && version !== undefined) return version;
    } catch {
      // Not there; the other place is next.
    }
  }
  return 'unknown';
}
