import { describeFailure, type Failure } from '../domain/failure.ts';
import type { Result } from '../domain/result.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { TextConsole } from '../services/types.ts';
import { DetachFilter } from './detach-key.ts';
import type { Recording, Terminal } from './types.ts';

/** One over the API is a console, one over SSH a shell. */
export type ConsoleKind = 'console' | 'shell';

/** Keys that were meant for the console are not an answer to the question that takes its place, ms. */
const calm = 300;

export interface ConsoleSession {
  readonly terminal: Terminal;
  /** `guest 101 web01` */
  readonly label: SafeText;
  readonly kind: ConsoleKind;
  /** As the person knows it: `ctrl-]`. */
  readonly detachName: SafeText;
  readonly detachByte: number;
  readonly first: TextConsole;
  /** Opens it again after it was cut. */
  readonly reopen: (signal: AbortSignal) => Promise<Result<TextConsole>>;
  readonly recording?: Recording | undefined;
  readonly signal: AbortSignal;
}

/** How a person came out of a console. */
export type ConsoleEnd =
  | { readonly how: 'detached' }
  /** The program on the other side is over. */
  | { readonly how: 'closed' }
  | { readonly how: 'cancelled' }
  /** It was cut or refused, and nobody wanted to try again. */
  | { readonly how: 'failed'; readonly failure: Failure };

/** Connects the terminal with a text console until the person leaves it. Whoever handed the terminal over restores it. */
export async function runConsoleSession(session: ConsoleSession): Promise<ConsoleEnd> {
  const { terminal, label, kind, detachName, recording } = session;
  const title = kind === 'shell' ? say`Shell` : say`Console`;
  const noted = recording ? say` · recorded to ${recording.path}` : say``;
  note(terminal, say`${title} of ${label} · ${detachName} leaves, twice sends it${noted}`);
  let console = session.first;
  for (;;) {
    const end = await talk(session, console);
    if (end.how !== 'failed') {
      // A line of its own for whatever comes next.
      terminal.write('\r\n');
      return end;
    }
    const next = await askAgain(session, end.failure);
    if ('how' in next) return next;
    console = next.console;
  }
}

function note(terminal: Terminal, text: SafeText): void {
  terminal.write(`\u001b[0m\r\n-- ${text} --\r\n`);
}

/** One connection, from its first byte to its end. */
function talk(
  { terminal, detachByte, recording, signal }: ConsoleSession,
  console: TextConsole,
): Promise<ConsoleEnd> {
  return new Promise((resolve) => {
    const undo: (() => void)[] = [];
    let over = false;
    const finish = (end: ConsoleEnd) => {
      if (over) return;
      over = true;
      for (const each of undo) each();
      console.close();
      resolve(end);
    };
    const filter = new DetachFilter(
      detachByte,
      (bytes) => console.write(bytes),
      () => finish({ how: 'detached' }),
    );
    const resize = () => {
      const { columns, rows } = terminal.size();
      console.resize(columns, rows);
      recording?.resize(columns, rows);
    };
    const cancel = () => finish({ how: 'cancelled' });
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel);
    undo.push(() => signal.removeEventListener('abort', cancel));
    undo.push(() => filter.stop());
    undo.push(terminal.onInput((bytes) => filter.push(bytes)));
    undo.push(terminal.onResize(resize));
    resize();
    console.onData((bytes) => {
      if (over) return;
      recording?.output(bytes);
      if (terminal.write(bytes)) return;
      console.pause?.();
      void terminal.drained().then(() => console.resume?.());
    });
    console.onClose((failure) => finish(failure ? { how: 'failed', failure } : { how: 'closed' }));
    return undefined;
  });
}

/** Says why it ended and lets the person choose, as often as trying again fails. */
async function askAgain(
  session: ConsoleSession,
  cause: Failure,
): Promise<{ readonly console: TextConsole } | ConsoleEnd> {
  const { terminal, label, signal } = session;
  let failure = cause;
  for (;;) {
    // What the program switched on would garble the question.
    terminal.reset?.();
    note(terminal, describeFailure(failure));
    const choice = await choose(terminal, signal);
    if (choice === 'cancelled') return { how: 'cancelled' };
    if (choice === 'leave') return { how: 'failed', failure };
    note(terminal, say`Connecting to ${label} again; q gives up`);
    const opened = await reopen(session);
    if (signal.aborted) return { how: 'cancelled' };
    if (opened === undefined) return { how: 'failed', failure };
    if (opened.ok) return { console: opened.value };
    failure = opened.failure;
  }
}

/** Opens it again while q (or the end of everything) can stop it; other keys go nowhere. */
async function reopen({
  terminal,
  reopen: open,
  detachByte,
  signal,
}: ConsoleSession): Promise<Result<TextConsole> | undefined> {
  if (signal.aborted) return undefined;
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener('abort', abort);
  const off = terminal.onInput((bytes) => {
    if (isKey(bytes, 'q') || bytes.includes(detachByte)) stop.abort();
  });
  try {
    const opened = await open(stop.signal);
    if (!stop.signal.aborted) return opened;
    if (opened.ok) opened.value.close();
    return undefined;
  } finally {
    off();
    signal.removeEventListener('abort', abort);
  }
}

const isKey = (bytes: Uint8Array, key: string) =>
  bytes.length === 1 && (bytes[0] ?? 0) === key.charCodeAt(0);

function choose(terminal: Terminal, signal: AbortSignal): Promise<'again' | 'leave' | 'cancelled'> {
  return new Promise((resolve) => {
    let armed = false;
    const finish = (choice: 'again' | 'leave' | 'cancelled') => {
      clearTimeout(timer);
      off();
      signal.removeEventListener('abort', cancel);
      resolve(choice);
    };
    const cancel = () => finish('cancelled');
    const off = terminal.onInput((bytes) => {
      if (!armed) return;
      if (isKey(bytes, 'r')) finish('again');
      else if (isKey(bytes, 'q')) finish('leave');
    });
    const timer = setTimeout(() => {
      armed = true;
      note(terminal, say`r connects again, q leaves`);
    }, calm);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel);
  });
}
