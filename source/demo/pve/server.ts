import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { authIdText } from '../world/upid.ts';
import type { World } from '../world/world.ts';
import { errorReply, type Reply, statusLineText, successReply } from './answer.ts';
import { dispatch } from './dispatch.ts';
import type { Endpoint, Surroundings } from './endpoint.ts';
import { ApiError } from './errors.ts';
import { sendFault, trueAnswerStays } from './fault-answer.ts';
import { readBody, readParameters, readTarget, refuseBody, withoutSecrets } from './request.ts';
import type { RequestLog } from './request-log.ts';
import { Router } from './router.ts';

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface NodeServerOptions {
  readonly node: string;
  /** 0 = any free one */
  readonly port: number;
  readonly tls: TlsFiles;
  readonly world: World;
  readonly endpoints: readonly Endpoint[];
  readonly around: Surroundings;
  readonly log: RequestLog;
}

const requestsPerConnection = 100;
const idleTimeout = 5000;

/** What pveproxy is on one node: HTTPS on 127.0.0.1 that answers for the whole cluster. */
export class NodeServer {
  readonly #options: NodeServerOptions;
  readonly #server: Server;
  readonly #router: Router;
  readonly #sockets = new Map<Socket, number>();
  readonly #closing = new AbortController();

  constructor(options: NodeServerOptions) {
    this.#options = options;
    this.#router = new Router(options.endpoints);
    const { cert, key, ca } = options.tls;
    this.#server = createServer({ cert: `${cert}\n${ca}`, key, maxHeaderSize: 8192 });
    this.#server.keepAliveTimeout = idleTimeout;
    this.#server.maxHeadersCount = 64;
    this.#server.on('connection', (socket: Socket) => {
      options.world.settle();
      if (!options.world.isOnline(options.node)) socket.destroy();
    });
    this.#server.on('secureConnection', (socket: Socket) => {
      this.#sockets.set(socket, 0);
      socket.once('close', () => this.#sockets.delete(socket));
      // A client that goes away in the middle is no event of the demo.
      socket.on('error', () => socket.destroy());
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('clientError', (_error, socket) => socket.destroy());
    this.#server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
      raw.on('error', () => raw.destroy());
      this.#upgrade(request, raw, head).catch(() => raw.destroy());
    });
    this.#server.on('request', (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (!this.#closing.signal.aborted) response.destroy(error as Error);
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, '127.0.0.1', () => resolve());
    });
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Shows another certificate from now on; open connections end, as when pveproxy restarts. */
  setCertificate(tls: TlsFiles): void {
    this.#server.setSecureContext({ cert: `${tls.cert}\n${tls.ca}`, key: tls.key });
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }

  async #pause(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await sleep(milliseconds, undefined, { signal: this.#closing.signal });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { world, node, log } = this.#options;
    world.settle();
    if (!world.isOnline(node)) {
      request.socket.destroy();
      return;
    }
    const method = request.method ?? '';
    const target = readTarget(request.url ?? '/');
    const path = target?.path ?? (request.url ?? '/').split('?')[0] ?? '/';
    const record = log.add({ at: world.clock.now, node, method, path, params: {} });
    const fault = world.faults.takeAnswer({ method, path, node });
    const drop = world.faults.takeDrop({ method, path, node });
    await this.#pause(world.faults.delayed);
    if (fault && !trueAnswerStays(fault)) {
      if (!fault.hang && fault.raw === undefined) record.status = fault.status ?? 200;
      await sendFault(fault, undefined, request, response, this.#closing.signal);
      return;
    }
    const reply = await this.#reply(request, target, record);
    record.status = reply.status;
    if (reply.status === 401) await this.#pause(world.settings.unauthorizedDelay);
    if (drop) request.socket.destroy();
    else if (fault) await sendFault(fault, reply, request, response, this.#closing.signal);
    else this.#send(request, response, reply);
  }

  /** A websocket is a GET like any other until it is allowed; then it belongs to the console on the port. */
  async #upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): Promise<void> {
    const { world, node, log, around } = this.#options;
    world.settle();
    const target = readTarget(request.url ?? '/');
    const path = target?.path ?? '/';
    const record = log.add({ at: world.clock.now, node, method: 'GET', path, params: {} });
    const fault = world.faults.takeAnswer({ method: 'GET', path, node });
    const drop = world.faults.takeDrop({ method: 'GET', path, node });
    await this.#pause(world.faults.delayed);
    const reply = await this.#reply(request, target, record, Buffer.alloc(0));
    record.status = fault?.status ?? reply.status;
    if (drop || !world.isOnline(node)) return void raw.destroy();
    if (record.status !== 200) {
      if (record.status === 401) await this.#pause(world.settings.unauthorizedDelay);
      return void raw.end(
        `HTTP/1.1 ${record.status} ${fault?.statusText ?? reply.statusText}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
    }
    const port = Number(target?.query.get('port'));
    const pending = around.consoles.desk.take(node, port);
    if (!pending) return void raw.destroy();
    record.status = 101;
    const { serveConsole } = await import('../console/serve-console.ts');
    await serveConsole(world, pending, around.consoles, { request, raw, head });
  }

  async #reply(
    request: IncomingMessage,
    target: ReturnType<typeof readTarget>,
    record: { params: Readonly<Record<string, unknown>>; identity?: string },
    noBody?: Buffer,
  ): Promise<Reply> {
    const { world, node, around } = this.#options;
    const formatter = target?.formatter ?? 'json';
    try {
      const refused = refuseBody(request);
      if (refused) throw refused;
      if (!target) throw new ApiError(500, `no such file '${statusLineText(request.url ?? '')}'`);
      const body = noBody ?? (await readBody(request));
      const raw = readParameters(target.query, request.headers['content-type'], body);
      record.params = withoutSecrets(raw);
      world.settle();
      const { endpoint, result } = await dispatch(
        {
          world,
          router: this.#router,
          around,
          connectedNode: node,
          seen: (identity) => {
            record.identity = authIdText(identity);
          },
        },
        { method: request.method ?? '', path: target.path, headers: request.headers, raw },
      );
      const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      return await successReply(endpoint, formatter, result, takesGzip);
    } catch (error) {
      if (error instanceof ApiError) return errorReply(formatter, error);
      if (this.#closing.signal.aborted) throw error;
      const { stack, message } = error as Error;
      world.failures.push(stack ?? message);
      return errorReply(formatter, new ApiError(500, `the demo homelab failed: ${message}`));
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    const served = (this.#sockets.get(request.socket) ?? 0) + 1;
    if (this.#sockets.has(request.socket)) this.#sockets.set(request.socket, served);
    const last = reply.status >= 400 || served >= requestsPerConnection;
    response.writeHead(reply.status, reply.statusText, {
      'Cache-Control': 'max-age=0',
      Connection: last ? 'close' : 'Keep-Alive',
      Date: new Date(this.#options.world.clock.now).toUTCString(),
      Pragma: 'no-cache',
      Server: 'pve-api-daemon/3.0',
      ...reply.headers,
      'Content-Length': String(reply.body.length),
    });
    response.end(reply.body);
  }
}
