import type { SafeText } from '../../domain/safe-text.ts';
import { type Budget, createBudget } from './budget.ts';
import type { RfbClient } from './client.ts';
import { Composer } from './composer.ts';
import { type Depth, inkOf } from './inks.ts';
import { type KeyPress, KeyReader } from './key-reader.ts';
import { functionKey, keysyms } from './keysyms.ts';
import { Painter } from './painter.ts';
import type { Picture } from './picture.ts';
import { statusLine } from './status-line.ts';
import type { ScreenTerminal } from './types.ts';
import { type Clock, Typist } from './typist.ts';

export interface LookOptions {
  readonly client: Pick<RfbClient, 'picture' | 'request' | 'key'>;
  readonly terminal: ScreenTerminal;
  readonly depth: Depth;
  readonly label: SafeText;
  readonly clock: Clock;
  /** The person pressed the key that leaves. */
  readonly onLeave: () => void;
}

/** Bytes a second for 80×24; a larger terminal may have more, up to four times. */
const RATE = 30 * 1024;
/** A picture is asked for and drawn at most so often, ms; less often when that is much work. */
const SOONEST = 150;
/** Drawing may take this part of the time. */
const DUTY = 1 / 8;
/** While the terminal is still behind, a newer picture is asked for at the latest after this, ms. */
const LATEST = 600;
/** How long a lone escape waits for the rest of a sequence, ms. */
const ESCAPE = 60;

const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[0m\u001b[2J';
const leave = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
const plain = { shift: false, control: false, alt: false };
const ctrl = (character: string) => ({
  ...plain,
  control: true,
  keysym: character.charCodeAt(0),
});

/** Draws a VM's screen on a terminal and types into it, from `start` to `stop`. */
export class Look {
  private readonly options: LookOptions;
  private readonly typist: Typist;
  private readonly reader: KeyReader;
  private budget: Budget;
  private painter: Painter | undefined;
  private readonly composer = new Composer();
  private menu = false;
  private notice: string | undefined;
  private status = '';
  private requested = true;
  private requestedAt = 0;
  private drawAt = 0;
  private busy = 0;
  private blocked = false;
  private stopped = false;
  /** Before the first update the picture is black because nothing is known. */
  private seen = false;
  private readonly undo: (() => void)[] = [];
  private stopTimer: (() => void) | undefined;
  private stopEscape: (() => void) | undefined;

  constructor(options: LookOptions) {
    const { client, clock, terminal } = options;
    this.options = options;
    this.typist = new Typist(clock, (keysym, down) => client.key(keysym, down));
    this.reader = new KeyReader((key) => this.key(key));
    this.budget = createBudget(rateOf(terminal), clock.now);
  }

  start(): void {
    const { terminal, client, clock } = this.options;
    this.write(enter);
    this.undo.push(
      terminal.onInput((bytes) => this.input(bytes)),
      terminal.onResize(() => this.resize()),
    );
    client.request(false);
    this.requestedAt = clock.now();
    this.draw();
  }

  /** An update was drawn into the client's picture. */
  updated(): void {
    this.requested = false;
    this.seen = true;
    this.later();
  }

  /** Gives the terminal back: main screen, cursor, attributes. Nothing is written after it. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    for (const each of this.undo) each();
    this.typist.stop();
    this.stopTimer?.();
    this.stopEscape?.();
    this.options.terminal.write(leave);
  }

  private resize(): void {
    this.budget = createBudget(rateOf(this.options.terminal), this.options.clock.now);
    this.write('\u001b[0m\u001b[2J');
    this.forget();
    this.draw();
  }

  /** What is on the terminal is not known or does not fit any more. */
  private forget(): void {
    this.painter = undefined;
    this.status = '';
  }

  /** Draws soon, but not sooner than the last drawing allows. */
  private later(): void {
    if (this.stopTimer || this.stopped || this.blocked) return;
    const wait = Math.max(0, this.drawAt - this.options.clock.now());
    this.stopTimer = this.options.clock.after(wait, () => {
      this.stopTimer = undefined;
      this.draw();
    });
  }

  private draw(): void {
    if (this.stopped || this.blocked) return;
    const { clock } = this.options;
    const began = clock.now();
    const complete = this.paint();
    const ended = clock.now();
    this.busy = ended - began;
    this.drawAt = ended + Math.max(SOONEST, this.busy / DUTY);
    const waited = ended - this.requestedAt;
    if (!this.requested && (complete || waited > LATEST)) {
      this.requested = true;
      this.requestedAt = ended;
      this.options.client.request(true);
    }
    if (!complete) this.later();
  }

  /** False while the budget has no room for all that differs. */
  private paint(): boolean {
    const picture = this.options.client.picture();
    const { columns, rows } = this.options.terminal.size();
    if (picture === undefined || columns < 2 || rows < 2) return true;
    const canvas = { columns, rows: rows - 1 };
    const cells = this.seen ? this.composer.compose(picture, canvas) : undefined;
    this.drawStatus(picture, columns, rows);
    if (cells === undefined) return true;
    this.painter ??= new Painter(canvas, inkOf(this.options.depth));
    const painted = this.painter.paint(cells, this.budget.room());
    if (painted.bytes > 0) this.write(painted.text, painted.bytes);
    return painted.complete;
  }

  private drawStatus({ width, height }: Picture, columns: number, rows: number): void {
    const { composer, menu, notice, options } = this;
    const { name: zoom, movable } = composer;
    const facts = { label: options.label, width, height, zoom, movable, menu, notice };
    const text = statusLine(facts, columns, options.depth === 'ascii');
    if (text === this.status) return;
    this.status = text;
    this.write(`\u001b[0;7m\u001b[${rows};1H${text}\u001b[0m`);
  }

  private write(text: string, bytes = Buffer.byteLength(text)): void {
    this.budget.spend(bytes);
    const { terminal } = this.options;
    if (terminal.write(text)) return;
    this.blocked = true;
    void terminal.drained().then(() => {
      this.blocked = false;
      if (!this.stopped) this.later();
    });
  }

  private input(bytes: Uint8Array): void {
    this.stopEscape?.();
    this.stopEscape = undefined;
    this.reader.push(bytes);
    if (this.stopped || !this.reader.waiting) return;
    this.stopEscape = this.options.clock.after(ESCAPE, () => this.reader.flush());
  }

  private key(key: KeyPress): void {
    if (this.stopped) return;
    this.notice = undefined;
    const { onLeave } = this.options;
    if (this.menu) this.choose(key);
    else if (isCtrl(key, ']')) onLeave();
    else if (isCtrl(key, '\\')) this.menu = true;
    else if (!this.panned(key)) this.type(key);
    if (!this.stopped) this.later();
  }

  private type(key: KeyPress): void {
    this.composer.follow();
    if (this.typist.press(key)) return;
    this.notice = 'keys were dropped: the VM takes them more slowly than they come';
  }

  /** One key of the menu; it closes in any case. */
  private choose({ keysym, control, alt }: KeyPress): void {
    this.menu = false;
    if (control || alt) return;
    const typed = String.fromCharCode(keysym & 0xffff);
    if (typed === 'd') this.combination(keysyms.delete);
    else if (/^[1-9]$/.test(typed)) this.combination(functionKey(Number(typed)));
    else if (typed === ']' || typed === '\\') this.typist.press(ctrl(typed));
    else if (typed === 'z') this.composer.nextMode();
  }

  private combination(keysym: number): void {
    this.typist.press({ keysym, shift: false, control: true, alt: true });
  }

  /** Shift with an arrow moves a picture that is larger than the terminal; else it is the VM's. */
  private panned({ keysym, shift, control, alt }: KeyPress): boolean {
    const way = ways[keysym];
    if (way === undefined || !shift || control || alt) return false;
    return this.composer.move(way[0], way[1]);
  }
}

const ways: Readonly<Record<number, readonly [number, number]>> = {
  [keysyms.left]: [-1, 0],
  [keysyms.right]: [1, 0],
  [keysyms.up]: [0, -1],
  [keysyms.down]: [0, 1],
};

const isCtrl = ({ keysym, control, alt }: KeyPress, character: string) =>
  control && !alt && keysym === character.charCodeAt(0);

function rateOf({ size }: ScreenTerminal): number {
  const { columns, rows } = size();
  return RATE * Math.min(4, Math.max(1, (columns * rows) / (80 * 24)));
}
