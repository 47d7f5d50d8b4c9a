import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import { Slots } from '../http/slots.ts';
import { cancelled, channelRefused, connectionLost, forwardRefused, timedOut } from './failures.ts';
import type { HostConfig } from './host-config.ts';
import { hostPlace } from './host-key.ts';
import { quoteCommand } from './quote.ts';
import type { ShellRequest } from './types.ts';

/** sshd's MaxSessions is 10 unless it was set lower; other programs of this person may use the same host. */
export const channelLimit = 6;

export interface LinkOptions {
  readonly config: HostConfig;
  readonly client: Client;
  /** Terminal type told to the host. */
  readonly term: string;
  /** ms that nobody may hold it before it ends. */
  readonly idle: number;
  /** ms for opening a channel. */
  readonly channelWait: number;
}

/** An open channel and what gives its place back. */
export interface OpenChannel {
  readonly channel: ClientChannel;
  readonly release: () => void;
}

/** A live connection, shared by all that hold it. */
export class Link {
  readonly config: HostConfig;
  readonly #options: LinkOptions;
  readonly #slots = new Slots(channelLimit);
  readonly #lostListeners = new Set<(failure: Failure) => void>();
  #lost: Failure | undefined;
  #error: Error | undefined;
  #holders = 0;
  /** Sessions that are open, and how many the host allows, once it has refused one more. */
  #sessions = 0;
  #allowed: number | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: LinkOptions) {
    this.config = options.config;
    this.#options = options;
    const { client, config } = options;
    client.on('error', (error) => {
      if ((error as { level?: string }).level !== 'agent') this.#error ??= error;
    });
    client.on('close', () => {
      clearTimeout(this.#idle);
      this.#lost ??= connectionLost(config, this.#error);
      for (const listener of [...this.#lostListeners]) listener(this.#lost);
      this.#lostListeners.clear();
    });
  }

  /** Why it is gone; undefined while it lives. */
  get lost(): Failure | undefined {
    return this.#lost;
  }

  /** The host opens no further session on this connection before another one ends (MaxSessions of sshd). */
  get full(): boolean {
    return this.#allowed !== undefined && this.#sessions >= this.#allowed;
  }

  /** Told once when it goes. Answers how to stop listening. */
  onLost(listener: (failure: Failure) => void): () => void {
    if (this.#lost) listener(this.#lost);
    else this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  /** Keeps it open until the answer is called. */
  hold(): () => void {
    this.#holders += 1;
    clearTimeout(this.#idle);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      if (this.#holders > 0 || this.#lost) return;
      this.#idle = setTimeout(() => this.end(), this.#options.idle);
      // Nothing waits for it: the process may end before.
      this.#idle.unref();
    };
  }

  end(): void {
    clearTimeout(this.#idle);
    this.#options.client.end();
    // A host that does not answer would keep the socket for minutes.
    setTimeout(() => this.#options.client.destroy(), 1000).unref();
  }

  /** A way on to another host: direct-tcpip, which does not count as a session. */
  forward(host: string, port: number, signal: AbortSignal): Promise<Result<Duplex>> {
    const refused = (error: Error) => forwardRefused(this.config, host, error);
    return this.#opening<Duplex>(signal, refused, (settle) =>
      this.#options.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) =>
        settle(error, channel, () => channel),
      ),
    );
  }

  /**
   * Opens a shell or a command on a pty once one of the 6 places is free. `use` is called at once: a command that ends
   * quickly says so in the same packet.
   */
  async openChannel<T>(
    request: ShellRequest,
    signal: AbortSignal,
    use: (open: OpenChannel) => T,
  ): Promise<Result<T>> {
    const place = await this.#slots.acquire(signal);
    if (!place) return fail(cancelled(hostPlace(this.config)));
    if (this.#lost || this.full) {
      place();
      return fail(this.#lost ?? channelRefused(this.config, new Error('MaxSessions is reached')));
    }
    this.#sessions += 1;
    const release = () => {
      this.#sessions -= 1;
      place();
    };
    const refused = (error: Error) => {
      // What sshd says when MaxSessions is reached; without another session it is about something else.
      const others = this.#sessions - 1;
      if (others > 0 && /open failed/i.test(error.message)) this.#allowed = others;
      return channelRefused(this.config, error);
    };
    const opened = await this.#opening<T>(signal, refused, (settle) => {
      const done = (error: Error | undefined, channel: ClientChannel) =>
        settle(error, channel, () => use({ channel, release }));
      const { client, term } = this.#options;
      const size = { cols: request.columns, rows: request.rows, width: 0, height: 0 };
      const { env } = this.config;
      const agentForward = this.config.forwardAgent && this.config.agent !== undefined;
      if (request.command) {
        const options = { pty: { ...size, term }, env, agentForward };
        client.exec(quoteCommand(request.command), options, done);
      } else client.shell({ ...size, term }, { env, agentForward } as never, done);
    });
    if (!opened.ok) release();
    return opened;
  }

  #opening<T>(
    signal: AbortSignal,
    refused: (error: Error) => Failure,
    open: (
      settle: (error: Error | undefined, channel: Duplex | undefined, use: () => T) => void,
    ) => void,
  ): Promise<Result<T>> {
    const { config, channelWait } = this.#options;
    return new Promise((resolve) => {
      let over = false;
      const finish = (result: Result<T>) => {
        over = true;
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        stopListening();
        resolve(result);
      };
      const cancel = () => finish(fail(cancelled(hostPlace(config))));
      const timer = setTimeout(
        () => finish(fail(timedOut(config, channelWait, say`The host opened no channel`))),
        channelWait,
      );
      const stopListening = this.onLost((failure) => queueMicrotask(() => finish(fail(failure))));
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) return cancel();
      try {
        open((error, channel, use) => {
          // Too late: whoever asked is gone.
          if (over) channel?.destroy();
          else if (error) finish(fail(this.#lost ?? refused(error)));
          else finish(ok(use()));
        });
      } catch (error) {
        finish(fail(this.#lost ?? refused(error as Error)));
      }
    });
  }
}
