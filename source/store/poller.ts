/** The outside world of a poller; tests put a fake clock here. */
export interface Timers {
  now(): number;
  random(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export interface PollerOptions {
  /** Time between the end of one call and the start of the next, in ms. */
  readonly every: () => number;
  /** One call; answers whether it succeeded. It reports its data itself. */
  readonly poll: (signal: AbortSignal) => Promise<boolean>;
  readonly timers: Timers;
  /** Told after a failure: when the next call is made, ms since the epoch. */
  readonly waits?: (until: number) => void;
}

export interface Poller {
  /** Polls now, or once more right after the call that is under way. */
  kick(): void;
  stop(): void;
}

const longestBackoff = 60_000;

/**
 * Polls one source: single flight, a jittered pause that doubles after failures up to a minute, and never gives up.
 * Stopping aborts the call under way.
 */
export function startPoller(options: PollerOptions): Poller {
  const { timers } = options;
  let stopped = false;
  let failures = 0;
  let handle: unknown;
  let running: AbortController | undefined;
  let again = false;

  const schedule = () => {
    if (stopped) return;
    if (again) {
      again = false;
      run();
      return;
    }
    const base = options.every();
    const backoff = failures === 0 ? base : Math.min(base * 2 ** (failures - 1), longestBackoff);
    const jitter = failures === 0 ? 0 : backoff * 0.2 * timers.random();
    const wait = Math.max(base, backoff) + jitter;
    handle = timers.setTimeout(run, wait);
    if (failures > 0) options.waits?.(timers.now() + wait);
  };
  const run = () => {
    handle = undefined;
    if (stopped || running) return;
    const controller = new AbortController();
    running = controller;
    options.poll(controller.signal).then(
      (good) => {
        failures = good ? 0 : failures + 1;
        running = undefined;
        schedule();
      },
      (error: unknown) => {
        running = undefined;
        failures += 1;
        schedule();
        // A poll must not throw; if it does, the bug has to surface.
        throw error;
      },
    );
  };
  run();
  return {
    kick() {
      if (stopped) return;
      // What is under way may have been read before the thing happened that somebody wants to see.
      if (running) {
        again = true;
        return;
      }
      if (handle !== undefined) timers.clearTimeout(handle);
      run();
    },
    stop() {
      stopped = true;
      if (handle !== undefined) timers.clearTimeout(handle);
      running?.abort();
    },
  };
}
