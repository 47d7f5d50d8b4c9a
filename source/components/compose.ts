import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import type { Line, Segment, Tone } from './line.ts';
import { displayWidth, head, unitsPerCell } from './width.ts';

/** A segment of our own or of foreign safe text. */
export function segment(text: SafeText, tone?: Tone): Segment {
  return tone === undefined ? { text } : { text, tone };
}

/** A line in one tone. */
export function textLine(text: SafeText, tone?: Tone): Line {
  return [segment(text, tone)];
}

export const blankLine: Line = [];

/** A heading of a block. */
export function heading(text: SafeText): Line {
  return [{ text, tone: 'heading' }];
}

/** `Label          value`: label in a column of `column` cells, then the value's segments. */
export function fact(label: SafeText, value: SafeText | Line, column = 14): Line {
  const gap = ' '.repeat(Math.max(1, column - displayWidth(label)));
  const name: Segment = { text: `${label}${gap}` as SafeText, tone: 'dim' };
  return typeof value === 'string' ? [name, { text: value }] : [name, ...value];
}

/** Puts a separator between parts, leaving out the empty ones. */
export function joinLines(parts: readonly Line[], separator: Segment): Line {
  const filled = parts.filter((part) => part.some(({ text }) => text !== ''));
  return filled.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

/** Joins parts with a separator and begins a new line, after `indent`, where the next part does not fit. */
export function flowLines(
  parts: readonly Line[],
  separator: Segment,
  width: number,
  indent: Segment,
): Line[] {
  const lines: Line[] = [];
  let current: readonly Line[] = [];
  const drawn = (some: readonly Line[]): Line => [indent, ...joinLines(some, separator)];
  for (const part of parts.filter((one) => lineWidth(one) > 0)) {
    if (current.length > 0 && lineWidth(drawn([...current, part])) > width) {
      lines.push(drawn(current));
      current = [];
    }
    current = [...current, part];
  }
  return current.length > 0 ? [...lines, drawn(current)] : lines;
}

/** Below a list that scrolls: how much of it is out of sight on either side; blank when all of it is there. */
export function moreLine(above: number, below: number): Line {
  const parts = [
    ...(above > 0 ? [say`↑ ${above} more`] : []),
    ...(below > 0 ? [say`↓ ${below} more`] : []),
  ];
  return parts.length === 0 ? [] : [segment(joinSafe([say`  `, joinSafe(parts, '  ')]), 'dim')];
}

/** Cells of a line. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + displayWidth(text), 0);
}

/** Pieces of at most `room` cells. Looks at no more than one piece at a time: notes may be one word of 64 KiB. */
function breakWord(word: string, room: number): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (rest.length > room * unitsPerCell || displayWidth(rest) > room) {
    const near = rest.slice(0, room * unitsPerCell);
    // A single wide character may not fit at all: take it whole, so that this ends.
    const piece = head(near, room) || [...near][0] || near;
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}

/** Breaks text at spaces to lines of at most `width` cells; a longer word is broken where it must be. */
export function wrapText(text: SafeText, width: number): SafeText[] {
  const room = Math.max(1, width);
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const pieces = breakWord(word, room);
    const last = pieces.pop() ?? '';
    // A word that is broken anyway begins on a line of its own.
    const fits = pieces.length === 0 && displayWidth(current) + 1 + displayWidth(last) <= room;
    if (current !== '' && !fits) {
      lines.push(current);
      current = '';
    }
    lines.push(...pieces);
    current = current === '' ? last : `${current} ${last}`;
  }
  lines.push(current);
  return lines as SafeText[];
}

/** Several lines of one text in one tone, wrapped, each after `indent` spaces. */
export function wrapped(text: SafeText, width: number, tone?: Tone, indent = 0): Line[] {
  const space = ' '.repeat(indent);
  return wrapText(text, width - indent).map((part) =>
    textLine(`${space}${part}` as SafeText, tone),
  );
}
