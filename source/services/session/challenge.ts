/** Kinds of second factor that Proxmox may offer. */
export type FactorKind = 'totp' | 'recovery' | 'yubico' | 'webauthn' | 'u2f';

/** Those that can be answered by typing a code. */
export type CodeKind = 'totp' | 'recovery' | 'yubico';

const kinds: readonly FactorKind[] = ['totp', 'recovery', 'yubico', 'webauthn', 'u2f'];

export function isCodeKind(kind: FactorKind): kind is CodeKind {
  return kind === 'totp' || kind === 'recovery' || kind === 'yubico';
}

/**
 * Which factors a challenge ticket `PVE:!tfa!<escaped JSON>:TIME::sig` (`PBS:` likewise) offers; undefined when the ticket is none.
 * Recovery keys that are used up (an empty list) are not offered.
 */
export function readChallenge(ticket: string): FactorKind[] | undefined {
  const part = ticket.split(':')[1];
  if (!part?.startsWith('!tfa!')) return undefined;
  try {
    const offer: unknown = JSON.parse(decodeURIComponent(part.slice(5)));
    if (typeof offer !== 'object' || offer === null) return [];
    const told = offer as Record<string, unknown>;
    return kinds.filter((kind) => {
      const value = told[kind];
      return Array.isArray(value) ? value.length > 0 : Boolean(value);
    });
  } catch {
    return [];
  }
}
