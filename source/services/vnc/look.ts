import type { SafeText } from '../../domain/safe-text.ts';
import { type Draw, drawWay } from './capabilities.ts';
import type { RfbClient } from './client.ts';
import type { Depth } from './inks.ts';
import { Inquiry } from './inquiry.ts';
import { type KeyPress, KeyReader } from './key-reader.ts';
import { isCtrl, isPlain, menuChoice, panOf } from './look-keys.ts';
import { Outlet } from './outlet.ts';
import type { Picture } from './picture.ts';
import { oldBanner, statusLine } from './status-line.ts';
import { Surface } from './surface.ts';
import type { ScreenTerminal } from './types.ts';
import { type Clock, Typist } from './typist.ts';

type LookClient = Pick<RfbClient, 'picture' | 'request' | 'key'>;

export interface LookOptions {
  readonly client: LookClient;
  readonly terminal: ScreenTerminal;
  readonly depth: Depth;
  readonly draw?: Draw;
  /** Asks the terminal what it can show; undefined = it is not asked and gets half blocks. */
  readonly question?: string | undefined;
  readonly label: SafeText;
  readonly clock: Clock;
  /** The person pressed the key that leaves. */
  readonly onLeave: () => void;
  /** The person wants the connection again that was lost. */
  readonly onAgain?: () => void;
}

/** Images in pixels are sent whole, so more of the rate is saved up for one. */
const SAVED = 1 / 3;
/** A picture is asked for and drawn at most so often, ms; less often when that is much work. */
const SOONEST = 150;
/** Drawing may take this part of the time; in pixels less, for the terminal has work with them too. */
const DUTY = 1 / 8;
const PIXEL_DUTY = 1 / 12;
/** But it pauses no longer than this, ms: on a busy machine not all the time is its own. */
const LONGEST = 800;
/** While the terminal is still behind, a newer picture is asked for at the latest after this, ms. */
const LATEST = 600;
/** Keys that were meant for the VM are not an answer to the question that takes its place, ms. */
const CALM = 300;

const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[0m\u001b[2J';
const leave = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';

/** Why there is no connection any more, since when, and whether the person is asked what to do. */
interface Lost {
  readonly why: string;
  readonly at: number;
  readonly asks: boolean;
}

/** Draws a VM's screen on a terminal and types into it, from `start` to `stop`. */
export class Look {
  private readonly options: LookOptions;
  private client: LookClient;
  private readonly typist: Typist;
  private readonly reader: KeyReader;
  private readonly surface: Surface;
  private readonly inquiry: Inquiry;
  private readonly outlet: Outlet;
  private menu = false;
  private notice: string | undefined;
  private lost: Lost | undefined;
  private status = '';
  private requested = true;
  private requestedAt = 0;
  private drawAt = 0;
  private stopped = false;
  /** Before the first update the picture is black because nothing is known. */
  private seen = false;
  private readonly undo: (() => void)[] = [];
  private stopTimer: (() => void) | undefined;
  private stopEscape: (() => void) | undefined;

  constructor(options: LookOptions) {
    const { client, clock, terminal, depth, draw = 'auto', question } = options;
    this.options = options;
    this.client = client;
    this.typist = new Typist(clock, (keysym, down) => this.client.key(keysym, down));
    this.reader = new KeyReader(
      (key) => this.key(key),
      (answer) => this.inquiry.take(answer),
    );
    this.surface = new Surface(depth, clock.now);
    this.outlet = new Outlet(terminal, clock, () => this.later());
    this.inquiry = new Inquiry({
      ...{ question, draw, clock, size: terminal.size },
      write: (text) => this.outlet.write(text),
      onAnswer: (can) => {
        const way = drawWay(draw, can);
        if (draw !== 'auto' && way !== draw) {
          this.notice = `this terminal says nothing of ${draw}`;
        }
        this.surface.use(way, can);
        this.startAfresh();
      },
    });
  }

  start(): void {
    const { terminal, clock } = this.options;
    this.outlet.write(enter);
    this.undo.push(
      terminal.onInput((bytes) => this.input(bytes)),
      terminal.onResize(() => this.resize()),
    );
    this.client.request(false);
    this.requestedAt = clock.now();
    this.inquiry.ask();
    this.draw();
  }

  /** An update was drawn into the client's picture. */
  updated(): void {
    this.requested = false;
    this.seen = true;
    this.later();
  }

  /** The connection is gone: the last picture stays, marked as old. `asks` = a key may connect again. */
  cut(why: string, asks: boolean): void {
    this.lost = { why, at: this.options.clock.now(), asks };
    this.typist.stop();
    this.menu = false;
    this.later();
    this.options.clock.after(CALM, () => this.later());
  }

  /** Another connection takes the place of the lost one. */
  attach(client: LookClient): void {
    this.client = client;
    this.lost = undefined;
    this.seen = false;
    this.requested = true;
    this.requestedAt = this.options.clock.now();
    client.request(false);
    this.startAfresh();
  }

  /** Gives the terminal back: main screen, cursor, attributes. Resolves when no answer of it is on its way any more. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.typist.stop();
    this.inquiry.stop();
    this.stopTimer?.();
    this.stopEscape?.();
    this.options.terminal.write(this.surface.clear + leave);
    // A promise that is there already still takes a turn; nobody listens meanwhile.
    if (!this.inquiry.expecting) return this.deafen();
    await this.inquiry.over();
    this.deafen();
  }

  private deafen(): void {
    for (const each of this.undo) each();
  }

  private resize(): void {
    if (this.stopped) return;
    this.outlet.write('\u001b[0m\u001b[2J');
    // The window may be the same and its characters larger.
    this.inquiry.ask();
    this.startAfresh();
  }

  /** What is on the terminal is not known or does not fit any more. */
  private startAfresh(): void {
    this.outlet.renew(this.surface.inPixels ? SAVED : undefined);
    this.surface.forget();
    this.status = '';
    this.draw();
  }

  /** Draws soon, but not sooner than the last drawing allows. */
  private later(): void {
    if (this.stopTimer || this.stopped || this.outlet.blocked) return;
    const wait = Math.max(0, this.drawAt - this.options.clock.now());
    this.stopTimer = this.options.clock.after(wait, () => {
      this.stopTimer = undefined;
      this.draw();
    });
  }

  private draw(): void {
    if (this.stopped || this.outlet.blocked) return;
    const { clock } = this.options;
    const began = clock.now();
    const { complete, settled } = this.paint();
    const ended = clock.now();
    const duty = this.surface.shown ? PIXEL_DUTY : DUTY;
    this.drawAt = ended + Math.max(SOONEST, Math.min(LONGEST, (ended - began) / duty));
    const waited = ended - this.requestedAt;
    if (!this.requested && !this.lost && (complete || waited > LATEST)) {
      this.requested = true;
      this.requestedAt = ended;
      this.client.request(true);
    }
    if (!settled) this.later();
  }

  /** Not complete while the budget has no room for all that differs. */
  private paint(): { readonly complete: boolean; readonly settled: boolean } {
    const done = { complete: true, settled: true };
    const picture = this.client.picture();
    const { columns, rows } = this.options.terminal.size();
    if (picture === undefined || columns < 2 || rows < 2) return done;
    const drawn = this.seen && !this.lost && !this.inquiry.waiting;
    const { outlet, surface } = this;
    const painted = drawn
      ? surface.paint(picture, { columns, rows: rows - 1 }, outlet.room, outlet.most)
      : undefined;
    if (painted && painted.bytes > 0) this.outlet.write(painted.text, painted.bytes);
    this.drawStatus(picture, columns, rows);
    return painted ?? done;
  }

  private drawStatus({ width, height }: Picture, columns: number, rows: number): void {
    const { surface, menu, notice, options, lost } = this;
    const { movable, name: zoom } = surface.composer;
    const asks = lost?.asks === true && options.clock.now() - lost.at >= CALM;
    const facts = {
      label: options.label,
      width,
      height,
      zoom,
      way: surface.shown,
      movable,
      menu,
      notice,
    };
    const ascii = options.depth === 'ascii';
    const text = statusLine(
      { ...facts, ...(lost ? { lost: lost.why, asks } : {}) },
      columns,
      ascii,
    );
    if (text === this.status) return;
    this.status = text;
    // Over the first row of the picture, so that nobody takes it for the screen as it is.
    const banner = lost ? surface.over(oldBanner(columns, ascii)) : '';
    this.outlet.write(`${banner}\u001b[0;7m\u001b[${rows};1H${text}\u001b[0m`);
  }

  private input(bytes: Uint8Array): void {
    this.stopEscape?.();
    this.stopEscape = undefined;
    this.reader.expecting = this.inquiry.expecting;
    this.reader.push(bytes);
    this.reader.expecting = this.inquiry.expecting;
    if (this.stopped || !this.reader.waiting) return;
    this.stopEscape = this.options.clock.after(this.reader.patience, () => this.reader.flush());
  }

  private key(key: KeyPress): void {
    if (this.stopped) return;
    this.notice = undefined;
    const { onLeave } = this.options;
    if (isCtrl(key, ']') && !this.menu) onLeave();
    else if (this.lost) this.answer(key, this.lost);
    else if (this.menu) this.choose(key);
    else if (isCtrl(key, '\\')) this.menu = true;
    else if (!this.panned(key)) this.type(key);
    if (!this.stopped) this.later();
  }

  /** Without a connection no key goes to the VM. */
  private answer(key: KeyPress, { at, asks }: Lost): void {
    if (!asks || this.options.clock.now() - at < CALM) return;
    if (isPlain(key, 'q')) this.options.onLeave();
    else if (isPlain(key, 'r')) this.options.onAgain?.();
  }

  private type(key: KeyPress): void {
    this.surface.composer.follow();
    if (this.typist.press(key)) return;
    this.notice = 'keys were dropped: the VM takes them more slowly than they come';
  }

  /** One key of the menu; it closes in any case. */
  private choose(key: KeyPress): void {
    this.menu = false;
    const choice = menuChoice(key);
    if (choice === 'zoom') this.surface.composer.nextMode();
    else if (choice === 'redraw') this.startAfresh();
    else if (choice) this.typist.press(choice);
  }

  /** Shift with an arrow moves a picture that is larger than the terminal; else it is the VM's. */
  private panned(key: KeyPress): boolean {
    const way = panOf(key);
    return way !== undefined && this.surface.composer.move(way[0], way[1]);
  }
}
