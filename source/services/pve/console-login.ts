import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Websocket, WebsocketEnd } from './websocket.ts';

/** termproxy waits this long for its first line. */
const patience = 10_000;

/** The bytes after the server's OK; they pile up until somebody else listens to the socket. */
export interface LoggedIn {
  readonly early: () => Uint8Array;
}

/** The websocket was closed before the server let us in. */
export interface NotLetIn {
  readonly end: WebsocketEnd;
}

/**
 * Sends `user:ticket` and waits for `OK`. Closed without it = the server did not take the login, which is no failure yet:
 * the caller knows why that may be.
 */
export function logInToConsole(
  socket: Websocket,
  login: { readonly user: string; readonly ticket: Secret },
  where: SafeText,
  signal: AbortSignal | undefined,
): Promise<Result<LoggedIn | NotLetIn>> {
  return new Promise((resolve) => {
    let got = Buffer.alloc(0);
    let open = true;
    const settle = (result: Result<LoggedIn | NotLetIn>) => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      if (!result.ok) socket.close();
      resolve(result);
    };
    const stop = (failure: Failure) => settle(fail(failure));
    const cancel = () => stop({ kind: 'cancelled', what: say`Cancelled`, where });
    const timer = setTimeout(
      () => stop({ kind: 'timeout', what: say`The console did not answer in time`, where }),
      patience,
    );
    socket.onEnd((end) => settle(ok({ end })));
    socket.onMessage((bytes) => {
      got = Buffer.concat([got, bytes]);
      if (!open || got.length < 2) return;
      if (got[0] === 0x4f && got[1] === 0x4b) {
        socket.pause();
        return settle(ok({ early: () => got.subarray(2) }));
      }
      const detail = sanitise(got.subarray(0, 200).toString('utf8'));
      stop({ kind: 'bad-answer', what: say`The console did not answer with OK`, where, detail });
    });
    if (signal?.aborted) return cancel();
    signal?.addEventListener('abort', cancel);
    socket.send(Buffer.from(`${login.user}:${login.ticket.reveal()}\n`));
    return undefined;
  });
}
