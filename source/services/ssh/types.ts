import type { Result } from '../../domain/result.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Secret } from '../../domain/secret.ts';
import type { SiteId } from '../../domain/site.ts';
import type { CallOptions, TextConsole } from '../types.ts';

/**
 * Whom to reach: a node of a site, or a host by the name or alias that `ssh` would take (`user@host:port`). `site` says
 * whose `ssh:` settings hold for it.
 */
export type SshTarget =
  | { readonly site: SiteId; readonly node: string; readonly address?: string }
  | { readonly host: string; readonly site?: SiteId };

/** Why the system's own `ssh` has to do it, and the command that would. */
export interface SystemSsh {
  readonly reason: SafeText;
  readonly argv: readonly string[];
}

export interface ShellRequest {
  readonly columns: number;
  readonly rows: number;
  /** Runs on the pty instead of the login shell, each word as it is; absent = the login shell. */
  readonly command?: readonly string[];
}

/** How the remote side ended: an exit code, or the signal that ended it. */
export type ShellExit = { readonly code: number } | { readonly signal: SafeText };

export interface SshConsole extends TextConsole {
  /** undefined while it runs, and when the host never said. */
  exit(): ShellExit | undefined;
}

/** `silent` = nobody can be asked now (the screen is somebody else's): what would have to be asked is a failure. */
export interface SshOptions extends CallOptions {
  readonly silent?: boolean;
}

/** A host that let us in. Shells on it ask no more questions. */
export interface SshHost {
  /** What the person should know about this connection (settings that were not read, a key that was not remembered). */
  readonly notes: readonly SafeText[];
  /** At most 6 at a time on one host; the next ones wait for their turn. */
  shell(request: ShellRequest, options?: CallOptions): Promise<Result<SshConsole>>;
  /** The connection may end once nobody holds it. */
  release(): void;
}

/**
 * SSH from this machine: one connection per host, shared by everything that asks for it; more only where the host allows
 * fewer sessions on one.
 */
export interface SshDoor {
  /**
   * Connects and logs in, asking what has to be asked. `system` = this host needs something that the built-in client does
   * not have; `command` is only what that other `ssh` would run.
   */
  open(
    target: SshTarget,
    options?: SshOptions & { readonly command?: readonly string[] },
  ): Promise<Result<{ readonly host: SshHost } | { readonly system: SystemSsh }>>;
  /**
   * A shell (or `command` on a pty). `system` = this host needs something that the built-in client does not have
   * (certificates, chacha20 keys): the caller offers to run that command on the terminal instead.
   */
  shell(
    target: SshTarget,
    request: ShellRequest,
    options?: SshOptions,
  ): Promise<Result<{ readonly console: SshConsole } | { readonly system: SystemSsh }>>;
  close(): Promise<void>;
}

/** A host key that nobody has vouched for yet. */
export interface HostKeyQuestion {
  /** As it was asked for, and where that is. */
  readonly host: SafeText;
  readonly address: SafeText;
  /** `ED25519` */
  readonly keyType: SafeText;
  /** `SHA256:…` as OpenSSH writes it. */
  readonly fingerprint: string;
  /** The file that will remember it. */
  readonly file?: SafeText;
}

/** Something secret that has to be typed. */
export interface SecretQuestion {
  /** `Passphrase of ~/.ssh/id_ed25519`, or the host's own words. */
  readonly prompt: SafeText;
  /** What asks for it: `root@pve1`. */
  readonly host: SafeText;
  /** The host's own words above its prompt, or why a key was not enough. */
  readonly instruction?: SafeText;
  /** The last answer was not right. */
  readonly refused: boolean;
  /** The host lets the answer be seen while it is typed. */
  readonly echo: boolean;
}

/** Asks the person about SSH; implemented by the screen and by the command line. The default of every question is no. */
export interface SshAsker {
  trustHostKey(question: HostKeyQuestion): Promise<boolean>;
  /** undefined = given up. An empty answer is one. */
  sshSecret(question: SecretQuestion): Promise<Secret | undefined>;
}
