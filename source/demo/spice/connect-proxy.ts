import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** Decides where a tunnel leads: a port on 127.0.0.1, or why not with the HTTP status of the refusal. */
export type Router = (
  host: string,
  port: number,
) => { readonly port: number } | { readonly status: number; readonly problem: string };

export interface ConnectProxy {
  readonly port: number;
  /** Ends every tunnel. */
  close(): Promise<void>;
}

const HEAD_LIMIT = 8192;
const HEAD_WAIT = 5000;
const REQUEST = /^([A-Z]+) (\S+) HTTP\/1\.[01]\r?\n/;

/** A spiceproxy: takes `CONNECT host:port HTTP/1.x` on 127.0.0.1, asks `route`, and then carries bytes both ways. */
export async function startConnectProxy(options: {
  readonly port?: number;
  readonly route: Router;
}): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = net.createServer((client) => {
    client.setNoDelay(true);
    serve(track(client), options.route, track);
  });
  await listen(server, options.port ?? 0);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function serve(client: Socket, route: Router, track: (socket: Socket) => Socket): void {
  let head = Buffer.alloc(0);
  client.setTimeout(HEAD_WAIT, () => client.destroy());
  const read = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) {
      if (head.length > HEAD_LIMIT) refuse(client, 431, 'header too large');
      return;
    }
    client.off('data', read);
    client.pause();
    client.setTimeout(0);
    const rest = head.subarray(end + 4);
    if (rest.length > 0) client.unshift(rest);
    answer(client, head.toString('latin1', 0, end + 2), route, track);
  };
  client.on('data', read);
}

function answer(
  client: Socket,
  head: string,
  route: Router,
  track: (socket: Socket) => Socket,
): void {
  const [, method, target = ''] = REQUEST.exec(head) ?? [];
  if (method === undefined) return refuse(client, 400, 'bad request');
  if (method !== 'CONNECT') return refuse(client, 501, `method '${method}' not available`);
  // The ticket that stands for the host holds colons of its own: the port is what follows the last one.
  const colon = target.lastIndexOf(':');
  const port = Number(target.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port)) return refuse(client, 400, 'bad request');
  const routed = route(target.slice(0, colon), port);
  if ('problem' in routed) return refuse(client, routed.status, routed.problem);
  const upstream = track(net.connect({ host: '127.0.0.1', port: routed.port, noDelay: true }));
  const failed = () => refuse(client, 595, 'connection refused');
  upstream.once('error', failed);
  upstream.once('connect', () => {
    upstream.off('error', failed);
    client.write('HTTP/1.0 200 OK\r\n\r\n');
    upstream.once('close', () => client.destroy());
    client.once('close', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  return undefined;
}

function refuse(client: Socket, status: number, reason: string): void {
  client.end(`HTTP/1.0 ${status} ${reason}\r\nConnection: close\r\n\r\n`);
}

/** Another program on the wanted port, PVE's own 3128 say, must not keep the demo from starting: then any free one is taken. */
async function listen(server: net.Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
}
