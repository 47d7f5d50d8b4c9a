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
  /** It has a serial port, so a text console can be opened; qemu only. */
  readonly serial?: boolean;
  /** qemu, PVE 9: bytes its process takes on the node, more than the guest itself uses. */
  readonly memhost?: number;
  /** Bytes by tap device (`tap101i0`), since start. */
  readonly nics?: readonly NicTraffic[];
  readonly pressure?: Pressure;
}

/** One network device's totals since start, bytes. */
export interface NicTraffic {
  readonly device: SafeText;
  readonly netin?: number;
  readonly netout?: number;
}

/**
 * Share of the last 10 s, in percent, in which some or all tasks had to wait for a resource (PSI, PVE 9). A missing figure
 * was not told: older servers, and stopped guests.
 */
export interface Pressure {
  readonly cpuSome?: number;
  readonly cpuFull?: number;
  readonly ioSome?: number;
  readonly ioFull?: number;
  readonly memorySome?: number;
  readonly memoryFull?: number;
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
  /** For showing. Public SSH keys are readable (`sshkeys` is URL-encoded on the wire). */
  readonly entries: Readonly<Record<string, SafeText>>;
  /**
   * The same values exactly as they can be written back with `setConfig` (notes with their line breaks), never to be shown.
   * Left out: lists that no call takes (lxc's `lxc`), and `cipassword`, of which the server only shows asterisks.
   */
  readonly raw?: Readonly<Record<string, string>>;
  readonly digest?: string;
}

/** One network interface as the guest agent or the container reports it. */
export interface GuestInterface {
  readonly name: SafeText;
  readonly mac?: SafeText;
  readonly addresses: readonly SafeText[];
}
