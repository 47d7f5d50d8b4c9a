import type { Failure } from '../../domain/failure.ts';
import type { ConsoleStream } from '../types.ts';
import { frameLimit, type Websocket, type WebsocketEnd } from './websocket.ts';

/** Turns a piece of input (at most {@link pieceLimit} bytes) into a message. */
type Frame = (bytes: Uint8Array) => Uint8Array;

const pieceLimit = frameLimit / 2;
const encoder = new TextEncoder();

export interface StreamOptions {
  readonly socket: Websocket;
  readonly frame: Frame;
  /** Bytes that came with the server's OK and until somebody listens. */
  readonly first?: () => Uint8Array;
  /** Looks at everything that arrives, before the listener gets it. */
  readonly watch?: (bytes: Uint8Array) => void;
  /** Why it ended, when neither side closed it in order; undefined = the program behind is over. */
  readonly explain: (end: WebsocketEnd) => Promise<Failure | undefined>;
  /** Called once, whoever ended it. */
  readonly ended?: () => void;
}

/** A websocket as a stream of bytes: input is cut into frames of a size that pveproxy takes. */
export function consoleStream(options: StreamOptions): ConsoleStream {
  const { socket, frame, first, watch, explain } = options;
  let onData: ((bytes: Uint8Array) => void) | undefined;
  let onClose: ((failure: Failure | undefined) => void) | undefined;
  let closed: { readonly failure: Failure | undefined } | undefined;
  let closing = false;
  const pass = (bytes: Uint8Array) => {
    watch?.(bytes);
    onData?.(bytes);
  };
  const finish = (failure: Failure | undefined) => {
    if (closed) return;
    closed = { failure };
    options.ended?.();
    onClose?.(failure);
  };
  socket.onEnd((end) => {
    if (closing || end.kind === 'closed') finish(undefined);
    else void explain(end).then(finish);
  });
  return {
    onData: (listener) => {
      const already = onData !== undefined;
      onData = listener;
      if (already) return;
      const early = first?.() ?? new Uint8Array();
      if (early.length > 0) pass(early);
      socket.onMessage(pass);
    },
    onClose: (listener) => {
      onClose = listener;
      if (closed) listener(closed.failure);
    },
    write: (input) => {
      const bytes = typeof input === 'string' ? encoder.encode(input) : input;
      for (let at = 0; at < bytes.length; at += pieceLimit) {
        socket.send(frame(bytes.subarray(at, at + pieceLimit)));
      }
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => {
      closing = true;
      socket.close();
    },
  };
}
