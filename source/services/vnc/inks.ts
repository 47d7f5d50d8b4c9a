import { OUTSIDE } from './scale.ts';

/** What the terminal can show: 24-bit colour, 256, 16, none but with block characters, or ASCII alone. */
export type Depth = 'truecolor' | '256' | '16' | 'none' | 'ascii';

/** How a terminal shows dots. Dots with equal codes look equal there, so only a changed code is worth a byte. */
export interface Ink {
  /** The code of a dot's colour (0xRRGGBB or OUTSIDE). */
  code(colour: number): number;
  /** SGR parameters of a code as foreground and background; undefined = this terminal has characters only. */
  readonly sgr?: { foreground(code: number): string; background(code: number): string };
  /** The character for two dots where there is no colour. */
  glyph(top: number, bottom: number): string;
  /** A letter of the screen as this terminal can write it. */
  letter(codePoint: number): string;
  /** A code that differs from this one as much as possible. */
  other(code: number): number;
}

/** The colours this terminal says it can show. `ascii` wins over everything. */
export function depthOf(env: Readonly<Record<string, string | undefined>>, ascii: boolean): Depth {
  const term = env.TERM ?? '';
  if (ascii || term === 'dumb') return 'ascii';
  if (env.NO_COLOR) return 'none';
  const forced = env.FORCE_COLOR;
  if (forced === '0' || forced === 'false') return 'none';
  if (forced === '3' || /^(truecolor|24bit)$/i.test(env.COLORTERM ?? '')) return 'truecolor';
  if (/-direct$|^xterm-(kitty|ghostty)$|^(alacritty|foot|wezterm)/.test(term)) return 'truecolor';
  return forced === '2' || term.includes('256color') ? '256' : '16';
}

export function inkOf(depth: Depth): Ink {
  if (depth === 'truecolor') return truecolor;
  if (depth === '256') return indexed(nearest256, (code) => `8;5;${code}`);
  if (depth === '16') return sixteen;
  return depth === 'none' ? shades : ascii;
}

const half = (top: number, bottom: number) => (top === bottom ? ' ' : '▀');
const letter = (codePoint: number) => String.fromCodePoint(codePoint);

const truecolor: Ink = {
  // Six bits a channel: nobody sees the rest, and noise in it would be written again and again.
  code: (colour) =>
    colour === OUTSIDE ? OUTSIDE : (colour & 0xfcfcfc) | ((colour >>> 6) & 0x030303),
  sgr: {
    foreground: (code) => (code === OUTSIDE ? '39' : `38;2;${channels(code)}`),
    background: (code) => (code === OUTSIDE ? '49' : `48;2;${channels(code)}`),
  },
  glyph: half,
  letter,
  other: (code) => (brightness(code) < 0.5 ? 0xffffff : 0),
};

const channels = (code: number) => `${code >>> 16};${(code >>> 8) & 255};${code & 255}`;

function indexed(nearest: (colour: number) => number, words: (code: number) => string): Ink {
  return {
    code: (colour) => (colour === OUTSIDE ? OUTSIDE : nearest(colour)),
    sgr: {
      foreground: (code) => (code === OUTSIDE ? '39' : `3${words(code)}`),
      background: (code) => (code === OUTSIDE ? '49' : `4${words(code)}`),
    },
    glyph: half,
    letter,
    other: (code) => (code === 16 || code === OUTSIDE ? 231 : 16),
  };
}

const steps = [0, 95, 135, 175, 215, 255];

function nearestStep(value: number): number {
  if (value < 48) return 0;
  return value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40));
}

/** The 6×6×6 cube from 16 on, or the greys from 232 on, whichever is nearer. */
function nearest256(colour: number): number {
  const [r, g, b] = [colour >>> 16, (colour >>> 8) & 255, colour & 255];
  const [i, j, k] = [nearestStep(r), nearestStep(g), nearestStep(b)];
  const grey = Math.max(0, Math.min(23, Math.round(((r + g + b) / 3 - 8) / 10)));
  const level = 8 + grey * 10;
  const cube = distance(colour, rgb(steps[i] ?? 0, steps[j] ?? 0, steps[k] ?? 0));
  return distance(colour, rgb(level, level, level)) < cube ? 232 + grey : 16 + 36 * i + 6 * j + k;
}

/** As xterm has them; other terminals differ a little. */
const ansi = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f,
  0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

function nearest16(colour: number): number {
  let best = 0;
  for (let index = 1; index < ansi.length; index += 1) {
    if (distance(colour, ansi[index] ?? 0) < distance(colour, ansi[best] ?? 0)) best = index;
  }
  return best;
}

const sixteen: Ink = {
  code: (colour) => (colour === OUTSIDE ? OUTSIDE : nearest16(colour)),
  sgr: {
    foreground: (code) => (code === OUTSIDE ? '39' : String(code < 8 ? 30 + code : 82 + code)),
    background: (code) => (code === OUTSIDE ? '49' : String(code < 8 ? 40 + code : 92 + code)),
  },
  glyph: half,
  letter,
  other: (code) => (code === 0 || code === OUTSIDE ? 7 : 0),
};

const rgb = (r: number, g: number, b: number) => (r << 16) | (g << 8) | b;

/** How different two colours look, roughly: the eye is keenest on green. */
function distance(a: number, b: number): number {
  const r = (a >>> 16) - (b >>> 16);
  const g = ((a >>> 8) & 255) - ((b >>> 8) & 255);
  const bl = (a & 255) - (b & 255);
  return 2 * r * r + 4 * g * g + 3 * bl * bl;
}

/** 0 to 1 as it looks. */
function brightness(colour: number): number {
  if (colour === OUTSIDE) return 0;
  return ((colour >>> 16) * 0.3 + ((colour >>> 8) & 255) * 0.59 + (colour & 255) * 0.11) / 255;
}

const level = (colour: number, count: number) =>
  Math.min(count - 1, Math.floor(brightness(colour) * count));

const blocks = ' ░▒▓█';
/** Bright on dark, whatever the terminal's own colours are. */
const shades: Ink = {
  code: (colour) => level(colour, 5),
  glyph: (top, bottom) => {
    if (top - bottom >= 3) return '▀';
    if (bottom - top >= 3) return '▄';
    return blocks[Math.round((top + bottom) / 2)] ?? ' ';
  },
  letter,
  other: (code) => code,
};

const ramp = ' .:-=+*#%@';
const ascii: Ink = {
  code: (colour) => level(colour, ramp.length),
  glyph: (top, bottom) => ramp[Math.round((top + bottom) / 2)] ?? ' ',
  letter: (codePoint) => {
    if (codePoint < 127) return String.fromCharCode(codePoint);
    const { h, v, corner } = lines;
    return h.includes(codePoint)
      ? '-'
      : v.includes(codePoint)
        ? '|'
        : corner(codePoint)
          ? '+'
          : '?';
  },
  other: (code) => code,
};

/** Lines of boxes, as ASCII has them. */
const lines = {
  h: [0x2500, 0x2550],
  v: [0x2502, 0x2551],
  corner: (codePoint: number) => codePoint > 0x2500 && codePoint < 0x2580,
};
