import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { caretLine } from './caret-line.ts';
import { moreLine, segment, textLine, wrapped } from './compose.ts';
import type { Chip, Line, Segment } from './line.ts';
import { type PickList, pickLines } from './pick-list.ts';
import { textBlock } from './text-block.ts';
import { displayWidth } from './width.ts';

/** One thing that was picked. */
export interface Pick {
  readonly label: SafeText;
  readonly chip?: Chip;
}

/** One input as the form shows it: the declaration's words with the value that is being edited. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly kind: 'text' | 'boolean' | 'integer' | 'choice' | 'lines' | 'secret' | 'many' | 'order';
  readonly required?: boolean;
  /** What was typed, for text, integer and lines. A secret as dots: it is never handed to what draws. */
  readonly text?: string;
  readonly checked?: boolean;
  /** The chosen value's label, and where it stands (`2 of 5`); `position` 0 = typed, none of the choices. */
  readonly choice?: { readonly label: SafeText; readonly position: number; readonly count: number };
  /** Labels of what was picked, in their order. */
  readonly picks?: readonly Pick[];
  /** The open list to pick from. */
  readonly list?: PickList;
  /** Why it cannot be sent. */
  readonly problem?: string;
}

export interface FormProps {
  /** What the form is about, and what the server said to it. */
  readonly above?: readonly Line[];
  readonly fields: readonly FormField[];
  readonly focused: number;
  /** Place of the caret in the focused text, in UTF-16 units. */
  readonly caret: number;
  readonly width: number;
  /** Rows there are; a longer form scrolls with the focused field. undefined = as many as it takes. */
  readonly height?: number;
  /** No escape sequences at all, or a screen reader: the caret is drawn as a character. */
  readonly caretSign?: boolean;
  readonly plain?: boolean;
}

function choiceSegments(field: FormField): Segment[] {
  if (!field.choice) return [segment(say`nothing to choose from`, 'warn')];
  const { label, position, count } = field.choice;
  const place = position === 0 ? say`  typed` : say`  ${position} of ${count}`;
  return [segment(say`‹ ${label} ›`), segment(place, 'dim')];
}

function pickSegments({ picks = [] }: FormField): Segment[] {
  if (picks.length === 0) return [segment(say`none`, 'dim')];
  return picks.flatMap(({ label, chip }, index) => [
    ...(index === 0 ? [] : [segment(say`, `, 'dim')]),
    { text: label, ...(chip ? { chip } : {}) },
  ]);
}

function valueSegments(
  field: FormField,
  props: FormProps,
  focused: boolean,
  room: number,
): Segment[] {
  switch (field.kind) {
    case 'boolean': {
      const word = field.checked ? say`yes` : say`no`;
      return [segment(props.plain ? word : say`[${field.checked ? say`x` : say` `}] ${word}`)];
    }
    case 'choice':
      return choiceSegments(field);
    case 'many':
    case 'order':
      return pickSegments(field);
    case 'lines':
      return field.text || focused ? [] : [segment(say`–`, 'dim')];
    default: {
      const text = field.text ?? '';
      if (focused) return caretLine(text, props.caret, Math.max(4, room), props.caretSign);
      return text === '' ? [segment(say`–`, 'dim')] : [segment(sanitise(text))];
    }
  }
}

/** The rows of one field; `anchor` is the one that must stay visible. */
interface Block {
  readonly lines: readonly Line[];
  readonly anchor: number;
}

function fieldBlock(
  field: FormField,
  props: FormProps,
  here: boolean,
  column: number,
  most: number,
): Block {
  const { width, plain = false } = props;
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
    ? wrapped(say`✗ ${sanitise(field.problem)}`, width, 'bad', 4).slice(0, Math.max(1, most - 1))
    : [];
  const left = Math.max(1, most - 1 - problem.length);
  // Its problem stands right below the label, so that neither a text nor a list pushes it out of sight.
  if (field.kind === 'lines' && (here || field.text)) {
    const block = textBlock({
      text: field.text ?? '',
      ...(here ? { caret: props.caret } : {}),
      width: width - 4,
      most: here ? left : Math.min(3, left),
      ...(props.caretSign ? { caretSign: true } : {}),
    });
    const lines = block.lines.map((line): Line => [segment(say`    `), ...line]);
    return { lines: [row, ...problem, ...lines], anchor: 1 + problem.length + block.caretRow };
  }
  if (here && field.list) {
    const list = pickLines({
      ...field.list,
      width,
      most: left,
      plain,
      sign: props.caretSign === true,
    });
    return { lines: [row, ...problem, ...list.lines], anchor: 1 + problem.length + list.anchor };
  }
  return { lines: [row, ...problem], anchor: here ? problem.length : 0 };
}

function keyLine(props: FormProps): Line {
  const { fields, focused } = props;
  const field = fields[focused];
  const required = fields.some((each) => each.required) ? say`* needed  ` : say``;
  const keys: [SafeText, SafeText][] = field?.list
    ? [
        ...(field.kind === 'choice' ? [] : [[say`space`, say`picks`] as [SafeText, SafeText]]),
        ...(field.kind === 'order'
          ? [[say`← →`, say`earlier, later`] as [SafeText, SafeText]]
          : []),
        [say`enter`, field.kind === 'choice' ? say`takes it` : say`done`],
        [say`esc`, say`closes the list`],
      ]
    : field?.kind === 'lines'
      ? [
          [say`tab`, say`next`],
          [say`enter`, say`new line`],
          [say`ctrl-s`, say`go on`],
          [say`esc`, say`leave`],
        ]
      : [
          ...(field?.kind === 'many' || field?.kind === 'order'
            ? [[say`space`, say`pick`] as [SafeText, SafeText]]
            : []),
          [say`tab`, say`next`],
          [say`enter`, say`go on`],
          [say`esc`, say`leave`],
        ];
  return [
    segment(required, 'dim'),
    ...keys.flatMap(([key, words], index) => [
      segment(key, 'key'),
      segment(index === keys.length - 1 ? say` ${words}` : say` ${words}  `),
    ]),
  ];
}

/** Which rows of the fields are shown, so that the focused field's block is among them. */
function windowTop(from: number, block: Block, total: number, room: number): number {
  const size = block.lines.length;
  if (total <= room) return 0;
  // A block that does not fit shows the row that is being edited.
  const middle = size <= room ? from + size / 2 : from + block.anchor;
  const top = Math.round(middle - room / 2);
  return Math.max(0, Math.min(top, total - room));
}

/**
 * The form: a row for each field, its problem below, and the help of the focused one at the end. Where room is short the
 * help is cut first, then what stands above; the fields scroll, the focused one and its problem are always seen.
 */
export function formLines(props: FormProps): Line[] {
  const { fields, focused, width, height = Number.POSITIVE_INFINITY } = props;
  const widest = fields.reduce((most, { label }) => Math.max(most, displayWidth(label)), 0);
  const column = Math.min(widest + 2, Math.floor(width / 2));
  const help = fields[focused]?.help;
  const short = height < 14;
  const words = sanitise(help ?? '');
  // One row is cut with its mark, so that nobody takes it for the whole.
  const helpRows = !help ? [] : short ? [textLine(words, 'dim')] : wrapped(words, width, 'dim');
  const above = (props.above ?? []).slice(0, Math.max(1, Math.floor(height / 3)));
  const footer: Line[] = [...helpRows, keyLine(props)];
  const room = Math.max(1, height - above.length - 1 - footer.length);
  const blocks = fields.map((field, index) =>
    fieldBlock(field, props, index === focused, column, Math.min(room, 18)),
  );
  const all = blocks.flatMap((block) => block.lines);
  const from = blocks.slice(0, focused).reduce((sum, block) => sum + block.lines.length, 0);
  const here = blocks[focused];
  const top = here ? windowTop(from, here, all.length, room) : 0;
  const shown = all.slice(top, top + room);
  const below = all.length - top - shown.length;
  return [...above, ...shown, moreLine(top, below), ...footer];
}
