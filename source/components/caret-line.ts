import { type SafeText, sanitise } from '../domain/safe-text.ts';
import type { Segment } from './line.ts';
import { displayWidth, skip } from './width.ts';

/** A text with its caret, scrolled so that the caret is within `width` cells. */
export function caretLine(text: string, caret: number, width: number, sign = false): Segment[] {
  const before: string = sanitise(text.slice(0, caret));
  const rest = [...sanitise(text.slice(caret))];
  const at = sign ? '|' : (rest[0] ?? ' ');
  const after = sign ? rest.join('') : rest.slice(1).join('');
  const over = displayWidth(before) + displayWidth(at) - width;
  const start = over > 0 ? skip(before, over) : before;
  return [
    { text: start as SafeText },
    sign ? { text: at as SafeText, tone: 'accent' } : { text: at as SafeText, inverse: true },
    { text: after as SafeText },
  ];
}
