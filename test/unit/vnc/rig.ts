import { constants, createDeflate, type Deflate } from 'node:zlib';
import { Secret } from '../../../source/domain/secret.ts';
import type { VncConsole } from '../../../source/services/types.ts';
import { createRfbClient, type RfbClient } from '../../../source/services/vnc/client.ts';
import type { ScreenTerminal } from '../../../source/services/vnc/types.ts';
import type { Clock } from '../../../source/services/vnc/typist.ts';

export const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock that only `pass` moves. */
export function fakeClock() {
  let now = 0;
  let jobs: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after: (ms, run) => {
      const job = { at: now + ms, run };
      jobs.push(job);
      return () => {
        jobs = jobs.filter((each) => each !== job);
      };
    },
  };
  const pass = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const [next] = jobs.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      jobs = jobs.filter((each) => each !== next);
      now = Math.max(now, next.at);
      next.run();
    }
    now = end;
  };
  return { clock, pass };
}

export const u16 = (value: number) => Buffer.of((value >> 8) & 255, value & 255);
export const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};
export const text = (value: string) => Buffer.concat([u32(value.length), Buffer.from(value)]);
export const pixel = (colour: number) =>
  Buffer.of(colour & 255, (colour >> 8) & 255, (colour >> 16) & 255, 0);
export const cpixel = (colour: number) => pixel(colour).subarray(0, 3);

/** One rectangle of an update. */
export function rectangle(
  [x, y, width, height]: readonly [number, number, number, number],
  encoding: number,
  body: Uint8Array = Buffer.alloc(0),
): Buffer {
  return Buffer.concat([u16(x), u16(y), u16(width), u16(height), u32(encoding), body]);
}

export const update = (...rectangles: Buffer[]) =>
  Buffer.concat([Buffer.of(0, 0), u16(rectangles.length), ...rectangles]);

/** What a server says up to the beginning of its work, for a client that needs no password. */
export const welcome = (width: number, height: number, name = 'QEMU') =>
  Buffer.concat([
    Buffer.from('RFB 003.008\n'),
    Buffer.of(1, 1),
    u32(0),
    u16(width),
    u16(height),
    Buffer.alloc(16),
    text(name),
  ]);

/** A ZRLE body of ready-made tiles; all bodies of a packer are one zlib stream. */
export function zrlePacker(): (tiles: Uint8Array) => Promise<Buffer> {
  const deflate: Deflate = createDeflate({ flush: constants.Z_SYNC_FLUSH });
  return async (tiles) => {
    const parts: Buffer[] = [];
    const keep = (part: Buffer) => void parts.push(part);
    deflate.on('data', keep);
    await new Promise<void>((resolve) => deflate.write(tiles, () => resolve()));
    deflate.off('data', keep);
    const packed = Buffer.concat(parts);
    return Buffer.concat([u32(packed.length), packed]);
  };
}

export interface TestClient {
  readonly client: RfbClient;
  /** Everything it wrote. */
  sent(): Buffer;
  readonly updates: () => number;
  readonly ready: () => boolean;
  failure(): unknown;
}

export function startClient(password = 's3cret'): TestClient {
  const sent: Uint8Array[] = [];
  const state = { updates: 0, ready: false, failure: undefined as unknown };
  const client = createRfbClient({
    password: new Secret(password),
    write: (bytes) => void sent.push(bytes),
    onReady: () => {
      state.ready = true;
    },
    onUpdate: () => {
      state.updates += 1;
    },
    onFailure: (error) => {
      state.failure = error;
    },
  });
  client.start();
  return {
    client,
    sent: () => Buffer.concat(sent),
    updates: () => state.updates,
    ready: () => state.ready,
    failure: () => state.failure,
  };
}

/** A console whose server is the test: `say` is what it sends. */
export function fakeConsole(password = 's3cret') {
  let onData: (bytes: Uint8Array) => void = () => undefined;
  let onClose: Parameters<VncConsole['onClose']>[0] = () => undefined;
  const written: Uint8Array[] = [];
  const state = { closed: false };
  const console: VncConsole = {
    password: new Secret(password),
    onData: (listener) => {
      onData = listener;
    },
    onClose: (listener) => {
      onClose = listener;
    },
    write: (bytes) => void written.push(Buffer.from(bytes)),
    close: () => {
      state.closed = true;
    },
  };
  return {
    console,
    state,
    say: (bytes: Uint8Array) => onData(bytes),
    hangUp: (failure?: Parameters<typeof onClose>[0]) => onClose(failure),
    written: () => Buffer.concat(written),
  };
}

/** A terminal that keeps what is written to it. */
export function fakeTerminal(columns = 80, rows = 24) {
  const size = { columns, rows };
  const inputs = new Set<(bytes: Uint8Array) => void>();
  const resizes = new Set<() => void>();
  const parts: { readonly at: number; readonly text: string }[] = [];
  const state = { taking: true, now: () => 0 };
  let drained: (() => void)[] = [];
  const terminal: ScreenTerminal = {
    size: () => size,
    onInput: (listener) => {
      inputs.add(listener);
      return () => inputs.delete(listener);
    },
    onResize: (listener) => {
      resizes.add(listener);
      return () => resizes.delete(listener);
    },
    write: (bytes) => {
      parts.push({ at: state.now(), text: Buffer.from(bytes as string).toString('utf8') });
      return state.taking;
    },
    drained: () => new Promise((resolve) => drained.push(resolve)),
  };
  return {
    terminal,
    state,
    type: (keys: string) => {
      for (const each of inputs) each(Buffer.from(keys));
    },
    resize: (wide: number, high: number) => {
      size.columns = wide;
      size.rows = high;
      for (const each of resizes) each();
    },
    drain: () => {
      for (const each of drained) each();
      drained = [];
    },
    listeners: () => inputs.size + resizes.size,
    parts,
    output: () => parts.map((each) => each.text).join(''),
    bytes: () => parts.reduce((sum, each) => sum + Buffer.byteLength(each.text), 0),
  };
}

/** Bytes written in each second that begins with a piece of output. */
export function worstSecond(parts: readonly { at: number; text: string }[]): number {
  let worst = 0;
  for (const { at } of parts) {
    const within = parts.filter((each) => each.at >= at && each.at < at + 1000);
    worst = Math.max(
      worst,
      within.reduce((sum, each) => sum + Buffer.byteLength(each.text), 0),
    );
  }
  return worst;
}
