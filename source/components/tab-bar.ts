import type { SafeText } from '../domain/safe-text.ts';
import { say } from '../domain/safe-text.ts';
import { lineWidth, segment } from './compose.ts';
import type { Line, Segment } from './line.ts';
import { fitLine } from './paint.ts';

export interface Tab {
  readonly id: string;
  readonly title: SafeText;
  /** The key that opens it, where it has one. */
  readonly key?: SafeText;
}

export interface TabBarOptions {
  readonly width: number;
  /** For screen readers: no rule, and the open tab is named in words. */
  readonly plain?: boolean;
  /** Text at the right end: a filter, a sort order, a position. */
  readonly right?: Line;
}

function tabSegments(tab: Tab, active: boolean, plain: boolean): Segment[] {
  const key = tab.key === undefined ? [] : [segment(tab.key, 'key'), segment(say` `)];
  if (!active) return [...key, segment(tab.title)];
  // Brackets say it without colour.
  const title = plain ? say`${tab.title} (open)` : say`[${tab.title}]`;
  return [...key, { text: title, tone: 'accent', bold: true }];
}

/** Keeps the open tab in sight: leaves tabs out at the far end, then at the near one. */
function fitTabs(tabs: readonly Tab[], active: string, room: number, plain: boolean): Segment[] {
  const parts = tabs.map((tab) => tabSegments(tab, tab.id === active, plain));
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.id === active),
  );
  let [first, last] = [0, parts.length];
  const join = () => {
    const shown = parts.slice(first, last).flatMap((part) => [...part, segment(say`  `)]);
    return [
      ...(first > 0 ? [segment(say`‹ `, 'dim')] : []),
      ...shown,
      ...(last < parts.length ? [segment(say`› `, 'dim')] : []),
    ];
  };
  while (lineWidth(join()) > room && last - first > 1) {
    if (last - 1 > at) last -= 1;
    else first += 1;
  }
  return join();
}

/** `┌ 0 Overview  1 Nodes  2 [Guests] ────┐`: tabs in the upper rule of a box. */
export function tabBarLine(tabs: readonly Tab[], active: string, options: TabBarOptions): Line {
  const { width, plain = false, right = [] } = options;
  const tail = lineWidth(right) === 0 ? [] : [segment(say` `), ...right, segment(say` `)];
  const room = Math.max(8, width - 5 - lineWidth(tail));
  const shown = fitTabs(tabs, active, room, plain);
  if (plain) return fitLine([...shown, ...tail], width);
  const rule = Math.max(0, width - 3 - lineWidth(shown) - lineWidth(tail));
  return fitLine(
    [
      segment(say`┌ `, 'dim'),
      ...shown,
      segment('─'.repeat(rule) as SafeText, 'dim'),
      ...tail,
      segment(say`┐`, 'dim'),
    ],
    width,
  );
}

/** The lower rule of the box, with a text in it (`12 of 40 shown`). */
export function bottomRule(width: number, words: SafeText | undefined, plain = false): Line {
  const text = words ? [segment(say` ${words} `, 'dim')] : [];
  if (plain) return text;
  const rule = Math.max(0, width - 3 - lineWidth(text));
  return fitLine(
    [
      segment(say`└─`, 'dim'),
      ...text,
      segment('─'.repeat(rule) as SafeText, 'dim'),
      segment(say`┘`, 'dim'),
    ],
    width,
  );
}
