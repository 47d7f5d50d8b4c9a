import width from 'string-width';
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
  const room = columns - width(right) - 1;
  if (room < 8) return ` ${keysWide}`;
  const plain = ` ${label} · ${size}`;
  const whole = movable ? `${plain} · shift-arrows move it` : plain;
  // Half a hint helps nobody.
  const left = notice === undefined ? (width(whole) <= room ? whole : plain) : ` ${notice}`;
  return `${fit(left, room)} ${right}`;
}

function fit(text: string, columns: number): string {
  let shown = '';
  let used = 0;
  for (const each of text) {
    const more = width(each);
    if (used + more > columns) break;
    shown += each;
    used += more;
  }
  return shown + ' '.repeat(columns - used);
}
