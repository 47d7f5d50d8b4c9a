/** Reads the length-prefixed fields of the SSH wire format; every read answers undefined past the end. */
export class WireReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
  }

  byte(): number | undefined {
    const value = this.#bytes[this.#at];
    this.#at += 1;
    return value;
  }

  uint32(): number | undefined {
    if (this.#at + 4 > this.#bytes.length) return undefined;
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  /** A copy: it may outlive the buffer it stood in. */
  string(): Buffer | undefined {
    const length = this.uint32();
    if (length === undefined || this.#at + length > this.#bytes.length) return undefined;
    const value = Buffer.from(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return value;
  }
}

/** The key type that a public key's blob begins with: `ssh-ed25519`. */
export function keyTypeOf(blob: Buffer): string {
  return new WireReader(blob).string()?.toString('latin1') ?? '';
}
