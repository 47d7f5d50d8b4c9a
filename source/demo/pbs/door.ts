import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { RequestLog } from '../pve/request-log.ts';
import type { PbsHostSeat } from '../world/pbs/seat.ts';
import type { World } from '../world/world.ts';
import type { PbsCertificate, PbsServer } from './server.ts';

export interface PbsDoorOptions {
  readonly world: World;
  readonly place: PbsHostSeat;
  /** 0 = any free one */
  readonly port: number;
  readonly tls: PbsCertificate;
  readonly log: RequestLog;
}

/** The port of one backup server. What answers there is loaded, and filled, when the first one knocks. */
export class PbsDoor {
  readonly #options: PbsDoorOptions;
  readonly #listener: Server;
  readonly #waiting = new Set<Socket>();
  #server: Promise<PbsServer> | undefined;
  #tls: PbsCertificate;
  #closed = false;

  constructor(options: PbsDoorOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#listener = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      if (options.place.down) {
        socket.destroy();
        return;
      }
      this.#waiting.add(socket);
      socket.once('close', () => this.#waiting.delete(socket));
      this.#load().then(
        (server) => {
          if (!socket.destroyed && !this.#closed) server.accept(socket);
        },
        (error: unknown) => {
          options.world.failures.push(String((error as Error).stack));
          socket.destroy();
        },
      );
    });
  }

  #load(): Promise<PbsServer> {
    const { world, place, log } = this.#options;
    this.#server ??= Promise.all([import('./server.ts'), world.pbs.load()]).then(
      ([{ PbsServer }, realm]) =>
        new PbsServer({ tls: this.#tls, host: realm.host(place.name), log }),
    );
    return this.#server;
  }

  /** Shows another certificate from now on. */
  async setCertificate(tls: PbsCertificate): Promise<void> {
    this.#tls = tls;
    (await this.#server)?.setCertificate(tls);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen(this.#options.port, '127.0.0.1', () => resolve());
    });
    return `https://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    const server = await this.#server?.catch(() => undefined);
    server?.close();
    for (const socket of this.#waiting) socket.destroy();
    await closed;
  }
}
