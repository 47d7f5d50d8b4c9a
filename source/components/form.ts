import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { segment, wrapped } from './compose.ts';
import type { Line, Segment } from './line.ts';
import { displayWidth, skip } from './width.ts';

/** One input as the form shows it: the declaration's words with the value that is being edited. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly kind: 'text' | 'boolean' | 'integer' | 'choice';
  readonly required?: boolean;
  /** What was typed, for text and integer. */
  readonly text?: string;
  readonly checked?: boolean;
  /** The chosen value's label, and where it stands (`2 of 5`). */
  readonly choice?: { readonly label: SafeText; readonly position: number; readonly count: number };
  /** Why it cannot be sent. */
  readonly problem?: string;
}

export interface FormProps {
  readonly fields: readonly FormField[];
  readonly focused: number;
  /** Place of the caret in the focused text, in UTF-16 units. */
  readonly caret: number;
  readonly width: number;
  /** No escape sequences at all, or a screen reader: the caret is drawn as a character. */
  readonly caretSign?: boolean;
  readonly plain?: boolean;
}

/** A text with its caret, scrolled so that the caret is within `width` cells. */
export function caretLine(text: string, caret: number, width: number, sign = false): Segment[] {
  const before: string = sanitise(text.slice(0, caret));
  const rest = [...sanitise(text.slice(caret))];
  const at = sign ? '|' : (rest[0] ?? ' ');
  const after = sign ? rest.join('') : rest.slice(1).join('');
  const over = displayWidth(before) + displayWidth(at) - width;
  const start = over > 0 ? skip(before, over) : before;
  return [
    { text: start as SafeText },
    sign ? { text: at as SafeText, tone: 'accent' } : { text: at as SafeText, inverse: true },
    { text: after as SafeText },
  ];
}

function valueSegments(
  field: FormField,
  props: FormProps,
  focused: boolean,
  room: number,
): Segment[] {
  if (field.kind === 'boolean') {
    const word = field.checked ? say`yes` : say`no`;
    return [segment(props.plain ? word : say`[${field.checked ? say`x` : say` `}] ${word}`)];
  }
  if (field.kind === 'choice') {
    if (!field.choice) return [segment(say`nothing to choose from`, 'warn')];
    const { label, position, count } = field.choice;
    return [segment(say`‹ ${label} ›`), segment(say`  ${position} of ${count}`, 'dim')];
  }
  const text = field.text ?? '';
  if (focused) return caretLine(text, props.caret, Math.max(4, room), props.caretSign);
  return text === '' ? [segment(say`–`, 'dim')] : [segment(sanitise(text))];
}

/** The form: a row for each field, its problem below, and the help of the focused one at the end. */
export function formLines(props: FormProps): Line[] {
  const { fields, focused, width, plain = false } = props;
  const widest = fields.reduce((most, { label }) => Math.max(most, displayWidth(label)), 0);
  const column = Math.min(widest + 2, Math.floor(width / 2));
  const lines = fields.flatMap((field, index): Line[] => {
    const here = index === focused;
    const marker = plain ? (here ? say`selected ` : say``) : here ? say`> ` : say`  `;
    const label = sanitise(`${field.label}${field.required ? '*' : ''}`);
    const gap = ' '.repeat(Math.max(1, column + 1 - displayWidth(label))) as SafeText;
    const room = width - 2 - displayWidth(label) - gap.length;
    const row: Line = [
      segment(marker, 'accent'),
      segment(label, here ? 'accent' : 'plain'),
      segment(gap),
      ...valueSegments(field, props, here, room),
    ];
    const problem = field.problem
      ? wrapped(say`✗ ${sanitise(field.problem)}`, width, 'bad', 4)
      : [];
    return [row, ...problem];
  });
  const help = fields[focused]?.help;
  const required = fields.some((field) => field.required) ? say`* needed  ` : say``;
  return [
    ...lines,
    [],
    ...(help ? wrapped(sanitise(help), width, 'dim') : []),
    [
      segment(required, 'dim'),
      segment(say`tab`, 'key'),
      segment(say` next  `),
      segment(say`enter`, 'key'),
      segment(say` go on  `),
      segment(say`esc`, 'key'),
      segment(say` leave`),
    ],
  ];
}
