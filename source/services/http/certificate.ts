import { X509Certificate } from 'node:crypto';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';

/** What a server showed of itself in the handshake, and what the CAs in use say about it. */
export interface PresentedCertificate {
  /** SHA-256, `AA:BB:…` */
  readonly fingerprint: string;
  readonly subject?: SafeText;
  readonly issuer?: SafeText;
  /** ms since the epoch */
  readonly notAfter?: number;
  /** Names and addresses it is valid for. */
  readonly names: readonly SafeText[];
  /** The chain ends at a CA in use, it is in force, and it names the host. */
  readonly authorised: boolean;
  /** OpenSSL's or Node's code when not authorised: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID` … */
  readonly problem?: string;
}

/** Reads the peer's certificate; undefined when there is none, as on a resumed session. */
export function readCertificate(socket: TLSSocket): PresentedCertificate | undefined {
  if (socket.isSessionReused()) return undefined;
  const peer = socket.getPeerCertificate() as Partial<PeerCertificate>;
  if (!peer.fingerprint256) return undefined;
  const notAfter = Date.parse(peer.valid_to ?? '');
  const error: unknown = socket.authorizationError;
  const problem = socket.authorized
    ? undefined
    : error instanceof Error
      ? ((error as NodeJS.ErrnoException).code ?? error.message)
      : String(error ?? 'unknown');
  return {
    fingerprint: peer.fingerprint256.toUpperCase(),
    ...named('subject', peer.subject),
    ...named('issuer', peer.issuer),
    ...(Number.isNaN(notAfter) ? {} : { notAfter }),
    names: alternativeNames(peer),
    authorised: socket.authorized,
    ...(problem === undefined ? {} : { problem }),
  };
}

function named(key: 'subject' | 'issuer', name: unknown): Partial<Record<typeof key, SafeText>> {
  if (typeof name !== 'object' || name === null) return {};
  const parts = Object.entries(name).map(
    ([field, value]) => `${field}=${[value].flat().join('+')}`,
  );
  return parts.length === 0 ? {} : { [key]: sanitise(parts.join(', ')) };
}

function alternativeNames(peer: Partial<PeerCertificate>): SafeText[] {
  const names = (peer.subjectaltname ?? '')
    .split(',')
    .map((part) => part.trim().replace(/^(?:DNS|IP Address):/, ''))
    .filter((part) => part !== '');
  return [...new Set(names)].slice(0, 20).map(sanitise);
}

/** One spelling for fingerprints: upper case, with colons. */
export function normaliseFingerprint(text: string): string {
  const hex = text.replace(/[^0-9a-f]/gi, '').toUpperCase();
  return (hex.match(/../g) ?? []).join(':');
}

/** Does the PEM text hold certificates, and only readable ones? An empty one would make Node fall back to the system's CAs. */
export function hasCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block)).length > 0;
  } catch {
    return false;
  }
}
