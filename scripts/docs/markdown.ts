/** Text as one cell of a table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** A key or a flag as code; spaces between keys stay outside. */
export function keys(text: string): string {
  return text
    .split(' ')
    .filter((each) => each !== '')
    .map((each) => `\`${each}\``)
    .join(' ');
}

/** A Markdown table. Cells are Markdown already, but for `|`. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
