import { percent } from '../domain/format.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { segment, textLine, wrapped } from './compose.ts';
import type { Line, Tone } from './line.ts';
import { piecesLine } from './pieces.ts';

export type MessageKind = 'info' | 'good' | 'warn' | 'bad';

const signs: Readonly<Record<MessageKind, SafeText>> = {
  info: say`·`,
  good: say`✓`,
  warn: say`⚠`,
  bad: say`✗`,
};

/** A short message that goes away by itself; more than one line only where a failure needs it. */
export function toastLines(
  toast: { readonly kind: MessageKind; readonly text: SafeText },
  width: number,
  maximum = 3,
): Line[] {
  const lines = wrapped(say`${signs[toast.kind]} ${toast.text}`, width, toast.kind);
  if (lines.length <= maximum) return lines;
  return [...lines.slice(0, maximum - 1), textLine(say`  …`, toast.kind)];
}

/** A standing message over the whole width: connection lost, changed certificate, read-only. */
export function bannerLine(kind: MessageKind, text: SafeText): Line {
  return [{ text: say` ${signs[kind]} ${text}`, tone: kind, bold: true }];
}

/** Something that runs and that this console follows. */
export interface RunningTask {
  readonly words: SafeText;
  readonly state: 'requested' | 'running' | 'ok' | 'warning' | 'failed' | 'unknown';
  /** 0..1 where the log tells it. */
  readonly progress?: number;
}

const states: Readonly<
  Record<RunningTask['state'], { glyph: SafeText; word: SafeText; tone: Tone }>
> = {
  requested: { glyph: say`⟳`, word: say` requested`, tone: 'info' },
  running: { glyph: say`⟳`, word: say``, tone: 'info' },
  ok: { glyph: say`✓`, word: say` ok`, tone: 'good' },
  warning: { glyph: say`⚠`, word: say` warnings`, tone: 'warn' },
  failed: { glyph: say`✗`, word: say` failed`, tone: 'bad' },
  unknown: { glyph: say`?`, word: say` unknown`, tone: 'warn' },
};

/** The strip of tasks; undefined while there are none. What does not fit is counted. */
export function taskStripLine(tasks: readonly RunningTask[], width: number): Line | undefined {
  if (tasks.length === 0) return undefined;
  const pieces = tasks.map(({ words, state, progress }, index) => {
    const { glyph, word, tone } = states[state];
    const done = progress === undefined ? say`` : say` ${percent(progress)}`;
    return {
      line: [segment(say`${glyph} `, tone), segment(words), segment(say`${done}${word}`, tone)],
      priority: index,
    };
  });
  const room = width - 2 - (tasks.length > 1 ? 10 : 0);
  const line = piecesLine(pieces, room, segment(say`   `));
  const shown = line.filter(({ text }) => tasks.some(({ words }) => words === text)).length;
  const hidden = tasks.length - shown;
  const more = hidden > 0 ? [segment(say`   and ${hidden} more`, 'dim')] : [];
  return [segment(say` `), ...line, ...more];
}

/** The smallest screen on which a list can be used. */
export const smallest = { width: 60, height: 15 } as const;

/** What stands on a screen that is too small; undefined when it is large enough. */
export function tooSmallLines(width: number, height: number): Line[] | undefined {
  if (width >= smallest.width && height >= smallest.height) return undefined;
  const words = say`This terminal has ${width}×${height} cells. At least ${smallest.width}×${smallest.height} are needed. Make it larger; q quits.`;
  return wrapped(words, Math.max(1, width)).slice(0, Math.max(1, height));
}
