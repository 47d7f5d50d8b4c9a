import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createCertificates } from '../../../source/demo/certificates.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

export type Handler = (
  seen: Seen,
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void>;

export interface Certificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
}

export interface FakeServer {
  readonly url: string;
  readonly port: number;
  /** Every request that arrived, in order. */
  readonly seen: Seen[];
  /** Decrypted bytes that arrived, so what a client wrote after the handshake. */
  bytes(): number;
  connections(): number;
  /** Connections open now. */
  open(): number;
  /** Requests being answered right now, and the most there ever were. */
  busiest(): number;
  handler: Handler;
  use(certificate: Certificate): void;
  close(): Promise<void>;
}

export function certificate(
  options: { hosts?: readonly string[]; days?: number } = {},
): Promise<Certificate> {
  return createCertificates({
    commonName: 'pve1.test',
    hosts: options.hosts ?? ['127.0.0.1', 'localhost'],
    ...(options.days === undefined ? {} : { days: options.days }),
    now: Date.now(),
  });
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json;charset=UTF-8',
    'content-length': Buffer.byteLength(text),
    ...(status >= 400 ? { connection: 'close' } : {}),
  });
  response.end(text);
}

/** A bare HTTPS server on loopback; by default it answers `{"data":[]}`. */
export async function startServer(
  shown: Certificate,
  handler: Handler = (_seen, response) => json(response, { data: [] }),
): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  const seen: Seen[] = [];
  let bytes = 0;
  let connections = 0;
  let busy = 0;
  let busiest = 0;
  const server = createServer({ key: shown.key, cert: shown.cert }, async (request, response) => {
    busy += 1;
    busiest = Math.max(busiest, busy);
    response.once('close', () => {
      busy -= 1;
    });
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', 'https://x');
    const entry: Seen = {
      method: request.method ?? '',
      path: url.pathname.replace('/api2/json', ''),
      query: url.searchParams,
      headers: request.headers,
      form: new URLSearchParams(body),
    };
    seen.push(entry);
    await fake.handler(entry, response, request);
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeServer = {
    url: `https://127.0.0.1:${port}`,
    port,
    seen,
    bytes: () => bytes,
    connections: () => connections,
    open: () => sockets.size,
    busiest: () => busiest,
    handler,
    use: (next) => server.setSecureContext({ key: next.key, cert: next.cert }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return fake;
}
