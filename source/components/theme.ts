import { Chalk, type ChalkInstance, type ColorSupportLevel } from 'chalk';
import { readableOn } from './contrast.ts';
import type { Chip, Tone } from './line.ts';

export type ThemeName = 'dark' | 'light' | 'colour-blind' | 'none';
export const themeNames: readonly ThemeName[] = ['dark', 'light', 'colour-blind', 'none'];

/** How tones look. All text given to it is already cut and padded. */
export interface Theme {
  readonly name: ThemeName;
  /** Our glyphs are replaced by ASCII ones when a line is painted. */
  readonly ascii: boolean;
  /** 0 = no escape sequence at all; the caret is then drawn as a character. */
  readonly level: ColorSupportLevel;
  style(text: string, tone?: Tone, bold?: boolean, inverse?: boolean): string;
  /** Text on a colour given from outside; plain where the terminal or the theme has no such colours. */
  chip(text: string, chip: Chip): string;
  /** The row under the cursor; a marker in the text says it too. */
  cursor(text: string): string;
}

type Palette = Readonly<Record<Tone, (chalk: ChalkInstance) => ChalkInstance>>;

const same = (chalk: ChalkInstance) => chalk;
const rich = (level: number, full: string, basic: (chalk: ChalkInstance) => ChalkInstance) =>
  level >= 2 ? (chalk: ChalkInstance) => chalk.hex(full) : basic;

function dark(): Palette {
  return {
    plain: same,
    dim: (chalk) => chalk.dim,
    good: (chalk) => chalk.green,
    warn: (chalk) => chalk.yellow,
    bad: (chalk) => chalk.redBright,
    info: (chalk) => chalk.cyan,
    accent: (chalk) => chalk.cyanBright,
    heading: (chalk) => chalk.bold,
    stale: (chalk) => chalk.dim,
    key: (chalk) => chalk.cyan.bold,
  };
}

function light(level: number): Palette {
  return {
    ...dark(),
    good: rich(level, '#00611c', (chalk) => chalk.green),
    warn: rich(level, '#7a4a00', (chalk) => chalk.magenta),
    bad: rich(level, '#b00020', (chalk) => chalk.red),
    info: rich(level, '#00507a', (chalk) => chalk.blue),
    accent: rich(level, '#0040a0', (chalk) => chalk.blue),
    key: (chalk) => chalk.blue.bold,
  };
}

/** Blue for good and orange for bad, told apart with every common colour blindness. */
function colourBlind(level: number): Palette {
  return {
    ...dark(),
    good: rich(level, '#56b4e9', (chalk) => chalk.blueBright),
    warn: rich(level, '#f0e442', (chalk) => chalk.yellow),
    bad: rich(level, '#e69f00', (chalk) => chalk.yellowBright.bold),
    info: rich(level, '#9ad0f5', (chalk) => chalk.cyan),
    accent: rich(level, '#56b4e9', (chalk) => chalk.blueBright),
  };
}

function none(): Palette {
  return {
    plain: same,
    dim: (chalk) => chalk.dim,
    good: same,
    warn: (chalk) => chalk.bold,
    bad: (chalk) => chalk.bold,
    info: same,
    accent: (chalk) => chalk.underline,
    heading: (chalk) => chalk.bold,
    stale: (chalk) => chalk.dim,
    key: (chalk) => chalk.bold,
  };
}

function paletteOf(name: ThemeName, level: number): Palette {
  switch (name) {
    case 'dark':
      return dark();
    case 'light':
      return light(level);
    case 'colour-blind':
      return colourBlind(level);
    case 'none':
      return none();
  }
}

/** `level` as chalk counts: 0 nothing, 1 sixteen colours, 2 256, 3 all. With `none` only bold, dim and inverse are used. */
export function createTheme(
  name: ThemeName,
  options: { readonly level: ColorSupportLevel; readonly ascii?: boolean },
): Theme {
  const chalk = new Chalk({ level: options.level });
  const palette = paletteOf(name, options.level);
  const pairs = new Map<string, readonly [string, string]>();
  const pairOf = (tone: Tone, bold: boolean, inverse: boolean): readonly [string, string] => {
    const id = `${tone}${bold ? 'b' : ''}${inverse ? 'i' : ''}`;
    const known = pairs.get(id);
    if (known) return known;
    let style = palette[tone](chalk);
    if (bold) style = style.bold;
    if (inverse) style = style.inverse;
    const [open = '', close = ''] = (style === chalk ? '|' : style('|')).split('|');
    const made = [open, close] as const;
    pairs.set(id, made);
    return made;
  };
  const style = (text: string, tone: Tone = 'plain', bold = false, inverse = false) => {
    if (text === '') return text;
    const [open, close] = pairOf(tone, bold, inverse);
    return open + text + close;
  };
  const chips = new Map<string, readonly [string, string]>();
  const chip = (text: string, { background, text: wanted }: Chip) => {
    const readable = readableOn(background, wanted);
    if (text === '' || readable === undefined || name === 'none' || options.level < 2) return text;
    const id = `${background} ${readable}`;
    let pair = chips.get(id);
    if (!pair) {
      const [open = '', close = ''] = chalk.bgHex(background).hex(readable)('|').split('|');
      pair = [open, close];
      chips.set(id, pair);
    }
    return pair[0] + text + pair[1];
  };
  return {
    name,
    ascii: options.ascii ?? false,
    level: options.level,
    style,
    chip,
    cursor: (text) => style(text, 'plain', false, true),
  };
}
