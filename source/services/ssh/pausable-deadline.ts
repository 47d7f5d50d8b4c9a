/** A time limit that stands still while a person is asked something. */
export interface PausableDeadline {
  /** Runs `ask` off the clock. */
  asking<T>(ask: () => Promise<T>): Promise<T>;
  end(): void;
}

/** Calls `expire` once `ms` have passed, pauses not counted. `now` in ms. */
export function startPausableDeadline(
  ms: number,
  now: () => number,
  expire: () => void,
): PausableDeadline {
  let left = ms;
  let since = now();
  let pauses = 0;
  let ended = false;
  let timer: NodeJS.Timeout | undefined = setTimeout(fire, left);
  function fire() {
    ended = true;
    expire();
  }
  return {
    async asking(ask) {
      pauses += 1;
      if (pauses === 1 && !ended) {
        clearTimeout(timer);
        left = Math.max(1, left - (now() - since));
      }
      try {
        return await ask();
      } finally {
        pauses -= 1;
        if (pauses === 0 && !ended) {
          since = now();
          timer = setTimeout(fire, left);
        }
      }
    },
    end() {
      ended = true;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
