import type { KeyPress } from './key-press.ts';

/** Longest text a field takes; a paste is cut there. */
export const fieldLimit = 4_096;

export interface TextField {
  readonly text: string;
  /** In characters from the start. */
  readonly caret: number;
}

/** What a key does to a one-line text field; undefined = not its key. */
export function editText(field: TextField, press: KeyPress): TextField | undefined {
  const characters = [...field.text];
  const caret = Math.max(0, Math.min(field.caret, characters.length));
  const put = (kept: readonly string[], at: number): TextField => ({
    text: kept.slice(0, fieldLimit).join(''),
    caret: Math.min(at, fieldLimit),
  });
  switch (press.name) {
    case 'left':
      return { ...field, caret: Math.max(0, caret - 1) };
    case 'right':
      return { ...field, caret: Math.min(characters.length, caret + 1) };
    case 'home':
    case 'ctrl-a':
      return { ...field, caret: 0 };
    case 'end':
    case 'ctrl-e':
      return { ...field, caret: characters.length };
    case 'backspace':
      return put(
        [...characters.slice(0, Math.max(0, caret - 1)), ...characters.slice(caret)],
        Math.max(0, caret - 1),
      );
    case 'delete':
    case 'ctrl-d':
      return put([...characters.slice(0, caret), ...characters.slice(caret + 1)], caret);
    case 'ctrl-u':
      return put(characters.slice(caret), 0);
    case 'ctrl-k':
      return put(characters.slice(0, caret), caret);
    case 'ctrl-w': {
      const before = characters
        .slice(0, caret)
        .join('')
        .replace(/\S*\s*$/u, '');
      return put([...before, ...characters.slice(caret)], [...before].length);
    }
    default:
  }
  if (press.text === '') return undefined;
  const typed = [...press.text];
  return put(
    [...characters.slice(0, caret), ...typed, ...characters.slice(caret)],
    caret + typed.length,
  );
}

/** Longest paste that is taken, in UTF-16 units. */
const pasteLimit = 65_536;

/** A paste as typed text: one line without controls for a field of one line, its own lines for one of several. */
export function pastedPress(pasted: string): KeyPress {
  const tidy = (text: string, kept: string) =>
    [...text]
      .map((character) =>
        !kept.includes(character) && (character < ' ' || character === '\u007f') ? ' ' : character,
      )
      .join('')
      .trimEnd();
  const block = tidy(pasted.slice(0, pasteLimit).replace(/\r\n?/g, '\n'), '\n\t');
  return { name: 'paste', text: tidy(pasted.slice(0, fieldLimit), ''), block };
}
