import { type SafeText, say } from '../domain/safe-text.ts';
import { segment, textLine, wrapped } from './compose.ts';
import { caretLine } from './form.ts';
import type { Line } from './line.ts';

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
  /** The API call, when it was asked for. */
  readonly call?: SafeText;
  readonly width: number;
  /** Rows there are. */
  readonly height?: number;
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
    return [
      [
        { text: say`y/N`, tone: 'key', bold: true },
        segment(
          say`  y does it; n or esc leaves it as it is. Enter alone does nothing. L shows the call.`,
        ),
      ],
    ];
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
  const answer = answerLines(props);
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
  const kept = middle.slice(0, Math.max(0, room - 1));
  const more = say`… ${middle.length - kept.length} more lines; make the terminal taller`;
  return [...first, ...kept, textLine(more, 'dim'), ...last];
}
