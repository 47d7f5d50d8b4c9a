import type { SafeText } from '../../domain/safe-text.ts';

export interface StatusFacts {
  readonly label: SafeText;
  readonly width: number;
  readonly height: number;
  readonly zoom: string;
  /** A part is outside the terminal. */
  readonly movable: boolean;
  /** The keys of the menu are shown, and the next key is its choice. */
  readonly menu: boolean;
  /** Said once, until the next key. */
  readonly notice?: string;
}

/** The keys that are the console's own, in words; the rest goes to the VM. */
const keysWide = 'ctrl-] leave · ctrl-\\ more keys';
const menuWide = 'd ctrl-alt-del · 1-9 ctrl-alt-F1… · z zoom · ] ctrl-] · \\ ctrl-\\ · other: back';
const menuNarrow = 'd ctrl-alt-del  z zoom  1-9 c-a-Fn  other: back';

/** The line below the picture, padded to the width of the terminal. */
export function statusLine(facts: StatusFacts, columns: number, ascii: boolean): string {
  const text = facts.menu ? menuText(columns) : ordinary(facts, columns);
  const shown = ascii ? text.replaceAll('·', '-').replaceAll('×', 'x').replaceAll('…', '~') : text;
  return fit(shown, columns);
}

function menuText(columns: number): string {
  const wide = ` ${menuWide}`;
  return width(wide) <= columns ? wide : ` ${menuNarrow}`;
}

function ordinary(facts: StatusFacts, columns: number): string {
  const { label, zoom, notice, movable } = facts;
  const right = `${keysWide} `;
  const size = `${facts.width}×${facts.height} · ${zoom}`;
  const move = movable ? ' · shift-arrows move it' : '';
  const left = notice === undefined ? ` ${label} · ${size}${move}` : ` ${notice}`;
  const room = columns - width(right) - 1;
  if (room < 8) return ` ${keysWide}`;
  return `${fit(left, room)} ${right}`;
}

/** Names may have characters of two cells or none; counting each as its code point is good enough to stay within a line. */
const width = (text: string) =>
  [...text].reduce((sum, each) => sum + cells(each.codePointAt(0) ?? 0), 0);

function cells(code: number): number {
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

function fit(text: string, columns: number): string {
  let shown = '';
  let used = 0;
  for (const each of text) {
    const more = cells(each.codePointAt(0) ?? 0);
    if (used + more > columns) break;
    shown += each;
    used += more;
  }
  return shown + ' '.repeat(columns - used);
}
