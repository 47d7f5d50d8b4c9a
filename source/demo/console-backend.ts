import type { Duplex } from 'node:stream';

/** Whose console somebody opened. `node` runs what is asked for: a guest is reached on the node that has it. */
export type TextTarget =
  | {
      readonly kind: 'qemu' | 'lxc';
      readonly vmid: number;
      readonly node: string;
      readonly name: string;
    }
  | {
      readonly kind: 'node';
      readonly node: string;
      readonly command: string;
      /** `root@pam`: who is logged in already; undefined = the login prompt comes first. */
      readonly loggedIn?: string;
      /** `cmd=upgrade`: the package upgrade that comes before the shell. */
      readonly upgrade?: UpgradeTarget;
    };

/** What apt would upgrade on a node. */
export interface UpgradeTarget {
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly oldVersion: string;
  }[];
  /** All of them are installed now. */
  installed(): void;
}

/** A terminal with a program on it: what is written is typed, what is read is shown. Its end is the program's. */
export interface TextSession {
  readonly stream: Duplex;
  resize(columns: number, rows: number): void;
}

/** Starts the program behind a text console, on a terminal of 80×20 to begin with. */
export type TextBackend = (target: TextTarget) => TextSession | Promise<TextSession>;

export interface VncGuest {
  readonly type: 'qemu' | 'lxc';
  readonly vmid: number;
  readonly node: string;
  readonly name: string;
}

/**
 * The RFB stream of a guest's screen, from the server's `RFB 003.008` on. The server asks for VNC authentication with
 * `password` (the protocol looks at the first 8 characters).
 */
export type VncBackend = (
  guest: VncGuest,
  password: string,
) => Duplex | { readonly problem: string } | Promise<Duplex | { readonly problem: string }>;

/** What stands behind the demo's consoles. */
export interface ConsoleBackends {
  /** A simulated login and shell when absent. */
  readonly text?: TextBackend;
  /** Without it a VM's screen is refused in words. */
  readonly vnc?: VncBackend;
}
