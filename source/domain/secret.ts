const shown = '‹hidden›';
const values = new WeakMap<Secret, string>();

/** A secret that prints as `‹hidden›` wherever it is turned into text; only {@link Secret.reveal} gives it away. */
export class Secret {
  constructor(value: string) {
    values.set(this, value);
  }
  /** The secret itself. Call it only where it is written to the wire or to a child's standard input. */
  reveal(): string {
    return values.get(this) ?? '';
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
