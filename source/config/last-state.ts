import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Resources } from '../domain/inventory.ts';
import type { ClusterStatus } from '../domain/node.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { SiteId } from '../domain/site.ts';
import { writePrivateFile } from './private-file.ts';

/** What was known of one site when the program was last used; times in ms since the epoch. */
export interface LastSite {
  readonly site: SiteId;
  readonly resources?: Resources;
  readonly fetchedAt?: number;
  readonly cluster?: ClusterStatus;
  readonly clusterAt?: number;
  readonly version?: { readonly version: SafeText; readonly release?: SafeText };
}

/** Everything the first frame needs, so that it never waits for the network. No secrets, no permissions. */
export interface LastState {
  readonly savedAt: number;
  readonly sites: readonly LastSite[];
  readonly view?: string;
  readonly theme?: string;
  readonly sorts?: Readonly<
    Record<string, { readonly column: string; readonly descending: boolean }>
  >;
}

const FORMAT = 1;
/** 16 MiB: 5,000 guests take about 2. A larger file would make the first frame late. */
const SIZE_LIMIT = 16_777_216;
// Sanitised text has no control, bidi or invisible characters, neither plain nor as JSON escapes.
const UNSAFE =
  /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|(?<!\\)(?:\\\\)*\\(?:u00[01]|[nrtbf])/;

/** Binds a state to one configuration: another `homelab.yaml` never shows this one's guests. */
export function stateKey(homelabText: string): string {
  return createHash('sha256').update(homelabText).digest('hex');
}

/** Writes the state (0600, whole or not at all). Rejects when it cannot; that is never worth more than a note. */
export async function saveLastState(path: string, key: string, state: LastState): Promise<void> {
  const text = JSON.stringify({ format: FORMAT, key, state });
  if (text.length <= SIZE_LIMIT) await writePrivateFile(path, text);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (row: unknown, ...names: string[]) =>
  isObject(row) && names.every((name) => typeof row[name] === 'string');
const optionalTime = (value: unknown) => value === undefined || typeof value === 'number';

function isResources(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { nodes, guests, storages, pools } = value;
  if (![nodes, guests, storages, pools].every(Array.isArray)) return false;
  return (
    (nodes as unknown[]).every((row) => texts(row, 'site', 'node', 'status')) &&
    (guests as unknown[]).every(
      (row) =>
        texts(row, 'site', 'type', 'node', 'status') &&
        typeof (row as { vmid?: unknown }).vmid === 'number',
    ) &&
    (storages as unknown[]).every((row) => texts(row, 'site', 'node', 'storage', 'status')) &&
    (pools as unknown[]).every((row) => typeof row === 'string')
  );
}

function isSite(value: unknown): boolean {
  if (!texts(value, 'site') || !isObject(value)) return false;
  const { resources, cluster, version, fetchedAt, clusterAt } = value;
  return (
    optionalTime(fetchedAt) &&
    optionalTime(clusterAt) &&
    (resources === undefined || isResources(resources)) &&
    (cluster === undefined || (isObject(cluster) && Array.isArray(cluster.members))) &&
    (version === undefined || texts(version, 'version'))
  );
}

function isState(value: unknown): value is LastState {
  if (!isObject(value) || typeof value.savedAt !== 'number' || !Array.isArray(value.sites)) {
    return false;
  }
  const sorts = value.sorts;
  return (
    value.sites.every(isSite) &&
    (value.view === undefined || typeof value.view === 'string') &&
    (value.theme === undefined || typeof value.theme === 'string') &&
    (sorts === undefined ||
      (isObject(sorts) && Object.values(sorts).every((sort) => texts(sort, 'column'))))
  );
}

/** Reads the state for this configuration, at once and without a word: anything odd about the file means there is none. */
export function loadLastState(path: string, key: string): LastState | undefined {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > SIZE_LIMIT) return undefined;
    const text = readFileSync(path, 'utf8');
    if (UNSAFE.test(text)) return undefined;
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value.format !== FORMAT || value.key !== key) return undefined;
    return isState(value.state) ? value.state : undefined;
  } catch {
    return undefined;
  }
}
