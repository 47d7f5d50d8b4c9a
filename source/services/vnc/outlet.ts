import { type Budget, createBudget } from './budget.ts';
import type { ScreenTerminal } from './types.ts';
import type { Clock } from './typist.ts';

/** Bytes a second for 80×24; a larger terminal may have more, up to four times. */
const RATE = 30 * 1024;

/** The way to the terminal: counts what goes through, and waits while the terminal takes nothing. */
export class Outlet {
  blocked = false;
  private budget: Budget;
  private readonly terminal: ScreenTerminal;
  private readonly clock: Clock;
  private readonly onFree: () => void;

  /** `onFree` = the terminal takes more again. */
  constructor(terminal: ScreenTerminal, clock: Clock, onFree: () => void) {
    this.terminal = terminal;
    this.clock = clock;
    this.onFree = onFree;
    this.budget = createBudget(rateOf(terminal), clock.now);
  }

  /** Bytes that may be written now, and the most that there can ever be room for. */
  get room(): number {
    return this.budget.room();
  }

  get most(): number {
    return this.budget.most;
  }

  /** The terminal's size may have changed; `saved` = the part of the rate that may be saved up. */
  renew(saved?: number): void {
    // What was spent a moment ago counts still.
    const { terminal, clock } = this;
    this.budget = createBudget(rateOf(terminal), clock.now, saved, this.budget.room());
  }

  write(text: string, bytes = Buffer.byteLength(text)): void {
    this.budget.spend(bytes);
    if (this.terminal.write(text)) return;
    this.blocked = true;
    void this.terminal.drained().then(() => {
      this.blocked = false;
      this.onFree();
    });
  }
}

function rateOf({ size }: ScreenTerminal): number {
  const { columns, rows } = size();
  return RATE * Math.min(4, Math.max(1, (columns * rows) / (80 * 24)));
}
