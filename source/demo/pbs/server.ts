import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Reply } from '../pve/answer.ts';
import { sendFault, trueAnswerStays } from '../pve/fault-answer.ts';
import { withoutSecrets } from '../pve/request.ts';
import type { DemoRequestRecord, RequestLog } from '../pve/request-log.ts';
import { Router } from '../pve/router.ts';
import { type PbsHost, PbsRefusal } from '../world/pbs/host.ts';
import { authIdText } from '../world/upid.ts';
import { pbsFailure, pbsSuccess } from './answer.ts';
import { dispatchPbs, hold, refusalDelay } from './dispatch.ts';
import type { PbsEndpoint } from './endpoint.ts';
import { pbsEndpoints } from './endpoints.ts';
import { readPbsBody, readPbsParameters, readPbsTarget } from './request.ts';

/** As PEM texts; `fingerprint` is SHA-256, `AA:BB:…`. */
export interface PbsCertificate {
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
}

export interface PbsServerOptions {
  readonly host: PbsHost;
  readonly tls: PbsCertificate;
  readonly log: RequestLog;
}

/** What proxmox-backup-proxy is on one server. It does not listen: connections are handed to it. */
export class PbsServer {
  readonly #options: PbsServerOptions;
  #fingerprint: string;
  readonly #server: Server;
  readonly #router = new Router<PbsEndpoint>(pbsEndpoints);
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();

  constructor(options: PbsServerOptions) {
    this.#options = options;
    const { cert, key } = options.tls;
    this.#fingerprint = options.tls.fingerprint.toLowerCase();
    this.#server = createServer({ cert, key, maxHeaderSize: 16_384 });
    this.#server.on('secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('clientError', (_error, socket) => socket.destroy());
    this.#server.on('request', (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (!this.#closing.signal.aborted) response.destroy(error as Error);
      });
    });
  }

  /** Takes over a connection that was accepted elsewhere and not read from yet. */
  accept(socket: Socket): void {
    this.#server.emit('connection', socket);
  }

  /** Shows another certificate from now on; open connections end. */
  setCertificate({ cert, key, fingerprint }: PbsCertificate): void {
    this.#server.setSecureContext({ cert, key });
    this.#fingerprint = fingerprint.toLowerCase();
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#closing.abort();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, log } = this.#options;
    const { world, name } = host;
    const { signal } = this.#closing;
    world.settle();
    if (host.place.down) {
      request.socket.destroy();
      return;
    }
    const method = request.method ?? '';
    const target = readPbsTarget(request.url ?? '/');
    const path = target ? `/${target.parts.join('/')}` : (request.url ?? '/');
    const record: DemoRequestRecord = log.add({
      at: world.clock.now,
      node: name,
      method,
      path,
      params: {},
    });
    const look = { method, path, node: name, product: 'pbs' } as const;
    const fault = world.faults.takeAnswer(look);
    const drop = world.faults.takeDrop(look);
    await hold(world.faults.delayed, signal);
    if (fault && !trueAnswerStays(fault)) {
      if (!fault.hang && fault.raw === undefined) record.status = fault.status ?? 200;
      await sendFault(fault, undefined, request, response, signal);
      return;
    }
    const reply = await this.#reply(request, target, record);
    record.status = reply.status;
    await hold(refusalDelay(host, reply.status), signal);
    if (drop || host.place.down) request.socket.destroy();
    else if (fault) await sendFault(fault, reply, request, response, signal);
    else this.#send(response, reply);
  }

  async #reply(
    request: IncomingMessage,
    target: ReturnType<typeof readPbsTarget>,
    record: { params: Readonly<Record<string, unknown>>; identity?: string },
  ): Promise<Reply> {
    const { host } = this.#options;
    const { method = '', headers, url = '/' } = request;
    const formatter = target?.formatter ?? 'json';
    try {
      if (!target) throw new PbsRefusal(`Path '${url.split('?')[0]}' not found.`, 404);
      if (!['GET', 'POST', 'PUT', 'DELETE'].includes(method)) {
        throw new PbsRefusal(`no such method '${method}'`);
      }
      const body = await readPbsBody(request);
      const raw = readPbsParameters(target.query, headers['content-type'], body);
      record.params = withoutSecrets(raw);
      host.world.settle();
      const result = await dispatchPbs(
        {
          host,
          router: this.#router,
          fingerprint: this.#fingerprint,
          seen: (identity) => {
            record.identity = authIdText(identity);
          },
        },
        { method, parts: target.parts, headers, raw },
      );
      const deflate = /\bdeflate\b/.test(String(headers['accept-encoding'] ?? ''));
      return await pbsSuccess(formatter, result, deflate);
    } catch (error) {
      if (error instanceof PbsRefusal) return pbsFailure(formatter, error);
      if (this.#closing.signal.aborted) throw error;
      const { stack, message } = error as Error;
      host.world.failures.push(stack ?? message);
      return pbsFailure(formatter, new PbsRefusal(`the demo homelab failed: ${message}`, 500));
    }
  }

  #send(response: ServerResponse, reply: Reply): void {
    response.writeHead(reply.status, reply.statusText, {
      Date: new Date(this.#options.host.world.clock.now).toUTCString(),
      ...reply.headers,
      'Content-Length': String(reply.body.length),
    });
    response.end(reply.body);
  }
}
