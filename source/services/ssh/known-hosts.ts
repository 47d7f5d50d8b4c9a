import { createHash, createHmac, randomBytes } from 'node:crypto';
import { globMatches } from './host-config.ts';

/** One line of a known_hosts file that could be read. */
export interface KnownHost {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly marker?: 'revoked' | 'cert-authority';
  /** The first field as it stands: patterns or a hash. */
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
}

/** Where a name was found. */
export type KnownPlace = Pick<KnownHost, 'file' | 'line' | 'type'>;

/**
 * `unknown` nobody knows this host · `changed` it is known by other keys only · `authority` only a certificate authority
 * vouches for it, which the caller cannot check.
 */
export type HostKeyVerdict =
  | { readonly verdict: 'ok' | 'unknown' }
  | { readonly verdict: 'revoked' | 'changed' | 'authority'; readonly place: KnownPlace };

/** Reads one file's text. Lines that make no sense are left out, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  const found: KnownHost[] = [];
  text.split('\n').forEach((raw, index) => {
    const fields = raw.trim().split(/\s+/);
    if (fields[0] === undefined || fields[0] === '' || fields[0].startsWith('#')) return;
    const marker = fields[0].startsWith('@') ? fields.shift() : undefined;
    const [hosts, type, encoded] = fields;
    if (hosts === undefined || type === undefined || encoded === undefined) return;
    const key = Buffer.from(encoded, 'base64');
    if (key.length === 0) return;
    const entry = { file, line: index + 1, hosts, type, key };
    if (marker === undefined) found.push(entry);
    else if (marker === '@revoked') found.push({ ...entry, marker: 'revoked' });
    else if (marker === '@cert-authority') found.push({ ...entry, marker: 'cert-authority' });
  });
  return found;
}

/** How known_hosts calls a host: `pve1`, `[pve1]:2222` for another port than 22. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Does the first field of a line mean this name? A negated pattern that matches rules the whole line out. */
export function hostsMatch(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return hashMatches(hosts, name);
  let matches = false;
  for (const raw of hosts.split(',')) {
    const negated = raw.startsWith('!');
    const pattern = (negated ? raw.slice(1) : raw).toLowerCase();
    if (!globMatches(pattern, name)) continue;
    if (negated) return false;
    matches = true;
  }
  return matches;
}

function hashMatches(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return hashOf(Buffer.from(salt, 'base64'), name) === hash;
}

function hashOf(salt: Buffer, name: string): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

/** The name as a hashed file has it, with a salt of its own. */
export function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${hashOf(salt, name)}`;
}

/** `SHA256:…` as OpenSSH writes it, without padding. */
export function hostKeyFingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** What the files say of a key that a host showed. Revoked beats everything, and a known key beats what else is there. */
export function judgeHostKey(
  known: readonly KnownHost[],
  name: string,
  key: Buffer,
): HostKeyVerdict {
  const matching = known.filter((entry) => hostsMatch(entry.hosts, name));
  const same = matching.filter((entry) => entry.key.equals(key));
  const revoked = same.find((entry) => entry.marker === 'revoked');
  if (revoked) return { verdict: 'revoked', place: revoked };
  if (same.some((entry) => entry.marker === undefined)) return { verdict: 'ok' };
  const [other] = matching.filter((entry) => entry.marker === undefined);
  if (other) return { verdict: 'changed', place: other };
  const authority = matching.find((entry) => entry.marker === 'cert-authority');
  return authority ? { verdict: 'authority', place: authority } : { verdict: 'unknown' };
}

/** The key types by which a host is known: asking for them first avoids a false alarm. */
export function knownTypes(known: readonly KnownHost[], name: string): string[] {
  const types = known
    .filter((entry) => entry.marker === undefined && hostsMatch(entry.hosts, name))
    .map((entry) => entry.type);
  return [...new Set(types)];
}

/** Does nothing but a certificate authority speak for this name? */
export function onlyAuthority(known: readonly KnownHost[], name: string): KnownPlace | undefined {
  const matching = known.filter((entry) => hostsMatch(entry.hosts, name));
  if (matching.some((entry) => entry.marker === undefined)) return undefined;
  return matching.find((entry) => entry.marker === 'cert-authority');
}
