import type { SafeText } from '../domain/safe-text.ts';
import type { Terminal } from './types.ts';

/** Lines on a terminal that a job owns; each on a row of its own, whatever the terminal's mode. */
export function writeLines(terminal: Terminal, lines: readonly SafeText[]): void {
  terminal.write(lines.map((line) => `${line}\r\n`).join(''));
}

/** Sentences broken between words, so that none is cut at the terminal's edge. */
export function writeWrapped(terminal: Terminal, lines: readonly SafeText[]): void {
  const { columns } = terminal.size();
  const rows = lines.flatMap((line) => {
    const broken: string[] = [''];
    for (const word of line.split(' ')) {
      const last = broken.length - 1;
      const longer = broken[last] === '' ? word : `${broken[last]} ${word}`;
      if (longer.length < columns || broken[last] === '') broken[last] = longer;
      else broken.push(word);
    }
    return broken as SafeText[];
  });
  writeLines(terminal, rows);
}

/** ms after a question was drawn in which no key is its answer. */
export const deadTime = 300;

/**
 * The first of the keys that is pressed after the question was on the screen long enough; `undefined` = esc, ctrl-c, enter or
 * the end of the input. A burst of bytes (a paste, an escape sequence) answers nothing.
 */
export async function askKey(
  terminal: Terminal,
  keys: readonly string[],
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<string | undefined> {
  let armed = false;
  const answer = new Promise<string | undefined>((resolve) => {
    const finish = (key: string | undefined) => {
      stop();
      signal.removeEventListener('abort', leave);
      resolve(key);
    };
    const leave = () => finish(undefined);
    const stop = terminal.onInput((bytes) => {
      if (!armed) return;
      const text = new TextDecoder().decode(bytes);
      const key = text.toLowerCase();
      const leaves = ['\u001b', '\u0003', '\u0004', '\r', '\n'].includes(text);
      if (!leaves && !keys.includes(key)) return;
      finish(leaves ? undefined : key);
    });
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave);
  });
  await sleep(deadTime, signal);
  armed = true;
  return answer;
}
