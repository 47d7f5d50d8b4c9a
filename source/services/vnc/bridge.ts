import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import type { VncConsole } from '../types.ts';
import type { ScreenAbout, VncBridge } from './types.ts';

/** How long the port stays open for its one client, ms. */
const PATIENCE = 30_000;

/**
 * Listens on a random port of 127.0.0.1 and carries the bytes of the first client to the console and back. No second client
 * is let in: the port is closed as soon as the first is there, after 30 s without one, and at the end. The VNC server asks
 * that client for the password; nothing but bytes passes here.
 */
export async function startBridge(
  console: VncConsole,
  about: ScreenAbout,
  patience = PATIENCE,
): Promise<Result<VncBridge>> {
  const server = createServer();
  const listening = await listen(server, about);
  if (!listening.ok) {
    console.close();
    return listening;
  }
  const bridge = new Bridge(server, console, about, patience);
  return ok({
    port: listening.value,
    connected: bridge.connected,
    ended: bridge.ended,
    close: () => bridge.end(),
  });
}

function listen(server: Server, { label }: ScreenAbout): Promise<Result<number>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        fail({
          kind: 'local',
          what: say`No port could be opened on 127.0.0.1`,
          where: label,
          detail: sanitise(error.code ?? error.message),
        }),
      ),
    );
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true, backlog: 1 }, () =>
      resolve(ok((server.address() as AddressInfo).port)),
    );
  });
}

class Bridge {
  readonly connected: Promise<Result<undefined>>;
  readonly ended: Promise<Result<undefined>>;
  private tellConnected: (result: Result<undefined>) => void = () => undefined;
  private tellEnded: (result: Result<undefined>) => void = () => undefined;
  private client: Socket | undefined;
  private over = false;
  private readonly server: Server;
  private readonly console: VncConsole;
  private readonly about: ScreenAbout;
  private readonly timer: NodeJS.Timeout;
  private readonly cancel: () => void;

  constructor(server: Server, console: VncConsole, about: ScreenAbout, patience: number) {
    this.server = server;
    this.console = console;
    this.about = about;
    this.connected = new Promise((resolve) => {
      this.tellConnected = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.tellEnded = resolve;
    });
    const where = about.label;
    this.timer = setTimeout(() => {
      const what = say`No VNC viewer came to the port in ${patience / 1000} s`;
      this.end({ kind: 'timeout', what, where, next: say`try again` });
    }, patience);
    this.cancel = () => this.end({ kind: 'cancelled', what: say`Cancelled`, where });
    server.on('connection', (socket) => this.accept(socket));
    server.on('error', () => undefined);
    console.onClose((failure) => this.end(failure));
    about.signal.addEventListener('abort', this.cancel);
    if (about.signal.aborted) this.cancel();
  }

  end(failure?: Failure): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.about.signal.removeEventListener('abort', this.cancel);
    this.server.close();
    this.console.close();
    // What the server sent last still reaches the viewer.
    this.client?.end();
    const result: Result<undefined> = failure ? fail(failure) : ok(undefined);
    const nobody: Failure = {
      kind: 'unreachable',
      what: say`The VNC server closed the connection before a viewer came`,
      where: this.about.label,
      next: say`look at its state and try again`,
    };
    this.tellConnected(failure ? result : fail(nobody));
    this.tellEnded(result);
  }

  private accept(socket: Socket): void {
    if (this.client || this.over) {
      socket.destroy();
      return;
    }
    this.client = socket;
    clearTimeout(this.timer);
    this.server.close();
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.end());
    socket.on('data', (bytes) => this.console.write(bytes));
    this.console.onData((bytes) => this.forward(socket, bytes));
    this.tellConnected(ok(undefined));
  }

  /** A viewer that is slower than the server holds the server back. */
  private forward(socket: Socket, bytes: Uint8Array): void {
    if (socket.write(bytes) || this.console.pause === undefined) return;
    this.console.pause();
    socket.once('drain', () => this.console.resume?.());
  }
}
