import type { Failure } from '../domain/failure.ts';
import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { SshDoor } from '../services/ssh/types.ts';
import type { ScreenDoor } from '../services/vnc/types.ts';

/** What an action may ask of this machine. Implemented by services/viewer; a fake in tests. */
export interface Platform {
  /** Is remote-viewer here, and a display for it? */
  viewerProblem(): Failure | undefined;
  /** ms to connect, or the failure. */
  probeTcp(host: string, port: number, signal: AbortSignal): Promise<Result<number>>;
  /** Starts the viewer and feeds `text` to its standard input; resolves once it has stayed up, or failed early. */
  openViewer(text: string, signal: AbortSignal): Promise<Result<{ pid: number }>>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** The terminal for a console or an editor; undefined = there is none (a batch, a pipe). */
  readonly terminal?: TerminalHost;
  /** Why there is no terminal, in words; undefined = there is one, or nobody knows (a dry run). */
  terminalProblem?(): Failure | undefined;
  /** Starts a recording in a new file (asciicast v2, 0600); an existing file is a failure. undefined = not wired. */
  record?(
    path: string,
    about: { readonly title: SafeText; readonly now: number },
  ): Promise<Result<Recording>>;
  /** SSH from this machine; undefined = not wired (a test). */
  readonly ssh?: SshDoor;
  /** Screens of VMs over VNC; undefined = not wired (a test). */
  readonly screens?: ScreenDoor;
  /** A text in a private file for the person's editor (mode 0600, in a directory of its own). */
  editableFile?(name: string, text: string): Promise<Result<EditableFile>>;
}

/** A file that an editor works on. It stays where it is until it is discarded. */
export interface EditableFile {
  readonly path: SafeText;
  /** The editor of `$VISUAL` or `$EDITOR` with the file, for {@link Terminal.runProgram}. */
  readonly argv: readonly string[];
  read(): Promise<Result<string>>;
  /** Puts another text in its place, whole or not at all. */
  write(text: string): Promise<Result<undefined>>;
  /** Removes the file and its directory. */
  discard(): Promise<void>;
}

/** Gives the whole terminal to one job and takes it back, exactly as it was, also after a failure. */
export interface TerminalHost {
  handOver<T>(job: (terminal: Terminal) => Promise<T>): Promise<T>;
}

/** The terminal while a job owns it: raw keys in, bytes out. */
export interface Terminal {
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Raw bytes as they are typed. Answers how to stop listening. */
  onInput(listener: (bytes: Uint8Array) => void): () => void;
  onResize(listener: () => void): () => void;
  /** False while the terminal has not taken what was written before; `drained` resolves when it has. */
  write(bytes: Uint8Array | string): boolean;
  drained(): Promise<void>;
  /** Undoes what a program switched on (mouse, alternate screen, colours); the text stays. Done at the end in any case. */
  reset?(): void;
  /** Runs a program of this machine on the terminal (an editor, the system's ssh): its exit code. */
  runProgram(
    argv: readonly string[],
    options?: { readonly env?: Readonly<Record<string, string>> },
  ): Promise<Result<number>>;
}

/** What a console showed, with its times; never what was typed. */
export interface Recording {
  readonly path: SafeText;
  output(bytes: Uint8Array): void;
  /** The first size is the recording's own; later ones are noted. */
  resize(columns: number, rows: number): void;
  /** Where it is; or why it is not whole. */
  close(): Promise<Result<SafeText>>;
  /** Nothing came of it: the file is taken away. */
  discard(): Promise<void>;
}
