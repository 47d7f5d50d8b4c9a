/** What a parser asks for: so many bytes, or the end of something that takes its time. */
export type Ask = { readonly bytes: number } | { readonly wait: Promise<Uint8Array> };
/** A parser of a byte stream, written as if the bytes were there; it holds no socket and can be fed piece by piece. */
export type Parser<T> = Generator<Ask, T, Uint8Array>;

/** The server broke the protocol, or does what this client cannot follow. Its text is ours, never the server's. */
export class ProtocolError extends Error {}

/** More bytes than this waiting to be parsed are an attack or a defect. */
const MOST_WAITING = 64 * 1024 * 1024;

export function* take(bytes: number): Parser<Uint8Array> {
  return yield { bytes };
}

export function* takeByte(): Parser<number> {
  return (yield { bytes: 1 })[0] ?? 0;
}

export function* takeU16(): Parser<number> {
  const [high = 0, low = 0] = yield { bytes: 2 };
  return (high << 8) | low;
}

export function* takeU32(): Parser<number> {
  const [a = 0, b = 0, c = 0, d = 0] = yield { bytes: 4 };
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** Reads and forgets, without holding all of it. */
export function* skip(bytes: number): Parser<void> {
  for (let left = bytes; left > 0; left -= 65_536) yield { bytes: Math.min(left, 65_536) };
}

/** Feeds a parser with the pieces of a stream. `onEnd` is told once: the parser returned (no error) or threw. */
export class Feeder {
  private readonly pieces: Uint8Array[] = [];
  private held = 0;
  private wanted = 0;
  private busy = false;
  private over = false;
  private readonly parser: Parser<void>;
  private readonly onEnd: (error: unknown) => void;

  constructor(parser: Parser<void>, onEnd: (error: unknown) => void) {
    this.parser = parser;
    this.onEnd = onEnd;
  }

  start(): void {
    this.step(() => this.parser.next());
  }

  push(piece: Uint8Array): void {
    if (this.over || piece.length === 0) return;
    this.pieces.push(piece);
    this.held += piece.length;
    if (this.held > MOST_WAITING) return this.finish(new ProtocolError('sends too much at once'));
    this.pump();
  }

  /** Nothing more will be parsed and nobody is told. */
  stop(): void {
    this.over = true;
    this.pieces.length = 0;
  }

  private pump(): void {
    while (!this.over && !this.busy && this.held >= this.wanted) {
      const bytes = this.cut(this.wanted);
      this.step(() => this.parser.next(bytes));
    }
  }

  private step(next: () => IteratorResult<Ask, void>): void {
    let turn: IteratorResult<Ask, void>;
    try {
      turn = next();
    } catch (error) {
      return this.finish(error);
    }
    if (turn.done) return this.finish(undefined);
    if ('bytes' in turn.value) {
      this.wanted = turn.value.bytes;
      return undefined;
    }
    this.busy = true;
    turn.value.wait.then(
      (value) => this.resume(() => this.parser.next(value)),
      (error) => this.resume(() => this.parser.throw(error)),
    );
    return undefined;
  }

  private resume(next: () => IteratorResult<Ask, void>): void {
    if (this.over) return;
    this.busy = false;
    this.step(next);
    this.pump();
  }

  private cut(count: number): Uint8Array {
    this.held -= count;
    const first = this.pieces[0];
    if (first === undefined || count === 0) return new Uint8Array(0);
    if (first.length > count) {
      this.pieces[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    if (first.length === count) {
      this.pieces.shift();
      return first;
    }
    return this.gather(count);
  }

  private gather(count: number): Uint8Array {
    const whole = new Uint8Array(count);
    let filled = 0;
    let used = 0;
    for (const piece of this.pieces) {
      const part = piece.subarray(0, count - filled);
      whole.set(part, filled);
      filled += part.length;
      if (part.length < piece.length) {
        this.pieces[used] = piece.subarray(part.length);
        break;
      }
      used += 1;
      if (filled === count) break;
    }
    this.pieces.splice(0, used);
    return whole;
  }

  private finish(error: unknown): void {
    if (this.over) return;
    this.stop();
    this.onEnd(error);
  }
}
