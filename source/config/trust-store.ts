import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { Failure } from '../domain/failure.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import type { TrustStore } from '../services/types.ts';
import { checkFingerprint } from './homelab-values.ts';
import { errorCode, fileErrorWords, writePrivateFile } from './private-file.ts';

/** One accepted certificate: `host:port` in lower case, SHA-256 as `AA:BB:…`, when it was accepted (ms). */
export interface TrustedEndpoint {
  readonly endpoint: string;
  readonly fingerprint: string;
  readonly at?: number;
}

/** The file of accepted fingerprints. `problem` = it could not be read, and so everything will be asked again. */
export interface TrustFile extends TrustStore {
  readonly problem?: Failure;
  list(): readonly TrustedEndpoint[];
}

type Entries = Map<string, { fingerprint: string; at?: number }>;
type Read = { readonly entries: Entries; readonly broken?: string };

function read(path: string): Read {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return errorCode(error) === 'ENOENT'
      ? { entries: new Map() }
      : { entries: new Map(), broken: fileErrorWords(error) };
  }
  try {
    const value = JSON.parse(text) as { endpoints?: Record<string, unknown> } | null;
    if (typeof value?.endpoints !== 'object' || value.endpoints === null) throw new Error();
    const entries: Entries = new Map();
    for (const [endpoint, entry] of Object.entries(value.endpoints)) {
      const { fingerprint, at } = (entry ?? {}) as { fingerprint?: unknown; at?: unknown };
      const checked = typeof fingerprint === 'string' ? checkFingerprint(fingerprint) : undefined;
      if (!checked || !('value' in checked)) throw new Error();
      entries.set(endpoint.toLowerCase(), {
        fingerprint: checked.value,
        ...(typeof at === 'number' ? { at } : {}),
      });
    }
    return { entries };
  } catch {
    return { entries: new Map(), broken: 'it is damaged' };
  }
}

/**
 * Opens the trust store (JSON, 0600). A damaged file trusts nothing, is said in `problem`, and is kept as `….damaged`
 * when something is written. `set` reads the file again first, because another console may have added to it.
 */
export function openTrustStore(path: string, now: () => number): TrustFile {
  const first = read(path);
  const entries = first.entries;
  let queue: Promise<void> = Promise.resolve();

  const write = async (endpoint: string, fingerprint: string) => {
    const current = read(path);
    if (current.broken !== undefined) await rename(path, `${path}.damaged`);
    for (const [key, value] of current.entries) entries.set(key, value);
    const merged = new Map(entries).set(endpoint, { fingerprint, at: now() });
    const sorted = Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
    await writePrivateFile(path, `${JSON.stringify({ version: 1, endpoints: sorted }, null, 2)}\n`);
    entries.set(endpoint, { fingerprint, at: now() });
  };

  return {
    ...(first.broken === undefined
      ? {}
      : {
          problem: {
            kind: 'config' as const,
            what: say`the remembered certificates cannot be read: ${sanitise(first.broken)}`,
            where: sanitise(path),
            next: say`each certificate is asked for again`,
          },
        }),
    get: (endpoint) => entries.get(endpoint.toLowerCase())?.fingerprint,
    set: (endpoint, fingerprint) => {
      const checked = checkFingerprint(fingerprint);
      if (!('value' in checked)) return Promise.reject(new Error('not a SHA-256 fingerprint'));
      const next = queue.then(() => write(endpoint.toLowerCase(), checked.value));
      queue = next.catch(() => undefined);
      return next;
    },
    list: () => [...entries].map(([endpoint, entry]) => ({ endpoint, ...entry })),
  };
}
