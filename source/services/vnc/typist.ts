import type { KeyPress } from './key-reader.ts';
import { keysyms } from './keysyms.ts';

/** Timers as the caller has them, so that tests need no real time. */
export interface Clock {
  /** ms since any fixed point */
  now(): number;
  /** Runs once after `ms`; answers how to call it off. */
  after(ms: number, run: () => void): () => void;
}

/** A PS/2 keyboard holds 16 bytes: keys that come faster than the guest fetches them are lost, half pressed at worst. */
const BETWEEN = 12;
/** More than this waits only after a paste by mistake. */
const MOST_WAITING = 2000;

/** Presses keys one after the other, each with its modifiers down and up again. */
export class Typist {
  private readonly waiting: KeyPress[] = [];
  private stopTimer: (() => void) | undefined;
  private readyAt = 0;
  private readonly clock: Clock;
  private readonly send: (keysym: number, down: boolean) => void;

  constructor(clock: Clock, send: (keysym: number, down: boolean) => void) {
    this.clock = clock;
    this.send = send;
  }

  /** Keys beyond the most that may wait are dropped: false. */
  press(key: KeyPress): boolean {
    if (this.waiting.length >= MOST_WAITING) return false;
    this.waiting.push(key);
    this.next();
    return true;
  }

  stop(): void {
    this.waiting.length = 0;
    this.stopTimer?.();
    this.stopTimer = undefined;
  }

  private next(): void {
    if (this.stopTimer) return;
    const wait = this.readyAt - this.clock.now();
    if (wait > 0) {
      this.stopTimer = this.clock.after(wait, () => {
        this.stopTimer = undefined;
        this.next();
      });
      return;
    }
    const key = this.waiting.shift();
    if (key === undefined) return;
    this.strike(key);
    this.readyAt = this.clock.now() + BETWEEN;
    if (this.waiting.length > 0) this.next();
  }

  private strike({ keysym, shift, control, alt }: KeyPress): void {
    const held = [
      ...(control ? [keysyms.control] : []),
      ...(alt ? [keysyms.alt] : []),
      ...(shift ? [keysyms.shift] : []),
    ];
    for (const each of held) this.send(each, true);
    this.send(keysym, true);
    this.send(keysym, false);
    for (const each of held.reverse()) this.send(each, false);
  }
}
