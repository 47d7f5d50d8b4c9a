import fuzzysort from 'fuzzysort';
import { type SafeText, say } from '../domain/safe-text.ts';
import { caretLine } from './caret-line.ts';
import { lineWidth, segment, textLine } from './compose.ts';
import type { Line, Segment } from './line.ts';
import { fitLine } from './paint.ts';
import { windowTop } from './table/window.ts';

/** Something the palette can find. `text` is searched and shown; `kind` says what it is. */
export interface PaletteEntry {
  readonly text: SafeText;
  readonly kind: SafeText;
  readonly key?: SafeText;
  /** Why it cannot be chosen now. */
  readonly disabled?: SafeText;
}

export interface Ranked<E extends PaletteEntry> {
  readonly entry: E;
  /** Places in `text` that matched, UTF-16 units. */
  readonly matches: readonly number[];
}

/** The best entries for a query, best first; an empty query keeps the given order. */
export function rankEntries<E extends PaletteEntry>(
  query: string,
  entries: readonly E[],
  limit: number,
): Ranked<E>[] {
  const wanted = query.trim();
  if (wanted === '') return entries.slice(0, limit).map((entry) => ({ entry, matches: [] }));
  const found = fuzzysort.go(wanted, [...entries], { key: 'text', limit, threshold: 0.2 });
  return found.map((one) => ({ entry: one.obj, matches: [...one.indexes] }));
}

function highlighted(text: SafeText, matches: readonly number[]): Segment[] {
  if (matches.length === 0) return [segment(text)];
  const places = new Set(matches);
  const parts: { text: string; hit: boolean }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const hit = places.has(at);
    const last = parts[parts.length - 1];
    // Both halves of a pair stay together.
    const low = /[\udc00-\udfff]/.test(text.charAt(at));
    if (last && (last.hit === hit || low)) last.text += text.charAt(at);
    else parts.push({ text: text.charAt(at), hit });
  }
  return parts.map(({ text: part, hit }) =>
    hit ? { text: part as SafeText, tone: 'accent', bold: true } : { text: part as SafeText },
  );
}

export interface PaletteProps {
  readonly query: string;
  readonly caret: number;
  readonly ranked: readonly Ranked<PaletteEntry>[];
  readonly index: number;
  readonly width: number;
  /** Rows of everything, the query line included. */
  readonly height: number;
  readonly caretSign?: boolean;
  readonly plain?: boolean;
}

function entryLine(one: Ranked<PaletteEntry>, selected: boolean, props: PaletteProps): Line {
  const { entry, matches } = one;
  const { width, plain } = props;
  const marker = plain ? (selected ? say`selected ` : say``) : selected ? say`> ` : say`  `;
  const tail: Segment[] = [
    segment(say`  ${entry.kind}`, 'dim'),
    ...(entry.key ? [segment(say`  `), segment(entry.key, 'key')] : []),
  ];
  const why = entry.disabled ? [segment(say`  – ${entry.disabled}`, 'dim')] : [];
  const room = Math.max(8, width - marker.length - lineWidth(tail));
  const text = fitLine([...highlighted(entry.text, matches), ...why], room);
  const line = [segment(marker, 'accent'), ...text, ...tail];
  return selected && !plain ? line.map((part) => ({ ...part, inverse: true })) : line;
}

/** The palette: the query with its caret, and the entries around the chosen one. */
export function paletteLines(props: PaletteProps): Line[] {
  const { query, caret, ranked, index, width, height, caretSign } = props;
  const room = Math.max(1, height - 1);
  const top = windowTop({ top: 0, cursor: index, count: ranked.length, height: room });
  const input: Line = [
    segment(say`: `, 'accent'),
    ...caretLine(query, caret, Math.max(4, width - 2), caretSign),
  ];
  if (ranked.length === 0) return [input, textLine(say`  nothing matches`, 'dim')];
  const shown = ranked.slice(top, top + room);
  return [input, ...shown.map((one, at) => entryLine(one, top + at === index, props))];
}
