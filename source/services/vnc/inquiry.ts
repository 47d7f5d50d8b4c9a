import { Answers, type Capabilities, type Draw } from './capabilities.ts';
import type { TerminalAnswer } from './key-reader.ts';
import type { Clock } from './typist.ts';

export interface InquiryOptions {
  /** undefined = this terminal is asked nothing. */
  readonly question: string | undefined;
  readonly draw: Draw;
  readonly clock: Clock;
  readonly write: (text: string) => void;
  /** What the terminal said; undefined = nothing so far. It is blank now. Told again when an answer comes late. */
  readonly onAnswer: (can: Capabilities | undefined) => void;
  readonly size: () => { readonly columns: number; readonly rows: number };
}

/** How long a terminal may take to answer, ms; longer when somebody asked for what it has to confirm. */
const PATIENCE = 400;
const ASKED_FOR = 2000;
/** Answers that come later than this are none any more. */
const LATEST = 10_000;
/** How long the end waits for an answer that would else be taken for keys by whoever has the terminal next, ms. */
const LEAVING = 1000;

/** Asks a terminal what it can show, and waits for no longer than a person would. */
export class Inquiry {
  /** An answer is awaited, and nothing is drawn before it. */
  waiting = false;
  private answers = new Answers();
  private askedAt = 0;
  /** One question at a time is out: nothing in an answer tells which one it belongs to. */
  private outstanding = false;
  /** Its answer is about a size that is not the terminal's any more. */
  private outdated = false;
  private stopped = false;
  private stopTimer: (() => void) | undefined;
  private onFence: (() => void) | undefined;
  private readonly options: InquiryOptions;

  constructor(options: InquiryOptions) {
    this.options = options;
  }

  /** Asks; also again, when the size of characters may have changed: then after the answer that is on its way. */
  ask(): void {
    const { question, draw, clock, write } = this.options;
    if (question === undefined || draw === 'blocks') return this.options.onAnswer(undefined);
    this.outdated = this.expecting;
    if (this.outdated) return undefined;
    this.stopTimer?.();
    this.answers = new Answers();
    this.askedAt = clock.now();
    this.outstanding = true;
    this.waiting = true;
    write(question);
    const patience = draw === 'auto' ? PATIENCE : ASKED_FOR;
    this.stopTimer = clock.after(patience, () => {
      this.waiting = false;
      this.tell(undefined);
    });
    return undefined;
  }

  /** Strings that come in may be answers. */
  get expecting(): boolean {
    return this.outstanding && this.options.clock.now() - this.askedAt < LATEST;
  }

  take(answer: TerminalAnswer): void {
    if (!this.expecting || !this.answers.take(answer)) return;
    this.outstanding = false;
    if (this.outdated && !this.stopped) return this.ask();
    this.stopTimer?.();
    this.waiting = false;
    const { columns, rows } = this.options.size();
    this.tell(this.answers.capabilities(columns, rows));
    this.onFence?.();
    return undefined;
  }

  private tell(can: Capabilities | undefined): void {
    if (this.stopped) return;
    // Some terminals print what they do not understand.
    this.options.write('\u001b[0m\u001b[2J');
    this.options.onAnswer(can);
  }

  /** Nothing is written or told any more; an answer that is on its way is still taken. */
  stop(): void {
    this.stopped = true;
    this.stopTimer?.();
  }

  /** Resolves when no answer is on its way any more. */
  over(): Promise<void> {
    const left = this.askedAt + LEAVING - this.options.clock.now();
    if (!this.outstanding || left <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.options.clock.after(left, resolve);
      this.onFence = () => {
        stop();
        resolve();
      };
    });
  }
}
