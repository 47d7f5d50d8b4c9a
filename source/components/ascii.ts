const PLAIN = /^[\u0020-\u007e]*$/;

/** Our own glyphs and what stands for them on a terminal without Unicode; one cell each, so widths stay the same. */
const glyphs: Readonly<Record<string, string>> = {
  '…': '~',
  '–': '-',
  '—': '-',
  '·': '-',
  '▸': '>',
  '▲': '^',
  '▼': 'v',
  '●': '+',
  '○': '-',
  '◐': '=',
  '◌': '.',
  '▣': '#',
  '✓': '+',
  '✗': 'x',
  '⚠': '!',
  '⟳': '@',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '│': '|',
  '─': '-',
  '┌': '+',
  '┐': '+',
  '└': '`',
  '┘': '+',
  '├': '+',
  '┤': '+',
  '█': '#',
  '░': '.',
  '×': 'x',
  '▏': '|',
  '‹': '<',
  '›': '>',
  '⏎': '$',
  '␡': '?',
};
const OWN = new RegExp(`[${Object.keys(glyphs).join('')}\u2400-\u241f\u2580-\u259f]`, 'gu');

/** Replaces the glyphs this program draws itself; letters of any script in foreign text stay as they are. */
export function toAscii(text: string): string {
  return PLAIN.test(text) ? text : text.replace(OWN, (glyph) => glyphs[glyph] ?? '?');
}
