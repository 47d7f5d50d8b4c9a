import type { SafeText } from './safe-text.ts';

/**
 * Expected failures. `unreachable` no connection or 595/596 · `unauthenticated` 401 · `denied` 403 · `not-found` the
 * object is gone · `rejected` the server refused the request · `locked` a guest lock · `timeout` our deadline ·
 * `bad-answer` not what the API promises · `task-failed` · `cancelled` by the user · `tls-changed` pinned certificate
 * differs · `tls-untrusted` nothing vouches for the certificate ·
 * `host-key` an SSH host key that changed, was revoked or was not accepted · `unsupported` 501, absent on this version ·
 * `read-only` refused by ourselves · `unanswered` a write was sent and no answer came: it may or may not have happened ·
 * `invalid` input refused before any call · `config` something in the configuration · `local` this machine (disk, viewer).
 */
export type FailureKind =
  | 'unreachable'
  | 'unauthenticated'
  | 'denied'
  | 'not-found'
  | 'rejected'
  | 'locked'
  | 'timeout'
  | 'bad-answer'
  | 'task-failed'
  | 'cancelled'
  | 'tls-changed'
  | 'tls-untrusted'
  | 'host-key'
  | 'unsupported'
  | 'read-only'
  | 'unanswered'
  | 'invalid'
  | 'config'
  | 'local';

/** A failure for a person: what happened · where · what to do next, with the server's own words below. No secrets inside. */
export interface Failure {
  readonly kind: FailureKind;
  /** What happened, one short sentence without a full stop. */
  readonly what: SafeText;
  /** The object or endpoint concerned, e.g. `home · guest 101 web01` or `https://192.168.1.10:8006`. */
  readonly where?: SafeText;
  /** What the user can do next. */
  readonly next?: SafeText;
  /** Proxmox's own message, unchanged but sanitised. */
  readonly detail?: SafeText;
  /** HTTP status, where there was one. */
  readonly status?: number;
  /** Proxmox's `errors` map: parameter name → message. */
  readonly fields?: Readonly<Record<string, SafeText>>;
  /** The privilege that is missing, when the server named it (`/vms/100`, `VM.PowerMgmt`). */
  readonly privilege?: { readonly path: SafeText; readonly names: readonly SafeText[] };
  /** The answer was larger than what is read: asking for less of it may work. */
  readonly oversize?: true;
  /** SHA-256 fingerprints, `AA:BB:…`, for `tls-changed` and `tls-untrusted`. */
  readonly certificate?: { readonly expected?: string; readonly presented: string };
}

/** One line of plain text: what · where · next; the detail follows after a colon. Used for stderr, logs and toasts. */
export function describeFailure(failure: Failure): SafeText {
  const parts: string[] = [failure.what];
  if (failure.where) parts.push(failure.where);
  if (failure.next) parts.push(failure.next);
  const line = parts.join(' · ');
  return (
    failure.detail && !line.includes(failure.detail) ? `${line}: ${failure.detail}` : line
  ) as SafeText;
}
