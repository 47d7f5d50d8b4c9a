/** Leaves a console. */
export const defaultDetachKey = 'ctrl-]';

/** How long a second press may take to mean the key itself, ms. */
const again = 500;

/** `ctrl-]` → 0x1d; undefined = no key that can be used: it must be ctrl with a letter or one of `]`, `\`, `^`, `_`. */
export function detachByte(name: string): number | undefined {
  const match = /^ctrl-([a-z\]\\^_])$/i.exec(name.trim());
  const sign = match?.[1]?.toUpperCase();
  if (sign === undefined) return undefined;
  const byte = sign.charCodeAt(0) & 0x1f;
  // Enter, tab and escape cannot be told from their ctrl forms.
  return byte === 0x0d || byte === 0x09 || byte === 0x1b || byte === 0x0a ? undefined : byte;
}

/** A key press as the ways of encoding it have it: the byte, kitty's and xterm's forms. */
function formsOf(byte: number): RegExp {
  const letter = byte >= 1 && byte <= 26;
  const code = letter ? byte + 96 : byte + 64;
  const plain = `\\x${byte.toString(16).padStart(2, '0')}`;
  return new RegExp(`${plain}|\\x1b\\[${code};5(?::1)?u|\\x1b\\[27;5;${code}~`);
}

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const toBytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
/** Input longer than this is a paste; the key is not looked for piece by piece in megabytes. */
const piece = 8_192;

/** Watches what is typed for the key that leaves; pressed twice it is sent on as one press. */
export class DetachFilter {
  readonly #forms: RegExp;
  readonly #pass: (bytes: Uint8Array) => void;
  readonly #detach: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(byte: number, pass: (bytes: Uint8Array) => void, detach: () => void) {
    this.#forms = formsOf(byte);
    this.#pass = pass;
    this.#detach = detach;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += piece) {
      if (!this.#take(latin1(bytes.subarray(at, at + piece)))) return;
    }
  }

  /** Forgets a first press. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** False: it was pressed, and what follows is not for the console. */
  #take(text: string): boolean {
    let rest = text;
    while (rest !== '') {
      const match = this.#forms.exec(rest);
      if (this.#timer !== undefined) {
        this.stop();
        if (match?.index !== 0) {
          this.#detach();
          return false;
        }
        this.#pass(toBytes(match[0]));
        rest = rest.slice(match[0].length);
        continue;
      }
      if (!match) {
        this.#pass(toBytes(rest));
        return true;
      }
      if (match.index > 0) this.#pass(toBytes(rest.slice(0, match.index)));
      rest = rest.slice(match.index + match[0].length);
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#detach();
      }, again);
    }
    return true;
  }
}
