import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { WireReader } from './wire.ts';

/** A private key file, as far as it can be known without its passphrase. */
export interface Identity {
  readonly path: string;
  /** The public key's wire form; undefined = it shows only once the key is unlocked (older encrypted files). */
  readonly blob?: Buffer;
  /** The file's text, still locked where it is. */
  readonly text?: Buffer;
  readonly encrypted: boolean;
  /** Why the built-in client cannot use it, though ssh could. */
  readonly systemOnly?: SafeText;
}

const sizeLimit = 1024 * 1024;
const magic = Buffer.from('openssh-key-v1\0', 'latin1');

/** `~/.ssh/id_ed25519` for people. */
export function shortPath(path: string, home: string): SafeText {
  return sanitise(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
}

/** Reads an identity file and its `.pub`; undefined = neither is there or says anything. */
export async function readIdentity(path: string, home: string): Promise<Identity | undefined> {
  const [text, publicText] = await Promise.all([readOptional(path), readOptional(`${path}.pub`)]);
  const publicBlob = blobOf(publicText ?? (path.endsWith('.pub') ? text : undefined));
  const name = shortPath(path, home);
  if (text === undefined || path.endsWith('.pub')) {
    return publicBlob ? { path, blob: publicBlob, encrypted: false } : undefined;
  }
  const opened = readOpenSshKey(text);
  if (!opened) {
    const written = text.toString('latin1');
    if (!written.includes('PRIVATE KEY')) return undefined;
    const encrypted = /ENCRYPTED/.test(written);
    return { path, text, encrypted, ...(publicBlob ? { blob: publicBlob } : {}) };
  }
  const { cipher, blob } = opened;
  const type = new WireReader(blob).string()?.toString('latin1') ?? '';
  const reason = type.startsWith('sk-')
    ? say`${name} is on a security key`
    : cipher.startsWith('chacha20')
      ? say`${name} is encrypted with chacha20-poly1305`
      : undefined;
  return {
    path,
    text,
    blob,
    encrypted: cipher !== 'none',
    ...(reason ? { systemOnly: reason } : {}),
  };
}

async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    const content = await readFile(path);
    return content.length > sizeLimit ? undefined : content;
  } catch {
    // What cannot be read is passed over, as ssh does; the failure lists what was tried.
    return undefined;
  }
}

function blobOf(text: Buffer | undefined): Buffer | undefined {
  const encoded = /^\S+\s+([A-Za-z0-9+/=]+)/.exec(text?.toString('latin1').trim() ?? '')?.[1];
  const blob = encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
  return blob && blob.length > 0 ? blob : undefined;
}

/** The unencrypted head of OpenSSH's own format: the cipher and the public key. */
function readOpenSshKey(text: Buffer): { cipher: string; blob: Buffer } | undefined {
  const [, encoded] =
    /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(
      text.toString('latin1'),
    ) ?? [];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded.replace(/\s+/g, ''), 'base64');
  if (!bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const reader = new WireReader(bytes, magic.length);
  const cipher = reader.string()?.toString('latin1');
  reader.string();
  reader.string();
  reader.uint32();
  const blob = reader.string();
  return cipher === undefined || blob === undefined ? undefined : { cipher, blob };
}

export type Unlocked =
  | { readonly key: ParsedKey }
  | { readonly problem: 'passphrase' | 'unusable'; readonly words: SafeText };

type ParseKey = (data: Buffer, passphrase?: string) => ParsedKey | Error;

/** Tries to make a private key of a file's text. The passphrase goes no further. */
export function unlock(
  { text, path }: Identity,
  home: string,
  parse: ParseKey,
  passphrase?: string,
): Unlocked {
  const name = shortPath(path, home);
  if (!text) return { problem: 'unusable', words: say`${name} holds no private key` };
  const parsed = parse(text, passphrase);
  if (!(parsed instanceof Error)) {
    // An array where a file holds several keys.
    const [key] = [parsed].flat();
    return key?.isPrivateKey()
      ? { key }
      : { problem: 'unusable', words: say`${name} holds no private key` };
  }
  const locked = /no passphrase given|bad passphrase|bad decrypt|integrity check/i.test(
    parsed.message,
  );
  return locked
    ? { problem: 'passphrase', words: say`${name} is locked` }
    : { problem: 'unusable', words: say`${name} cannot be read: ${sanitise(parsed.message)}` };
}
