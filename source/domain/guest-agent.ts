import type { SafeText } from './safe-text.ts';

/** A file system as the guest agent reports it; bytes. */
export interface AgentFileSystem {
  readonly mountpoint: SafeText;
  readonly name: SafeText;
  readonly type?: SafeText;
  readonly used?: number;
  readonly total?: number;
}

/** Somebody logged in inside the guest; `since` in seconds since the epoch. */
export interface AgentUser {
  readonly user: SafeText;
  readonly domain?: SafeText;
  readonly since?: number;
}

/** What the guest agent tells about the inside of a VM. An absent part was not told. */
export interface AgentInfo {
  readonly hostname?: SafeText;
  /** `Debian GNU/Linux 13 (trixie)` */
  readonly os?: SafeText;
  readonly kernel?: SafeText;
  readonly fileSystems?: readonly AgentFileSystem[];
  readonly users?: readonly AgentUser[];
}
