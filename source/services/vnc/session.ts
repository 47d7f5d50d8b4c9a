import { describeFailure, type Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import type { VncConsole } from '../types.ts';
import type { Draw } from './capabilities.ts';
import type { Connection } from './connection.ts';
import type { Depth } from './inks.ts';
import { Look } from './look.ts';
import type { ScreenAbout, ScreenEnd, ScreenTerminal, ShowOptions } from './types.ts';
import type { Clock } from './typist.ts';

export interface LookSession {
  readonly first: Connection;
  readonly terminal: ScreenTerminal;
  readonly about: ScreenAbout;
  readonly depth: Depth;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly question: string | undefined;
  /** Speaks with a new console until it lets us in. */
  readonly connect: (console: VncConsole, signal: AbortSignal) => Promise<Result<Connection>>;
  readonly reopen: ShowOptions['reopen'];
}

/** Shows a screen until the person leaves it, also over several connections. The terminal is left as it was found. */
export async function runLook(session: LookSession): Promise<Result<ScreenEnd>> {
  const { first, terminal, depth, clock, draw, question, about, reopen } = session;
  let leave = (): void => undefined;
  let again = (): void => undefined;
  const look = new Look({
    ...{ client: first.client, terminal, depth, draw, question, clock, label: about.label },
    onLeave: () => leave(),
    onAgain: () => again(),
  });
  let connection = first;
  let started = false;
  for (;;) {
    const current = connection;
    const shown = await current.run<ScreenEnd>((finish) => {
      leave = () => finish(ok('left'));
      current.onUpdate = () => look.updated();
      if (started) look.attach(current.client);
      else look.start();
      started = true;
    }, ok('closed'));
    current.end();
    const failure = shown.ok ? undefined : shown.failure;
    const next =
      // Before it is shown nobody has the terminal, and no key could answer.
      failure && started && reopen && worthAgain(failure)
        ? await connectAgain(session, look, failure, {
            onLeave: (run) => {
              leave = run;
            },
            onAgain: (run) => {
              again = run;
            },
          })
        : undefined;
    if (next === undefined || 'end' in next) {
      if (started) await look.stop();
      return next?.end ?? shown;
    }
    connection = next.connection;
  }
}

/** A link that was cut; not a server that broke the rules, and not the end of everything. */
const worthAgain = ({ kind }: Failure) => kind !== 'cancelled' && kind !== 'bad-answer';

interface KeyDoor {
  readonly onLeave: (run: () => void) => void;
  readonly onAgain: (run: () => void) => void;
}

type Again = { readonly connection: Connection } | { readonly end: Result<ScreenEnd> };

/** Says why it ended and lets the person choose, as often as trying again fails. */
async function connectAgain(
  session: LookSession,
  look: Look,
  cause: Failure,
  keys: KeyDoor,
): Promise<Again> {
  const { about } = session;
  let failure = cause;
  for (;;) {
    look.cut(describeFailure(failure), true);
    const choice = await choose(about.signal, keys);
    if (choice === 'cancelled') return { end: cancelled(session) };
    if (choice === 'leave') return { end: fail(failure) };
    look.cut(say`connecting to ${about.label} again`, false);
    const opened = await reopen(session, keys);
    if (opened === undefined) {
      return { end: about.signal.aborted ? cancelled(session) : fail(failure) };
    }
    if (opened.ok) return { connection: opened.value };
    failure = opened.failure;
  }
}

const cancelled = ({ about }: LookSession): Result<never> =>
  fail({ kind: 'cancelled', what: say`Cancelled`, where: about.label });

function choose(signal: AbortSignal, keys: KeyDoor): Promise<'again' | 'leave' | 'cancelled'> {
  return new Promise((resolve) => {
    const finish = (choice: 'again' | 'leave' | 'cancelled') => {
      signal.removeEventListener('abort', cancel);
      keys.onAgain(() => undefined);
      resolve(choice);
    };
    const cancel = () => finish('cancelled');
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel);
    keys.onLeave(() => finish('leave'));
    keys.onAgain(() => finish('again'));
    return undefined;
  });
}

/** A new ticket and a new connection; undefined = given up meanwhile. */
async function reopen(
  { reopen: open, connect, about }: LookSession,
  keys: KeyDoor,
): Promise<Result<Connection> | undefined> {
  if (open === undefined) return undefined;
  const stop = new AbortController();
  const abort = () => stop.abort();
  keys.onLeave(abort);
  about.signal.addEventListener('abort', abort);
  if (about.signal.aborted) abort();
  try {
    const console = await open(stop.signal);
    if (stop.signal.aborted) {
      if (console.ok) console.value.close();
      return undefined;
    }
    if (!console.ok) return console;
    const connected = await connect(console.value, stop.signal);
    if (!stop.signal.aborted) return connected;
    if (connected.ok) connected.value.end();
    return undefined;
  } finally {
    about.signal.removeEventListener('abort', abort);
  }
}
