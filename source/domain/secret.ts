const shown = '‹hidden›';

/** A secret that prints as `‹hidden›` wherever it is turned into text; only {@link Secret.reveal} gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }
  /** The secret itself. Call it only where it is written to the wire or to a child's standard input. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return shown;
  }
  toJSON(): string {
    return shown;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}
