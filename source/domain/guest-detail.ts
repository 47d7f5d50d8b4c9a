import type { SafeText } from './safe-text.ts';

/** GET …/status/current. Sizes in bytes, uptime in seconds, `cpu` 0..1. */
export interface GuestStatus {
  readonly status: SafeText;
  readonly qmpstatus?: SafeText;
  readonly lock?: SafeText;
  readonly uptime?: number;
  readonly cpu?: number;
  readonly cpus?: number;
  readonly mem?: number;
  readonly maxmem?: number;
  readonly disk?: number;
  readonly maxdisk?: number;
  readonly netin?: number;
  readonly netout?: number;
  readonly diskread?: number;
  readonly diskwrite?: number;
  /** The agent is switched on in the configuration; says nothing about whether it answers. */
  readonly agent?: boolean;
  /** The display can speak SPICE. undefined = an older server did not say. */
  readonly spice?: boolean;
  readonly template?: boolean;
  readonly haManaged?: boolean;
  readonly haState?: SafeText;
  readonly pid?: number;
  readonly runningQemu?: SafeText;
  readonly runningMachine?: SafeText;
}

/** One configuration key with what is running and what waits for the next start (GET …/pending). */
export interface ConfigEntry {
  readonly key: SafeText;
  readonly value?: SafeText;
  readonly pending?: SafeText;
  /** The key will be removed at the next start. */
  readonly pendingDelete?: boolean;
}

/** GET …/config of one guest: every key, sanitised, and the digest for optimistic locking. */
export interface GuestConfig {
  readonly entries: Readonly<Record<string, SafeText>>;
  readonly digest?: string;
}

/** One network interface as the guest agent or the container reports it. */
export interface GuestInterface {
  readonly name: SafeText;
  readonly mac?: SafeText;
  readonly addresses: readonly SafeText[];
}
