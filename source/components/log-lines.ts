import type { SafeText } from '../domain/safe-text.ts';
import type { Line, Segment } from './line.ts';
import { skip } from './width.ts';

export interface LogWindow {
  /** Index of the first line drawn; ignored while following. */
  readonly top: number;
  /** Stick to the end. */
  readonly follow: boolean;
  /** Cells scrolled to the right. */
  readonly left?: number;
  /** Marks every occurrence, without regard to case. */
  readonly search?: string;
}

/** First line on the screen. */
export function logTop(count: number, height: number, { top, follow }: LogWindow): number {
  const last = Math.max(0, count - height);
  return follow ? last : Math.max(0, Math.min(top, last));
}

const FAILED = /\b(?:error|failed|failure|fatal|abort(?:ed|ing)?)\b/i;
const WARNED = /\bwarn(?:ing)?s?\b/i;

/** Words that call for attention. The text itself says it, so the tone is only help. */
function toneOf(text: string): Segment['tone'] {
  if (FAILED.test(text)) return 'bad';
  return WARNED.test(text) ? 'warn' : undefined;
}

/** One log line with the found places inverse. */
export function logLine(text: SafeText, search = '', left = 0): Line {
  const shown = skip(text, left) as SafeText;
  const tone = toneOf(shown);
  if (search === '') return [{ text: shown, tone }];
  const [inText, sought] = [shown.toLowerCase(), search.toLowerCase()];
  // Lower case can have another length than the text: then nothing is marked rather than something wrong.
  if (inText.length !== shown.length) return [{ text: shown, tone }];
  const line: Segment[] = [];
  let from = 0;
  for (let at = inText.indexOf(sought); at !== -1; at = inText.indexOf(sought, from)) {
    line.push({ text: shown.slice(from, at) as SafeText, tone });
    line.push({ text: shown.slice(at, at + sought.length) as SafeText, tone, inverse: true });
    from = at + sought.length;
  }
  line.push({ text: shown.slice(from) as SafeText, tone });
  return line.filter((segment) => segment.text !== '');
}

/** The visible lines; only these are formatted, however long the log is. */
export function logLines(
  lines: readonly SafeText[],
  height: number,
  window: LogWindow,
): readonly Line[] {
  const top = logTop(lines.length, height, window);
  return lines
    .slice(top, top + Math.max(0, height))
    .map((text) => logLine(text, window.search, window.left));
}

/** Index of the next line that holds the words, from `from` on and round the end; -1 when none does. */
export function findInLog(
  lines: readonly SafeText[],
  search: string,
  from: number,
  backwards = false,
): number {
  const sought = search.toLowerCase();
  const count = lines.length;
  for (let step = 0; step < count && sought !== ''; step += 1) {
    const at = (((backwards ? from - step : from + step) % count) + count) % count;
    if (lines[at]?.toLowerCase().includes(sought)) return at;
  }
  return -1;
}
