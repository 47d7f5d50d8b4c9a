/** Why a call ended before its answer: our deadline, its caller, or the services being closed. */
export type EndReason = 'deadline' | 'cancelled' | 'closed';

/**
 * The time one call has, together with its caller's signal and the closing of the services.
 * Time that a person needs for an answer does not count: {@link Deadline.outside}.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #undo: (() => void)[] = [];
  #remaining: number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number, caller: AbortSignal | undefined, closing: AbortSignal) {
    this.#remaining = ms;
    this.#follow(caller, 'cancelled');
    this.#follow(closing, 'closed');
    this.#start();
  }

  /** Aborts at the end; {@link Deadline.reason} says why. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): EndReason | undefined {
    return this.signal.aborted ? (this.signal.reason as EndReason) : undefined;
  }

  /** Waits for `work` with the clock stopped; `undefined` when the caller left before. The work itself goes on. */
  async outside<T>(work: Promise<T>): Promise<{ readonly value: T } | undefined> {
    this.#stop();
    try {
      return await this.race(work);
    } finally {
      this.#start();
    }
  }

  /** Waits for `work` with the clock running; `undefined` when this ended first. */
  async race<T>(work: Promise<T>): Promise<{ readonly value: T } | undefined> {
    if (this.signal.aborted) {
      work.catch(() => undefined);
      return undefined;
    }
    let leave = () => {};
    const left = new Promise<undefined>((resolve) => {
      leave = () => resolve(undefined);
      this.signal.addEventListener('abort', leave);
    });
    try {
      return await Promise.race([work.then((value) => ({ value })), left]);
    } finally {
      this.signal.removeEventListener('abort', leave);
    }
  }

  /** Must be called once the call is over: removes the timer and the listeners. */
  release(): void {
    this.#stop();
    for (const undo of this.#undo.splice(0)) undo();
  }

  #follow(signal: AbortSignal | undefined, reason: EndReason): void {
    if (!signal) return;
    const end = () => this.#end(reason);
    if (signal.aborted) {
      end();
      return;
    }
    signal.addEventListener('abort', end);
    this.#undo.push(() => signal.removeEventListener('abort', end));
  }

  #end(reason: EndReason): void {
    this.#stop();
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  #start(): void {
    if (this.signal.aborted || this.#timer) return;
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#end('deadline'), Math.max(0, this.#remaining));
  }

  #stop(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#remaining -= performance.now() - this.#startedAt;
  }
}
