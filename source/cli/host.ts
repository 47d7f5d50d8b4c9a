import type { Readable, Writable } from 'node:stream';

/** The process as a command sees it; a test hands in its own. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly user: string;
  readonly hostname: string;
  readonly pid: number;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** ms since the epoch */
  readonly now: () => number;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  /** Aborted by SIGINT and SIGTERM. Asking for it takes the signals over, so the full-screen app does not. */
  readonly interrupted: () => AbortSignal;
  readonly version: () => string;
}
