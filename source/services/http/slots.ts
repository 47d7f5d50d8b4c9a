interface Waiting {
  readonly enter: (release: () => void) => void;
}

/** At most `limit` at a time; the others wait in order, urgent ones first. */
export class Slots {
  readonly #limit: number;
  readonly #urgent: Waiting[] = [];
  readonly #ordinary: Waiting[] = [];
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves to the function that gives the slot back, or to undefined when `signal` ended the waiting. */
  acquire(signal: AbortSignal, urgent = false): Promise<(() => void) | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.#taken < this.#limit) return Promise.resolve(this.#take());
    const queue = urgent ? this.#urgent : this.#ordinary;
    return new Promise((resolve) => {
      const leave = () => {
        const index = queue.indexOf(waiting);
        if (index >= 0) queue.splice(index, 1);
        resolve(undefined);
      };
      const waiting: Waiting = {
        enter: (release) => {
          signal.removeEventListener('abort', leave);
          resolve(release);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.push(waiting);
    });
  }

  #take(): () => void {
    this.#taken += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken -= 1;
      const next = this.#urgent.shift() ?? this.#ordinary.shift();
      next?.enter(this.#take());
    };
  }
}
