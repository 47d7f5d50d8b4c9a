const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * One word for a POSIX shell, whatever is in it.
 * @throws RangeError for a NUL, which no program can be given
 */
export function quoteWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('a word for the shell holds a NUL');
  return plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command line that a POSIX shell splits into exactly these words again.
 * @throws RangeError for a NUL in a word
 */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}
