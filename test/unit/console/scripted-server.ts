import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Certificate } from '../http/fake-server.ts';

export interface ScriptedServer {
  readonly url: string;
  /** `POST /nodes/pve1/lxc/200/termproxy`, queries included. */
  readonly requests: string[];
  readonly upgrades: { readonly url: string; readonly headers: IncomingMessage['headers'] }[];
  /** Every message of the client, as text, and whether it came in one piece. */
  readonly messages: string[];
  readonly sizes: number[];
  /** Connections so far, and decrypted bytes that arrived on the newest one. */
  connections(): number;
  newestBytes(): number;
  /** What is answered to a POST for a proxy. */
  proxy: Record<string, unknown>;
  /** What happens on a websocket once it is open; `raw` is its connection. */
  script: (socket: WebSocket, raw: Duplex, server: ScriptedServer) => void;
  /** Refuses the upgrade with these bytes instead. */
  refuse: string | undefined;
  subprotocol: string | false;
  /** Answers of GETs by path; `{"data":null}` when absent. */
  readonly answers: Map<string, unknown>;
  use(certificate: Certificate): void;
  close(): Promise<void>;
}

/** An HTTPS server that plays the console's part of pveproxy by a script. */
export async function scriptedServer(shown: Certificate): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let newest = { bytes: 0 };
  const server = createServer({ key: shown.key, cert: shown.cert }, (request, response) => {
    scripted.requests.push(`${request.method} ${(request.url ?? '').replace('/api2/json', '')}`);
    request.resume();
    request.on('end', () => {
      const path = (request.url ?? '').replace('/api2/json', '');
      const data =
        request.method === 'POST' ? scripted.proxy : (scripted.answers.get(path) ?? null);
      const body = JSON.stringify({ data });
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
      response.end(body);
    });
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    newest = { bytes: 0 };
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket: Socket) => {
    const mine = newest;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      mine.bytes += chunk.length;
    });
  });
  server.on('tlsClientError', () => undefined);
  server.on('upgrade', (request, raw, head) => {
    raw.on('error', () => undefined);
    scripted.upgrades.push({ url: request.url ?? '', headers: request.headers });
    if (scripted.refuse !== undefined) return void raw.end(scripted.refuse);
    const websockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: true,
      handleProtocols: () => scripted.subprotocol,
    });
    websockets.handleUpgrade(request, raw, head, (socket) => {
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => {
        scripted.messages.push(data.toString('latin1'));
        scripted.sizes.push(data.length);
      });
      scripted.script(socket, raw, scripted);
    });
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scripted: ScriptedServer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    upgrades: [],
    messages: [],
    sizes: [],
    connections: () => connections,
    newestBytes: () => newest.bytes,
    proxy: {
      port: '5901',
      ticket: 'PVEVNC:6550A1B2::si+g/n==',
      user: 'root@pam!tui',
      upid: 'UPID:pve1:00001234:00ABCDEF:6550A1B2:vncproxy:200:root@pam!tui:',
    },
    script: (socket) => {
      socket.once('message', () => socket.send(Buffer.from('OK')));
    },
    refuse: undefined,
    subprotocol: 'binary',
    answers: new Map(),
    use: (next) => server.setSecureContext({ key: next.key, cert: next.cert }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return scripted;
}
