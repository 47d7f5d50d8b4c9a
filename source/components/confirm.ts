import { type SafeText, say } from '../domain/safe-text.ts';
import { caretLine } from './caret-line.ts';
import { segment, textLine, wrapped } from './compose.ts';
import type { Line } from './line.ts';
import { displayWidth } from './width.ts';

export interface ConfirmProps {
  /** 1 and 2 ask `y/N`, 3 and 4 want a text typed. */
  readonly level: number;
  readonly question: SafeText;
  /** What happens, what is lost, what it takes. */
  readonly lines: readonly SafeText[];
  /** What has to be typed for level 3 and 4. */
  readonly typed?: SafeText;
  /** What has been typed so far. */
  readonly input: string;
  /** False for the moment after it was drawn in which no key is its answer; how to answer is shown only then. */
  readonly armed?: boolean;
  /** There is a form to go back to. */
  readonly back?: boolean;
  /** The API call, when it was asked for. */
  readonly call?: SafeText;
  readonly width: number;
  /** Rows there are. */
  readonly height?: number;
  /** Lines scrolled away, where there is not room for all of them. */
  readonly top?: number;
  readonly caretSign?: boolean;
}

/** Has the right text been typed? Never true where a text was asked for and none is known. */
export function typedMatches(typed: SafeText | undefined, input: string): boolean {
  return typed !== undefined && typed !== '' && input === typed;
}

const waiting = textLine(say`…`, 'dim');

function answerLines(props: ConfirmProps): Line[] {
  const { level, typed, input, width, caretSign } = props;
  if (level < 3) {
    const words = [
      say`  y does it; n or esc leaves it as it is. Enter alone does nothing. L shows the call.`,
      say`  y does it; n or esc leaves it as it is. Enter alone does nothing.`,
      say`  y does it, n does not. Enter alone does nothing.`,
    ];
    const fitting = words.find((text) => displayWidth(text) + 3 <= width) ?? say``;
    return [[{ text: say`y/N`, tone: 'key', bold: true }, segment(fitting)]];
  }
  const matches = typedMatches(typed, input);
  return [
    [segment(say`Type `), { text: typed ?? say`?`, bold: true }, segment(say` to confirm:`)],
    [segment(say`> `, 'accent'), ...caretLine(input, input.length, width - 2, caretSign)],
    matches
      ? [
          segment(say`✓ it matches. `, 'good'),
          segment(say`enter`, 'key'),
          segment(say` does it  `),
          segment(say`esc`, 'key'),
          segment(say` leaves it as it is`),
        ]
      : [
          segment(say`Enter does nothing yet. ctrl-l shows the call. `, 'dim'),
          segment(say`esc`, 'key'),
          segment(say` leaves it as it is`),
        ],
  ];
}

/** The question, what is at stake, and how to answer. Where room is short the middle is cut, never the question or the answer. */
export function confirmLines(props: ConfirmProps): Line[] {
  const { question, lines, call, level, width, height } = props;
  const first = wrapped(question, width, 'heading');
  const answer: Line[] = [
    ...answerLines(props),
    ...(props.back
      ? [[segment(say`shift-tab`, 'key'), segment(say` back to the form, as it was typed`, 'dim')]]
      : []),
  ];
  // As many lines before it is armed, so that nothing moves when it is.
  const last = props.armed === false ? answer.map((_, at) => (at ? [] : waiting)) : answer;
  const middle = [
    ...(lines.length > 0 ? [[]] : []),
    ...lines.flatMap((text) => wrapped(text, width, level >= 3 ? 'warn' : 'plain')),
    ...(call ? [[], ...wrapped(say`Call: ${call}`, width, 'dim')] : []),
    [],
  ];
  const room = (height ?? Number.POSITIVE_INFINITY) - first.length - last.length;
  if (middle.length <= room) return [...first, ...middle, ...last];
  const shown = Math.max(0, room - 1);
  const top = Math.max(0, Math.min(props.top ?? 0, middle.length - shown));
  const words = moreWords(top, middle.length - shown - top);
  return [...first, ...middle.slice(top, top + shown), textLine(words, 'dim'), ...last];
}

/** What cannot be seen, and how to see it. */
function moreWords(above: number, below: number): SafeText {
  if (above === 0) return say`… ${below} more lines, ↓ shows them`;
  if (below === 0) return say`… ${above} lines above, ↑ shows them`;
  return say`… ${above} lines above, ${below} below`;
}
