import { Duplex } from 'node:stream';

/** As much as QEMU's socket gives at once; what carries it on makes a message of each piece. */
const PIECE = 32 * 1024;

/** The two ends of a connection within this process: the stream for the client, the server's hands on the other side. */
export interface Line {
  readonly client: Duplex;
  /** Resolves with exactly so many bytes; rejects when the client has gone. */
  read(bytes: number): Promise<Buffer>;
  write(bytes: Uint8Array): void;
  end(): void;
  readonly closed: boolean;
  onClose(listener: () => void): void;
}

export function createLine(): Line {
  const held: Buffer[] = [];
  let size = 0;
  let wanted:
    | { bytes: number; resolve: (bytes: Buffer) => void; reject: (e: Error) => void }
    | undefined;
  let closed = false;
  const listeners: (() => void)[] = [];
  const serve = () => {
    if (!wanted || size < wanted.bytes) return;
    const all = Buffer.concat(held);
    const { bytes, resolve } = wanted;
    wanted = undefined;
    held.length = 0;
    if (all.length > bytes) held.push(all.subarray(bytes));
    size = all.length - bytes;
    resolve(all.subarray(0, bytes));
  };
  const close = () => {
    if (closed) return;
    closed = true;
    wanted?.reject(new Error('the client has gone'));
    for (const listener of listeners) listener();
  };
  const client = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      held.push(chunk);
      size += chunk.length;
      serve();
      done();
    },
    final: (done) => {
      close();
      done();
    },
    destroy: (error, done) => {
      close();
      done(error);
    },
  });
  return {
    client,
    read: (bytes) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the client has gone'));
        wanted = { bytes, resolve, reject };
        serve();
      }),
    write: (bytes) => {
      for (let at = 0; at < bytes.length && !closed; at += PIECE) {
        client.push(Buffer.from(bytes.subarray(at, at + PIECE)));
      }
    },
    end: () => {
      if (!closed) client.push(null);
      close();
    },
    get closed() {
      return closed;
    },
    onClose: (listener) => void listeners.push(listener),
  };
}
