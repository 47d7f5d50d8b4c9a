import { constants, createInflate } from 'node:zlib';
import { ProtocolError } from './stream.ts';

/** One zlib stream that goes on over many pieces, as ZRLE has it. */
export interface Inflater {
  /** What the piece unpacks to; rejects when that is more than `limit` bytes, or broken. One call at a time. */
  inflate(piece: Uint8Array, limit: number): Promise<Uint8Array>;
  close(): void;
}

export function createInflater(): Inflater {
  const stream = createInflate({
    flush: constants.Z_SYNC_FLUSH,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: 64 * 1024,
  });
  let parts: Buffer[] = [];
  let size = 0;
  let room = 0;
  let fail: (error: Error) => void = () => undefined;
  stream.on('error', () => fail(new ProtocolError('sends a picture that cannot be unpacked')));
  stream.on('data', (part: Buffer) => {
    size += part.length;
    if (size > room) stream.destroy(new Error('too much'));
    else parts.push(part);
  });
  return {
    inflate: (piece, limit) =>
      new Promise((resolve, reject) => {
        parts = [];
        size = 0;
        room = limit;
        fail = reject;
        stream.write(piece, (error) => {
          if (error) return fail(new ProtocolError('sends a picture that cannot be unpacked'));
          // What is still in the stream's own buffer comes out as data.
          while (stream.read() !== null);
          if (size <= room)
            resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));
        });
      }),
    close: () => {
      fail = () => undefined;
      stream.destroy();
    },
  };
}
