import type { Result } from '../../domain/result.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { VncConsole } from '../types.ts';
import type { Draw } from './capabilities.ts';

/** What the drawing needs of a terminal that it owns; the `Terminal` of the actions is one. */
export interface ScreenTerminal {
  readonly size: () => { readonly columns: number; readonly rows: number };
  onInput(listener: (bytes: Uint8Array) => void): () => void;
  onResize(listener: () => void): () => void;
  write(bytes: Uint8Array | string): boolean;
  drained(): Promise<void>;
}

/** Whose screen it is, for the status line and for failures. */
export interface ScreenAbout {
  /** `guest 101 web-server` */
  readonly label: SafeText;
  readonly signal: AbortSignal;
}

/** `left` = the person detached, `closed` = the server ended the connection in order (the VM stopped or moved away). */
export type ScreenEnd = 'left' | 'closed';

export interface ShowOptions {
  /** How it is drawn; absent = as it was asked for last. */
  readonly draw?: Draw;
  /** A console with a new ticket, after the connection was cut; absent = then it ends. */
  readonly reopen?: (signal: AbortSignal) => Promise<Result<VncConsole>>;
}

/** A VM's screen, connected and let in. `show` and `picture` end it; call one of them, once. */
export interface VmScreen {
  /** Draws until the person leaves or the connection ends. The terminal is left as it was found. */
  show(terminal: ScreenTerminal, options?: ShowOptions): Promise<Result<ScreenEnd>>;
  /** The whole screen as it is now, as the bytes of a PNG file. */
  picture(): Promise<Result<Uint8Array>>;
  close(): void;
}

/** A port on 127.0.0.1 that carries one VNC client to the console, and nobody else. */
export interface VncBridge {
  readonly port: number;
  /** The one client is there, or nobody came in time. */
  readonly connected: Promise<Result<undefined>>;
  /** The client or the server has gone; `undefined` = in order. Never rejects. */
  readonly ended: Promise<Result<undefined>>;
  close(): void;
}

/** What this machine can do with a VNC console. */
export interface ScreenDoor {
  /** Speaks with the VNC server until it lets us in. The console is closed when that fails. */
  open(console: VncConsole, about: ScreenAbout): Promise<Result<VmScreen>>;
  bridge(console: VncConsole, about: ScreenAbout): Promise<Result<VncBridge>>;
  /** Writes a file that must not exist yet; its full path. */
  save(file: string, bytes: Uint8Array): Promise<Result<SafeText>>;
  /** This process ends with the action, so a bridge has to be waited for. */
  readonly endsWithAction: boolean;
}
