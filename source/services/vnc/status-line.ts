import width from 'string-width';
import type { SafeText } from '../../domain/safe-text.ts';

export interface StatusFacts {
  readonly label: SafeText;
  readonly width: number;
  readonly height: number;
  readonly zoom: string;
  /** The protocol that draws it in pixels. */
  readonly way?: string | undefined;
  /** A part is outside the terminal. */
  readonly movable: boolean;
  /** The keys of the menu are shown, and the next key is its choice. */
  readonly menu: boolean;
  /** Said once, until the next key. */
  readonly notice?: string | undefined;
  /** Why there is no connection any more; `asks` = the keys that answer are live. */
  readonly lost?: string;
  readonly asks?: boolean;
}

/** The keys that are the console's own, in words; the rest goes to the VM. */
const keysWide = 'ctrl-] leave · ctrl-\\ more keys';
const menuWide =
  'd ctrl-alt-del · 1-9 ctrl-alt-F1… · z zoom · r redraw · ] ctrl-] · \\ ctrl-\\ · other: back';
const menuNarrow = 'd ctrl-alt-del  1-9 c-a-Fn  z zoom  r redraw  ] \\ ctrl  other: back';
const lostKeys = 'r connects again · q leaves';
const lostMeanwhile = 'ctrl-] leaves';
const old = 'old picture: there is no connection any more';

/** The line below the picture, padded to the width of the terminal. */
export function statusLine(facts: StatusFacts, columns: number, ascii: boolean): string {
  const text = facts.menu ? menuText(columns) : ordinary(facts, columns);
  return plainly(text, columns, ascii);
}

/** The line over a picture that is not the screen as it is now. */
export function oldBanner(columns: number, ascii: boolean): string {
  return plainly(`${' '.repeat(Math.max(1, (columns - width(old)) >> 1))}${old}`, columns, ascii);
}

function plainly(text: string, columns: number, ascii: boolean): string {
  const shown = ascii ? text.replaceAll('·', '-').replaceAll('×', 'x').replaceAll('…', '~') : text;
  return fit(shown, columns);
}

function menuText(columns: number): string {
  const wide = ` ${menuWide}`;
  return width(wide) <= columns ? wide : ` ${menuNarrow}`;
}

function ordinary(facts: StatusFacts, columns: number): string {
  const { label, zoom, notice, movable, lost } = facts;
  if (lost !== undefined) {
    const keys = facts.asks ? lostKeys : lostMeanwhile;
    return `${fit(` ${lost}`, Math.max(0, columns - width(keys) - 2))} ${keys} `;
  }
  const right = `${keysWide} `;
  const size = `${facts.width}×${facts.height} · ${zoom}`;
  const room = columns - width(right) - 1;
  if (room < 8) return ` ${keysWide}`;
  const plain = ` ${label} · ${size}`;
  const drawn = facts.way === undefined ? plain : `${plain} · ${facts.way}`;
  // Half a hint helps nobody.
  const texts = movable ? [`${drawn} · shift-arrows move it`, drawn, plain] : [drawn, plain];
  const left = notice === undefined ? texts.find((each) => width(each) <= room) : ` ${notice}`;
  return `${fit(left ?? plain, room)} ${right}`;
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
