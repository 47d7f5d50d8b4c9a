import stringWidth from 'string-width';

const PLAIN = /^[\u0020-\u007e]*$/;
/**
 * Characters of one cell each that never join with a neighbour: Latin, Cyrillic, punctuation, arrows, boxes, blocks, Braille
 * and the signs this console draws itself. They need no segmenter, whose tables take 30 ms to load on Node 20.
 */
const SIMPLE =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0481\u2010-\u2027\u2030-\u205e\u2190-\u2199\u23ce\u2400-\u2421\u2500-\u25fc\u26a0\u2713\u2717\u27f3\u2800-\u28ff]*$/;

let segmenter: Intl.Segmenter | undefined;

/** The text's grapheme clusters; the segmenter is made when the first unusual text comes. */
function graphemes(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Plain runs, and pieces of others: measuring one long text takes time that grows with the square of its length. */
const RUNS = /[\u0020-\u007e]+|[^\u0020-\u007e]{1,200}/gu;
const long = 400;
/** No cell of cleaned text has more UTF-16 units than this. */
export const unitsPerCell = 16;

/**
 * Widths already measured. The same few glyphs, words and rules come back in every frame, and measuring one costs more than
 * all the rest of drawing it. A width never changes, so forgetting is only a matter of memory.
 */
const measured = new Map<string, number>();
const remembered = 4_000;

function measure(text: string): number {
  const known = measured.get(text);
  if (known !== undefined) return known;
  if (measured.size >= remembered) measured.clear();
  const cells = stringWidth(text);
  measured.set(text, cells);
  return cells;
}

/** Terminal cells the text takes; it must hold no escape sequences. */
export function displayWidth(text: string): number {
  if (SIMPLE.test(text)) return text.length;
  if (text.length <= long) return measure(text);
  let cells = 0;
  for (const [run] of text.matchAll(RUNS)) {
    cells += PLAIN.test(run) ? run.length : stringWidth(run);
  }
  return cells;
}

/** The longest start of `text` that fits into `width` cells; a wide character is kept whole or left out. */
export function head(text: string, width: number): string {
  if (width <= 0) return '';
  if (SIMPLE.test(text)) return text.slice(0, width);
  let used = 0;
  let kept = '';
  for (const { segment } of graphemes(text.slice(0, (width + 1) * unitsPerCell))) {
    const cells = displayWidth(segment);
    if (used + cells > width) break;
    used += cells;
    kept += segment;
  }
  return kept;
}

/** What is left of `text` after its first `width` cells; a wide character on the border is replaced by spaces. */
export function skip(text: string, width: number): string {
  if (width <= 0) return text;
  if (SIMPLE.test(text)) return text.slice(width);
  let used = 0;
  for (const { segment, index } of graphemes(text)) {
    if (used >= width) return ' '.repeat(used - width) + text.slice(index);
    used += displayWidth(segment);
  }
  return '';
}

/** Cuts to at most `width` cells and says so with `mark` (one cell). May be a cell short where a wide character was. */
export function cut(text: string, width: number, mark = '…'): string {
  if (width <= 0) return '';
  // A text of at most `width` UTF-16 units can still be wide, a longer plain one never fits.
  if (text.length <= width * unitsPerCell && displayWidth(text) <= width) return text;
  return head(text, width - 1) + mark;
}

/** Cuts and pads to exactly `width` cells. */
export function fit(
  text: string,
  width: number,
  align: 'left' | 'right' = 'left',
  mark = '…',
): string {
  const short = cut(text, width, mark);
  const gap = ' '.repeat(Math.max(0, width - displayWidth(short)));
  return align === 'right' ? gap + short : short + gap;
}
