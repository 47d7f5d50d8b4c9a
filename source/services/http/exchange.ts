import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline, Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createGunzip } from 'node:zlib';
import type { VettedAgent, VettedRequestOptions } from './agent.ts';
import type { EndReason } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { type ExchangeCode, TroubleError } from './trouble.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface WireRequest {
  readonly method: Method;
  /** With the query, percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WireAnswer {
  readonly status: number;
  /** The status line's own words; Proxmox puts its message there. */
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** ms from sending the request to the head of the answer. */
  readonly latency: number;
}

export interface ExchangeOptions {
  readonly endpoint: Endpoint;
  readonly agent: VettedAgent;
  readonly connect: () => Promise<TLSSocket>;
  /** Aborts with an {@link EndReason}. */
  readonly signal: AbortSignal;
  /** Largest body in bytes, after decompression. */
  readonly limit: number;
  now(): number;
}

/** One request and its whole answer. Rejects with a {@link TroubleError} that tells whether the request was sent. */
export function exchange(request: WireRequest, options: ExchangeOptions): Promise<WireAnswer> {
  const { endpoint, agent, connect, signal } = options;
  return new Promise((resolve, reject) => {
    let sent = false;
    let sentAt = 0;
    if (signal.aborted) {
      const code = signal.reason as EndReason;
      reject(new TroubleError({ stage: 'connect', sent: false, code }));
      return;
    }
    const requestOptions: VettedRequestOptions = {
      host: endpoint.host,
      port: endpoint.port,
      method: request.method,
      path: request.path,
      headers: request.headers,
      agent,
      connect,
    };
    const outgoing = httpsRequest(requestOptions);
    const finish = (act: () => void) => {
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const stop = (code: ExchangeCode | EndReason, message?: string) => {
      const trouble = sent
        ? { stage: 'exchange' as const, sent: true as const, code, reused: outgoing.reusedSocket }
        : { stage: 'connect' as const, sent: false as const, code: connecting(code) };
      finish(() => reject(new TroubleError({ ...trouble, ...(message && { message }) })));
      outgoing.destroy();
    };
    const onAbort = () => stop(signal.reason as EndReason);
    // Only a vetted socket gets this far, and the request is written to it at once.
    outgoing.once('socket', () => {
      sent = true;
      sentAt = options.now();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error instanceof TroubleError) finish(() => reject(error));
      else stop(errorCode(error), error.message);
    });
    outgoing.once('response', (incoming) => {
      const latency = options.now() - sentAt;
      readBody(incoming, options.limit, (body, code) => {
        if (body === undefined) stop(code ?? 'cut');
        else finish(() => resolve({ ...head(incoming), body, latency }));
      });
    });
    signal.addEventListener('abort', onAbort);
    send(outgoing, request.body);
  });
}

function send(outgoing: ClientRequest, body: string | undefined): void {
  if (body === undefined) outgoing.end();
  else outgoing.end(body);
}

function head(incoming: IncomingMessage): Pick<WireAnswer, 'status' | 'reason' | 'headers'> {
  return {
    status: incoming.statusCode ?? 0,
    // Node reads the status line as Latin-1.
    reason: Buffer.from(incoming.statusMessage ?? '', 'latin1').toString('utf8'),
    headers: incoming.headers,
  };
}

function readBody(
  incoming: IncomingMessage,
  limit: number,
  done: (body: string | undefined, code?: ExchangeCode) => void,
): void {
  const encoding = (incoming.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    done(undefined, 'encoding');
    return;
  }
  if (Number(incoming.headers['content-length'] ?? 0) > limit) {
    done(undefined, 'too-large');
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  let tooLarge = false;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, next) {
      size += chunk.length;
      tooLarge = size > limit;
      if (!tooLarge) chunks.push(chunk);
      next(tooLarge ? new Error('too large') : null);
    },
  });
  const ended = (error: Error | null | undefined) => {
    if (tooLarge) done(undefined, 'too-large');
    else if (error)
      done(undefined, (error as { errno?: unknown }).errno === -3 ? 'encoding' : 'cut');
    else done(Buffer.concat(chunks).toString('utf8'));
  };
  const gunzip = () => {
    const large = Number(incoming.headers['content-length'] ?? 0) > 32_768;
    return createGunzip(large ? { chunkSize: 262_144 } : {});
  };
  if (encoding === 'gzip') pipeline(incoming, gunzip(), sink, ended);
  else pipeline(incoming, sink, ended);
}

/** Before the request is sent, only our own reasons can stop it here; everything else comes from `connect`. */
function connecting(code: ExchangeCode | EndReason): EndReason | 'reset' {
  return code === 'deadline' || code === 'cancelled' || code === 'closed' ? code : 'reset';
}

function errorCode(error: NodeJS.ErrnoException): ExchangeCode {
  const code = error.code ?? '';
  if (code === 'HPE_HEADER_OVERFLOW') return 'header';
  return code.startsWith('HPE_') ? 'protocol' : 'reset';
}
