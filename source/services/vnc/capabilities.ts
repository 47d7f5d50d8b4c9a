import type { TerminalAnswer } from './key-reader.ts';

/** How a picture gets onto the terminal: two dots a character, or as pixels in one of two protocols. */
export type DrawWay = 'blocks' | 'sixel' | 'kitty';
/** As a person asks for it; `auto` = the best that the terminal says it can. */
export type Draw = 'auto' | DrawWay;
export const draws: readonly Draw[] = ['auto', 'blocks', 'sixel', 'kitty'];

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** What a terminal said about itself. */
export interface Capabilities {
  readonly kitty: boolean;
  readonly sixel: boolean;
  /** Of one character; undefined = it did not say. */
  readonly cell?: PixelSize;
  /** Colours that one sixel picture may have. */
  readonly registers: number;
}

/** Where a terminal does not say how many colours it has: what the VT340 had. */
const FEWEST_REGISTERS = 16;
const MOST_REGISTERS = 256;
/** A cell outside these is no answer. */
const LARGEST_CELL = 256;

/** Kitty's question, with a picture of one pixel that is thrown away. */
const KITTY_ID = 31;
const askKitty = `\u001b_Gi=${KITTY_ID},s=1,v=1,a=q,t=d,f=24;AAAA\u001b\\`;
/**
 * The size of a character and of the text area, which xterm does not tell as Debian sets it; the number of colour registers;
 * the room for sixels and the most there can be of it, which xterm tells; and at last what every terminal answers.
 */
const askOthers = '\u001b[16t\u001b[14t\u001b[?1;1;0S\u001b[?2;1;0S\u001b[?2;4;0S\u001b[c';

/**
 * The question for a terminal in this environment; undefined = one that prints what it does not know. tmux and screen take
 * kitty's question for a title, and could not show such pictures anyway.
 */
export function questionFor(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const term = env.TERM ?? '';
  if (term === '' || term === 'dumb' || /^(linux|vt\d)/.test(term)) return undefined;
  const multiplexed = env.TMUX || env.STY || /^(screen|tmux)/.test(term);
  return multiplexed ? askOthers : `${askKitty}${askOthers}`;
}

/** Gathers the answers. The last one is the answer to the question that every terminal knows. */
export class Answers {
  complete = false;
  private kitty = false;
  private sixel = false;
  private cell: PixelSize | undefined;
  private area: PixelSize | undefined;
  /** The room for sixels as it is, and the most. */
  private readonly rooms: (PixelSize | undefined)[] = [];
  private registers = FEWEST_REGISTERS;

  /** True when it was the last one. */
  take(answer: TerminalAnswer): boolean {
    if ('string' in answer) {
      if (new RegExp(`^_Gi=${KITTY_ID};OK$`).test(answer.string)) this.kitty = true;
      return false;
    }
    const { parameters, final } = answer;
    const numbers = parameters.replace('?', '').split(';').map(Number);
    if (final === 't') this.size(numbers);
    if (final === 'S') this.graphics(numbers);
    if (final !== 'c' || parameters[0] !== '?') return false;
    // The first number is the terminal's class.
    this.sixel = numbers.slice(1).includes(4);
    this.complete = true;
    return true;
  }

  /** `columns` and `rows` of the terminal, for one that tells only the size of its whole area. */
  capabilities(columns: number, rows: number): Capabilities {
    const share = (area: PixelSize | undefined) =>
      area && { width: Math.floor(area.width / columns), height: Math.floor(area.height / rows) };
    const cell = [this.cell, share(this.area), share(this.room(columns, rows))].find(sensible);
    return {
      kitty: this.kitty,
      sixel: this.sixel,
      registers: this.registers,
      ...(cell ? { cell } : {}),
    };
  }

  private size([kind, height = 0, width = 0]: readonly number[]): void {
    if (kind === 6) this.cell = { width, height };
    if (kind === 4) this.area = { width, height };
  }

  /** An item, how it went (0 = well), and values. */
  private graphics([item, status, width = 0, height = 0]: readonly number[]): void {
    if (item === 1 && status === 0 && width >= 2) {
      this.registers = Math.min(MOST_REGISTERS, width);
    }
    if (item === 2) this.rooms.push(status === 0 ? { width, height } : undefined);
  }

  /** The room for sixels, where it is that of all characters and not cut off at the most. */
  private room(columns: number, rows: number): PixelSize | undefined {
    const [now, most] = this.rooms;
    if (!now || !most || now.width >= most.width || now.height >= most.height) return undefined;
    return now.width % columns === 0 && now.height % rows === 0 ? now : undefined;
  }
}

function sensible(size: PixelSize | undefined): boolean {
  if (size === undefined) return false;
  const fits = (value: number) => Number.isInteger(value) && value >= 2 && value <= LARGEST_CELL;
  return fits(size.width) && fits(size.height);
}

/** The way that is taken. A terminal that cannot do what was asked for gets half blocks. */
export function drawWay(wanted: Draw, can: Capabilities | undefined): DrawWay {
  if (wanted === 'blocks' || can === undefined) return 'blocks';
  // Sixel are pixels of the terminal: without the size of a character nobody knows where they end.
  const able = { kitty: can.kitty, sixel: can.sixel && can.cell !== undefined };
  if (wanted !== 'auto') return able[wanted] ? wanted : 'blocks';
  return able.kitty ? 'kitty' : able.sixel ? 'sixel' : 'blocks';
}
