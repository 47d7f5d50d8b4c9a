import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** Options of a request that brings its own way to connect. */
export interface VettedRequestOptions extends RequestOptions {
  readonly connect: () => Promise<TLSSocket>;
}

/** An agent that opens connections only through the request's own `connect` and keeps them while they are idle. */
export class VettedAgent extends Agent {
  constructor(options: {
    readonly keepAlive: boolean;
    readonly idle: number;
    readonly limit: number;
  }) {
    super({
      keepAlive: options.keepAlive,
      timeout: options.idle,
      maxFreeSockets: options.limit,
      maxCachedSessions: 0,
      scheduling: 'lifo',
    });
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const done = callback as ((error: Error | null, stream?: Duplex) => void) | undefined;
    (options as VettedRequestOptions).connect().then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error),
    );
    return undefined;
  }
}
