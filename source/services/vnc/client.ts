import type { Secret } from '../../domain/secret.ts';
import { handshake, type ServerInit } from './handshake.ts';
import { createInflater, type Inflater } from './inflate.ts';
import { encodings, keyEvent, setEncodings, setPixelFormat, updateRequest } from './messages.ts';
import { Picture, type Rectangle } from './picture.ts';
import {
  Feeder,
  type Parser,
  ProtocolError,
  skip,
  take,
  takeByte,
  takeU16,
  takeU32,
} from './stream.ts';
import { drawZrle, zrleLimit } from './zrle.ts';

export interface RfbOptions {
  readonly password: Secret;
  readonly write: (bytes: Uint8Array) => void;
  /** Let in; the picture is black until the first update. */
  readonly onReady: (init: ServerInit) => void;
  /** A whole update was drawn. */
  readonly onUpdate: () => void;
  /** `Refused`, `ProtocolError`, or a bug. Told once. */
  readonly onFailure: (error: unknown) => void;
}

/** An RFB client without a connection: bytes of the server go into `receive`, bytes for it come out of `write`. */
export interface RfbClient {
  start(): void;
  receive(bytes: Uint8Array): void;
  /** The screen as far as it was told. Another object after the VM changed its resolution. */
  picture(): Picture | undefined;
  /** Asks for the next update; the server answers an incremental request when something has changed. */
  request(incremental: boolean): void;
  key(keysym: number, down: boolean): void;
  stop(): void;
}

/** A clipboard text longer than this is refused; none is kept. */
const LONGEST_CUT = 1024 * 1024;
/** Packed data of one rectangle. */
const MOST_PACKED = 32 * 1024 * 1024;
/** An update that says "until the last rectangle" ends with one at the latest after so many. */
const MOST_RECTANGLES = 65_536;

export function createRfbClient(options: RfbOptions): RfbClient {
  const session = new Session(options);
  const feeder = new Feeder(session.run(), (error) => {
    session.close();
    options.onFailure(error);
  });
  const write = (bytes: Uint8Array) => {
    if (session.picture) options.write(bytes);
  };
  return {
    start: () => feeder.start(),
    receive: (bytes) => feeder.push(bytes),
    picture: () => session.picture,
    request: (incremental) => {
      if (session.picture) write(updateRequest(session.picture, incremental));
    },
    key: (keysym, down) => write(keyEvent(keysym, down)),
    stop: () => {
      feeder.stop();
      session.close();
    },
  };
}

class Session {
  picture: Picture | undefined;
  private inflater: Inflater | undefined;
  private readonly options: RfbOptions;

  constructor(options: RfbOptions) {
    this.options = options;
  }

  close(): void {
    this.inflater?.close();
    this.inflater = undefined;
  }

  *run(): Parser<void> {
    const { password, write, onReady } = this.options;
    const init = yield* handshake(password, write);
    this.picture = new Picture(init.width, init.height);
    write(setPixelFormat());
    write(setEncodings());
    onReady(init);
    for (;;) yield* this.message();
  }

  private *message(): Parser<void> {
    const type = yield* takeByte();
    if (type === 0) return yield* this.update();
    if (type === 1) {
      // Colours of a palette: not in our pixel format, but harmless.
      yield* skip(3);
      yield* skip((yield* takeU16()) * 6);
    } else if (type === 3) {
      yield* skip(3);
      const length = yield* takeU32();
      if (length > LONGEST_CUT) throw new ProtocolError('sends a clipboard without end');
      yield* skip(length);
    } else if (type !== 2) {
      throw new ProtocolError(`sends a message of type ${type}, which RFB does not have`);
    }
    return undefined;
  }

  private *update(): Parser<void> {
    yield* skip(1);
    const count = yield* takeU16();
    const untilLast = count === 0xffff;
    for (let index = 0; index < (untilLast ? MOST_RECTANGLES : count); index += 1) {
      if (yield* this.rectangle()) break;
    }
    this.options.onUpdate();
  }

  /** True after the last one. */
  private *rectangle(): Parser<boolean> {
    const area: Rectangle = {
      x: yield* takeU16(),
      y: yield* takeU16(),
      width: yield* takeU16(),
      height: yield* takeU16(),
    };
    const encoding = (yield* takeU32()) | 0;
    if (encoding === encodings.lastRect) return true;
    if (encoding === encodings.desktopSize) {
      this.picture = new Picture(area.width, area.height);
      this.picture.damage({ ...area, x: 0, y: 0 });
      return false;
    }
    const { picture } = this;
    if (picture === undefined) throw new ProtocolError('draws before it has a screen');
    picture.demand(area);
    if (encoding === encodings.raw) yield* raw(picture, area);
    else if (encoding === encodings.copyRect) yield* copyRect(picture, area);
    else if (encoding === encodings.zrle) yield* this.zrle(picture, area);
    else throw new ProtocolError(`draws with encoding ${encoding}, which nobody asked for`);
    picture.damage(area);
    return false;
  }

  private *zrle(picture: Picture, area: Rectangle): Parser<void> {
    const length = yield* takeU32();
    if (length > MOST_PACKED) throw new ProtocolError('sends a rectangle without end');
    const packed = yield* take(length);
    this.inflater ??= createInflater();
    const wait = this.inflater.inflate(packed, zrleLimit(area));
    drawZrle(picture, area, yield { wait });
  }
}

function* raw(picture: Picture, { x, y, width, height }: Rectangle): Parser<void> {
  if (width === 0) return;
  for (let row = y; row < y + height; row += 1) {
    const bytes = yield* take(width * 4);
    const start = row * picture.width + x;
    for (let column = 0, at = 0; column < width; column += 1, at += 4) {
      picture.pixels[start + column] =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16);
    }
  }
}

function* copyRect(picture: Picture, area: Rectangle): Parser<void> {
  const from = { ...area, x: yield* takeU16(), y: yield* takeU16() };
  picture.demand(from);
  picture.copy(from, area);
}
