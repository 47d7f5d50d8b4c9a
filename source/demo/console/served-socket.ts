import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocketServer } from 'ws';

/** One client's websocket, as pveproxy hands it to the program on a port. */
export interface ServedSocket {
  /** False: more than enough is under way; {@link ServedSocket.onDrain} tells when it has left. */
  send(bytes: Buffer): boolean;
  onDrain(listener: () => void): void;
  onMessage(listener: (bytes: Buffer) => void): void;
  onClose(listener: () => void): void;
  /** Breaks the connection off without a word, as a network that is gone does. */
  cut(): void;
  /** Ends the connection as pveproxy does when the program is over: without a close frame. */
  end(): void;
}

/** pveproxy's own limit for one message. */
const messageLimit = 128 * 1024;

/** Takes the upgrade with the subprotocol `binary`; resolves once the client may send. */
export function acceptWebsocket(
  request: IncomingMessage,
  raw: Duplex,
  head: Buffer,
): Promise<ServedSocket> {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: messageLimit,
    handleProtocols: (offered) => (offered.has('binary') ? 'binary' : false),
  });
  return new Promise((resolve) => {
    server.handleUpgrade(request, raw, head, (socket) => {
      // What goes wrong with a client's connection is the end of it, and nothing else.
      socket.on('error', () => raw.destroy());
      resolve({
        send: (bytes) => {
          if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true });
          return !raw.writableNeedDrain;
        },
        onDrain: (listener) => void raw.once('drain', listener),
        onMessage: (listener) => {
          socket.on('message', (data: RawData) => listener(data as Buffer));
        },
        onClose: (listener) => void socket.once('close', listener),
        cut: () => raw.destroy(),
        end: () => {
          if (!raw.destroyed) raw.end();
        },
      });
    });
  });
}
