/** A key as the editor understands it, or text to put in. */
export type LineKey =
  | { readonly text: string }
  | { readonly key: (typeof names)[number] }
  /** Text that was pasted: it never sends the line. */
  | { readonly pasted: string };

const names = [
  'left',
  'right',
  'home',
  'end',
  'up',
  'down',
  'backspace',
  'delete',
  'kill-line',
  'kill-rest',
  'kill-word',
  'enter',
  'interrupt',
  'end-of-input',
  'redraw',
] as const;
type Name = (typeof names)[number];

const controls: Readonly<Record<string, Name>> = {
  '\u0001': 'home',
  '\u0002': 'left',
  '\u0003': 'interrupt',
  '\u0004': 'end-of-input',
  '\u0005': 'end',
  '\u0006': 'right',
  '\u0008': 'backspace',
  '\n': 'enter',
  '\u000b': 'kill-rest',
  '\u000c': 'redraw',
  '\r': 'enter',
  '\u000e': 'down',
  '\u0010': 'up',
  '\u0015': 'kill-line',
  '\u0017': 'kill-word',
  '\u007f': 'backspace',
};

const finals: Readonly<Record<string, Name>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
};
const tildes: Readonly<Record<string, Name>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  7: 'home',
  8: 'end',
};

const sequence = /^\u001b(?:\[([0-9;:<=>?]*)([ -/]*[@-~])|O([@-~]))/;
const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';
/** Longer commands are no commands; a paste of a book is cut. */
export const commandLimit = 2_000;

/** Where a mark begins that the text ends in the middle of; the text's length = nowhere. */
function cutMark(text: string, mark: string): number {
  for (let kept = Math.min(mark.length - 1, text.length); kept > 0; kept -= 1) {
    if (text.endsWith(mark.slice(0, kept))) return text.length - kept;
  }
  return text.length;
}

/** Turns what a terminal sends into keys; a sequence or a character that is cut in two is put together again. */
export class LineKeys {
  readonly #decoder = new TextDecoder();
  #rest = '';
  #paste: string | undefined;

  *take(bytes: Uint8Array): Generator<LineKey> {
    let text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    this.#rest = '';
    // Terminals that do not mark a paste: more behind the end of a line is one too.
    const burst = /[\r\n][^\r\n\u001b]/.test(text);
    while (text !== '') {
      if (this.#paste !== undefined || text.startsWith(pasteStart)) {
        const from = this.#paste === undefined ? pasteStart.length : 0;
        const end = text.indexOf(pasteEnd, from);
        const until = end < 0 ? cutMark(text, pasteEnd) : end;
        const pasted: string = (this.#paste ?? '') + text.slice(from, until);
        this.#paste = pasted.slice(0, commandLimit);
        if (end < 0) {
          this.#rest = text.slice(until);
          return;
        }
        yield { pasted: this.#paste };
        this.#paste = undefined;
        text = text.slice(end + pasteEnd.length);
        continue;
      }
      if (burst && !text.includes('\u001b')) return yield { pasted: text };
      if (text.startsWith('\u001b')) {
        const match = sequence.exec(text);
        if (!match) {
          // The rest of it may still come; a lone escape means nothing here.
          if (/^\u001b(?:\[[0-9;:<=>?]*|O)?$/.test(text)) this.#rest = text;
          else text = text.slice(1);
          if (this.#rest !== '') return;
          continue;
        }
        text = text.slice(match[0].length);
        const [, parameter = '', final = '', keypad = ''] = match;
        const name =
          final === '~' ? tildes[parameter.split(';')[0] ?? ''] : finals[final || keypad];
        if (name) yield { key: name };
        continue;
      }
      const [character = ''] = text;
      text = text.slice(character.length);
      const name = controls[character];
      if (name) yield { key: name };
      else if (character >= ' ') yield { text: character };
    }
  }
}

/** One line of text with a cursor, and the lines before it. */
export class LineEditor {
  #before: string[] = [];
  #after: string[] = [];
  #history: string[] = [];
  /** Where in the history the line comes from; its length = the line is a new one. */
  #at = 0;
  #draft = '';

  get line(): string {
    return [...this.#before, ...this.#after].join('');
  }

  /** Characters before the cursor. */
  get cursor(): number {
    return this.#before.length;
  }

  /** The line is done: it is kept in the history, and a new one begins. */
  next(): void {
    const { line } = this;
    if (line.trim() !== '' && this.#history[this.#history.length - 1] !== line) {
      this.#history.push(line);
    }
    this.#at = this.#history.length;
    this.#set('');
  }

  insert(text: string): void {
    this.#before.push(...text);
  }

  press(name: Name): void {
    switch (name) {
      case 'left':
        return this.#move(this.#before, this.#after, 'end');
      case 'right':
        return this.#move(this.#after, this.#before, 'start');
      case 'home':
        this.#after = [...this.#before, ...this.#after];
        this.#before = [];
        return undefined;
      case 'end':
        this.#before = [...this.#before, ...this.#after];
        this.#after = [];
        return undefined;
      case 'backspace':
        return void this.#before.pop();
      case 'delete':
        return void this.#after.shift();
      case 'kill-line':
        this.#before = [];
        return undefined;
      case 'kill-rest':
        this.#after = [];
        return undefined;
      case 'kill-word':
        this.#before = [...this.#before.join('').replace(/\S*\s*$/, '')];
        return undefined;
      case 'up':
        return this.#recall(this.#at - 1);
      case 'down':
        return this.#recall(this.#at + 1);
      default:
        return undefined;
    }
  }

  #move(from: string[], to: string[], side: 'start' | 'end'): void {
    const one = side === 'end' ? from.pop() : from.shift();
    if (one === undefined) return;
    if (side === 'end') to.unshift(one);
    else to.push(one);
  }

  #recall(at: number): void {
    if (at < 0 || at > this.#history.length) return;
    if (this.#at === this.#history.length) this.#draft = this.line;
    this.#at = at;
    this.#set(this.#history[at] ?? this.#draft);
  }

  #set(line: string): void {
    this.#before = [...line];
    this.#after = [];
  }
}
