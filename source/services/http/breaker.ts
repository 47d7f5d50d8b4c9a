/** Consecutive transport failures that open the breaker. */
const limit = 3;

/** Leaves an endpoint alone for a while after it failed three times in a row; after the pause one failure is enough. */
export class Breaker {
  readonly #pause: number;
  #failures = 0;
  #pausedUntil: number | undefined;

  constructor(pause: number) {
    this.#pause = pause;
  }

  /** When the pause ends (ms since the epoch), while there is one. */
  pausedUntil(now: number): number | undefined {
    return this.#pausedUntil !== undefined && now < this.#pausedUntil
      ? this.#pausedUntil
      : undefined;
  }

  succeeded(): void {
    this.reset();
  }

  failed(now: number): void {
    // Requests that were under way when the pause began do not prolong it.
    if (this.pausedUntil(now) !== undefined) return;
    this.#failures += 1;
    if (this.#failures >= limit) this.#pausedUntil = now + this.#pause;
  }

  reset(): void {
    this.#failures = 0;
    this.#pausedUntil = undefined;
  }
}
