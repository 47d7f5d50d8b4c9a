import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { RawData, WebSocket } from 'ws';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { CallLog } from '../http/call-log.ts';
import type { Deadline } from '../http/deadline.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Redactor } from '../http/redactor.ts';
import type { Transport } from '../http/transport.ts';
import { transportFailure } from '../http/transport-failures.ts';
import type { Credentials } from '../session/credentials.ts';
import { readAnswer } from './answer.ts';
import { watchSilence } from './websocket-silence.ts';

/** A message of ours is one frame, and pveproxy takes none above 128 KiB. */
export const frameLimit: number = 64 * 1024;
/** Largest message that is read: pveproxy sends what it got in one piece, 128 KiB at most. */
const messageLimit = 1024 * 1024;
const bodyLimit = 16 * 1024;
/** An idle connection is probed after so long; a peer that is gone is noticed some 10 s later. */
const keepAlive = 10_000;
/** How long the server may take to close on its side. */
const farewell = 500;

export interface WebsocketRequest {
  /** The endpoint that gave the ticket: the port is open there and nowhere else. */
  readonly endpoint: Endpoint;
  /** With the query. */
  readonly path: string;
  /** For the call log: without the ticket. */
  readonly shown: { readonly path: SafeText; readonly params?: SafeText | undefined };
  /** `home · guest 101 web01` */
  readonly where: SafeText;
}

export interface WebsocketParts {
  readonly transport: Transport;
  readonly credentials: Credentials;
  readonly log: CallLog;
  readonly redactor: Redactor;
  readonly deadline: Deadline;
  /** ms after which a peer that answers no ping counts as gone. */
  readonly silence: number;
  /** Ends what is still open when the services close. */
  readonly closing: AbortSignal;
}

/**
 * How a websocket ended: `closed` with a close frame, or by us; `ended` without one, which is how pveproxy ends when the
 * program behind is over and how a proxy in between ends when it stops; `failed` when the connection broke.
 */
export type WebsocketEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Messages that arrive before a listener is there wait in the socket; another listener takes the place of the first. */
export interface Websocket {
  onMessage(listener: (bytes: Uint8Array) => void): void;
  onEnd(listener: (end: WebsocketEnd) => void): void;
  /** One frame; at most {@link frameLimit} bytes. */
  send(bytes: Uint8Array): void;
  pause(): void;
  resume(): void;
  close(): void;
}

/** Opens a websocket on a connection of its own, whose certificate was judged before a byte was written. */
export async function openWebsocket(
  request: WebsocketRequest,
  parts: WebsocketParts,
): Promise<Result<Websocket>> {
  const { transport, credentials, deadline, log, redactor } = parts;
  const { endpoint, where } = request;
  const authorised = await deadline.outside(credentials.authorise('GET'));
  if (!authorised) return fail({ kind: 'cancelled', what: say`Cancelled`, where });
  if (!authorised.value.ok) return authorised.value;
  const { headers } = authorised.value.value;
  const opened = await transport.open(endpoint, deadline);
  if (!opened.ok) return opened;
  const ended = log.start({ method: 'GET', ...request.shown, endpoint: endpoint.url });
  const result = await handshake(request, opened.value, headers, deadline, redactor);
  if (result.ok) {
    ended({ status: 101, ok: true });
    return ok(connected(result.value, opened.value, endpoint, parts));
  }
  const { status, what } = result.failure;
  ended({ ok: false, message: what, ...(status === undefined ? {} : { status }) });
  return result;
}

async function handshake(
  { endpoint, path, where }: WebsocketRequest,
  secure: TLSSocket,
  headers: Readonly<Record<string, string>>,
  deadline: Deadline,
  redactor: Redactor,
): Promise<Result<WebSocket>> {
  const Client = (await import('ws')).default;
  return new Promise((resolve) => {
    const socket = new Client(`wss://${endpoint.key}${path}`, 'binary', {
      perMessageDeflate: false,
      followRedirects: false,
      skipUTF8Validation: true,
      maxPayload: messageLimit,
      headers: { 'user-agent': 'homelab-tui', ...headers },
      createConnection: () => secure,
    });
    const settle = (result: Result<WebSocket>) => {
      deadline.signal.removeEventListener('abort', onAbort);
      socket.removeListener('open', onOpen);
      if (!result.ok) socket.terminate();
      resolve(result);
    };
    const broken = (code: 'reset' | 'deadline' | 'cancelled' | 'closed', message?: string) => {
      const trouble = { stage: 'exchange', sent: true, code, ...(message && { message }) } as const;
      settle(fail(transportFailure(trouble, endpoint, false, redactor)));
    };
    const onAbort = () => broken(deadline.reason ?? 'cancelled');
    const onOpen = () => {
      // Nothing may be lost until somebody listens.
      socket.pause();
      settle(ok(socket));
    };
    // Also for errors of a socket that was given up: they must not become uncaught.
    socket.on('error', (error) => broken('reset', error.message));
    socket.on('unexpected-response', (_request, response) => {
      void refusalOf(response, endpoint, where, redactor).then((failure) => settle(fail(failure)));
    });
    socket.once('open', onOpen);
    if (deadline.signal.aborted) return onAbort();
    deadline.signal.addEventListener('abort', onAbort);
    return undefined;
  });
}

/** Why the server did not open the websocket, in its own words. */
async function refusalOf(
  response: IncomingMessage,
  endpoint: Endpoint,
  where: SafeText,
  redactor: Redactor,
): Promise<Failure> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      size += (chunk as Buffer).length;
      if (size > bodyLimit) break;
      chunks.push(chunk as Buffer);
    }
  } catch {
    // What came is enough: the status line tells most.
  }
  const status = response.statusCode ?? 0;
  const read = readAnswer(
    {
      status,
      reason: Buffer.from(response.statusMessage ?? '', 'latin1').toString('utf8'),
      headers: response.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      latency: 0,
      endpoint,
    },
    { where, write: false, redactor },
  );
  if (read.ok) {
    return {
      kind: 'bad-answer',
      what: say`The server did not open the console's websocket`,
      where,
      next: say`a proxy in between must let websockets through`,
      status,
    };
  }
  if (status !== 401) return read.failure;
  return {
    ...read.failure,
    kind: 'rejected',
    what: say`The server did not take the console's ticket; it is valid for 40 s only`,
    next: say`try again`,
  };
}

function connected(
  socket: WebSocket,
  secure: TLSSocket,
  endpoint: Endpoint,
  { closing, redactor, silence }: WebsocketParts,
): Websocket {
  let end: WebsocketEnd | undefined;
  let told: ((end: WebsocketEnd) => void) | undefined;
  let broke: Error | undefined;
  let ours = false;
  let message: ((bytes: Uint8Array) => void) | undefined;
  socket.on('message', (data: RawData) => message?.(data as Buffer));
  const abandon = () => socket.terminate();
  const stopWatching = watchSilence(socket, secure, silence, () => {
    broke = new Error(`no answer for ${Math.round(silence / 1000)} s`);
    abandon();
  });
  secure.setKeepAlive(true, keepAlive);
  // ws keeps the connection's own errors to itself.
  secure.on('error', (error) => {
    broke ??= error;
  });
  socket.on('error', (error) => {
    broke ??= error;
  });
  socket.once('close', (code) => {
    closing.removeEventListener('abort', abandon);
    stopWatching();
    end =
      ours || (code !== 1006 && !broke)
        ? { kind: 'closed' }
        : broke
          ? { kind: 'failed', failure: cut(endpoint, redactor.safe(broke.message)) }
          : { kind: 'ended' };
    told?.(end);
  });
  closing.addEventListener('abort', abandon);
  return {
    onMessage: (listener) => {
      message = listener;
      socket.resume();
    },
    onEnd: (listener) => {
      told = listener;
      if (end) listener(end);
    },
    send: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true, fin: true });
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => {
      if (ours) return;
      ours = true;
      socket.resume();
      socket.close(1000);
      setTimeout(abandon, farewell).unref();
    },
  };
}

/** The way to a console that had been open broke. */
export function cut(endpoint: Pick<Endpoint, 'url'>, detail?: SafeText): Failure {
  return {
    kind: 'unreachable',
    what: say`The connection was cut`,
    where: sanitise(endpoint.url),
    ...(detail === undefined ? {} : { detail }),
  };
}
