/** Button events with SGR coordinates (xterm). */
export const mouseOn = '\u001b[?1000h\u001b[?1006h';
export const mouseOff = '\u001b[?1006l\u001b[?1000l';

const escapeByte = 0x1b;
/** Longest sequence that is followed; a longer one sets no mode we know. */
const longest = 64;
/** Private modes that switch to the alternate screen. */
const alternate: ReadonlySet<number> = new Set([47, 1047, 1049]);

/**
 * Follows what a program writes, as far as is needed to undo what cannot be undone blindly: leaving an alternate screen
 * that is not there, and setting margins anew, would throw the cursor to another place.
 */
export class ScreenFollower {
  #alternate: number | undefined;
  #bounded = false;
  #open = '';

  /** The private mode by which the program went to the alternate screen, while it is there. */
  get alternate(): number | undefined {
    return this.#alternate;
  }

  /** It set margins, or counts rows from them. */
  get bounded(): boolean {
    return this.#bounded;
  }

  follow(bytes: Uint8Array): void {
    let from = 0;
    if (this.#open !== '') {
      from = this.#sequence(bytes, 0);
    }
    for (;;) {
      const start = bytes.indexOf(escapeByte, from);
      if (start < 0) return;
      this.#open = '\u001b';
      from = this.#sequence(bytes, start + 1);
    }
  }

  /** Reads on in an open sequence from `from`; answers where it stopped. What the chunk cuts off stays open. */
  #sequence(bytes: Uint8Array, from: number): number {
    for (let index = from; index < bytes.length; index += 1) {
      const byte = bytes[index] ?? 0;
      if (byte === escapeByte) {
        this.#open = '\u001b';
        continue;
      }
      const second = this.#open.length === 1;
      this.#open += String.fromCharCode(byte);
      const more = second ? byte === 0x5b : byte < 0x40 && this.#open.length < longest;
      if (more) continue;
      this.#done(this.#open);
      this.#open = '';
      return index + 1;
    }
    return bytes.length;
  }

  #done(sequence: string): void {
    if (sequence === '\u001bc') {
      this.#alternate = undefined;
      this.#bounded = false;
      return;
    }
    if (/^\u001b\[[\d;]*r$/.test(sequence)) this.#bounded = sequence !== '\u001b[r';
    const match = /^\u001b\[\?([\d;]+)([hl])$/.exec(sequence);
    if (!match) return;
    for (const mode of (match[1] ?? '').split(';').map(Number)) {
      if (mode === 6 && match[2] === 'h') this.#bounded = true;
      if (!alternate.has(mode)) continue;
      if (match[2] === 'l') this.#alternate = undefined;
      else this.#alternate ??= mode;
    }
  }
}

/** Saves the window's title where the terminal can. */
export const saveTitle = '\u001b[22;2t';
export const restoreTitle = '\u001b[23;2t';

/** Private modes that are off in a terminal nobody has touched: cursor keys, mouse reports, focus, paste, held-back frames. */
const offByDefault = [
  1, 5, 9, 66, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026,
];

/**
 * Brings the terminal back to how a shell expects it, whatever a program left behind. Leaves the text that is on the screen;
 * the cursor ends in the first column.
 */
export function resetSequence({ alternate, bounded }: ScreenFollower): string {
  const off = offByDefault.map((mode) => `\u001b[?${mode}l`).join('');
  return [
    // A string that was cut in the middle (a title, a picture) would swallow all that follows.
    '\u001b\\',
    alternate === undefined ? '' : `\u001b[?${alternate}l`,
    off,
    // Autowrap, cursor visible and in its usual shape, insert and newline mode off, ASCII, plain number keys.
    '\u001b[?7h\u001b[?25h\u001b[0 q\u001b[4l\u001b[20l\u001b(B\u001b)B\u000f\u001b>',
    // Both take the cursor home; below everything it is out of the way.
    bounded ? '\u001b[?6l\u001b[r\u001b[9999;1H' : '',
    // Keyboard protocols: kitty's flags, modifyOtherKeys.
    '\u001b[=0u\u001b[>4m',
    // Colours: this text's, the palette, foreground, background, cursor.
    '\u001b[0m\u001b]104\u001b\\\u001b]110\u001b\\\u001b]111\u001b\\\u001b]112\u001b\\',
    '\r',
  ].join('');
}
