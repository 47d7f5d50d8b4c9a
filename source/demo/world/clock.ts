/** An event that waits for its time; {@link VirtualClock.cancel} forgets it. */
export interface ScheduledEvent {
  /** ms since the epoch */
  readonly at: number;
  readonly run: () => void;
}

export interface ClockOptions {
  /** The clock under this one, ms since the epoch. */
  readonly now: () => number;
  /** How many seconds of a task's work pass in one second of the clock. */
  readonly speed: number;
}

/**
 * The demo's only clock. Nothing happens by timers: what is due is run, in order, when somebody asks
 * ({@link VirtualClock.settle}), and while an event runs `now` is the event's own time. So the world is the same
 * however rarely it is looked at.
 */
export class VirtualClock {
  readonly #options: ClockOptions;
  #offset = 0;
  #eventTime: number | undefined;
  #events: ScheduledEvent[] = [];

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  /** ms since the epoch */
  get now(): number {
    return this.#eventTime ?? Math.floor(this.#options.now()) + this.#offset;
  }

  /** Whole seconds since the epoch, as PVE counts. */
  get seconds(): number {
    return Math.floor(this.now / 1000);
  }

  /** Work seconds that pass in one clock second. */
  get speed(): number {
    return this.#options.speed;
  }

  /** Moves the clock forward and runs everything that became due. */
  advance(seconds: number): void {
    this.#offset += seconds * 1000;
    this.settle();
  }

  /** Runs `run` after so many seconds of work (divided by the speed). */
  after(seconds: number, run: () => void): ScheduledEvent {
    const event = { at: this.now + (seconds * 1000) / this.#options.speed, run };
    const place = this.#events.findIndex((other) => other.at > event.at);
    if (place < 0) this.#events.push(event);
    else this.#events.splice(place, 0, event);
    return event;
  }

  cancel(event: ScheduledEvent): void {
    this.#events = this.#events.filter((other) => other !== event);
  }

  /** Runs what is due, oldest first, including what those events put on the list. */
  settle(): void {
    if (this.#eventTime !== undefined) return;
    const end = this.now;
    for (let next = this.#events[0]; next && next.at <= end; next = this.#events[0]) {
      this.#events.shift();
      this.#eventTime = next.at;
      try {
        next.run();
      } finally {
        this.#eventTime = undefined;
      }
    }
  }
}
