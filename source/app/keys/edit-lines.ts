import type { KeyPress } from './key-press.ts';
import { editText, type TextField } from './text-field.ts';

/** Longest text of several lines; a paste is cut there. */
export const linesLimit = 65_536;

interface Place {
  readonly rows: readonly string[];
  readonly row: number;
  /** In characters from the start of the row. */
  readonly column: number;
}

function placeOf({ text, caret }: TextField): Place {
  const rows = text.split('\n');
  let left = caret;
  for (const [row, each] of rows.entries()) {
    const length = [...each].length;
    if (left <= length) return { rows, row, column: left };
    left -= length + 1;
  }
  const row = rows.length - 1;
  return { rows, row, column: [...(rows[row] ?? '')].length };
}

function caretAt(rows: readonly string[], row: number, column: number): number {
  const before = rows.slice(0, row).reduce((sum, each) => sum + [...each].length + 1, 0);
  return before + Math.min(column, [...(rows[row] ?? '')].length);
}

function insert({ text, caret }: TextField, typed: string): TextField {
  const characters = [...text];
  const added = [...typed].slice(0, Math.max(0, linesLimit - characters.length));
  return {
    text: [...characters.slice(0, caret), ...added, ...characters.slice(caret)].join(''),
    caret: caret + added.length,
  };
}

/**
 * What a key does to a text of several lines; undefined = not its key. Up on the first line and down on the last are not: they
 * leave the field.
 */
export function editLines(field: TextField, press: KeyPress): TextField | undefined {
  const caret = Math.max(0, Math.min(field.caret, [...field.text].length));
  const place = placeOf({ ...field, caret });
  const { rows, row, column } = place;
  switch (press.name) {
    case 'enter':
      return insert({ ...field, caret }, '\n');
    case 'paste':
      return insert({ ...field, caret }, press.block ?? press.text);
    case 'up':
    case 'down': {
      const to = press.name === 'up' ? row - 1 : row + 1;
      if (to < 0 || to >= rows.length) return undefined;
      return { text: field.text, caret: caretAt(rows, to, column) };
    }
    case 'left':
    case 'right':
    case 'backspace':
    case 'delete':
    case 'ctrl-d':
      return acrossRows(field, caret, press.name);
    default: {
      const edited = editText({ text: rows[row] ?? '', caret: column }, press);
      if (!edited) return undefined;
      const changed = rows.map((each, at) => (at === row ? edited.text : each));
      return { text: changed.join('\n'), caret: caretAt(changed, row, edited.caret) };
    }
  }
}

/** Keys for which the end of a line is a character like any other. */
function acrossRows(field: TextField, caret: number, key: string): TextField {
  const characters = [...field.text];
  if (key === 'left') return { ...field, caret: Math.max(0, caret - 1) };
  if (key === 'right') return { ...field, caret: Math.min(characters.length, caret + 1) };
  const at = key === 'backspace' ? caret - 1 : caret;
  if (at < 0 || at >= characters.length) return { ...field, caret };
  characters.splice(at, 1);
  return { text: characters.join(''), caret: at };
}
