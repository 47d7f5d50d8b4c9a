import { characterKeysym, functionKey, keysyms, needsShift } from './keysyms.ts';

/** A key as it was pressed on the terminal. */
export interface KeyPress {
  /** X11's number of the key or character. */
  readonly keysym: number;
  readonly shift: boolean;
  readonly control: boolean;
  readonly alt: boolean;
}

const letters: Readonly<Record<string, number>> = {
  A: keysyms.up,
  B: keysyms.down,
  C: keysyms.right,
  D: keysyms.left,
  F: keysyms.end,
  H: keysyms.home,
  P: functionKey(1),
  Q: functionKey(2),
  R: functionKey(3),
  S: functionKey(4),
};
const numbers: Readonly<Record<number, number>> = {
  1: keysyms.home,
  2: keysyms.insert,
  3: keysyms.delete,
  4: keysyms.end,
  5: keysyms.pageUp,
  6: keysyms.pageDown,
  7: keysyms.home,
  8: keysyms.end,
};
/** F1 to F12 as `CSI N ~`: the numbers have gaps. */
const functionNumbers = [11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24];

const none = { shift: false, control: false, alt: false };
// Complete sequences and, for the second, beginnings of one; the linux console has `CSI [ A` to `E` for F1 to F5.
const SEQUENCE = /^\u001b(?:\[\[([A-E])|\[([<?]?[\d;:]*)([@-Z\\^-~])|O([A-Z]))/;
const BEGINNING = /^\u001b(?:\[(?:\[|[<?]?[\d;:]*)|O)?$/;
/** Strings that terminals answer with: what was asked of a picture, of a setting, of a colour. */
const STRING = /^\u001b(?:_G|P|\])/;
const STRING_BEGINNING = /^\u001b_?$/;
/** How long the beginning of a sequence waits for the rest, ms: a lone escape is a key, and an answer may be cut in two. */
const ESCAPE = 60;
const ANSWER = 1000;
/** What a string that was given up may still have to come. */
const TAIL = /^[^\u0000-\u001f]*(?:\u0007|\u001b\\)/;
/** Beyond this a string is thrown away as it comes. */
const LONGEST_STRING = 512;

/** An answer of the terminal: `CSI parameters final`, or a string of one of the kinds `_`, `P` and `]`. */
export type TerminalAnswer =
  | { readonly parameters: string; readonly final: string }
  | { readonly string: string };

/**
 * Makes keys of what a terminal sends. An escape that may be the beginning of a sequence waits for the rest; `flush` after
 * its `patience` says that none came. Reports that are no keys (mouse, focus, answers to questions) are dropped.
 */
export class KeyReader {
  /** The terminal was asked something: strings are its answers then, else they are keys with alt. */
  expecting = false;
  private rest = '';
  /** The string that is being read, up to its longest. */
  private string: string | undefined;
  /** What there was of the end of a string that was given up. */
  private torn: string | undefined;
  private readonly decoder = new TextDecoder();
  private readonly emit: (key: KeyPress) => void;
  private readonly answer: (answer: TerminalAnswer) => void;

  constructor(emit: (key: KeyPress) => void, answer: (answer: TerminalAnswer) => void = () => {}) {
    this.emit = emit;
    this.answer = answer;
  }

  /** An unfinished sequence waits. */
  get waiting(): boolean {
    return this.rest !== '' || this.string !== undefined;
  }

  /** When to `flush` if nothing more comes, ms. */
  get patience(): number {
    return this.expecting ? ANSWER : ESCAPE;
  }

  push(bytes: Uint8Array): void {
    this.rest += this.decoder.decode(bytes, { stream: true });
    this.dropTail();
    while (this.rest !== '' && !this.unfinished()) this.next();
  }

  /** Nothing more came for a while: what waits is whole, but for an answer. */
  flush(): void {
    const { rest } = this;
    // No key begins like this: it is an answer, and it ends with the next letter.
    if (this.expecting && /^\u001b\[./.test(rest)) return;
    this.rest = '';
    if (this.string !== undefined) {
      this.string = undefined;
      this.torn = rest;
      return;
    }
    if (rest === '') return;
    if (rest === '\u001b_') return this.character('_', true);
    this.emit({ ...none, keysym: keysyms.escape });
    for (const each of rest.slice(1)) this.character(each, false);
    return undefined;
  }

  /** Drops the rest of a string that was given up, if this is it. */
  private dropTail(): void {
    if (this.torn === undefined) return;
    const text = this.torn + this.rest;
    const tail = TAIL.exec(text);
    if (tail) this.rest = text.slice(tail[0].length);
    if (tail || !this.expecting) this.torn = undefined;
  }

  private unfinished(): boolean {
    if (this.string !== undefined) return this.readString();
    if (this.expecting && STRING.test(this.rest)) {
      this.string = '';
      this.rest = this.rest.slice(1);
      return this.readString();
    }
    if (this.expecting && STRING_BEGINNING.test(this.rest)) return true;
    return BEGINNING.test(this.rest);
  }

  /** True while the string goes on. BEL ends one too, and a key or an escape that begins something else cuts it. */
  private readString(): boolean {
    const end = this.rest.search(/[\u0000-\u001f]/);
    const text = end < 0 ? this.rest : this.rest.slice(0, end);
    const string = ((this.string ?? '') + text).slice(0, LONGEST_STRING);
    this.string = string;
    this.rest = end < 0 ? '' : this.rest.slice(end);
    if (end < 0 || this.rest === '\u001b') return true;
    this.rest = this.rest.replace(/^(?:\u0007|\u001b\\)/, '');
    this.string = undefined;
    if (string.length < LONGEST_STRING) this.answer({ string });
    return this.rest === '' || this.unfinished();
  }

  private next(): void {
    const sequence = SEQUENCE.exec(this.rest);
    if (sequence) {
      this.rest = this.rest.slice(sequence[0].length);
      const [, linux, parameters, final, application] = sequence;
      if (linux !== undefined) {
        this.emit({ ...none, keysym: functionKey(linux.charCodeAt(0) - 64) });
      } else if (application !== undefined) this.named(letters[application], 1);
      else this.control(parameters ?? '', final ?? '');
      return;
    }
    const alt = this.rest.length > 1 && this.rest[0] === '\u001b' && this.rest[1] !== '\u001b';
    const text = alt ? this.rest.slice(1) : this.rest;
    const [first = ''] = text;
    this.rest = text.slice(first.length);
    this.character(first, alt);
  }

  /** `CSI parameters final`. */
  private control(parameters: string, final: string): void {
    if (parameters[0] === '?' || final === 't') this.answer({ parameters, final });
    if (/^[<?]/.test(parameters)) return;
    const [number = 1, modifier = 1] = parameters
      .split(';')
      .map((each) => Number.parseInt(each, 10))
      .map((each) => (Number.isNaN(each) ? 1 : each));
    if (final === 'Z') this.emit({ ...none, shift: true, keysym: keysyms.tab });
    else if (final === 'u') this.unicode(number, modifier);
    else if (final === '~') this.named(tilde(number), modifier);
    // `CSI row ; column R` answers where the cursor is; as a key R has the number 1.
    else if (number === 1) this.named(letters[final], modifier);
  }

  private named(keysym: number | undefined, modifier: number): void {
    if (keysym !== undefined) this.emit({ ...modifiers(modifier), keysym });
  }

  /** The kitty protocol's `CSI code ; modifier u`. */
  private unicode(code: number, modifier: number): void {
    const special: Readonly<Record<number, number>> = {
      9: keysyms.tab,
      13: keysyms.enter,
      27: keysyms.escape,
      127: keysyms.backspace,
    };
    if (code > 0x10ffff) return;
    this.emit({ ...modifiers(modifier), keysym: special[code] ?? characterKeysym(code) });
  }

  private character(text: string, alt: boolean): void {
    const code = text.codePointAt(0) ?? 0;
    const plain: Readonly<Record<number, number>> = {
      8: keysyms.backspace,
      9: keysyms.tab,
      13: keysyms.enter,
      27: keysyms.escape,
      127: keysyms.backspace,
    };
    const keysym = plain[code];
    if (keysym !== undefined) return this.emit({ ...none, alt, keysym });
    if (code < 32) {
      // ctrl-a is 1, ctrl-[ to ctrl-_ follow ctrl-z, ctrl-space is 0.
      const key = code === 0 ? 32 : code <= 26 ? code + 96 : code + 64;
      return this.emit({ ...none, alt, control: true, keysym: key });
    }
    if (code >= 0x80 && code < 0xa0) return undefined;
    return this.emit({ ...none, alt, shift: needsShift(code), keysym: characterKeysym(code) });
  }
}

function tilde(number: number): number | undefined {
  const index = functionNumbers.indexOf(number);
  return index >= 0 ? functionKey(index + 1) : numbers[number];
}

/** xterm's number: one more than 1 shift + 2 alt + 4 control. */
function modifiers(number: number): Omit<KeyPress, 'keysym'> {
  const bits = number - 1;
  return { shift: (bits & 1) !== 0, alt: (bits & 2) !== 0, control: (bits & 4) !== 0 };
}
