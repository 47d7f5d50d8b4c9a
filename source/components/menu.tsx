import SelectInput from 'ink-select-input';
import { type ReactNode, useMemo } from 'react';
import { type SafeText, say } from '../domain/safe-text.ts';
import { caretLine } from './caret-line.ts';
import { lineWidth, moreLine, segment, textLine } from './compose.ts';
import type { Line } from './line.ts';
import { fitLine, type Painted, paintLine } from './paint.ts';
import { TextLine } from './text-line.tsx';
import type { Theme } from './theme.ts';
import { displayWidth } from './width.ts';

export interface MenuItem {
  readonly label: SafeText;
  /** The key that runs it without the menu. */
  readonly key?: SafeText;
  /** Why it cannot be chosen now; shown in place of the help. */
  readonly disabled?: SafeText;
  /** A few words behind the label. */
  readonly help?: SafeText;
}

export interface MenuProps {
  readonly items: readonly MenuItem[];
  /** The item under the cursor; the caller's reducer owns it, the menu reads no keys. */
  readonly index: number;
  readonly width: number;
  /** Rows at most; a longer list scrolls with the cursor. */
  readonly height: number;
  readonly theme: Theme;
  /** For screen readers: "selected" and "not possible" in words. */
  readonly plain?: boolean;
  /** What is typed to find an item; undefined = nobody is searching. */
  readonly query?: string | undefined;
}

/** One row of a menu. A disabled one says why, so that it is never told by colour alone. */
export function menuLine(
  item: MenuItem,
  selected: boolean,
  columns: { readonly key: number; readonly label: number },
  plain = false,
): Line {
  const marker = plain ? (selected ? say`selected ` : say``) : selected ? say`> ` : say`  `;
  const key = fitLine([segment(item.key ?? say``, item.disabled ? 'dim' : 'key')], columns.key);
  const label = fitLine([segment(item.label, item.disabled ? 'dim' : 'plain')], columns.label);
  const why = item.disabled
    ? [segment(say`  ${plain ? say`not possible: ` : say`– `}${item.disabled}`, 'dim')]
    : item.help
      ? [segment(say`  ${item.help}`, 'dim')]
      : [];
  return [
    segment(marker, 'accent'),
    ...(columns.key === 0 ? [] : [...key, segment(say` `)]),
    ...label,
    ...why,
  ];
}

function columnsOf(items: readonly MenuItem[]) {
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(displayWidth));
  return {
    key: widest(items.map(({ key }) => key ?? '')),
    label: widest(items.map(({ label }) => label)),
  };
}

/** Cells of the widest row. */
export function menuWidth(items: readonly MenuItem[], plain = false): number {
  const columns = columnsOf(items);
  return Math.max(0, ...items.map((item) => lineWidth(menuLine(item, true, columns, plain))));
}

interface ItemProps {
  readonly isSelected?: boolean;
  readonly label: string;
  readonly normal?: Painted;
  readonly selected?: Painted;
}

function Item({ isSelected = false, normal, selected }: ItemProps): ReactNode {
  const line = isSelected ? selected : normal;
  return line === undefined ? null : <TextLine line={line} />;
}

function NoIndicator(): ReactNode {
  return null;
}

/** A list to choose from, drawn by ink-select-input with its own keys switched off; above it what is typed to find an item. */
export function Menu(props: MenuProps): ReactNode {
  const { width, height, theme, plain = false, query } = props;
  if (query === undefined) return <MenuList {...props} />;
  const caret = caretLine(
    query,
    [...query].length,
    Math.max(4, width - 2),
    plain || theme.level === 0,
  );
  const rest = textLine(say`  nothing matches`, 'dim');
  return (
    <>
      <TextLine line={paintLine([segment(say`/ `, 'accent'), ...caret], width, theme)} />
      {props.items.length === 0 ? (
        <TextLine line={paintLine(rest, width, theme)} />
      ) : (
        <MenuList {...props} height={height - 1} />
      )}
    </>
  );
}

function MenuList(props: MenuProps): ReactNode {
  const { items, index, width, height, theme, plain = false, query } = props;
  const entries = useMemo(() => {
    const columns = columnsOf(items);
    return items.map((item, at) => ({
      key: String(at),
      label: item.label,
      value: at,
      normal: paintLine(menuLine(item, false, columns, plain), width, theme),
      selected: paintLine(menuLine(item, true, columns, plain), width, theme, { cursor: !plain }),
    }));
  }, [items, width, theme, plain]);
  const whole = items.length <= height;
  const limit = Math.max(1, whole ? height : height - 1);
  // It shows its first rows until the cursor is below them, and then the rows above the cursor.
  const above = Math.max(0, index - limit + 1);
  const hint = query === undefined ? [segment(say`  / finds one by its words`, 'dim')] : [];
  const more = [...moreLine(above, items.length - above - limit), ...hint];
  return (
    <>
      <SelectInput
        // Its state starts from initialIndex only: a new cursor is a new list.
        key={index}
        items={entries}
        isFocused={false}
        initialIndex={index}
        limit={limit}
        indicatorComponent={NoIndicator}
        itemComponent={Item}
      />
      {!whole && height > 1 && <TextLine line={paintLine(more, width, theme)} />}
    </>
  );
}
